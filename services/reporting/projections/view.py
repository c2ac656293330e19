"""Views set, they never add: a view is a table whose rows are keyed by what they describe; an event sets whole rows.

Every row belongs to one aggregate (a mandate, a tour, …), and one stream of one service feeds an aggregate's rows. So a
projection needs only the rows of one aggregate, streams can be applied in any interleaving, and a total is a query.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from operator import attrgetter
from typing import Any, Final, Generic, TypeAlias, TypeVar, get_type_hints
from uuid import UUID

from contracts.limits import INTEGER_MAX, LABEL_LENGTH_MAX
from contracts.words import Event
from services.reporting.projections.event import ConsumedEvent

R = TypeVar("R", bound=tuple[Any, ...])  # `Any`: each row class types its own columns
Row: TypeAlias = Any
"""An instance of some view's row class: a named tuple, because rows are made, compared and sent by the thousand.
`Any`: only the row's own projection knows the class."""
Key: TypeAlias = tuple[Any, ...]
"""`Any`: the values of the key's columns, which are compared, sorted and sent, but never inspected."""

INDEXED: Final = frozenset({"contributor_as_published", "document"})
"""Indexed columns whose texts are not identifiers of this system, so that no pattern limits their length."""
_ENDLESS: Final = frozenset({date.min, date.max, *(edge.replace(tzinfo=UTC) for edge in (datetime.min, datetime.max))})
_POSTGRES: Final[Mapping[object, str]] = {
    str: "text",
    int: "integer",
    bool: "boolean",
    date: "date",
    datetime: "timestamptz",
    UUID: "uuid",
    tuple[str, ...]: "text[]",
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column and its Postgres type."""

    name: str
    type: str


class View(Generic[R]):
    """A table, the class of its rows, the columns that form its key, and the column with the row's aggregate id."""

    def __init__(self, table: str, row: type[R], *, key: tuple[str, ...], aggregate_id: str) -> None:
        self.table: Final = table
        self.row: Final = row
        self.key: Final = key
        self.aggregate_id: Final = aggregate_id
        hints = get_type_hints(row)
        self.columns: Final = tuple(Column(name, _postgres(hint)) for name, hint in hints.items())
        self._numbers, self._texts, self._lists = (self._places(kind) for kind in ("integer", "text", "text[]"))
        self._days = (*self._places("date"), *self._places("timestamptz"))
        get = attrgetter(*key)
        self.key_of: Final[Callable[[R], Key]] = get if len(key) > 1 else lambda row: (get(row),)
        self.aggregate_id_of: Final[Callable[[R], str]] = attrgetter(aggregate_id)

    def _places(self, kind: str) -> tuple[int, ...]:
        return tuple(nr for nr, column in enumerate(self.columns) if column.type == kind)

    def check(self, row: R) -> None:
        """Raise `ValueError` for a value that its column cannot hold: it must stop its own stream, and no other."""
        for nr in self._numbers:
            number = row[nr]
            if number is not None and not -INTEGER_MAX <= number <= INTEGER_MAX:
                raise ValueError(f"{number} is no number for {self.table}: the largest is {INTEGER_MAX}")
        for nr in self._days:
            if row[nr] in _ENDLESS:
                raise ValueError(f"{row[nr]} is no day for {self.table}: PostgreSQL would keep it as infinity")
        for nr in self._texts:
            text = row[nr]
            if text is None:
                continue
            if "\0" in text:
                raise ValueError(f"a text for {self.table} contains a NUL character")
            if len(text) > LABEL_LENGTH_MAX and self.columns[nr].name in INDEXED:
                raise ValueError(f"{self.columns[nr].name} for {self.table} has {len(text)} characters, too many")
        for nr in self._lists:
            if "\0" in "".join(row[nr]):
                raise ValueError(f"a text for {self.table} contains a NUL character")

    @property
    def values(self) -> tuple[str, ...]:
        """The columns that are not the key."""
        return tuple(c.name for c in self.columns if c.name not in self.key)


def _postgres(hint: object) -> str:
    """The Postgres type of an annotation; `X | None` is a nullable X."""
    parts = [part for part in getattr(hint, "__args__", (hint,)) if part is not type(None)]
    return _POSTGRES[hint] if hint in _POSTGRES else _POSTGRES[parts[0]]


AnyView: TypeAlias = View[Any]
"""A view of some row class. `Any`: only the view's own projection knows the class."""


@dataclass(slots=True)
class Rows:
    """The rows of one aggregate, by table and key."""

    tables: dict[str, dict[Key, Row]] = field(default_factory=dict)

    def find(self, view: View[R], *key: object) -> R | None:
        """The row with this key, or None."""
        return self.tables.get(view.table, {}).get(key)

    def one(self, view: View[R], *key: object) -> R:
        """The row with this key; raises `LookupError`."""
        row = self.find(view, *key)
        if row is None:
            raise LookupError(f"no row {'/'.join(map(str, key))} in {view.table}")
        return row

    def all(self, view: View[R]) -> list[R]:
        """Every row of the aggregate in this view, in the order of their keys."""
        table: dict[Key, R] = self.tables.get(view.table, {})
        return [table[key] for key in sorted(table)]

    def set(self, view: AnyView, key: Key, row: Row) -> None:
        """Replace the row with this key."""
        self.tables.setdefault(view.table, {})[key] = row


Project: TypeAlias = Callable[[ConsumedEvent, Rows], Iterable[Row]]
"""Maps an event and its aggregate's rows to the rows to set. Pure; an exception means that it cannot be applied."""


@dataclass(frozen=True, slots=True)
class Projection:
    """The views of one kind of aggregate, and how an event of that kind changes them."""

    name: str
    """The kind of aggregate, e.g. `tour`."""
    views: tuple[AnyView, ...]
    aggregate_id: Callable[[Any], str]
    """The id of the aggregate that an event is about. `Any`: it is called only with types from `events`."""
    project: Project
    events: tuple[type[Event], ...]
    """Every event type that `project` handles."""
    reads: bool = True
    """False if rows are set whole, so that none has to be read first."""
