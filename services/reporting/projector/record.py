"""Phase 6, record: advances each stream's version, logs applied events, parks the others, and notifies followers."""

import json
from collections.abc import Mapping
from typing import Final

from kernel.store.postgres import Connection
from services.reporting.projections.change_set import ChangeSet
from services.reporting.projections.event import SAID_BY, ConsumedEvent
from services.reporting.projections.scope import EVERYONE, scope_of_event
from services.reporting.projections.vacancies import VACANCIES, VacancyRow
from services.reporting.projections.view import Key
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
    *SAID_BY,
)
_LOG: Final = (*_EVENT, "aggregate_id", "contributor")
_NAMES: Final = ", ".join(f'"{name}"' for name in _LOG)
_MAKE_STAGE: Final = (
    f"CREATE TEMPORARY TABLE IF NOT EXISTS staged_events ON COMMIT DELETE ROWS"  # noqa: S608
    f" AS SELECT {_NAMES} FROM events WITH NO DATA; DELETE FROM staged_events"
)
_INSERT: Final = f"INSERT INTO events ({_NAMES}) SELECT {_NAMES} FROM staged_events"  # noqa: S608


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
        await connection.execute(_MAKE_STAGE)
        await connection.copy_records_to_table("staged_events", records=log, columns=_LOG)
        await connection.execute(_INSERT)
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
    """One change for each view and State, so that a follower is sent those of its States and no other's ids."""
    ids: dict[tuple[str, str | None], list[str]] = {}
    for table, rows in changes.changed.items():
        scopes = await _vacancy_scopes(connection, rows) if table == VACANCIES.table else changes.scopes[table]
        for key in rows:
            ids.setdefault((table, scopes[key]), []).append("/".join(map(str, key)))
    for gate in gates.values():
        for event in gate.done:
            ids.setdefault(("events", scope_of_event(event, changes.contributors.get(event.id))), []).append(
                str(event.id)
            )
        for event, _ in gate.waiting():
            ids.setdefault(("parked", event.data.text_of("contributor")), []).append(str(event.id))
    notices = [(view, scope, json.dumps(some[:IDS_MAX]), len(some)) for (view, scope), some in ids.items()]
    if notices:
        await connection.execute(query("change").sql, *columns_of(notices, 4), CHANGES_KEPT)


async def _vacancy_scopes(connection: Connection, rows: Mapping[Key, VacancyRow]) -> Mapping[Key, str | None]:
    """Every State sees a vacancy, but for one that answers an application: that one is of the State that applied."""
    applications = [row.application for row in rows.values() if row.application]
    records = await connection.fetch(query("applicants").sql, applications) if applications else []
    applicants = {each["application"]: each["contributor"] for each in records}
    return {key: applicants.get(row.application) if row.application else EVERYONE for key, row in rows.items()}


def _columns(event: ConsumedEvent) -> tuple[object, ...]:
    """The columns of `_EVENT`."""
    return (
        *(event.service, event.stream, event.version, event.position, event.id, event.type, event.effective),
        *(event.recorded, event.data.model_dump_json(), event.correlation_id, event.causation_id, event.actor),
        *(event.topic, event.partition, event.offset),
        *event.said_by,
    )


def _aggregate_id(event: ConsumedEvent) -> str | None:
    """The aggregate whose rows the event sets, e.g. the id of a tour."""
    projection = projection_of_event(event)
    return projection.aggregate_id(event.data) if projection else None
