"""The two statements of a view, made from its description: read the rows of many owners, set many rows.

Rows travel as one array per column (`unnest`), so a batch costs one statement per table whatever its size. A column
that is an array itself travels as Postgres' text form of it, because `unnest` would flatten an array of arrays.
"""

from collections.abc import Collection, Sequence
from typing import Any

import asyncpg

from services.reporting.projections.view import Row, View

_ARRAY = "text[]"


class Statements:
    """The SQL of one view, and the way of its rows there and back."""

    def __init__(self, view: View[Any]) -> None:
        names = [column.name for column in view.columns]
        self._view = view
        self._arrays = [nr for nr, column in enumerate(view.columns) if column.type == _ARRAY]
        quoted = [f'"{name}"' for name in names]
        self.read = _read(view, ", ".join(quoted))
        self.set = _upsert(view, ", ".join(quoted))

    def row(self, record: asyncpg.Record) -> Row:
        """A row as its projection knows it."""
        if not self._arrays:
            return self._view.row(*record)
        values = list(record)
        for nr in self._arrays:
            values[nr] = tuple(values[nr])
        return self._view.row(*values)

    def columns(self, rows: Collection[Row]) -> list[Sequence[Any]]:
        """The rows as one sequence per column, in the order of the statement's parameters."""
        columns: list[Sequence[Any]] = list(zip(*rows, strict=True))
        for nr in self._arrays:
            columns[nr] = [_array(values) for values in columns[nr]]
        return columns


def _read(view: View[Any], names: str) -> str:
    """A join and not `= ANY`: in a generic plan, ANY compares every row with every element of the array."""
    return f'SELECT {names} FROM unnest($1::text[]) AS asked (owner_) JOIN {view.table} ON "{view.owner}" = owner_'  # noqa: S608


def _upsert(view: View[Any], names: str) -> str:
    given = ", ".join(
        f"${nr}::{'text' if c.type == _ARRAY else c.type}[]" for nr, c in enumerate(view.columns, start=1)
    )
    taken = ", ".join(f'"{c.name}"::text[]' if c.type == _ARRAY else f'"{c.name}"' for c in view.columns)
    key = ", ".join(f'"{name}"' for name in view.key)
    values = ", ".join(f'"{name}" = excluded."{name}"' for name in view.values)
    return (
        f"INSERT INTO {view.table} ({names}) SELECT {taken} FROM unnest({given}) AS new ({names})"  # noqa: S608
        f" ON CONFLICT ({key}) DO UPDATE SET {values}"
    )


def _array(values: tuple[str, ...]) -> str:
    quoted = (value.replace("\\", "\\\\").replace('"', '\\"') for value in values)
    return "{" + ",".join(f'"{value}"' for value in quoted) + "}"
