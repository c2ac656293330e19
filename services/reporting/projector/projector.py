"""The projector: a batch of events into the views, set-based, in the caller's transaction.

Each (room, stream) is guarded by its version. The next version is applied, an older one is a duplicate and dropped,
and one beyond a gap is parked until the gap is filled. An event whose projection raises is parked with its error, and
the later ones of its stream queue behind it; every other stream flows on. Nothing is skipped. All statements are set
statements: a batch costs a handful of them, whatever its size.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from typing import Any, Final

import asyncpg
from pydantic import ValidationError

from contracts import registry
from contracts.newer import UnreadEvent, newer
from contracts.words import Event
from kernel.store.postgres import Connection
from services.reporting.projections import PROJECTION_OF, PROJECTIONS, VIEWS
from services.reporting.projections.change_set import ChangeSet
from services.reporting.projections.event import ConsumedEvent
from services.reporting.projections.stream_gate import StreamGate
from services.reporting.projections.tour_rows import STAYS
from services.reporting.projections.view import Projection
from services.reporting.projector import occupancy
from services.reporting.projector.upsert_sql import Statements
from services.reporting.queries import query

RETRY_EVENTS_MAX: Final = 1000
"""Parked events that one call of `retry` takes up."""

CHANGES_KEPT: Final = 10_000
"""Changes that a follower may have missed and can still be told."""
IDS_MAX: Final = 100
"""Ids that one change names; it always tells how many rows there were."""

_LOG = (
    *("room", "stream", "version", "position", "id", "type", "effective", "recorded", "data"),
    *("correlation_id", "causation_id", "actor", "topic", "part", "offset"),
)
_OWNED = (*_LOG, "owner", "contributor")
Stream = tuple[str, str]
"""A room and a stream in it."""


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of a batch."""

    applied: int = 0
    """Events whose rows are set now, those of before that were parked among them."""
    duplicates: int = 0
    parked: int = 0
    """Events of this batch that wait: behind a gap, with an error, or behind one that waits."""
    released: int = 0
    """Events that were parked before, and are applied now."""

    def __add__(self, other: "Applied") -> "Applied":
        both = zip(astuple(self), astuple(other), strict=True)
        return Applied(*(one + another for one, another in both))


class Projector:
    """Writes the views. It has no state: what is known is in the database, under the transaction of the caller."""

    def __init__(self) -> None:
        self._statements = {view.table: Statements(view) for view in VIEWS}

    async def apply(self, connection: Connection, events: Sequence[ConsumedEvent]) -> Applied:
        """Apply a batch inside the caller's transaction; the stored offsets belong into the same one.

        A database error propagates and nothing of the batch holds; an event that cannot be applied is parked.
        """
        gates: dict[Stream, StreamGate] = {}
        for event in events:
            gates.setdefault((event.room, event.stream), StreamGate()).arrived[event.version] = event
        await self._look_up(connection, gates)
        return await self._settle(connection, gates, len(events))

    async def park(self, connection: Connection, event: ConsumedEvent, error: str) -> None:
        """Let an event wait with its error, which the database raised; a duplicate is dropped."""
        gate = StreamGate(arrived={event.version: event}, error=error)
        gates = {(event.room, event.stream): gate}
        await self._look_up(connection, gates)
        await self._record(connection, gates, ChangeSet())
        await self._tell(connection, ChangeSet(), gates)

    async def next_parked(self, connection: Connection, limit: int = RETRY_EVENTS_MAX) -> list[Stream]:
        """The streams whose next event is parked."""
        rows = await connection.fetch(query("parked_next").sql, limit)
        return list(dict.fromkeys((record["room"], record["stream"]) for record in rows))

    async def retry(self, connection: Connection, streams: Sequence[Stream], limit: int = RETRY_EVENTS_MAX) -> Applied:
        """Try parked events of these streams again: after a repair of a projection, say.

        Call it again while it releases events; a stream longer than the limit takes several calls.
        """
        gates: dict[Stream, StreamGate] = {stream: StreamGate() for stream in streams}
        await self._look_up(connection, gates, limit)
        return await self._settle(connection, gates, 0)

    async def _look_up(
        self, connection: Connection, gates: dict[Stream, StreamGate], limit: int = RETRY_EVENTS_MAX
    ) -> None:
        """Learn each stream's version, and the parked events that may follow now."""
        keys = _columns(gates, 2)
        for room, stream, version in await connection.fetch(query("versions").sql, *keys):
            gates[room, stream].version = version
        moving = [key for key, gate in gates.items() if not gate.arrived or gate.version + 1 in gate.arrived]
        for record in await connection.fetch(query("parked_of").sql, *_columns(moving, 2), limit):
            gates[record["room"], record["stream"]].parked[record["version"]] = _recorded(record)

    async def _settle(self, connection: Connection, gates: dict[Stream, StreamGate], events: int) -> Applied:
        change_set = ChangeSet()
        await self._read(connection, change_set, [event for gate in gates.values() for event in gate.run()])
        for gate in gates.values():
            gate.fold(change_set)
        await self._write(connection, change_set)
        await self._record(connection, gates, change_set)
        await self._tell(connection, change_set, gates)
        arrived = [event for gate in gates.values() for event in gate.arrived.values()]
        applied = sum(len(gate.done) for gate in gates.values())
        released = sum(event.version in gate.parked for gate in gates.values() for event in gate.done)
        parked = sum(event.version > gates[event.room, event.stream].version for event in arrived)
        return Applied(applied, events - (applied - released) - parked, parked, released)

    async def _read(self, connection: Connection, change_set: ChangeSet, events: Iterable[ConsumedEvent]) -> None:
        """Lay out the rows of every owner that the events are about: one statement for each table."""
        aggregates: dict[str, set[str]] = {}
        for event in events:
            projection = _projection(event)
            if projection is not None and projection.reads:
                aggregates.setdefault(projection.name, set()).add(projection.aggregate_id(event.data))
        for projection in PROJECTIONS:
            for view in projection.views if projection.name in aggregates else ():
                statements = self._statements[view.table]
                for record in await connection.fetch(statements.read, "\n".join(aggregates[projection.name])):
                    change_set.put(projection, view, statements.row(record), record["recorded_from"])

    async def _write(self, connection: Connection, change_set: ChangeSet) -> None:
        """Set the changed rows, and keep those that they take the place of: three statements for each table."""
        changed = [(self._statements[table], table) for table, rows in change_set.changed.items() if rows]
        if changed:
            await connection.execute(" ".join(statements.make_stage for statements, _ in changed))
        moved: occupancy.Moved = {}
        for statements, table in changed:
            begins = change_set.recorded_from[table]
            rows = [(*row, begins[key]) for key, row in change_set.changed[table].items()]
            await connection.copy_records_to_table(statements.stage, records=rows, columns=statements.columns)
            if table == STAYS.table:
                moved = await occupancy.moved(connection)
            await connection.execute(statements.set)
            if change_set.superseded[table]:
                old = [(*row, *recorded) for row, *recorded in change_set.superseded[table]]
                columns = statements.history_columns
                await connection.copy_records_to_table(statements.history, records=old, columns=columns)
        await occupancy.renew(connection, change_set.changed, moved)

    async def _record(self, connection: Connection, gates: dict[Stream, StreamGate], change_set: ChangeSet) -> None:
        """Move the versions on, log what was applied, park what was not, and let go of what no longer waits."""
        moved = [(*key, gate.version) for key, gate in gates.items() if gate.done]
        if moved:
            await connection.execute(query("advance_versions").sql, *_columns(moved, 3))
            done = [event for gate in gates.values() for event in gate.done]
            log = [(*_logged(event), _owner(event), change_set.contributors.get(event.id)) for event in done]
            await connection.copy_records_to_table("events", records=log, columns=_OWNED)
        released = [
            (e.room, e.stream, e.version) for q in gates.values() if q.parked for e in q.done if e.version in q.parked
        ]
        if released:
            await connection.execute(query("release").sql, *_columns(released, 3))
        parked = [
            (*_logged(event), event.data.schema_version, error)
            for gate in gates.values()
            for event, error in gate.waiting()
        ]
        if parked:
            await connection.execute(query("park").sql, *_columns(parked, len(_LOG) + 2))

    async def _tell(self, connection: Connection, change_set: ChangeSet, gates: dict[Stream, StreamGate]) -> None:
        """Number what was set, for those who follow; last of all, because the number is held to the commit."""
        set_rows = {table: [_id(key) for key in rows] for table, rows in change_set.changed.items() if rows}
        set_rows["events"] = [str(event.id) for gate in gates.values() for event in gate.done]
        set_rows["parked"] = [str(event.id) for gate in gates.values() for event, _ in gate.waiting()]
        told = [(view, json.dumps(ids[:IDS_MAX]), len(ids)) for view, ids in set_rows.items() if ids]
        if told:
            await connection.execute(query("change").sql, *_columns(told, 3), CHANGES_KEPT)


def _id(key: tuple[Any, ...]) -> str:
    return "/".join(map(str, key))


def _columns(rows: Iterable[tuple[Any, ...]], width: int) -> list[list[Any]]:
    """Rows as one list per column, also when there are none."""
    columns = [list(column) for column in zip(*rows, strict=True)]
    return columns or [[] for _ in range(width)]


def _logged(event: ConsumedEvent) -> tuple[Any, ...]:
    """The columns of `_LOG`."""
    return (
        *(event.room, event.stream, event.version, event.position, event.id, event.type, event.effective),
        *(event.recorded, event.data.model_dump_json(), event.correlation_id, event.causation_id, event.actor),
        *(event.topic, event.partition, event.offset),
    )


def _projection(event: ConsumedEvent) -> Projection | None:
    return None if isinstance(event.data, UnreadEvent) else PROJECTION_OF.get(type(event.data))


def _owner(event: ConsumedEvent) -> str | None:
    """Whose rows the event sets, e.g. the id of a tour."""
    projection = _projection(event)
    return projection.aggregate_id(event.data) if projection else None


def _recorded(record: asyncpg.Record) -> ConsumedEvent:
    """A parked event as it arrived; one that is still newer than this program as it was parked."""
    room, stream, version, position, event_id, name, effective, recorded, text, *rest, schema_version = record
    data = _read(name, schema_version, text)
    return ConsumedEvent(event_id, name, stream, version, position, room, effective, recorded, data, *rest)


def _read(name: str, schema_version: int, text: str) -> Event | UnreadEvent:
    word = registry.EVENTS.get(name)
    if word is None or schema_version > word.schema_version:
        return UnreadEvent(name, schema_version, text, newer(name, schema_version))
    try:
        return word.read(text)
    except ValidationError as error:  # it was parked unread, and does not fit the contract that knows it now
        first = error.errors(include_url=False, include_input=False)[0]
        why = ValueError(f"data.{'.'.join(map(str, first['loc']))}: {first['msg']}")
        return UnreadEvent(name, schema_version, text, why)
