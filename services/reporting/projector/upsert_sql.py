"""The statements of a view, made from its description: read the rows of many aggregates, set many rows.

Each view has two tables: its current rows, each with the instant since which it is on record, and `<view>_history`, an
append-only table with the rows that they replaced. Rows of both travel by one COPY into a temporary table, those of
before with the end of their period, and from there into the two, so a batch costs the same few statements whatever its
size. (Arrays and `unnest` cost three times the processor time here: the driver looks at every element. COPY into the
tables themselves is no choice: Postgres refuses it where row security holds for whoever writes.)
"""

from collections.abc import Iterable
from typing import Final

import asyncpg

from services.reporting.projections import VIEWS
from services.reporting.projections.view import AnyView, Row


class Statements:
    """The SQL of one view, and the conversion of its records to rows."""

    def __init__(self, view: AnyView) -> None:
        self._view = view
        self._arrays = [nr for nr, column in enumerate(view.columns) if column.type == "text[]"]
        self.columns = [*(column.name for column in view.columns), "system_from"]
        self.stage = f"staged_{view.table}"
        self.stage_columns = [*self.columns, "system_to"]
        # Emptied here as well: an earlier batch may belong to the same transaction.
        columns, emptied = f"(LIKE {view.table}, system_to timestamptz)", f"DELETE FROM {self.stage};"  # noqa: S608
        made = f"CREATE TEMPORARY TABLE IF NOT EXISTS {self.stage} {columns} ON COMMIT DELETE ROWS;"
        self.make_stage = f"{made} {emptied}"
        names = ", ".join(f'"{name}"' for name in self.columns)
        self.read = _read(view, names)
        self.set = _set(view, self.stage, names)
        self.keep = _keep(view, self.stage, names)

    def row(self, record: asyncpg.Record) -> Row:
        """A row as its projection knows it; columns that are not part of the view follow those that are."""
        values = list(record)[: len(self._view.columns)]
        for nr in self._arrays:
            values[nr] = tuple(values[nr])
        return self._view.row(*values)


def _read(view: AnyView, names: str) -> str:
    """Uses a join instead of `= ANY`: in a generic plan, ANY compares every row with every element of the array.

    The aggregate ids come as one text, one per line: no identifier of a contract can hold a line break.
    """
    wanted = "unnest(string_to_array($1::text, E'\\n')) AS wanted (owner_)"
    return f'SELECT {names} FROM {wanted} JOIN {view.table} ON "{view.aggregate_id}" = owner_'  # noqa: S608


def _set(view: AnyView, stage: str, names: str) -> str:
    key = ", ".join(f'"{name}"' for name in view.key)
    values = ", ".join(f'"{name}" = excluded."{name}"' for name in (*view.values, "system_from"))
    rows = f"SELECT {names} FROM {stage} WHERE system_to IS NULL"  # noqa: S608
    return f"INSERT INTO {view.table} ({names}) {rows} ON CONFLICT ({key}) DO UPDATE SET {values}"


def _keep(view: AnyView, stage: str, names: str) -> str:
    rows = f"SELECT {names}, system_to FROM {stage} WHERE system_to IS NOT NULL"  # noqa: S608
    return f"INSERT INTO {view.table}_history ({names}, system_to) {rows}"


def columns_of(rows: Iterable[tuple[object, ...]], width: int) -> list[list[object]]:
    """Rows as one list per column, the shape that `unnest` takes, even if there are no rows."""
    columns = [list(column) for column in zip(*rows, strict=True)]
    return columns or [[] for _ in range(width)]


STATEMENTS: Final = {view.table: Statements(view) for view in VIEWS}
"""The statements of each view, by its table."""
