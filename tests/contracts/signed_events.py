"""One signed event that the tests of signatures begin from, and who refuses what."""

from collections.abc import Callable

import pytest

from contracts.raw_events import RawEvent
from contracts.vectors.messages import ACCEPTED, KEYS
from contracts.verifiability import MATERIAL, NotVerifiable, PublicKey, Reason, Verified, sign, verify

REGISTERED = [KEYS[name].public for name in ACCEPTED]
EVENT = {
    "specversion": "1.0",
    "id": "c-1",
    "source": "urn:mfa:kz",
    "type": "forcegen.approvals.ApproveMandate",
    "subject": "mandate/kz-2013",
    "time": "2013-12-20T09:30:00Z",
    "datacontenttype": "application/json",
    "actor": "әкімші",
}
DATA = b'{"mandate": "kz-2013"}'


def signed(name: str = "ed25519", **changes: object) -> RawEvent:
    """The event with some attributes changed or (None) left out, then signed."""
    attributes = {key: value for key, value in {**EVENT, **changes}.items() if value is not None}
    return RawEvent({**attributes, MATERIAL: sign(attributes, DATA, KEYS[name])}, DATA)


def verified(event: RawEvent, keys: list[PublicKey] = REGISTERED) -> Verified:
    return verify(event.attributes, event.data, keys)


def refusal(act: Callable[[], object]) -> Reason:
    """Why it was refused."""
    with pytest.raises(NotVerifiable) as caught:
        act()
    assert caught.value.message in str(caught.value) and caught.value.remedy in str(caught.value)
    return caught.value.reason
