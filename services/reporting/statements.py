"""The two statements of a view, made from its description: read the rows of many owners, set many rows.

Rows travel as one array per column (`unnest`), so a batch costs one statement per table whatever its size. A column
that is an array itself travels as Postgres' text form of it, because `unnest` would flatten an array of arrays.
"""

from collections.abc import Collection
from typing import Any

import asyncpg

from services.reporting.projections.view import Row, View

_ARRAY = "text[]"


class Statements:
    """The SQL of one view, and the way of its rows there and back."""

    def __init__(self, view: View[Any]) -> None:
        names = [column.name for column in view.columns]
        self._view = view
        self._names = names
        self._arrays = [nr for nr, column in enumerate(view.columns) if column.type == _ARRAY]
        quoted = [f'"{name}"' for name in names]
        self.read = f'SELECT {", ".join(quoted)} FROM {view.table} WHERE "{view.owner}" = ANY ($1::text[])'  # noqa: S608
        self.set = _upsert(view, ", ".join(quoted))

    def row(self, record: asyncpg.Record) -> Row:
        """A row as its projection knows it."""
        if not self._arrays:
            return self._view.row(*record)
        values = list(record)
        for nr in self._arrays:
            values[nr] = tuple(values[nr])
        return self._view.row(*values)

    def columns(self, rows: Collection[Row]) -> list[list[Any]]:
        """The rows as one list per column, in the order of the statement's parameters."""
        columns = [[getattr(row, name) for row in rows] for name in self._names]
        for nr in self._arrays:
            columns[nr] = [_array(values) for values in columns[nr]]
        return columns


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
