"""Phase 3, fold: reads the rows that a batch needs and changes them in memory by its events."""

from collections.abc import Iterable

from contracts.newer import UnreadEvent
from kernel.store.postgres import Connection
from services.reporting.projections import PROJECTION_OF, PROJECTIONS
from services.reporting.projections.change_set import ChangeSet
from services.reporting.projections.event import ConsumedEvent
from services.reporting.projections.view import Projection
from services.reporting.projector.gate import Gates
from services.reporting.projector.upsert_sql import STATEMENTS


def projection_of_event(event: ConsumedEvent) -> Projection | None:
    """The projection that handles the event; None for an event that sets no row or is not known yet."""
    return None if isinstance(event.data, UnreadEvent) else PROJECTION_OF.get(type(event.data))


async def fold(connection: Connection, gates: Gates) -> ChangeSet:
    """The rows that the events of the gates lead to. A gate stops at the first event that raises."""
    changes = ChangeSet()
    await _load_rows(connection, changes, (event for gate in gates.values() for event in gate.run()))
    for gate in gates.values():
        gate.fold(changes)
    return changes


async def _load_rows(connection: Connection, changes: ChangeSet, events: Iterable[ConsumedEvent]) -> None:
    """Load the rows of every aggregate that the events are about, with one statement for each table."""
    aggregates: dict[str, set[str]] = {}
    for event in events:
        projection = projection_of_event(event)
        if projection is not None and projection.reads:
            aggregates.setdefault(projection.name, set()).add(projection.aggregate_id(event.data))
    for projection in PROJECTIONS:
        for view in projection.views if projection.name in aggregates else ():
            statements = STATEMENTS[view.table]
            for row in await connection.fetch(statements.read, "\n".join(aggregates[projection.name])):
                changes.put(projection, view, statements.row(row), row["system_from"])
