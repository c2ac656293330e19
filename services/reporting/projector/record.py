"""Phase 6, record: advances each stream's version, logs applied events, parks the others, and notifies followers."""

import json
from typing import Final

from kernel.store.postgres import Connection
from services.reporting.projections.change_set import ChangeSet
from services.reporting.projections.event import ConsumedEvent
from services.reporting.projector.fold import projection_of_event
from services.reporting.projector.gate import Gates
from services.reporting.projector.upsert_sql import columns_of
from services.reporting.queries import query

CHANGES_KEPT: Final = 10_000
"""Changes that are kept for followers who have missed them."""
IDS_MAX: Final = 100
"""Ids that one change names; the number of its rows is always exact."""
_EVENT: Final = (
    *("service", "stream", "version", "position", "id", "type", "effective", "recorded", "data"),
    *("correlation_id", "causation_id", "actor", "topic", "part", "offset"),
)
_LOG: Final = (*_EVENT, "aggregate_id", "contributor")


async def record(connection: Connection, gates: Gates, changes: ChangeSet) -> None:
    """Record the result for every event of the gates. The notice comes last: its number is locked until the commit."""
    await _log_applied(connection, gates, changes)
    await _park_waiting(connection, gates)
    await _notify(connection, gates, changes)


async def _log_applied(connection: Connection, gates: Gates, changes: ChangeSet) -> None:
    moved = [(*key, gate.version) for key, gate in gates.items() if gate.done]
    if moved:
        await connection.execute(query("advance_versions").sql, *columns_of(moved, 3))
        applied = [event for gate in gates.values() for event in gate.done]
        log = [(*_columns(event), _aggregate_id(event), changes.contributors.get(event.id)) for event in applied]
        await connection.copy_records_to_table("events", records=log, columns=_LOG)
    released = [
        (e.service, e.stream, e.version) for g in gates.values() if g.parked for e in g.done if e.version in g.parked
    ]
    if released:
        await connection.execute(query("release").sql, *columns_of(released, 3))


async def _park_waiting(connection: Connection, gates: Gates) -> None:
    parked = [
        (*_columns(event), event.data.schema_version, error)
        for gate in gates.values()
        for event, error in gate.waiting()
    ]
    if parked:
        await connection.execute(query("park").sql, *columns_of(parked, len(_EVENT) + 2))


async def _notify(connection: Connection, gates: Gates, changes: ChangeSet) -> None:
    ids_by_view = {table: ["/".join(map(str, key)) for key in rows] for table, rows in changes.changed.items()}
    ids_by_view["events"] = [str(event.id) for gate in gates.values() for event in gate.done]
    ids_by_view["parked"] = [str(event.id) for gate in gates.values() for event, _ in gate.waiting()]
    notices = [(view, json.dumps(ids[:IDS_MAX]), len(ids)) for view, ids in ids_by_view.items() if ids]
    if notices:
        await connection.execute(query("change").sql, *columns_of(notices, 3), CHANGES_KEPT)


def _columns(event: ConsumedEvent) -> tuple[object, ...]:
    """The columns of `_EVENT`."""
    return (
        *(event.service, event.stream, event.version, event.position, event.id, event.type, event.effective),
        *(event.recorded, event.data.model_dump_json(), event.correlation_id, event.causation_id, event.actor),
        *(event.topic, event.partition, event.offset),
    )


def _aggregate_id(event: ConsumedEvent) -> str | None:
    """The aggregate whose rows the event sets, e.g. the id of a tour."""
    projection = projection_of_event(event)
    return projection.aggregate_id(event.data) if projection else None
