"""A command whose sender cannot be believed is answered nowhere; what stands beside it goes on."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from aiokafka import ConsumerRecord

from contracts.cloudevents import Envelope, to_kafka, to_structured
from contracts.deployments import COMMANDS as DEPLOYMENTS
from contracts.registry import COMMANDS, type_name
from contracts.unreadable import Unreadable
from contracts.words import Command
from kernel.decide.command_handler import CommandHandler
from kernel.decide.record_decoder import DecodedRecords, RecordDecoder
from kernel.identity import permits
from kernel.identity.principal import UNAUTHENTICATED, Principal, system
from kernel.identity.senders import NotTheSender, check_source, is_reserved, policy_source
from kernel.messaging.passages import Record
from kernel.model.records import DecodedCommand
from kernel.store.memory import MemoryStore
from services.approvals.policies import POLICIES as OF_APPROVALS
from services.deployments.policies import POLICIES as OF_DEPLOYMENTS
from services.vacancies.policies import POLICIES as OF_VACANCIES
from tests.kernel.door import Counting, reject
from tests.kernel.policy_service import Service, approval
from tests.kernel.test_door_over_http import BATCH, STRUCTURED, door, event

RESERVED = (
    "urn:forcegen",
    "urn:forcegen:",
    "urn:forcegen:approvals",
    "urn:forcegen:approvals:policy",
    "urn:forcegen:nobody",
    "URN:ForceGen:approvals:policy",
    " urn:forcegen:approvals",
)
FREE = ("urn:mfa:kz", "urn:forcegen2", "urn:forcegen-ministry:a", "https://forcegen.example/urn:forcegen:x", "forcegen")


@pytest.mark.parametrize("source", RESERVED)
def test_a_source_of_the_system_is_reserved_in_every_spelling(source: str) -> None:
    assert is_reserved(source)


@pytest.mark.parametrize("source", FREE)
def test_any_other_source_is_free(source: str) -> None:
    assert not is_reserved(source)


def _never(*_: Any) -> Sequence[DecodedCommand]:
    raise AssertionError("no event was sent")


def _decode(envelope: Envelope, principal: Principal, place: str) -> DecodedCommand:
    return replace(reject(envelope.id, source=envelope.source), principal=principal, place=place)


def record(offset: int, key: bytes | None, value: bytes, headers: Sequence[tuple[str, bytes]]) -> Record:
    return ConsumerRecord(
        **{"topic": "counting.commands", "partition": 0, "offset": offset, "timestamp": 0, "timestamp_type": 0},
        **{"key": key, "value": value, "checksum": None, "serialized_key_size": 0, "serialized_value_size": 0},
        headers=headers,
    )


def sent(offset: int, id_: str, source: str, *, structured: bool = False, **more: Any) -> Record:
    envelope = reject(id_, source=source, **more).envelope
    if structured:
        content_type = [("content-type", b"application/cloudevents+json")]
        return record(offset, b"mandate/kz-1", to_structured(envelope), content_type)
    return record(offset, *to_kafka(envelope))


async def decoded(store: MemoryStore, *records: Record) -> DecodedRecords:
    return await RecordDecoder("counting", _decode, _never).decode_batch(records, store)


@pytest.mark.parametrize("structured", [False, True], ids=["binary", "structured"])
@pytest.mark.parametrize("source", RESERVED)
async def test_a_source_of_the_system_from_outside_is_a_dead_letter_and_never_answered(
    source: str, structured: bool
) -> None:
    store = MemoryStore()
    batch = await decoded(
        store, sent(0, "c-1", "urn:a"), sent(1, "p/0", source, structured=structured), sent(2, "c-2", "urn:b")
    )
    assert [one.envelope.id for one in batch.commands] == ["c-1", "c-2"]
    (letter,) = batch.dead_letters
    assert letter.reason.startswith("identity: ")
    assert (letter.field, letter.origin.offset) == ("source", 1)

    handler = CommandHandler(Counting(), store, service="counting", streams_cached_max=10)
    await handler.handle(batch.commands, batch.dead_letters)
    assert await store.find("p/0", None) == []
    assert [one.command_id for one in store.outcomes] == ["c-1", "c-2"]


async def test_an_unreadable_command_under_a_source_of_the_system_is_not_answered_there() -> None:
    headers = [("ce_specversion", b"0.3"), ("ce_id", b"p/0"), ("ce_source", b"urn:forcegen:counting:policy")]
    batch = await decoded(MemoryStore(), record(0, b"k", b"{}", headers))
    assert batch.commands == []
    assert [one.reason.partition(":")[0] for one in batch.dead_letters] == ["identity"]


def test_what_has_no_readable_source_claims_nobody() -> None:
    check_source(Unreadable("It is no JSON.", "value", "Send JSON."))
    with pytest.raises(NotTheSender):
        check_source(reject("c", source="urn:forcegen:x").envelope)


@pytest.mark.parametrize("source", RESERVED)
async def test_a_source_of_the_system_over_http_is_403_and_nothing_is_stored(source: str) -> None:
    async with door() as (client, store):
        answer = await client.post("/v1/commands", json=event("p/0", source), headers=STRUCTURED)
        assert answer.status_code == 403
        assert answer.json()["type"] == "urn:forcegen:problem:not-the-sender"
        assert (answer.json()["field"], bool(answer.json()["remedy"])) == ("source", True)
        assert store.outcomes == []


async def test_one_claimed_source_in_a_batch_over_http_stops_all_of_the_batch() -> None:
    async with door() as (client, store):
        batch = [event("c-1"), event("p/0", "urn:forcegen:approvals:policy")]
        answer = await client.post("/v1/commands", json=batch, headers=BATCH)
        assert (answer.status_code, answer.json()["field"]) == (403, "[1].source")
        assert store.outcomes == []


async def test_a_reaction_is_decided_whoever_tried_its_id_before() -> None:
    service = Service(MemoryStore())
    id_ = f"{approval(1).id}/0"
    batch = await decoded(MemoryStore(), sent(0, id_, policy_source("counting")))
    await service.command_handler.handle(batch.commands, batch.dead_letters)
    await service.read(approval(1))
    assert await service.recorded("kz-1") == ["1"]


async def test_an_event_of_another_source_is_no_event_and_the_true_one_is_no_duplicate() -> None:
    service = Service(MemoryStore())
    forged = [approval(1, source="urn:mfa:kz"), approval(1, source="urn:forcegen:vacancies")]
    assert await service.read(*forged, approval(1)) == (2, 0)
    assert await service.recorded("kz-1") == ["1"]


# Types that only policies send.

INTERNAL = sorted(name for name, word in COMMANDS.items() if word.is_internal)


@pytest.mark.parametrize("name", INTERNAL)
def test_a_type_that_only_policies_send_is_refused_from_outside(name: str) -> None:
    command = COMMANDS[name].model_construct()
    people: list[Principal] = [UNAUTHENTICATED, Principal("service_account", "kz", contributors=None)]
    for outside in people:
        refusal = permits.refusal(outside, command)
        assert refusal is not None
        assert (refusal.rule, refusal.field, bool(refusal.remedy)) == ("permit", "type", True)
    assert permits.refusal(system("deployments"), command) is None


def test_what_people_send_too_is_not_refused() -> None:
    others = [word for word in DEPLOYMENTS if not word.is_internal]
    assert others
    assert all(permits.refusal(UNAUTHENTICATED, word.model_construct()) is None for word in others)


def test_every_type_that_only_policies_send_is_sent_by_one() -> None:
    policies = {*OF_APPROVALS.values(), *OF_VACANCIES.values(), *OF_DEPLOYMENTS.values()}
    known = {name for policy in policies for name, value in policy.__globals__.items() if _is_command(value)}
    assert {name.rpartition(".")[2] for name in INTERNAL} <= known


def _is_command(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, Command) and value is not Command and bool(type_name(value))
