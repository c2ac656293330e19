"""Phase 1, decode: turns a Kafka record or a parked row into the event that the projector folds.

An event newer than this program is not a fault: it becomes an `UnreadEvent`, which the gate parks in its stream.
"""

from dataclasses import replace
from typing import TypeVar
from uuid import UUID

import asyncpg
from pydantic import ValidationError

from contracts import registry
from contracts.cloudevents import Envelope, from_kafka
from contracts.envelope import ActedBy
from contracts.fault_text import fault_text
from contracts.newer import UnreadEvent, newer, newer_event
from contracts.unreadable import Unreadable
from contracts.words import Event
from kernel.decide import decode
from kernel.messaging.consumer import Record, check_whole
from services.reporting.projections.event import ConsumedEvent

T = TypeVar("T")


def event_of_record(record: Record) -> ConsumedEvent:
    """The event in a Kafka record.

    Raises:
        Unreadable: it is not an event of the topic's service, or it was truncated.
    """
    check_whole(record)
    envelope = from_kafka(record.key, record.value, record.headers)
    return event_of_envelope(record.topic, record.partition, record.offset, envelope)


def event_of_envelope(topic: str, partition: int, offset: int, envelope: Envelope) -> ConsumedEvent:
    """The event in an envelope from this place of an events topic.

    Raises:
        Unreadable: it is not an event of the topic's service.
    """
    decode.check_publisher(topic, envelope)
    service = topic.partition(".")[0]
    try:
        event = decode.event(envelope)
    except Unreadable:
        unread = newer_event(topic, envelope)
        if unread is None:
            raise
        return _consumed(topic, partition, offset, envelope, unread)
    if event.data.service != service:
        detail = f"{envelope.type} is not an event of the service {service}."
        raise Unreadable(
            detail, "headers.ce_type", f"Only {event.data.service} records it, in {event.data.service}.events."
        )
    return _consumed(topic, partition, offset, envelope, event.data)


def event_of_parked(row: asyncpg.Record) -> ConsumedEvent:
    """A parked event as it arrived; `data` stays an `UnreadEvent` while this program does not know the event's type."""
    service, stream, version, position, event_id, name, effective, recorded, text, *rest, schema_version = row
    data = _parked_data(name, schema_version, text)
    *plain, kind, identity, key, proof, register, on_behalf_of, place, clock = rest
    by = ActedBy(kind, identity, key, proof, register, on_behalf_of) if kind else None
    read = ConsumedEvent(event_id, name, stream, version, position, service, effective, recorded, data, *plain)
    return replace(read, acted_by=by, cause_place=place, demo_clock=clock)


def _consumed(topic: str, partition: int, offset: int, envelope: Envelope, data: Event | UnreadEvent) -> ConsumedEvent:
    return ConsumedEvent(
        id=UUID(envelope.id),
        type=envelope.type,
        stream=_present(envelope.subject, "subject"),
        version=_present(envelope.stream_version, "streamversion"),
        position=_present(envelope.position, "position"),
        service=topic.partition(".")[0],
        effective=_present(envelope.time, "time"),
        recorded=_present(envelope.recorded_time, "recordedtime"),
        data=data,
        correlation_id=envelope.correlation_id,
        causation_id=envelope.causation_id,
        actor=envelope.actor,
        topic=topic,
        partition=partition,
        offset=offset,
        acted_by=envelope.acted_by,
        cause_place=envelope.cause_place,
        demo_clock=envelope.demo_clock,
    )


def _present(value: T | None, name: str) -> T:
    if value is None:
        raise Unreadable(
            f"There is no {name}.", f"headers.ce_{name}", "Only a service records events; send it a command."
        )
    return value


def _parked_data(name: str, schema_version: int, text: str) -> Event | UnreadEvent:
    word = registry.EVENTS.get(name)
    if word is None or schema_version > word.schema_version:
        return UnreadEvent(name, schema_version, text, newer(name, schema_version))
    try:
        return word.read(text)
    except ValidationError as error:  # it was parked unread, and does not fit the contract that now defines it
        first = error.errors(include_url=False, include_input=False)[0]
        why = ValueError(f"data.{'.'.join(map(str, first['loc']))}: {fault_text(first)}")
        return UnreadEvent(name, schema_version, text, why)
