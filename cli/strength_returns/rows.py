"""The lines of a strength return: each is a row that can be sent, or is reported with its number, field and remedy.

Every line is read separately, so an unclosed quote costs its own line and not the rest of the file. Nothing is
corrected: blank is unknown, and a cell with a stray space is for its publisher to correct.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import BinaryIO, Final

from pydantic import ValidationError

from cli.commands.send.ndjson import BadLine
from cli.input.file_kinds import foreign
from cli.input.numbered_lines import NumberedLine, numbered_lines
from cli.strength_returns.remedies import COLUMNS, SEPARATORS, headless, miscounted, misfit
from contracts.deployments import RecordStrengthReturn
from contracts.limits import INTEGER_MAX
from contracts.unreadable import Unreadable

LINE_BYTES_MAX: Final = 65_536
COUNT_MAX: Final = INTEGER_MAX
"""The largest number that the views can hold."""
_BOM: Final = b"\xef\xbb\xbf"
_NUL: Final = "\0"
_COLUMN_OF: Final = {"contributor": "contributor_iso3", "as_of": "date"}


@dataclass(frozen=True, slots=True)
class ReturnRow:
    """A row that can be sent."""

    number: int
    """The number of its line; the header is line 1."""
    size: int
    """Bytes, including the line ending."""
    command: RecordStrengthReturn


@dataclass(frozen=True, slots=True)
class Header:
    """The columns in the order of a file, and its cell separator."""

    columns: tuple[str, ...]
    separator: str


def read_rows(file: BinaryIO, published_at: datetime, source: str) -> Iterator[ReturnRow | BadLine]:
    """Every line that is not blank, after the header; at most one of them is in memory."""
    header: Header | None = None
    for line in numbered_lines(file, LINE_BYTES_MAX):
        text = line.text.removeprefix(_BOM) if line.number == 1 else line.text
        if not text.strip():
            continue
        try:
            if header is None:
                header = _header(line, text)
                continue
            yield ReturnRow(line.number, line.size, _command(_named(header, line), published_at, source))
        except Unreadable as fault:
            yield BadLine(line.number, line.size, fault.field, fault.reason, fault.remedy)
            if header is None:
                return  # without a header nobody knows which number is which


def _header(line: NumberedLine, text: bytes) -> Header:
    if (kind := foreign(line.text)) is not None:
        raise Unreadable(kind[0], "header", kind[1])
    faults: list[Unreadable] = []
    readings: dict[str, list[str]] = {}
    try:
        if line.is_cut:
            raise _endless(line)
        decoded = _decoded(text)
    except Unreadable as fault:
        raise Unreadable(fault.reason, "header", fault.remedy) from fault
    for separator in SEPARATORS:
        try:
            readings[separator] = _cells(decoded, separator)
        except Unreadable as fault:
            faults.append(fault)
        else:
            if sorted(readings[separator]) == sorted(COLUMNS):
                return Header(tuple(readings[separator]), separator)
    if not readings:
        raise Unreadable(faults[0].reason, "header", faults[0].remedy)
    raise headless(decoded, max(readings.values(), key=lambda cells: (len(set(cells) & set(COLUMNS)), len(cells))))


def _endless(line: NumberedLine) -> Unreadable:
    reason = f"The line has {line.size:,} bytes; a row may have {LINE_BYTES_MAX:,}."
    return Unreadable(reason, "line", "End every row with a line end (LF, CRLF or CR).")


def _decoded(text: bytes) -> str:
    """The text without its line ending."""
    try:
        decoded = text.decode().rstrip("\r\n")
    except UnicodeDecodeError as fault:
        reason = f"Byte {fault.start + 1} of the line (0x{text[fault.start]:02X}) is not UTF-8."
        remedy = "Save the file as UTF-8: it seems to be in another encoding, such as Windows-1251 or Windows-1252."
        raise Unreadable(reason, "line", remedy) from fault
    if _NUL in decoded:
        reason = f"Character {decoded.index(_NUL) + 1} of the line is NUL (U+0000)."
        raise Unreadable(reason, "line", "Take it out: a file that was cut short may have such characters.")
    return decoded


def _cells(line: str, separator: str) -> list[str]:
    try:
        return next(csv.reader((line,), delimiter=separator, strict=True))
    except csv.Error as fault:
        is_open = "unexpected end" in str(fault)
        reason = "A quote is not closed on this line." if is_open else "Behind a closing quote there is more text."
        remedy = "Close every quote on its own line." if is_open else "Double a quote that stands within quotes."
        raise Unreadable(reason, "line", remedy) from fault


def _named(header: Header, line: NumberedLine) -> dict[str, str]:
    if line.is_cut:
        raise _overlong(header, line)
    decoded = _decoded(line.text)
    cells = _cells(decoded, header.separator)
    if len(cells) != len(header.columns):
        raise miscounted(decoded, cells, header.columns, header.separator)
    if not any(cells):
        raise Unreadable("The row has blank cells alone.", "line", "Delete it.")
    if cells[-1] == header.columns[-1] and (cells[0].lstrip("\ufeff"), *cells[1:]) == header.columns:
        raise Unreadable("The header stands here once more.", "line", "Delete the line: one header, at the beginning.")
    return dict(zip(header.columns, cells, strict=True))


def _overlong(header: Header, line: NumberedLine) -> Unreadable:
    """The fault of a line that was cut: several rows without line endings between them, or one cell too long."""
    cells = next(csv.reader((line.text.decode(errors="replace").replace("\0", " "),), delimiter=header.separator))
    if len(cells) > len(header.columns):
        return _endless(line)
    column = header.columns[len(cells) - 1]
    reason = f"The line has {line.size:,} bytes, most of them in the cell {column}; a row may have {LINE_BYTES_MAX:,}."
    return Unreadable(reason, "line", "Shorten the cell, and close a quote where the cell ends.")


def _command(cells: dict[str, str], published_at: datetime, source: str) -> RecordStrengthReturn:
    """The row as a model of the contract, which defines the names of States, missions and types."""
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
        raise misfit(column, cells[column]) from fault


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise misfit("date", text) from None
    if text != day.isoformat():  # fromisoformat also reads 20120131 and 2012-W05-2
        raise misfit("date", text)
    return day


def _count(column: str, text: str) -> int | None:
    """A number of people; None if blank. int() would also accept signs, underscores and other scripts."""
    if text == "":
        return None
    if text.isascii() and text.isdigit() and len(text) <= 20 and (number := int(text)) <= COUNT_MAX:
        return number
    raise misfit(column, text)
