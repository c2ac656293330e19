"""The fold: events into rows, in memory. The projector folds a batch this way, and the tests a whole history.

An event's rows are computed before any of them is set, so an event that cannot be applied changes nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from contracts.words import Event
from services.reporting.projections import GROUP_OF, NOT_SHOWN, VIEW_OF, VIEWS
from services.reporting.projections.recorded import Recorded
from services.reporting.projections.view import Group, Key, Row, Rows, View

Tables = Mapping[str, dict[Key, Row]]


def group_of(word: type[Event]) -> Group | None:
    """The group whose rows an event sets; None where it sets none. Raises `LookupError` for an unknown word."""
    if word not in GROUP_OF and word not in NOT_SHOWN:
        raise LookupError(f"no projection knows {word.__name__}")
    return GROUP_OF.get(word)


@dataclass(slots=True)
class Shelf:
    """The rows of the owners that a batch touches, and which of them it has set."""

    owners: dict[tuple[str, str], Rows] = field(default_factory=dict)
    changed: dict[str, dict[Key, Row]] = field(default_factory=lambda: {view.table: {} for view in VIEWS})

    def rows(self, group: Group, owner: str) -> Rows:
        """The rows of an owner."""
        return self.owners.setdefault((group.name, owner), Rows())

    def put(self, group: Group, view: View[Row], row: Row) -> None:
        """Lay a row here as it was read."""
        self.rows(group, view.owner_of(row)).set(view, view.key_of(row), row)

    def apply(self, event: Recorded) -> None:
        """Set the rows that an event leads to, or raise and set none."""
        group = group_of(type(event.data))
        if group is None:
            return
        known = self.rows(group, group.owner(event.data))
        rows = [(VIEW_OF[type(row)], row) for row in group.project(event, known)]
        for view, row in rows:
            view.check(row)
        for view, row in rows:
            key = view.key_of(row)
            known.set(view, key, row)
            self.changed[view.table][key] = row


def fold(events: Iterable[Recorded]) -> Tables:
    """Every view after a whole history, each event once and each stream in order: the reference for the projector."""
    shelf = Shelf()
    for event in events:
        shelf.apply(event)
    return shelf.changed
