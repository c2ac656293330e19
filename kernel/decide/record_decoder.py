"""Decodes the records of a deciding service's topics: commands, events with the commands they lead to, held events.

An event of another service that is newer than this program is held, and the later events of its stream are held
behind it, so that reactions come in order once it is understood. All other streams go on.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TypeAlias

import structlog

from contracts import command_topics
from contracts.cloudevents import from_kafka
from contracts.envelope import Envelope
from contracts.newer import newer_event
from contracts.raw_events import RawEvent, envelope_of, raw_from_kafka
from contracts.unreadable import Unreadable
from kernel.decide import decode
from kernel.decide.decode import unreadable
from kernel.decide.read_ahead import ReadAhead
from kernel.identity.intake import VERIFIED_AT_ONCE, Arrival, Senders
from kernel.identity.principal import Principal
from kernel.identity.senders import NotTheSender
from kernel.messaging.consumer import Record, Records, check_whole, dead_letter
from kernel.model.decider import RecordedEvent
from kernel.model.records import DeadLetter, DecodedCommand, HeldEvent, Origin, StreamOf
from kernel.runtime.faults import kind, where
from kernel.store.protocol import Store

log = structlog.get_logger()
DecodeCommand: TypeAlias = Callable[[Envelope, Principal, str], DecodedCommand]
"""A command of a principal from a place (topic, partition and offset), validated against its contract."""
React: TypeAlias = Callable[[Origin, RecordedEvent, Envelope], Sequence[DecodedCommand]]
"""The commands that the event of a record leads to here."""
LOG_APPEND_TIME = 1
"""The timestamp type of a record that the broker stamped (Kafka, `message.timestamp.type`)."""
BEHIND = "It waits for an event of its stream that is newer than this program."


@dataclass(frozen=True, slots=True)
class DecodedRecord:
    """The content of one record."""

    commands: Sequence[DecodedCommand] = ()
    dead_letter: DeadLetter | None = None
    event: HeldEvent | None = None
    """The record as it would be held; None if it is not an event of another service."""
    is_newer: bool = False


@dataclass(slots=True)
class DecodedRecords:
    """The work that some records lead to, in their order."""

    commands: list[DecodedCommand] = field(default_factory=list)
    dead_letters: list[DeadLetter] = field(default_factory=list)
    held: list[HeldEvent] = field(default_factory=list)


class RecordDecoder:
    """Decodes the topics of one service."""

    def __init__(
        self, service: str, decode_command: DecodeCommand, react: React, senders: Senders | None = None
    ) -> None:
        self._service = service
        self._senders = senders or Senders()
        self._decode_command = decode_command
        self._react = react
        self._ahead = ReadAhead(service, self._senders)

    def expect(self, records: Records) -> None:
        """Take note of records that come up next: their signatures are checked while others are written."""
        self._ahead.expect(records)

    async def decode_batch(self, records: Records, store: Store) -> DecodedRecords:
        """Decode records; events newer than this program, and those behind them in their stream, are to be held."""
        decoded = []
        for number, (record, raw) in enumerate(zip(records, await self._ahead.take(records), strict=True)):
            decoded.append(self.decode(record, raw))
            if number % VERIFIED_AT_ONCE == VERIFIED_AT_ONCE - 1:
                await asyncio.sleep(0)
        self._ahead.begin()
        streams = {_stream_of(record.event) for record in decoded if record.event}
        waiting = set(await store.held_streams(streams)) if streams else set()
        batch = DecodedRecords()
        for record in decoded:
            if record.event is not None and (record.is_newer or _stream_of(record.event) in waiting):
                waiting.add(_stream_of(record.event))
                batch.held.append(record.event)
                continue
            batch.commands += record.commands
            batch.dead_letters += [record.dead_letter] if record.dead_letter else []
        return batch

    def decode(self, record: Record, raw: RawEvent | None = None) -> DecodedRecord:
        """The commands of a record, or its dead letter; both if it cannot be decoded but its identity can be read.

        `raw`: the command as sent, if it was read before.
        """
        is_command = command_topics.are_for(self._service, record.topic)
        origin = Origin(record.topic, record.partition, record.offset)
        try:
            check_whole(record)
            read = None if raw is None else envelope_of(raw, record.headers)
            envelope = read or from_kafka(record.key, record.value, record.headers)
            if is_command:
                envelope, principal = self._senders.believe(envelope, lambda: raw or _raw(record), _arrival(record))
                return DecodedRecord([decode.keyed(self._decode_command(envelope, principal, str(origin)), record.key)])
            return self._event(_held(origin, record.key, record.value, tuple(record.headers), envelope), envelope)
        except NotTheSender as failure:
            return DecodedRecord(dead_letter=dead_letter(record, failure))
        except Unreadable as fault:
            return self._unreadable(record, fault) if is_command else DecodedRecord((), dead_letter(record, fault))

    def _unreadable(self, record: Record, fault: Unreadable) -> DecodedRecord:
        """The command that answers the sender, if its identity can be read and believed; else its dead letter."""
        try:
            self._senders.check_unread(fault.source, _arrival(record))
        except NotTheSender as failure:
            return DecodedRecord(dead_letter=dead_letter(record, failure))
        command = unreadable(fault)
        letter = dead_letter(record, fault) if command is None or fault.is_foreign else None
        return DecodedRecord([command] if command else [], letter)

    def decode_held(self, held: HeldEvent) -> DecodedRecord:
        """Decode a held event with this program's contract."""
        try:
            return self._event(held, from_kafka(held.key, held.value, held.headers))
        except Unreadable as fault:
            fault_texts = fault.reason, fault.field, fault.remedy
            return DecodedRecord(dead_letter=DeadLetter(held.origin, held.key, held.value, held.headers, *fault_texts))

    def _event(self, held: HeldEvent, envelope: Envelope) -> DecodedRecord:
        """Raises `Unreadable` for a record that is not an event of the topic's service, in this version or later."""
        decode.check_publisher(held.origin.topic, envelope)
        try:
            event = decode.event(envelope)
        except Unreadable:
            unread = newer_event(held.origin.topic, envelope)
            if unread is None:
                raise
            return DecodedRecord(event=replace(held, reason=f"{unread.why}."), is_newer=True)
        try:
            return DecodedRecord(self._react(held.origin, event, envelope), event=held)
        except Exception as fault:  # a policy is pure: an event it fails on now fails always
            log.warning("a policy failed on an event", type=held.type, fault=kind(fault), where=where(fault))
            reason = f"The event leads to a command that no contract admits ({kind(fault)})."
            remedy = "No service of this system records such an event: find out who sent it."
            return DecodedRecord(
                dead_letter=DeadLetter(held.origin, held.key, held.value, held.headers, reason, None, remedy)
            )


def _arrival(record: Record) -> Arrival:
    """When the record reached the system: as the broker says where it stamps records itself, else now."""
    is_stamped = record.timestamp_type == LOG_APPEND_TIME
    at = datetime.fromtimestamp(record.timestamp / 1000, UTC) if is_stamped else datetime.now(UTC)
    return Arrival(at, record.topic)


def _raw(record: Record) -> RawEvent:
    return raw_from_kafka(record.value, record.headers)


def _held(
    origin: Origin,
    key: bytes | None,
    value: bytes | None,
    headers: tuple[tuple[str, bytes | None], ...],
    envelope: Envelope,
) -> HeldEvent:
    place = envelope.subject or "", envelope.stream_version or 0
    return HeldEvent(origin, *place, envelope.type, key, value, headers, BEHIND)


def _stream_of(event: HeldEvent) -> StreamOf:
    return event.origin.topic, event.stream
