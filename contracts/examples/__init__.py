"""One example of every message: for consumers who want to see real values, and for every consumer's tests.

The values are realistic (two decisions of a parliament, an observer's tour, a company in a framework nation's
battalion); people are opaque references, as everywhere. No running service reads them.
"""

from datetime import UTC, datetime, time
from typing import Final
from uuid import NAMESPACE_URL, UUID, uuid5

from contracts.cloudevents import Envelope
from contracts.envelope import ActedBy
from contracts.examples import approvals, deployments, vacancies
from contracts.outcome import CommandDecided, EventRef
from contracts.registry import schema_name, source_of, type_name
from contracts.words import Event, Message

_AT: Final = datetime(2024, 3, 12, 9, 30, tzinfo=UTC)
"""When every example was recorded, and when it happened if its data has no date."""


def example_id(word: type[Message]) -> UUID:
    """The id of a message type's example, the same on every run."""
    return uuid5(NAMESPACE_URL, f"urn:forcegen:example:{type_name(word)}:{word.schema_version}")


OUTCOME: Final = CommandDecided(
    command_id=str(example_id(type(approvals.approve))),
    command_source="urn:mfa:kz",
    command_type=type_name(type(approvals.approve)),
    command_stream=approvals.approve.stream,
    status="accepted",
    events=(
        EventRef(
            id=example_id(type(approvals.EVENTS[1])),
            type=type_name(type(approvals.EVENTS[1])),
            stream=approvals.approve.stream,
            version=2,
            position=1042,
        ),
    ),
    token=f"approvals:{approvals.approve.stream}:2",
)
EXAMPLES: Final[tuple[Message, ...]] = (
    *(*approvals.COMMANDS, *approvals.EVENTS),
    *(*vacancies.COMMANDS, *vacancies.EVENTS),
    *(*deployments.COMMANDS, *deployments.EVENTS),
    OUTCOME,
)


def enveloped(example: Message) -> Envelope:
    """An example in the CloudEvent that would carry it."""
    word = type(example)
    recorded = isinstance(example, Event | CommandDecided)
    service = "approvals" if isinstance(example, CommandDecided) else word.service
    return Envelope(
        id=str(example_id(word)),
        source=source_of(service) if recorded else "urn:mfa:kz",
        type=type_name(word),
        subject=example.stream,
        time=_time(example),
        dataschema=schema_name(word),
        datacontenttype="application/json",
        data=example.model_dump_json().encode(),
        recorded_time=_AT if recorded else None,
        correlation_id="c-2024-0312",
        causation_id=OUTCOME.command_id if recorded else None,
        actor=_actor(word),
        stream_version=2 if isinstance(example, Event) else None,
        position=1042 if recorded else None,
        acted_by=ActedBy("unauthenticated") if recorded else None,
        cause_place="approvals.commands/3/117" if isinstance(example, Event) else None,
    )


def _actor(word: type[Message]) -> str:
    """Who acted: two officials, where one approves what another has proposed."""
    return "head-of-department" if "Approve" in word.__name__ else "peacekeeping-desk"


def _time(example: Message) -> datetime:
    if not isinstance(example, Event) or example.effective_field is None:
        return _AT
    return datetime.combine(getattr(example, example.effective_field), time(), UTC)
