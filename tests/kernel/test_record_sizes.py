"""What is admitted leads to records that a topic with Kafka's defaults takes; what is larger is refused or cut."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from contracts.approvals import COMMANDS, RejectMandate
from contracts.cloudevents import Envelope
from contracts.limits import ATTRIBUTE_LENGTH_MAX, OUTCOME_TEXT_CHARS_MAX, RECORD_BYTES_MAX
from contracts.outcome import CommandDecided
from contracts.raw_events import RawEvent
from contracts.registry import type_name
from kernel.decide import decode
from kernel.messaging import outbox
from kernel.model import outcome_body
from kernel.model.admitted import ATTRIBUTES_BYTES_MAX, ATTRIBUTES_MAX, DATA_BYTES_MAX, keeping
from kernel.model.decider import Refusal
from kernel.model.records import DecodedCommand, Invalid
from kernel.runtime.settings import Settings
from tests.kernel.door import reject

COMMAND_BYTES_MAX = next(m.le for m in Settings.model_fields["command_bytes_max"].metadata if hasattr(m, "le"))
NOW = datetime(2024, 3, 12, tzinfo=UTC)
LONGEST_ACTOR = {"authtype": "service_account"} | dict.fromkeys(
    ("authid", "authkey", "authproof", "authregister", "authonbehalfof"), "я" * ATTRIBUTE_LENGTH_MAX
)
WORDS = {type_name(word): word for word in COMMANDS}


def command_with(data: object) -> DecodedCommand:
    """A command with the longest attributes, and this data."""
    long = "я" * ATTRIBUTE_LENGTH_MAX
    envelope = Envelope(
        id=long,
        source=long,
        type=type_name(RejectMandate),
        subject=long,
        time=NOW,
        dataschema=None,
        datacontenttype="application/json",
        data=json.dumps(data, ensure_ascii=False).encode(),
        correlation_id=long,
        actor=long,
    )
    return decode.command(envelope, WORDS, received=NOW, bytes_max=COMMAND_BYTES_MAX)


def published(outcome: CommandDecided | str, stream: str = "s") -> outbox.OutboxRecord:
    """The outcome as its record."""
    body = outcome if isinstance(outcome, str) else outcome.model_dump_json()
    row: dict[str, Any] = {
        "position": 1,
        "stream": stream,
        "recorded": NOW,
        "correlation_id": "я" * ATTRIBUTE_LENGTH_MAX,
        "command_id": "c",
        "body": body,
        "causeplace": f"{'t' * 249}/1/1",
        "democlock": datetime(2024, 3, 12, 9, 30, 0, 123456, tzinfo=UTC),
        **LONGEST_ACTOR,
    }
    return outbox._RENDER["outcomes"]("approvals", row)


@pytest.mark.parametrize("letter", ["k", "я", "\x01", '"', "\u2028"])
@pytest.mark.parametrize("keys", [1, 2, 40, 5_000])
def test_the_answer_to_a_misfit_fits_a_record_whatever_its_names_are(letter: str, keys: int) -> None:
    size = len(json.dumps(letter, ensure_ascii=False).encode()) - 2
    length = (COMMAND_BYTES_MAX - 100) // keys // size - 20
    it = command_with({f"{nr}{letter * length}": 1 for nr in range(keys)})
    assert isinstance(it.command, Invalid)
    assert outbox.record_bytes(published(outcome_body.invalid(it, it.command))) < RECORD_BYTES_MAX / 2


def test_a_refusal_fits_a_record_whatever_it_quotes() -> None:
    it = command_with({})
    refusal = Refusal("rule", "r" * 10**6, "f" * 10**6, "m" * 10**6, tuple("d" * 10**4 for _ in range(1_000)))
    outcome = outcome_body.refused(it, refusal)
    assert outbox.record_bytes(published(outcome)) < RECORD_BYTES_MAX / 2
    assert (outcome.reason or "").endswith("… (1000000 characters)")
    assert (outcome.reason or "").startswith("r" * OUTCOME_TEXT_CHARS_MAX)


def test_an_outcome_within_bounds_is_as_it_was() -> None:
    it = command_with({})
    assert isinstance(it.command, Invalid)
    outcome = outcome_body.invalid(it, it.command)
    assert outcome_body.within_bounds(outcome) is outcome


def test_an_outcome_of_before_that_no_topic_takes_is_cut_and_a_smaller_one_is_not() -> None:
    it = command_with({})
    assert isinstance(it.command, Invalid)
    plain = outcome_body.invalid(it, it.command)
    large = plain.model_copy(update={"field": "f" * 300_000, "reason": "r" * 300_000, "remedy": "m" * 500_000})
    record = published(large)
    assert outbox.record_bytes(record) < RECORD_BYTES_MAX / 2
    assert CommandDecided.model_validate_json(record.value).command_id == it.envelope.id
    bearable = plain.model_copy(update={"field": "f" * 300_000}).model_dump_json()
    assert published(bearable).value == bearable.encode()


def test_a_command_over_http_that_is_kept_fits_a_record_whatever_its_sender_added() -> None:
    """Given as many and as long attributes as are kept, and the longest data, then its topic takes the record."""
    names = [f"a{nr:02}" for nr in range(ATTRIBUTES_MAX)]
    raw = RawEvent(dict.fromkeys(names, "x" * (ATTRIBUTES_BYTES_MAX // len(names) - 3)), b" " * DATA_BYTES_MAX)
    kept = keeping(reject("c-1"), raw, "approvals.admitted").admitted
    assert kept is not None
    row = {"position": 1, "stream": "я" * ATTRIBUTE_LENGTH_MAX, "recorded": NOW, "data": kept.data, **LONGEST_ACTOR}
    record = outbox._RENDER["admitted"]("approvals", row | {"headers": json.dumps(kept.headers)})
    assert outbox.record_bytes(record) < RECORD_BYTES_MAX
