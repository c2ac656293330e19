"""Whatever event is on record, the commands that it leads to elsewhere are admitted there: texts, numbers and all."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest
from aiokafka.structs import ConsumerRecord

from contracts.cloudevents import Envelope, from_kafka, to_kafka
from contracts.examples import EXAMPLES, enveloped, example_id
from contracts.registry import commands_of
from contracts.vacancies import NominationAccepted
from contracts.words import Event
from kernel.command_service import DecidingService, reactions
from kernel.decide import decode
from kernel.decide.record_decoder import RecordDecoder
from kernel.identity.principal import Principal, system
from kernel.messaging.consumer import Record
from kernel.model.decider import ReceivedCommand, RecordedEvent
from kernel.model.records import DecodedCommand, Origin
from services.approvals.app import SERVICE as APPROVALS
from services.deployments.app import SERVICE as DEPLOYMENTS
from services.vacancies.app import SERVICE as VACANCIES
from tests.edges import largest
from tests.hostile.commands import event_stream, from_schema

NOW = datetime(2024, 3, 12, tzinfo=UTC)


def cases() -> Iterator[Any]:
    for service in (APPROVALS, VACANCIES, DEPLOYMENTS):
        for topic in service.policies:
            for event in EXAMPLES:
                if isinstance(event, Event) and f"{event.service}.events" == topic:
                    yield pytest.param(service, topic, event, id=f"{service.name}-{type(event).__name__}")


def decoder_of(service: DecidingService) -> RecordDecoder:
    """How the service reads its topics."""

    def decode_command(envelope: Envelope, principal: Principal, _: str) -> DecodedCommand:
        return decode.command(envelope, commands_of(service.name), received=NOW, bytes_max=262_144, principal=principal)

    def react(origin: Origin, event: RecordedEvent, cause: Envelope) -> list[DecodedCommand]:
        commands = reactions(service, origin.topic, event, cause)
        return [decode_command(one, system(service.name), str(origin)) for one in commands]

    return RecordDecoder(service.name, decode_command, react)


def record(topic: str, offset: int, envelope: Envelope) -> Record:
    """An event as Kafka hands it over."""
    key, value, headers = to_kafka(envelope)
    return ConsumerRecord(topic, 0, offset, 0, 0, key, value, None, len(key), len(value), tuple(headers))


@pytest.mark.parametrize(("service", "topic", "example"), list(cases()))
def test_the_oddest_event_leads_to_commands_that_are_admitted(
    service: DecidingService, topic: str, example: Event
) -> None:
    try:
        event = largest(example)
    except ValueError:  # a rule between its fields forbids the largest of all at once
        event = example
    if getattr(event, "person", None) is not None and hasattr(event, "headcount"):
        event = event.model_copy(update={"headcount": 1})  # no decider says otherwise
    recorded = RecordedEvent(example_id(type(event)), event, NOW)
    for reaction in reactions(service, topic, recorded, enveloped(event)):
        key, value, headers = to_kafka(reaction)
        again = from_kafka(key, value, headers)
        decoded = decode.command(
            again, commands_of(service.name), received=NOW, bytes_max=262_144, principal=system(service.name)
        )
        assert isinstance(decode.keyed(decoded, key).command, ReceivedCommand), decoded.command


@pytest.mark.parametrize(("service", "topic", "example"), list(cases()))
def test_whatever_event_the_contract_admits_leads_to_commands_or_to_a_dead_letter(
    service: DecidingService, topic: str, example: Event
) -> None:
    """Whoever may write to the topic can say what no decider says: a person of nine heads."""

    decoder = decoder_of(service)
    chance = Random(20240312)  # noqa: S311  (a choice, not a secret)
    for nr in range(100):
        content = from_schema(chance, type(example).model_json_schema(), 0)
        envelope = enveloped(example)
        subject = event_stream(envelope.type, content) or envelope.subject
        envelope = replace(envelope, data=json.dumps(content).encode(), subject=subject)
        decoded = decoder.decode(record(topic, nr, envelope))
        assert decoded.event is not None or decoded.dead_letter is not None


def test_a_person_of_nine_heads_becomes_a_dead_letter_with_a_reason() -> None:
    example = next(event for event in EXAMPLES if isinstance(event, NominationAccepted))
    forged = example.model_copy(update={"person": "p-1", "unit": None, "headcount": 9})
    decoded = decoder_of(DEPLOYMENTS).decode(record("vacancies.events", 8, enveloped(forged)))
    assert decoded.commands == ()
    assert decoded.dead_letter is not None
    assert "ValidationError" in decoded.dead_letter.reason
    assert decoded.dead_letter.value is not None
    assert decoded.dead_letter.remedy
