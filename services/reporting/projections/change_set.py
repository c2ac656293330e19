"""The fold: events into rows, in memory. The projector folds a batch this way, and the tests a whole history.

An event's rows are computed before any of them is set, so an event that cannot be applied changes nothing. A row that
another takes the place of is not lost: it becomes history, with the period in which it was the newest on record.
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
from services.reporting.projections.view import Key, Projection, Row, Rows, View

Tables = Mapping[str, dict[Key, Row]]


class Superseded(NamedTuple):
    """A row that was the newest on record from one instant until before another."""

    row: Row
    system_from: datetime
    system_to: datetime


def projection_of(word: type[Event]) -> Projection | None:
    """The group whose rows an event sets; None where it sets none. Raises `LookupError` for an unknown word."""
    if word not in PROJECTION_OF and word not in NOT_SHOWN:
        raise LookupError(f"no projection knows {word.__name__}")
    return PROJECTION_OF.get(word)


@dataclass(slots=True)
class ChangeSet:
    """The rows of the owners that a batch touches, and which of them it has set."""

    aggregates: dict[tuple[str, str], Rows] = field(default_factory=dict)
    changed: dict[str, dict[Key, Row]] = field(default_factory=lambda: {view.table: {} for view in VIEWS})
    system_from: dict[str, dict[Key, datetime]] = field(default_factory=lambda: {view.table: {} for view in VIEWS})
    """Since when each row that lies here is the newest on record."""
    before: dict[str, dict[Key, Row | None]] = field(default_factory=lambda: {view.table: {} for view in VIEWS})
    """Each changed row as it was before the batch; None for one that is new."""
    superseded: dict[str, list[Superseded]] = field(default_factory=lambda: {view.table: [] for view in VIEWS})
    """What the changed rows took the place of."""
    contributors: dict[UUID, str] = field(default_factory=dict)
    """By event, the State that it is about; none for what is nobody's own, as a vacancy of the UN is."""

    def rows(self, projection: Projection, aggregate_id: str) -> Rows:
        """The rows of an owner."""
        return self.aggregates.setdefault((projection.name, aggregate_id), Rows())

    def put(self, projection: Projection, view: View[Row], row: Row, system_from: datetime) -> None:
        """Lay a row here as it was read."""
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
        self._note(event, [event.data, *(row for _, row in rows), first_row])

    def _note(self, event: ConsumedEvent, sources: Iterable[object]) -> None:
        """Whose it is: of the State that the event names, else of that whose rows it sets."""
        named = (getattr(source, "contributor", None) for source in sources)
        contributor = next(filter(None, named), None)
        if contributor is not None:
            self.contributors[event.id] = contributor

    def _supersede(self, view: View[Row], key: Key, old: Row | None, recorded: datetime) -> None:
        """Keep what was on record until now. What the same instant replaces was never the newest for any time at all.

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
