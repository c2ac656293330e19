"""The projector: a batch of events into the views, set-based, in the caller's transaction, in six phases.

    decode   a record or a parked row -> an event            decode.py
    gate     which events of each stream may be applied      gate.py, projections/stream_gate.py
    fold     events and the rows they need -> changed rows   fold.py, projections/change_set.py
    write    changed rows -> the views and their history     write.py
    derive   changed stays and limits -> steps of a line     occupancy.py
    record   versions, log of events, parked, notices        record.py

A version guards each (service, stream). The next version is applied, an older one is a duplicate and dropped, and one
beyond a gap is parked until the gap is filled. An event whose projection raises is parked with its error, and the later
ones of its stream queue behind it; all other streams continue. Nothing is skipped. All statements are set-based: a
batch costs a handful of them, whatever its size.
"""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import Final

from kernel.store.postgres import Connection
from services.reporting.projections.change_set import ChangeSet
from services.reporting.projections.event import ConsumedEvent
from services.reporting.projections.stream_gate import StreamGate
from services.reporting.projector.fold import fold
from services.reporting.projector.gate import Gates, Stream, gates_of, load_gates
from services.reporting.projector.occupancy import derive
from services.reporting.projector.record import record
from services.reporting.projector.write import write
from services.reporting.queries import query

RETRY_EVENTS_MAX: Final = 1000
"""Parked events that one batch or one call of `retry` loads."""


@dataclass(frozen=True, slots=True)
class Applied:
    """How the events of a batch were handled."""

    applied: int = 0
    """Events whose rows are now set, including events that had been parked."""
    duplicates: int = 0
    parked: int = 0
    """Events of this batch that wait: behind a gap, with an error, or behind another waiting event."""
    released: int = 0
    """Events that had been parked and are now applied."""

    def __add__(self, other: "Applied") -> "Applied":
        both = zip(astuple(self), astuple(other), strict=True)
        return Applied(*(one + another for one, another in both))


class Projector:
    """Writes the views. It is stateless: all state is in the database, under the caller's transaction."""

    async def apply(self, connection: Connection, events: Sequence[ConsumedEvent]) -> Applied:
        """Apply a batch inside the caller's transaction; the stored offsets belong in the same one.

        A database error propagates, and nothing of the batch is kept; an event that cannot be applied is parked.
        """
        return await self._project(connection, gates_of(events), len(events), RETRY_EVENTS_MAX)

    async def park(self, connection: Connection, event: ConsumedEvent, error: str) -> None:
        """Park an event with the error that the database raised; a duplicate is dropped."""
        gates = {(event.service, event.stream): StreamGate(arrived={event.version: event}, error=error)}
        await load_gates(connection, gates, RETRY_EVENTS_MAX)
        await record(connection, gates, ChangeSet())

    async def next_parked(self, connection: Connection, limit: int = RETRY_EVENTS_MAX) -> list[Stream]:
        """The streams whose next event is parked."""
        rows = await connection.fetch(query("parked_next").sql, limit)
        return list(dict.fromkeys((row["service"], row["stream"]) for row in rows))

    async def retry(self, connection: Connection, streams: Sequence[Stream], limit: int = RETRY_EVENTS_MAX) -> Applied:
        """Try parked events of these streams again, for example after a repair of a projection.

        Call it again while it releases events; a stream longer than the limit takes several calls.
        """
        return await self._project(connection, {stream: StreamGate() for stream in streams}, 0, limit)

    async def _project(self, connection: Connection, gates: Gates, events: int, parked_max: int) -> Applied:
        await load_gates(connection, gates, parked_max)
        changes = await fold(connection, gates)
        await write(connection, changes)
        await derive(connection, changes)
        await record(connection, gates, changes)
        return _applied(gates, events)


def _applied(gates: Gates, events: int) -> Applied:
    arrived = [event for gate in gates.values() for event in gate.arrived.values()]
    applied = sum(len(gate.done) for gate in gates.values())
    released = sum(event.version in gate.parked for gate in gates.values() for event in gate.done)
    parked = sum(event.version > gates[event.service, event.stream].version for event in arrived)
    return Applied(applied, events - (applied - released) - parked, parked, released)
