"""The reading room, put together: events of every deciding room into the views. No rule lives here."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TypeVar
from uuid import UUID

import asyncpg

from contracts import registry
from contracts.cloudevents import Envelope, from_kafka
from contracts.newer import UnreadEvent, newer_event
from contracts.unreadable import Unreadable
from contracts.words import Event
from kernel import reader_service
from kernel.decide import decode
from kernel.messaging import topics
from kernel.messaging.consumer import Record, Records, check_whole, dead_letter
from kernel.model.records import DeadLetter
from kernel.reader_service import Write
from kernel.runtime.faults import kind
from kernel.store.postgres import Connection
from services.reporting.analysts.publish import publish
from services.reporting.projections.event import ConsumedEvent
from services.reporting.projector.projector import Projector
from services.reporting.projector.retry_parked import retried

T = TypeVar("T")
PROJECTOR = Projector()


def prepare(records: Records) -> Write:
    """Decode a batch; what cannot be read becomes a dead letter, and all else goes into the views."""
    events: list[ConsumedEvent] = []
    unread: list[DeadLetter] = []
    for record in records:
        try:
            events.append(_decoded(record))
        except Unreadable as fault:
            unread.append(dead_letter(record, fault))

    async def write(connection: Connection) -> Sequence[DeadLetter]:
        await PROJECTOR.apply(connection, events)
        return unread

    return write


def _decoded(record: Record) -> ConsumedEvent:
    check_whole(record)
    return recorded(record.topic, record.partition, record.offset, from_kafka(record.key, record.value, record.headers))


async def put_by(connection: Connection, record: Record, fault: Exception) -> Sequence[DeadLetter]:
    """The record that makes its batch fail: an event waits parked in its stream, anything else is buried."""
    try:
        event = _decoded(record)
    except Unreadable as unread:
        return [dead_letter(record, unread)]
    await PROJECTOR.park(connection, event, f"the database refused it: {kind(fault)}")
    return ()


def recorded(topic: str, partition: int, offset: int, envelope: Envelope) -> ConsumedEvent:
    """A record of an events topic as the projector takes it; one that is newer than this program is to be parked.

    Raises:
        Unreadable: it is no event of the topic's room.
    """
    room = topic.partition(".")[0]
    try:
        fact = decode.event(envelope)
    except Unreadable:
        unread = newer_event(topic, envelope)
        if unread is None:
            raise
        return _recorded(topic, partition, offset, envelope, unread)
    if fact.data.room != room:
        detail = f"{envelope.type} is not an event of the room {room}."
        raise Unreadable(detail, "headers.ce_type", f"Only {fact.data.room} records it, in {fact.data.room}.events.")
    return _recorded(topic, partition, offset, envelope, fact.data)


def _recorded(topic: str, partition: int, offset: int, envelope: Envelope, data: Event | UnreadEvent) -> ConsumedEvent:
    return ConsumedEvent(
        id=UUID(envelope.id),
        type=envelope.type,
        stream=_present(envelope.subject, "subject"),
        version=_present(envelope.stream_version, "streamversion"),
        position=_present(envelope.position, "position"),
        room=topic.partition(".")[0],
        effective=_present(envelope.effective, "effectivetime"),
        recorded=_present(envelope.time, "time"),
        data=data,
        correlation_id=envelope.correlation_id,
        causation_id=envelope.causation_id,
        actor=envelope.actor,
        topic=topic,
        partition=partition,
        offset=offset,
    )


def _present(value: T | None, name: str) -> T:
    if value is None:
        raise Unreadable(f"There is no {name}.", f"headers.ce_{name}", "Only a room records events; send it a command.")
    return value


@asynccontextmanager
async def beside(pool: asyncpg.Pool) -> AsyncIterator[None]:
    """What the process does besides reading: the analysts' schema once, parked events again and again."""
    await publish(pool)
    async with retried(pool):
        yield


SERVICE = reader_service.ReaderService(
    "reporting",
    [topics.of_log(room, "events") for room in registry.SERVICES],
    prepare,
    put_by,
    migrations=[("services.reporting", "migrations")],
    batch_records_max=1_000,
    readers=["analyst"],
)
