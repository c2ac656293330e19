"""The value of a cell, by the Postgres type of its column: what a spreadsheet cannot hold exactly becomes text."""

import json
import math
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Final, TypeAlias

from services.reporting.pages.cells import CODES
from services.reporting.pages.i18n import Words, worded

CellValue: TypeAlias = str | int | float | bool | date | datetime | None
"""None for an empty cell: unknown, or does not apply. A `datetime` is in UTC, without saying so."""
FIRST_DAY: Final = date(1900, 3, 1)
"""Excel counts a 29 February 1900 that never was, and other programs do not: days before this one become text."""
DIGITS_MAX: Final = 10**15
"""A spreadsheet keeps 15 digits of a number: whole numbers from here on become text."""
BEFORE, AFTER = "before_", "after_"
"""What a column's name begins with in a comparison, where each value stands twice."""
_PARSED: Final = {"date": date.fromisoformat, "timestamptz": datetime.fromisoformat}
"""Items of a list come as JSON, whose days and instants are texts."""


def cell_value(column: str, kind: str, value: object, words: Words) -> CellValue:
    """The value of a cell, typed; codes become words of the reader's language. `kind` is the column's Postgres type."""
    match _PARSED[kind](value) if isinstance(value, str) and kind in _PARSED else value:
        case None | []:
            return None
        case bool() as yes:
            return yes
        case int() as number:
            return number if abs(number) < DIGITS_MAX else str(number)
        case float() as number:
            return number if math.isfinite(number) else str(number)
        case datetime() as instant:
            instant = instant.astimezone(UTC).replace(tzinfo=None)
            return instant if instant.date() >= FIRST_DAY else instant.isoformat(" ")
        case date() as day:
            return day if day >= FIRST_DAY else day.isoformat()
        case list() as items:
            return "; ".join(_text(column, item, words) for item in items)
        case other:
            return _text(column, other, words)


def _text(column: str, value: object, words: Words) -> str:
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=str)
    return words.code(value) if isinstance(value, str) and _of_one_state(column) in CODES else str(value)


def _of_one_state(column: str) -> str:
    return column.removeprefix(BEFORE).removeprefix(AFTER)


def rows_of(
    columns: Sequence[tuple[str, str]], rows: Sequence[Sequence[object]], words: Words
) -> Iterator[list[CellValue]]:
    """The values of each row, in the order of the columns."""
    for row in rows:
        yield [cell_value(column, kind, value, words) for (column, kind), value in zip(columns, row, strict=True)]


def head(column: str, kind: str, words: Words) -> str:
    """The label of a column. Instants are marked as UTC: a spreadsheet's date-times have no time zone."""
    for side in (BEFORE, AFTER):
        if column.startswith(side):
            return f"{head(side[:-1], '', words)}: {words.say(worded(_of_one_state(column)))}"
    label = words.say(worded(column))
    return f"{label[:1].upper()}{label[1:]}{' (UTC)' if kind == 'timestamptz' else ''}"
