"""Commands as they were sent, read before they are decoded, and before they come up at all, with signatures checked.

What is kept belongs to a record in memory, not to its place or its id, so it cannot come to count for other bytes.
"""

import asyncio
from collections.abc import Iterator
from typing import TypeAlias

import structlog

from contracts import command_topics
from contracts.raw_events import RawEvent, raw_from_kafka
from contracts.verifiability import NotVerifiable
from kernel.identity.checked_ahead import CheckedAhead
from kernel.identity.intake import Senders
from kernel.messaging.consumer import Record, Records
from kernel.runtime.faults import kind, where

log = structlog.get_logger()
_Kept: TypeAlias = dict[int, tuple[Record, RawEvent]]
"""By the identity of the record, which is kept with what was read of it: so no other record gets that identity."""


class ReadAhead:
    """Reads the commands among the records of one service's topics, each once; none without a register of producers."""

    def __init__(self, service: str, senders: Senders) -> None:
        self._service = service
        self._senders = senders
        self._expected: Records = ()
        self._kept: _Kept = {}
        self._checks = CheckedAhead()
        self._reading: asyncio.Task[None] | None = None

    def expect(self, records: Records) -> None:
        """Take note of the records that come up next."""
        self._expected = records

    def begin(self) -> None:
        """Begin to read those; what was read ahead of others and not taken is forgotten."""
        if self._expected:
            self._kept, self._checks = {}, CheckedAhead()
            self._reading = asyncio.create_task(self._read(self._expected, self._kept, self._checks))
            self._expected = ()

    async def take(self, records: Records) -> list[RawEvent | None]:
        """The command of each record as it was sent, read now if it was not before; None if there is none to read."""
        if self._reading is not None:
            self._checks.hurry()
            await self._reading
            self._reading = None
        taken = [self._kept.pop(id(record), None) for record in records]
        left: _Kept = {}
        if None in taken:
            checks = CheckedAhead()
            checks.hurry()
            await self._read([record for record, one in zip(records, taken, strict=True) if one is None], left, checks)
        both = [one or left.get(id(record)) for record, one in zip(records, taken, strict=True)]
        return [one and one[1] for one in both]

    async def _read(self, records: Records, into: _Kept, checks: CheckedAhead) -> None:
        try:
            await self._senders.check_ahead(self._commands(records, into), checks)
        except Exception as fault:  # whoever decodes the records meets it again, and knows what to do
            log.warning("commands could not be read ahead", fault=kind(fault), where=where(fault))

    def _commands(self, records: Records, into: _Kept) -> Iterator[RawEvent]:
        for record in records:
            if command_topics.are_for(self._service, record.topic):
                try:
                    raw = raw_from_kafka(record.value, record.headers)
                except NotVerifiable:  # whoever decodes it says so
                    continue
                into[id(record)] = record, raw
                yield raw
