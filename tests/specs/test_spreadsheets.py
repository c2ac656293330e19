"""What a spreadsheet finds in a workbook of ours: typed cells, whatever the values are, and never a formula."""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape

from services.reporting.pages.i18n import words
from services.reporting.reports.catalogue import REPORTS
from services.reporting.reports.evidence import ReportEvidence
from services.reporting.reports.formats import ReportResult, as_csv
from services.reporting.spreadsheets.csv_form import CsvForm, csv_text
from services.reporting.spreadsheets.sheet_names import sheet_names, units
from services.reporting.spreadsheets.titles import REPORT_TITLES
from services.reporting.spreadsheets.values import CellValue, cell_value
from services.reporting.spreadsheets.workbook import CELL_MAX, WorkbookFacts, WorkbookSheet, workbook

ENGLISH = words("en")
FACTS = WorkbookFacts("Strength", "as of a day & more", datetime(2026, 1, 1, tzinfo=UTC), "… ({} characters)")
FORMULA = '=HYPERLINK("http://x")'
MARKUP = '<r></is></c><c r="Z1"><f>1+1</f><v>2</v></c><c t="inlineStr"><is></r>'


def written(*values: CellValue) -> bytes:
    """A workbook with one row of these values."""
    return workbook([WorkbookSheet("one", [f"c{nr}" for nr in range(len(values))], [values])], FACTS)


def read(content: bytes) -> Sequence[CellValue]:
    """The values of the row, as somebody else's reader finds them."""
    page = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    [row] = page.iter_rows(min_row=2)
    assert all(cell.data_type != "f" for cell in row)
    return [unescape(cell.value) if isinstance(cell.value, str) else cell.value for cell in row]


def test_each_kind_of_value_keeps_its_type() -> None:
    instant = datetime(2014, 7, 1, 5, 6, 7)
    values = ("KAZ", 5, -3, 61.5, True, False, date(2014, 7, 1), instant, None)
    assert read(written(*values)) == [*values[:6], datetime(2014, 7, 1), instant, None]


@pytest.mark.parametrize(
    "text", [FORMULA, "+1", "-1", "@x", "\t=1", "'quoted", "0012", "1e5", "TRUE", "2014-07-01", "http://x", MARKUP]
)
def test_a_text_stays_the_text_that_it_is(text: str) -> None:
    content = written(text)
    assert read(content) == [text]
    cell = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]["A2"]
    assert (cell.data_type, cell.number_format) == ("s", "@")
    assert cell.quotePrefix == (text in {FORMULA, "+1", "-1", "@x", "\t=1"})


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=50))
def test_any_text_gives_a_file_that_can_be_read_and_comes_back(text: str) -> None:
    with zipfile.ZipFile(io.BytesIO(written(text))) as archive:
        assert b"<f" not in archive.read("xl/worksheets/sheet1.xml")
    assert read(written(text)) == [text]


@pytest.mark.parametrize("character", ["x", "я", "😀"])
def test_a_text_that_is_too_long_for_a_cell_says_how_long_it_is(character: str) -> None:
    [cut] = read(written(character * 40_000))
    assert isinstance(cut, str)
    assert cut.startswith(character)
    assert cut.endswith("… (40000 characters)")
    assert CELL_MAX - 1 <= units(cut) <= CELL_MAX
    [whole] = read(written("x" * CELL_MAX))
    assert whole == "x" * CELL_MAX


def test_what_a_spreadsheet_cannot_hold_exactly_is_text() -> None:
    def shown(kind: str, value: object) -> CellValue:
        return cell_value("anything", kind, value, ENGLISH)

    assert shown("date", date(1900, 2, 28)) == "1900-02-28"
    assert shown("date", date(1900, 3, 1)) == date(1900, 3, 1)
    assert shown("timestamptz", datetime(1899, 12, 31, 23, tzinfo=UTC)) == "1899-12-31 23:00:00"
    assert shown("int8", 10**15) == "1000000000000000"
    assert shown("int8", 10**15 - 1) == 10**15 - 1
    assert shown("float8", float("nan")) == "nan"
    assert shown("text[]", []) is None
    assert shown("text[]", ["a", "b"]) == "a; b"
    assert shown("timestamptz", "2014-07-01T02:00:00+02:00") == datetime(2014, 7, 1)


def test_codes_become_words_and_names_do_not() -> None:
    assert cell_value("category", "text", "military_observer", words("ru")) == "военный наблюдатель"
    assert cell_value("person", "text", "military_observer", words("ru")) == "military_observer"


@given(st.lists(st.text(max_size=60), max_size=8))
def test_every_title_gives_a_name_that_a_spreadsheet_takes(titles: list[str]) -> None:
    names = sheet_names(titles)
    assert len({name.casefold() for name in names} | {"history"}) == len(titles) + 1
    for name in names:
        assert 1 <= units(name) <= 31
        assert not set(name) & set("[]:*?/\\")
        assert not name.startswith("'")
        assert not name.endswith("'")
    workbook([WorkbookSheet(title, (), ()) for title in titles or ["one"]], FACTS)


def test_the_same_sheets_give_the_same_bytes() -> None:
    assert written("x", 1, date(2014, 7, 1)) == written("x", 1, date(2014, 7, 1))


def test_the_heads_stay_and_each_column_can_be_filtered() -> None:
    page = openpyxl.load_workbook(io.BytesIO(written("x", 1))).worksheets[0]
    assert (page.freeze_panes, page.auto_filter.ref, page.print_title_rows) == ("A2", "A1:B2", "$1:$1")


def test_every_report_has_a_title() -> None:
    assert REPORT_TITLES.keys() == REPORTS.keys()


RESULT = ReportResult(
    as_of=date(2014, 7, 1),
    as_known_at=None,
    columns=[("category", "text"), ("held", "bool"), ("days_median", "float8"), ("missions", "text[]")],
    values=[("unit", True, -61.5, ["A", "=B"]), ("x;=1", None, None, [])],
    totals={},
    next=None,
    incomplete=False,
    freshness=None,
    evidence=ReportEvidence("found"),
)


def test_csv_without_a_form_is_that_of_programs() -> None:
    assert csv_text(RESULT, CsvForm()) == as_csv(RESULT)


def test_csv_of_a_region_has_labels_a_byte_order_mark_and_its_decimal_sign() -> None:
    text = csv_text(RESULT, CsvForm(words("ru"), bom=True, separator="semicolon"))
    head, first, second = text.splitlines()
    assert head.startswith("\ufeffКатегория;")
    assert first.split(";")[1:3] == ["да", "-61,5"]
    assert second.startswith('"x;\'=1"')
    assert first.endswith("A;' =B\"")


@pytest.mark.parametrize("separator", ["comma", "semicolon"])
def test_csv_of_any_form_keeps_the_guard_of_formulas(separator: str) -> None:
    result = replace(RESULT, columns=[("reason", "text")], values=[("=1+1",)])
    for labels in (None, ENGLISH):
        form = CsvForm(labels, bom=True, separator="semicolon" if separator == "semicolon" else "comma")
        assert csv_text(result, form).splitlines()[1] == ("'=1+1")


def test_a_long_workbook_has_every_row_in_order() -> None:
    content = workbook([WorkbookSheet("long", ["state", "nr"], (("KAZ", nr) for nr in range(2_000)))], FACTS)
    page = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    assert [row[1] for row in page.iter_rows(min_row=2, values_only=True)] == list(range(2_000))
