"""The fold: events into rows, in memory. The projector folds a batch this way, and the tests a whole history.

An event's rows are computed before any of them is set, so an event that cannot be applied changes nothing. A replaced
row is not lost: it becomes history, with the period in which it was the newest on record.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from contracts.newer import UnreadEvent
from contracts.words import Event
from services.reporting.projections import NOT_SHOWN, PROJECTION_OF, VIEW_OF, VIEWS
from services.reporting.projections.event import ConsumedEvent
from services.reporting.projections.scope import scope_of_row
from services.reporting.projections.view import Key, Projection, Row, Rows, View

Tables = Mapping[str, dict[Key, Row]]


class Superseded(NamedTuple):
    """A row that was the newest on record, from one instant until before another."""

    row: Row
    system_from: datetime
    system_to: datetime


def projection_of(word: type[Event]) -> Projection | None:
    """The projection whose rows an event sets; None if it sets none. Raises `LookupError` for an unknown event type."""
    if word not in PROJECTION_OF and word not in NOT_SHOWN:
        raise LookupError(f"no projection knows {word.__name__}")
    return PROJECTION_OF.get(word)


@dataclass(slots=True)
class ChangeSet:
    """The rows of the aggregates that a batch touches, and which of these rows it has set."""

    aggregates: dict[tuple[str, str], Rows] = field(default_factory=dict)
    changed: dict[str, dict[Key, Row]] = field(default_factory=lambda: {view.table: {} for view in VIEWS})
    system_from: dict[str, dict[Key, datetime]] = field(default_factory=lambda: {view.table: {} for view in VIEWS})
    """For each loaded row, the instant since which it is the newest on record."""
    before: dict[str, dict[Key, Row | None]] = field(default_factory=lambda: {view.table: {} for view in VIEWS})
    """Each changed row as it was before the batch; None for one that is new."""
    superseded: dict[str, list[Superseded]] = field(default_factory=lambda: {view.table: [] for view in VIEWS})
    """The rows that the changed rows replaced."""
    contributors: dict[UUID, str] = field(default_factory=dict)
    """By event, the State that it is about; absent for events about no State, such as a vacancy of the UN."""
    scopes: dict[str, dict[Key, str | None]] = field(default_factory=lambda: {view.table: {} for view in VIEWS})
    """For each changed row, the State that sees it (`scope.scope_of_row`)."""

    def rows(self, projection: Projection, aggregate_id: str) -> Rows:
        """The rows of an aggregate."""
        return self.aggregates.setdefault((projection.name, aggregate_id), Rows())

    def put(self, projection: Projection, view: View[Row], row: Row, system_from: datetime) -> None:
        """Load a row as it was read."""
        key = view.key_of(row)
        self.rows(projection, view.aggregate_id_of(row)).set(view, key, row)
        self.system_from[view.table][key] = system_from

    def apply(self, event: ConsumedEvent) -> None:
        """Set the rows that an event leads to, or raise and set none."""
        if isinstance(event.data, UnreadEvent):
            raise event.data.why
        projection = projection_of(type(event.data))
        if projection is None:
            self._note(event, [event.data])
            return
        known = self.rows(projection, projection.aggregate_id(event.data))
        rows = [(VIEW_OF[type(row)], row) for row in projection.project(event, known)]
        for view, row in rows:
            view.check(row)
        for view, row in rows:
            key = view.key_of(row)
            old = known.find(view, *key)
            self.before[view.table].setdefault(key, old)
            self._supersede(view, key, old, event.recorded)
            known.set(view, key, row)
            self.changed[view.table][key] = row
        first_row = known.find(projection.views[0], projection.aggregate_id(event.data))
        self._note(event, [*(row for _, row in rows), first_row])
        for view, row in rows:
            self.scopes[view.table][view.key_of(row)] = scope_of_row(view.table, row, self.contributors.get(event.id))

    def _note(self, event: ConsumedEvent, rows: Iterable[object]) -> None:
        """Note the State that the event names, or else the State whose rows it sets."""
        of_rows = (getattr(row, "contributor", None) for row in rows)
        contributor = event.data.text_of("contributor") or next(filter(None, of_rows), None)
        if contributor is not None:
            self.contributors[event.id] = contributor

    def _supersede(self, view: View[Row], key: Key, old: Row | None, recorded: datetime) -> None:
        """Keep the row that was on record until now, unless the same instant set it: then it was never the newest.

        A clock that was set back does not reorder a stream: an event is known no earlier than the one before it.
        """
        begins = self.system_from[view.table]
        since = begins.get(key, recorded)
        if old is not None and since < recorded:
            self.superseded[view.table].append(Superseded(old, since, recorded))
        begins[key] = max(since, recorded)


def fold(events: Iterable[ConsumedEvent]) -> Tables:
    """Every view after a whole history, each event once and each stream in order: the reference for the projector."""
    change_set = ChangeSet()
    for event in events:
        change_set.apply(event)
    return change_set.changed
