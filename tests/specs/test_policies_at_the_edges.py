"""Whatever event is on record, the commands that it leads to elsewhere are admitted there: texts, numbers and all."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from contracts.cloudevents import from_kafka, to_kafka
from contracts.examples import EXAMPLES, enveloped, example_id
from contracts.registry import commands_of
from contracts.words import Event
from kernel.command_service import DecidingService, reactions
from kernel.decide import decode
from kernel.model.decider import ReceivedCommand, RecordedEvent
from services.approvals.app import SERVICE as APPROVALS
from services.deployments.app import SERVICE as DEPLOYMENTS
from services.vacancies.app import SERVICE as VACANCIES
from tests.edges import largest

NOW = datetime(2024, 3, 12, tzinfo=UTC)


def cases() -> Iterator[Any]:
    for service in (APPROVALS, VACANCIES, DEPLOYMENTS):
        for topic in service.policies:
            for event in EXAMPLES:
                if isinstance(event, Event) and f"{event.service}.events" == topic:
                    yield pytest.param(service, topic, event, id=f"{service.name}-{type(event).__name__}")


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
        decoded = decode.command(again, commands_of(service.name), received=NOW, bytes_max=262_144)
        assert isinstance(decode.keyed(decoded, key).command, ReceivedCommand), decoded.command
