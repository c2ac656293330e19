"""The statements of a view, made from its description: read the rows of many aggregates, set many rows.

Each view has two tables: its current rows, each with the instant since which it is on record, and `<view>_history`, an
append-only table with the rows that they replaced. Rows to set travel by COPY into a temporary table of the same shape
and from there into the view, so a batch costs the same few statements whatever its size. (Arrays and `unnest` cost
three times the processor time here: the driver looks at every element.)
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
        self.history = f"{view.table}_history"
        self.history_columns = [*self.columns, "system_to"]
        self.stage = f"new_{view.table}"
        # Emptied here as well: an earlier batch may belong to the same transaction.
        self.make_stage = (
            f"CREATE TEMPORARY TABLE IF NOT EXISTS {self.stage} (LIKE {view.table}) ON COMMIT DELETE ROWS;"  # noqa: S608
            f" DELETE FROM {self.stage};"
        )
        names = ", ".join(f'"{name}"' for name in self.columns)
        self.read = _read(view, names)
        self.set = _set(view, self.stage, names)

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
    return f"INSERT INTO {view.table} ({names}) SELECT {names} FROM {stage} ON CONFLICT ({key}) DO UPDATE SET {values}"  # noqa: S608


def columns_of(rows: Iterable[tuple[object, ...]], width: int) -> list[list[object]]:
    """Rows as one list per column, the shape that `unnest` takes, even if there are no rows."""
    columns = [list(column) for column in zip(*rows, strict=True)]
    return columns or [[] for _ in range(width)]


STATEMENTS: Final = {view.table: Statements(view) for view in VIEWS}
"""The statements of each view, by its table."""
