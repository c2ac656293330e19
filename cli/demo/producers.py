"""The story's offices as producers that sign, each with a key of its own, in the register of their system.

Keys and register are made once, in the directory of the system, and stay there: whoever can read it can speak for every
office of the story. How to register producers in earnest: docs/how-to/register-a-producer.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cli.demo import steps
from cli.demo.refusals import SENDER
from cli.demo.steps import CONTINGENT, INSPECTION, MINISTRY, NOTE_REGISTRY, PARLIAMENT, PRESIDENT, SECRETARIAT
from contracts.deployments import RecordConsent
from contracts.verifiability import SigningKey
from kernel.identity.register import Register
from operations.local_keys import LocalKeys
from operations.local_producers import LocalProducer, registered

OFFICES: Final = (
    LocalProducer("kz-president", (PRESIDENT,), ("forcegen.approvals.ProposeMandate",), "KAZ"),
    LocalProducer("kz-parliament", (PARLIAMENT,), steps.types(steps.OF_PARLIAMENT), "KAZ"),
    LocalProducer("kz-mfa-note-registry", (NOTE_REGISTRY,), steps.types(steps.OF_NOTES, RecordConsent), "KAZ"),
    LocalProducer("kz-mod", (MINISTRY,), ("vacancies.*", "deployments.*")),  # adopts rule sets: of every State
    LocalProducer("kz-mod-inspection", (INSPECTION,), steps.types(steps.OF_THE_INSPECTION), "KAZ"),
    LocalProducer("kz-unifil-contingent", (CONTINGENT,), steps.types(steps.OF_THE_CONTINGENT), "KAZ"),
    LocalProducer("un-dppa-dpo", (SECRETARIAT,), steps.types(steps.OF_THE_UN, RecordConsent)),
)


@dataclass(frozen=True, slots=True)
class Signers:
    """How senders sign, and by which register they are believed; nobody signs where there is none."""

    keys: Mapping[str, SigningKey]
    """By source."""
    register: Register | None
    has_demo_clock: bool = False
    """Whether the system takes the record times of the story (`operations.demo_clock`); else they are of now."""


UNSIGNED: Final = Signers({}, None)


def made(directory: Path) -> LocalKeys:
    """The register of a system with the story's offices in it; what is missing is made.

    Raises:
        OperationError: a file of it cannot be read or written.
    """
    return registered(directory, *OFFICES)


def signers(keys: LocalKeys, *, has_demo_clock: bool = False) -> Signers:
    """The offices, and whoever sends the examples of refusals."""
    sources = [SENDER, *(source for office in OFFICES for source in office.sources)]
    known = {source: keys.key_of(source) for source in sources}
    signing = {source: key for source, key in known.items() if key is not None}
    return Signers(signing, keys.register, has_demo_clock)
