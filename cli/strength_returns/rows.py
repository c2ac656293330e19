"""The lines of a strength return: each is a row that can be sent, or is told with its number, field and remedy.

Every line is read by itself, so a quote that never closes costs its own line and not the rest of the file. Nothing is
mended: blank is unknown, and a cell with a space too many is for its publisher to put right.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import BinaryIO, Final, get_args

from pydantic import ValidationError

from cli.command_lines import BadLine
from contracts.deployments import RecordStrengthReturn
from contracts.limits import FIRST_DAY, LAST_DAY
from contracts.unreadable import Unreadable
from contracts.words import PersonnelType

COLUMNS: Final = (
    *("date", "contributor_iso3", "contributor_as_published", "mission", "personnel_type"),
    *("male", "female", "total"),
)
LINE_BYTES_MAX: Final = 65_536
COUNT_MAX: Final = 2**31 - 1
"""The largest number that the views can hold."""
_BOM: Final = b"\xef\xbb\xbf"
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_REMEDIES: Final = {
    "date": f"Write a day of the calendar as YYYY-MM-DD, from {FIRST_DAY} to {LAST_DAY}.",
    "contributor_iso3": "Write the State's ISO 3166-1 alpha-3 code in capitals, e.g. KAZ.",
    "contributor_as_published": "Write the State's name as it was published, in at most 200 characters.",
    "mission": "Write the mission's acronym: 3 to 20 capitals, digits and hyphens, e.g. UNIFIL.",
    "personnel_type": f"Write one of {', '.join(get_args(PersonnelType))}.",
}
_COUNT_REMEDY: Final = f"Write a whole number from 0 to {COUNT_MAX:,} in digits alone, or leave it blank for unknown."
_COLUMN_OF: Final = {"contributor": "contributor_iso3", "as_of": "date"}


@dataclass(frozen=True, slots=True)
class ReturnRow:
    """A row that can be sent."""

    number: int
    """Of its line, the header's being 1."""
    size: int
    """Bytes, with the line's end."""
    told: RecordStrengthReturn


def read_rows(file: BinaryIO, published_at: datetime, source: str) -> Iterator[ReturnRow | BadLine]:
    """Every line that is not blank, after the header; never more than one of them in memory."""
    columns: Sequence[str] | None = None
    for number, size, text in _lines(file):
        try:
            if columns is None:
                columns = _header(text)
                continue
            yield ReturnRow(number, size, _told(_named(columns, text), published_at, source))
        except Unreadable as fault:
            yield BadLine(number, size, fault.field, fault.reason, fault.remedy)
            if columns is None:
                return  # without a header nobody knows which number is which


def _lines(file: BinaryIO) -> Iterator[tuple[int, int, bytes | None]]:
    """Number, bytes and text of each line that is not blank; no text where it is longer than any row."""
    number = 0
    while text := file.readline(LINE_BYTES_MAX + 1):
        number += 1
        size, end = len(text), text
        while len(text) > LINE_BYTES_MAX and not end.endswith(b"\n") and (end := file.readline(LINE_BYTES_MAX)):
            size += len(end)
        if number == 1:
            text = text.removeprefix(_BOM)
        if text.strip():
            yield number, size, text if len(text) <= LINE_BYTES_MAX else None


def _cells(text: bytes | None) -> list[str]:
    if text is None:
        raise Unreadable(f"The line has more than {LINE_BYTES_MAX:,} bytes.", "line", "End every row with a new line.")
    try:
        decoded = text.decode()
    except UnicodeDecodeError as fault:
        raise Unreadable(f"Byte {fault.start} is not UTF-8.", "line", "Save the file as UTF-8.") from fault
    if "\0" in decoded:
        raise Unreadable("The line contains a NUL character.", "line", "Save the file as plain UTF-8 text.")
    try:
        return next(csv.reader((decoded.rstrip("\r\n"),), strict=True))
    except csv.Error as fault:
        told = f"The line is no CSV ({fault})."
        raise Unreadable(
            told, "line", "Close every quote on its own line, and double a quote within quotes."
        ) from fault


def _header(text: bytes | None) -> Sequence[str]:
    """The columns in the order of this file."""
    try:
        found = _cells(text)
    except Unreadable as fault:
        raise Unreadable(fault.reason, "header", fault.remedy) from fault
    if sorted(found) != sorted(COLUMNS):
        told = f"The first line is {','.join(found)[:120]!r}."
        raise Unreadable(told, "header", f"Begin the file with the columns {','.join(COLUMNS)}, in any order.")
    return found


def _named(columns: Sequence[str], text: bytes | None) -> dict[str, str]:
    cells = _cells(text)
    if len(cells) != len(columns):
        told = f"The row has {len(cells)} cells, and the header {len(columns)}."
        raise Unreadable(told, "line", "Give every column a cell, if need be a blank one; quote a cell with a comma.")
    return dict(zip(columns, cells, strict=True))


def _told(cells: dict[str, str], published_at: datetime, source: str) -> RecordStrengthReturn:
    """The row in the words of the contract, which says what a State, a mission and a type may be called."""
    data = {
        "as_of": _day(cells["date"]),
        "contributor": cells["contributor_iso3"],
        "contributor_as_published": cells["contributor_as_published"],
        "mission": cells["mission"],
        "personnel_type": cells["personnel_type"],
        "male": _count("male", cells["male"]),
        "female": _count("female", cells["female"]),
        "total": _count("total", cells["total"]),
        "published_at": published_at,
        "source": source,
    }
    try:
        return RecordStrengthReturn.model_validate(data)
    except ValidationError as fault:
        name = str(fault.errors()[0]["loc"][0])
        column = _COLUMN_OF.get(name, name)
        raise Unreadable(f"{cells[column][:60]!r} does not fit.", column, _REMEDIES[column]) from fault


def _day(text: str) -> date:
    told = Unreadable(f"{text[:60]!r} is no date.", "date", _REMEDIES["date"])
    if not _DAY.fullmatch(text):
        raise told
    try:
        return date.fromisoformat(text)
    except ValueError as fault:
        raise told from fault


def _count(column: str, text: str) -> int | None:
    """A number of people; None where it is blank. int() would also take signs, underscores and other scripts."""
    if text == "":
        return None
    if text.isascii() and text.isdigit() and len(text) <= 20 and (number := int(text)) <= COUNT_MAX:
        return number
    raise Unreadable(f"{text[:60]!r} is no number of people.", column, _COUNT_REMEDY)
