"""Whatever text a cell holds, no spreadsheet begins a formula in it, and the text can be read back exactly."""

import csv
import io
import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.reporting.reports.csv_cells import guarded, unguarded
from services.reporting.reports.formats import csv_cell

FORMULA = "=1+1"
BEGINNINGS = {
    "nothing": "",
    "a blank": " ",
    "a tab": "\t",
    "a carriage return": "\r",
    "a line feed": "\n",
    "several line breaks": "\r\n \n",
    "a vertical tab": "\v",
    "a NUL": "\0",
    "a control character": "\x1b",
    "a quote": '"',
    "an apostrophe": "'",
    "a blank that does not break": "\u00a0",
    "a wide blank": "\u3000",
    "a byte order mark": "\ufeff",
    "no width": "\u200b",
    "a line separator": "\u2028",
    "the end of a cell elsewhere": "x;",
    "the end of a cell with tabs": "x\t",
    "the end of a cell with bars": "x|",
    "the end of a line elsewhere": "x\n",
    "the end of a quoted cell": 'x";"',
}
SIGNS = "=+-@|＝＋－＠"
nasty = st.text(
    st.sampled_from(" '\"\t\r\n\0\v;|,=+-@＝＋－＠x1\u00a0\ufeff\u200b\u2028") | st.characters(), max_size=30
)


def written(*cells: object) -> str:
    text = io.StringIO()
    csv.writer(text).writerow([csv_cell(cell) for cell in cells])
    return text.getvalue()


def cells_by(separators: str, line: str) -> list[str]:
    """What a reader with another separator takes for cells, at worst: it honours no quotes that we wrote."""
    return re.split(rf"[{separators}\r\n\v\f\x1c-\x1e\x85\u2028\u2029]", line)


def begins_a_formula(cell: str) -> bool:
    """Whether a lenient spreadsheet runs it: it drops blanks, controls and quotes first, and folds wide forms."""
    normalized = unicodedata.normalize("NFKC", cell).lstrip(
        '"\u200b\ufeff \t\r\n\v\f\0\x1b\x1c\x1d\x1e\x1f\x85\u2028\u2029'
    )
    return normalized[:1] in {"=", "+", "-", "@"}


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("before", BEGINNINGS.values(), ids=BEGINNINGS)
def test_a_formula_is_kept_as_text_whatever_comes_before_it(before: str, sign: str) -> None:
    text = f"{before}{sign}1+1"
    cell = csv_cell(text)
    assert isinstance(cell, str)
    assert cell != text
    assert len(cell) == len(text) + cell.count("'") - text.count("'")
    assert unguarded(cell) == text


@pytest.mark.parametrize(
    "text", ["", "MINURSO", "a-b", "3 + 4 = 7", "p-0001", "12, -5", "x=y", "it's", "'quoted'", "№ 7"]
)
def test_text_that_begins_no_formula_stays_as_it_is(text: str) -> None:
    assert csv_cell(text) == text == unguarded(text)


def test_numbers_stay_numbers() -> None:
    assert [csv_cell(-5), csv_cell(None), csv_cell(2.5)] == [-5, None, 2.5]


def test_each_text_of_a_list_is_guarded() -> None:
    assert csv_cell(["MINURSO", FORMULA, "\n@x"]) == "MINURSO;'=1+1;'\n'@x"


@given(nasty)
@example("\n=1+1")
@example("'\n'=")
def test_what_is_guarded_can_be_read_back(text: str) -> None:
    assert unguarded(guarded(text)) == text


@given(nasty, nasty)
@example('x;"\n=1+1', "")
@example("a", "\x1c\u00a0＝1")
def test_no_reader_finds_a_formula_whichever_separator_it_uses(one: str, other: str) -> None:
    line = written(one, other)
    for separators in (";", r"\t", r"|"):
        pieces = cells_by(separators, line.removesuffix("\r\n"))
        own = [piece for piece in pieces if "," not in piece]  # a comma ends a cell of ours, which is looked at below
        assert not any(map(begins_a_formula, own)), (line, separators)
    if "\0" not in line and "\r" not in one + other:
        [row] = csv.reader(io.StringIO(line, newline=""))
        assert not any(map(begins_a_formula, row))
