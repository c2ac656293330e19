"""Writes a workbook (Office Open XML, ISO/IEC 29500) row by row, so that its memory does not grow with its rows.

No cell holds a formula: every text is written as text, in the text format of spreadsheets, so that it stays text when a
reader edits it; what CSV would guard (`reports/csv_cells.py`) is marked as quoted besides, and keeps its characters.
"""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain, islice
from typing import Any, Final

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from services.reporting.reports.csv_cells import guarded
from services.reporting.spreadsheets.sheet_names import sheet_names, units
from services.reporting.spreadsheets.values import CellValue

MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CELL_MAX: Final = 32_767
"""UTF-16 code units of a cell's text (Microsoft, "Excel specifications and limits")."""
_MEASURED_ROWS: Final = 200
"""Rows whose texts decide how wide a column is."""
_NARROWEST, _WIDEST = 8, 60
_OPTIONS: Final = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


@dataclass(frozen=True, slots=True)
class WorkbookSheet:
    """A sheet of a workbook."""

    title: str
    heads: Sequence[str]
    """The labels of the columns; none for a sheet that is no table."""
    rows: Iterable[Sequence[CellValue]]
    text_columns: Sequence[int] = ()
    """The columns whose texts may look like numbers."""


@dataclass(frozen=True, slots=True)
class WorkbookFacts:
    """What the properties of the file, and the foot of each printed page, say."""

    title: str
    foot: str
    made_at: datetime
    cut: str
    """The end of a text that is too long for a cell; `{}` stands for its length."""


class _PlainTexts(Worksheet):  # type: ignore[misc]  # the library is not typed
    """A sheet without rich texts. The library takes a text from `<r>` to `</r>` for markup; here it is a plain one."""

    def _xml_rich_inline_string(self, string: str, attributes: Sequence[tuple[str, object]] = ()) -> None:
        self._xml_inline_string(string, True, attributes)


class _Formats:
    """The formats of cells."""

    def __init__(self, book: Any) -> None:  # `Any`: the library is not typed
        top = {"valign": "top"}
        self.head = book.add_format({**top, "bold": True, "bottom": 1, "text_wrap": True})
        self.text = book.add_format({**top, "num_format": "@"})
        self.quoted = book.add_format({**top, "num_format": "@", "quote_prefix": True})
        self.number = book.add_format(top)
        self.day = book.add_format({**top, "num_format": "yyyy-mm-dd", "align": "left"})
        self.instant = book.add_format({**top, "num_format": "yyyy-mm-dd hh:mm:ss", "align": "left"})


def workbook(sheets: Sequence[WorkbookSheet], facts: WorkbookFacts) -> bytes:
    """The workbook as a file; the same sheets and facts give the same bytes."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, _OPTIONS) as book:
        book.set_properties({"title": _fitting(facts.title, facts), "created": facts.made_at.replace(tzinfo=None)})
        formats = _Formats(book)
        for name, sheet in zip(sheet_names(sheet.title for sheet in sheets), sheets, strict=True):
            _write(book.add_worksheet(name, worksheet_class=_PlainTexts), sheet, formats, facts)
    return content.getvalue()


def _write(page: Worksheet, sheet: WorkbookSheet, formats: _Formats, facts: WorkbookFacts) -> None:
    rows = iter(sheet.rows)
    first = list(islice(rows, _MEASURED_ROWS))
    measured = [sheet.heads, *first]
    for at in range(max((len(row) for row in measured), default=0)):
        widest = max(_width(row[at]) for row in measured if at < len(row))
        page.set_column(at, at, min(max(widest + 2, _NARROWEST), _WIDEST))
    number = 0
    for at, label in enumerate(sheet.heads):
        page.write_string(0, at, label, formats.head)
    for number, row in enumerate(chain(first, rows), start=bool(sheet.heads)):
        for at, value in enumerate(row):
            _write_cell(page, (number, at), value, formats, facts)
    if sheet.heads:
        _as_table(page, sheet, number)
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
    page.set_footer(f"&L{_printed(facts.foot)}&R&P / &N")


def _as_table(page: Worksheet, sheet: WorkbookSheet, last: int) -> None:
    """The heads stay on the screen and are repeated on paper; each column can be filtered."""
    page.freeze_panes(1, 0)
    page.repeat_rows(0)
    page.autofilter(0, 0, last, len(sheet.heads) - 1)
    for at in sheet.text_columns if last else ():
        page.ignore_errors({"number_stored_as_text": page_range(at, last)})


def page_range(column: int, last: int) -> str:
    """The cells of a column below its head, as `B2:B9`."""
    return str(xlsxwriter.utility.xl_range(1, column, last, column))


def _write_cell(
    page: Worksheet, at: tuple[int, int], value: CellValue, formats: _Formats, facts: WorkbookFacts
) -> None:
    match value:
        case None:
            return
        case bool():
            page.write_boolean(*at, value, formats.number)
        case int() | float():
            page.write_number(*at, value, formats.number)
        case datetime():
            page.write_datetime(*at, value, formats.instant)
        case date():
            page.write_datetime(*at, value, formats.day)
        case str():
            text = _fitting(value, facts)
            page.write_string(*at, text, formats.text if guarded(text) == text else formats.quoted)


def _fitting(text: str, facts: WorkbookFacts) -> str:
    """The text, or, if a cell cannot hold it, its beginning and how long it is."""
    if 2 * len(text) <= CELL_MAX or units(text) <= CELL_MAX:
        return text
    ending = facts.cut.format(len(text))
    kept = text.encode("utf-16-le")[: 2 * (CELL_MAX - units(ending))]
    return kept.decode("utf-16-le", "ignore") + ending


def _width(value: CellValue) -> int:
    match value:
        case None:
            return 0
        case datetime():
            return 19
        case date():
            return 10
        case _:
            return max(len(line) for line in str(value).split("\n"))


def _printed(text: str) -> str:
    """A text of a printed foot: `&` begins a code, and there are at most 255 characters."""
    return text.replace("&", "&&")[:200]
