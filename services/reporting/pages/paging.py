"""How much of its tables a page shows: so many cells in all that it stays light and short, on a phone too.

A page with one table shows that from the beginning or from a cursor on; one with several shows all rows of those that
are short and the first rows of the others, each of which has a page of its own (`section=`), and is whole as a file.
"""

from collections.abc import Mapping, Sequence
from typing import Final

CELLS_MAX: Final = 320
"""Cells of all tables of a page. A cell weighs some 150 bytes with its link, and is a line of its own on a phone."""
ROWS_MAX: Final = 100
"""Rows of one table, whatever few columns it has."""
ROWS_MIN: Final = 5
"""Rows that every table of a page may have."""


def rows_alone(columns: int) -> int:
    """The most rows of a table that has the page to itself."""
    return max(ROWS_MIN, min(ROWS_MAX, CELLS_MAX // columns))


def shares(tables: Sequence[tuple[int, int]]) -> Sequence[int]:
    """How many rows each table shows, by its rows and columns.

    What short tables leave is for the others, the shorter first.
    """
    shown, left = [0] * len(tables), CELLS_MAX
    in_order = sorted(range(len(tables)), key=lambda nr: tables[nr][0] * tables[nr][1])
    for place, nr in enumerate(in_order):
        rows, columns = tables[nr]
        fair = left // (len(in_order) - place) // columns
        shown[nr] = min(rows, ROWS_MAX, max(ROWS_MIN, fair))
        left = max(0, left - shown[nr] * columns)
    return shown


def in_order_of(rows: Sequence[Mapping[str, object]], column: str, *, descending: bool) -> list[Mapping[str, object]]:
    """The rows by the values of a column; a value that is unknown comes last, and equal ones stay in their order."""
    known = [row for row in rows if row[column] is not None]
    unknown = [row for row in rows if row[column] is None]
    return [*sorted(known, key=lambda row: _comparable(row[column]), reverse=descending), *unknown]


def _comparable(value: object) -> tuple[bool, float, str]:
    """Numbers by their size and all else by its text; ISO days come in their order."""
    number = isinstance(value, int | float)
    return (not number, float(value) if isinstance(value, int | float) else 0.0, "" if number else str(value).lower())
