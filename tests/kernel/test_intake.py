"""Who is believed under a register of producers: by signature, topic or caller; anybody else is answered nowhere."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from aiokafka import ConsumerRecord
from cryptography.hazmat.primitives.asymmetric import ed25519

from contracts.cloudevents import Envelope
from contracts.verifiability import MATERIAL, SigningKey
from kernel.decide import decode
from kernel.decide.command_handler import CommandHandler
from kernel.decide.record_decoder import DecodedRecords, RecordDecoder
from kernel.identity import checked_ahead
from kernel.identity.intake import Senders
from kernel.identity.principal import UNAUTHENTICATED, Principal, system
from kernel.identity.register import Register
from kernel.identity.register_text import parse
from kernel.messaging.passages import Record
from kernel.model.decider import ReceivedCommand, Refusal
from kernel.model.records import DecodedCommand, Invalid
from kernel.store.memory import MemoryStore
from tests.kernel.door import WORDS, Counting, reject
from tests.kernel.registered import KZ, KZ_P256, LINES, UN, attributes_of, binary, register, structured, text

TOPIC = "approvals.commands"
SOURCE = "urn:mfa:kz"
RECEIVED = datetime(2022, 7, 1, tzinfo=UTC)
THIEF = SigningKey(ed25519.Ed25519PrivateKey.from_private_bytes(b"\x09" * 32))


@pytest.fixture(autouse=True, params=[1, 10_000], ids=["checked ahead", "checked when decoded"])
def checks_min(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is believed is believed whether or not threads looked at the signature before."""
    monkeypatch.setattr(checked_ahead, "CHECKS_MIN", request.param)


def _decode(envelope: Envelope, principal: Principal, place: str = "") -> DecodedCommand:
    decoded = decode.command(envelope, WORDS, received=RECEIVED, bytes_max=10_000, principal=principal)
    return replace(decoded, place=place or None)


def _decode_nothing(envelope: Envelope, principal: Principal, _: str = "") -> DecodedCommand:
    """As a service that knows none of these types."""
    return decode.command(envelope, {}, received=RECEIVED, bytes_max=10_000, principal=principal)


def _never(*_: Any) -> Sequence[DecodedCommand]:
    raise AssertionError("no event was sent")


def record(
    key: bytes,
    value: bytes,
    headers: Sequence[tuple[str, bytes]],
    *,
    offset: int = 0,
    at: datetime | None = None,
    topic: str = TOPIC,
) -> Record:
    """A record, stamped by the broker if a time is given."""
    stamp = (int(at.timestamp() * 1000), 1) if at else (0, 0)
    return ConsumerRecord(
        **{"topic": topic, "partition": 0, "offset": offset, "timestamp": stamp[0], "timestamp_type": stamp[1]},
        **{"key": key, "value": value, "checksum": None, "serialized_key_size": 0, "serialized_value_size": 0},
        headers=headers,
    )


def command(id_: str = "c-1", source: str = SOURCE, **more: Any) -> Envelope:
    envelope = reject(id_, source=source, **more).envelope
    return replace(envelope, datacontenttype="application/json")


async def decoded(*records: Record, known: Register | None = None) -> DecodedRecords:
    in_force = known or register()
    decoder = RecordDecoder("approvals", _decode, _never, Senders(lambda: in_force))
    return await decoder.decode_batch(records, MemoryStore())


async def refusal_of(one: Record, known: Register | None = None) -> str:
    """Why the sender of a record is not believed; nothing of it is a command."""
    batch = await decoded(one, known=known)
    assert batch.commands == []
    (letter,) = batch.dead_letters
    assert letter.reason.startswith("identity: ")
    assert letter.remedy
    return letter.reason


MODES = pytest.mark.parametrize("mode", [binary, structured], ids=["binary", "structured"])


@MODES
@pytest.mark.parametrize("key", [KZ, KZ_P256], ids=["Ed25519", "P-256"])
async def test_a_signed_command_is_its_producers(mode: Any, key: SigningKey) -> None:
    batch = await decoded(record(*mode(command(actor="desk"), key)))
    (one,) = batch.commands
    assert isinstance(one.command, ReceivedCommand), one.command
    assert (one.principal.kind, one.principal.id, one.principal.key) == ("service_account", "mfa-kz", key.public.id)
    assert one.principal.proof is not None
    assert one.principal.register == register().reference
    assert one.envelope.actor == "desk"
    assert batch.dead_letters == []


async def test_a_command_that_is_no_longer_signed_is_not_its_producers() -> None:
    assert "signed" in await refusal_of(record(*binary(command(), None)))


@MODES
async def test_a_command_signed_by_a_stranger_is_not_its_producers(mode: Any) -> None:
    assert "key" in await refusal_of(record(*mode(command(), THIEF)))


@MODES
async def test_the_right_key_of_another_producer_is_not_its_producers(mode: Any) -> None:
    assert "key" in await refusal_of(record(*mode(command(), UN)))


async def test_a_source_of_another_producer_is_refused() -> None:
    assert "key" in await refusal_of(record(*binary(command(source="https://un.example/desk/1"), KZ)))


async def test_a_source_that_nobody_registered_is_refused() -> None:
    assert "No registered producer" in await refusal_of(record(*binary(command(source="urn:nobody"), KZ)))


async def test_a_source_of_the_system_is_refused_however_it_is_signed() -> None:
    assert "reserved" in await refusal_of(record(*binary(command(source="urn:forcegen:approvals:policy"), KZ)))


async def test_one_changed_byte_of_the_data_is_refused() -> None:
    key, value, headers = binary(command(), KZ)
    assert "core-digest" in await refusal_of(record(key, value.replace(b'"1"', b'"2"'), headers))


async def test_a_replay_on_another_topic_of_another_id_is_refused() -> None:
    key, value, headers = binary(command(), KZ)
    again = [(name, b"c-2" if name == "ce_id" else raw) for name, raw in headers]
    assert "core-digest" in await refusal_of(record(key, value, again))


async def test_a_replay_on_another_partition_is_the_same_command() -> None:
    store = MemoryStore()
    handler = CommandHandler(Counting(), store, service="approvals", streams_cached_max=10)
    first = record(*binary(command(), KZ))
    batch = await decoded(first, replace(first, partition=3, offset=7))
    sent, again = await handler.handle(batch.commands, batch.dead_letters)
    assert (sent.status, again) == ("accepted", sent)


async def test_a_replay_to_another_service_is_no_command_there() -> None:
    decoder = RecordDecoder("vacancies", _decode_nothing, _never, Senders(register))
    batch = await decoder.decode_batch([record(*binary(command(), KZ), topic="vacancies.commands")], MemoryStore())
    (one,) = batch.commands
    assert isinstance(one.command, Invalid)
    assert one.command.field == "type"


async def test_an_actor_beside_the_signature_is_refused() -> None:
    assert "actor" in await refusal_of(record(*binary(command(), KZ, actor="minister")))


async def test_what_the_signature_does_not_cover_is_dropped() -> None:
    key, value, headers = binary(command(), KZ, correlationid="forged", causationid="forged", traceparent="forged")
    (one,) = (await decoded(record(key, value, headers))).commands
    assert isinstance(one.command, ReceivedCommand)
    envelope = one.envelope
    assert (envelope.correlation_id, envelope.causation_id, envelope.traceparent) == (None, None, None)


async def test_the_time_of_a_signed_command_is_cut_to_the_second_that_is_signed() -> None:
    signed = command()
    moved = replace(signed, time=signed.time.replace(microsecond=999_000) if signed.time else None)
    key, value, _ = binary(signed, KZ)
    material = dict(binary(signed, KZ)[2])[f"ce_{MATERIAL}"]
    attributes = attributes_of(moved)
    headers = [(f"ce_{name}", text_.encode()) for name, text_ in attributes.items() if name != "datacontenttype"]
    headers += [("content-type", b"application/json"), (f"ce_{MATERIAL}", material)]
    (one,) = (await decoded(record(key, value, headers))).commands
    assert one.envelope.time == signed.time


async def test_ce_authid_from_outside_is_never_believed() -> None:
    forged = {"authtype": "system", "authid": "urn:forcegen:approvals", "causeplace": "approvals.commands/0/0"}
    (one,) = (await decoded(record(*binary(command(), KZ, **forged)))).commands
    assert (one.principal.id, one.envelope.acted_by, one.envelope.cause_place) == ("mfa-kz", None, None)


@pytest.mark.parametrize(
    ("at", "counts"),
    [
        (datetime(2019, 12, 31, 23, 59, 59, tzinfo=UTC), False),
        (datetime(2020, 1, 1, tzinfo=UTC), True),
        (datetime(2198, 12, 31, 23, 59, 59, tzinfo=UTC), True),
        (datetime(2199, 1, 1, tzinfo=UTC), False),
    ],
)
async def test_a_key_counts_within_its_period_by_the_brokers_clock(at: datetime, counts: bool) -> None:
    batch = await decoded(record(*binary(command(), KZ_P256), at=at))
    assert (len(batch.commands), len(batch.dead_letters)) == ((1, 0) if counts else (0, 1))


async def test_a_revoked_key_counts_no_longer() -> None:
    lines = [f"{line} revoked 2026-01-01T00:00:00Z" if KZ.public.text in line else line for line in LINES]
    assert "key" in await refusal_of(record(*binary(command(), KZ)), parse(text(*lines)))


async def test_a_failure_of_identity_leaves_nothing_under_the_claimed_name_and_the_owner_is_answered() -> None:
    store = MemoryStore()
    handler = CommandHandler(Counting(), store, service="approvals", streams_cached_max=10)
    forged, true = record(*binary(command(), THIEF)), record(*binary(command(), KZ), offset=1)
    batch = await decoded(forged, true)
    await handler.handle(batch.commands, batch.dead_letters)
    (answer,) = await store.find("c-1", SOURCE)
    assert answer.status == "accepted"
    assert [letter.origin.offset for letter in store.dead_letters] == [0]


async def test_unsigned_first_then_signed_under_one_id_is_decided_as_signed() -> None:
    store = MemoryStore()
    handler = CommandHandler(Counting(), store, service="approvals", streams_cached_max=10)
    batch = await decoded(record(*binary(command(), None)), record(*binary(command(), KZ), offset=1))
    await handler.handle(batch.commands, batch.dead_letters)
    (event,) = store.events
    assert event.principal.key == KZ.public.id


async def test_another_signature_of_the_same_command_is_the_same_command() -> None:
    store = MemoryStore()
    handler = CommandHandler(Counting(), store, service="approvals", streams_cached_max=10)
    batch = await decoded(record(*binary(command(), KZ)), record(*structured(command(), KZ_P256), offset=1))
    first, again = await handler.handle(batch.commands, batch.dead_letters)
    assert (first.status, again) == ("accepted", first)


async def test_an_unreadable_command_of_a_producer_that_signs_is_not_answered_in_its_name() -> None:
    key, value, headers = binary(command(), KZ)
    bad = [(name, b"0.3" if name == "ce_specversion" else raw) for name, raw in headers]
    assert "signed" in await refusal_of(record(key, value, bad))


# Permits: a believed sender is answered.


async def permit_of(envelope: Envelope, known: Register | None = None) -> Refusal:
    (one,) = (await decoded(record(*binary(envelope, KZ)), known=known)).commands
    assert isinstance(one.command, Refusal), one.command
    assert one.command.rule == "permit"
    return one.command


async def test_a_type_that_the_producer_may_not_send_is_refused_by_the_rule_permit() -> None:
    lines = ["command forcegen.approvals.ProposeMandate" if line == "command approvals.*" else line for line in LINES]
    assert (await permit_of(command(), parse(text(*lines)))).field == "type"


async def test_a_stream_of_another_state_is_refused_by_the_rule_permit() -> None:
    """The State is that of the stream's state, so it is looked at inside the decision."""
    store = MemoryStore()
    handler = CommandHandler(Counting(), store, service="approvals", streams_cached_max=10)
    own, foreign = command(), replace(command("c-2"), subject="mandate/xx-1", data=command("c-2", mandate="xx-1").data)
    batch = await decoded(record(*binary(own, KZ)), record(*binary(foreign, KZ), offset=1))
    answers = await handler.handle(batch.commands, batch.dead_letters)
    assert [(one.status, one.rule) for one in answers] == [("accepted", None), ("refused", "permit")]
    assert "xx" not in (answers[1].reason or "").lower()


async def test_whose_claim_stands_in_the_way_is_not_named_to_a_sender_of_some_states() -> None:
    desk = Principal("api_key", "desk", contributors=frozenset({"KZX"}))
    handler = CommandHandler(Counting(), MemoryStore(), service="approvals", streams_cached_max=10)
    theirs, ours = reject("c-1", "xx-1", "claim:post"), reject("c-2", "kz-1", "claim:post")
    assert [one.status for one in await handler.handle([theirs])] == ["accepted"]
    limited, unlimited = await handler.handle([replace(ours, principal=desk), reject("c-3", "kz-1", "claim:post")])
    assert (limited.rule, unlimited.rule) == ("claimed", "claimed")
    assert "xx-1" in (unlimited.reason or "")
    assert "xx-1" not in (limited.reason or "")


async def test_policies_and_senders_without_a_register_are_limited_to_no_state() -> None:
    for principal in (system("approvals"), UNAUTHENTICATED):
        handler = CommandHandler(Counting(), MemoryStore(), service="approvals", streams_cached_max=10)
        (answer,) = await handler.handle([replace(reject("c-1", "xx-1"), principal=principal)])
        assert answer.status == "accepted"


async def test_the_record_time_of_a_demo_counts_within_the_signature_alone() -> None:
    """Given an instant that the signature covers, then it is its sender's, here refused; an added one is dropped."""
    instant = datetime(2019, 3, 1, 18, tzinfo=UTC)
    (own,) = (await decoded(record(*binary(replace(command(), demo_clock=instant), KZ)))).commands
    assert isinstance(own.command, Invalid)
    assert own.command.field == "democlock"
    (added,) = (await decoded(record(*binary(command(), KZ, democlock="2019-03-01T18:00:00Z")))).commands
    assert isinstance(added.command, ReceivedCommand)
    assert added.envelope.demo_clock is None
