"""What is wrong with a cell, a line or a file of a strength return is named by its cause."""

import io

import pytest

from cli.commands.send.ndjson import BadLine
from cli.strength_returns.rows import LINE_BYTES_MAX, ReturnRow, read_rows
from tests.cli.return_rows import GOOD, HEADER, PUBLISHED, changed, read


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("date", "2012-02-30", "no day of the calendar"),
        ("date", "1899-12-31", "lies outside of the days that are kept"),
        ("date", "2200-01-01", "lies outside of the days that are kept"),
        ("date", "0001-01-01", "from 1900-01-01 to 2199-12-31"),
        ("date", "40939", "spreadsheet's number of a day"),
        ("date", "2012-01-31 00:00:00", "Write the day alone: 2012-01-31."),
        ("date", "2012-01-31\u00a0", "Write '2012-01-31'."),
        ("date", "\ufeff2012-01-31", "Write '2012-01-31'."),
        ("contributor_iso3", "К\u0410Z", "CYRILLIC CAPITAL LETTER KA"),
        ("contributor_iso3", " XAA", "Write 'XAA'."),
        ("contributor_as_published", "x" * 201, "has 201 characters"),
        ("mission", "UNIF\u0406L", "(U+0406 "),
        ("mission", "UNIFIL\u200b", "Write 'UNIFIL'."),
        ("personnel_type", "troops ", "Write 'troops'."),
        ("total", "1,234", "Write 1234."),
        ("total", "1 234 567", "Write 1234567."),
        ("total", "1\u202f234", "Write 1234."),
        ("total", "1.234", "Write 1234."),
        ("total", "-5", "It is negative"),
        ("total", "\u22125", "It is negative"),
        ("total", "n/a", "Leave the cell blank for unknown"),
        ("total", "\u2014", "Leave the cell blank for unknown"),
        ("total", "9" * 15, "larger than any number of people"),
        ("total", "\u0661\u0662", "digits are not 0 to 9"),
        ("total", " 110", "Write '110'."),
        ("mission", "", "The cell is blank"),
    ],
)
def test_the_cause_is_named_and_not_its_effect(column: str, value: str, said: str) -> None:
    _, bad, _ = read(GOOD, changed(column, value), GOOD)
    assert isinstance(bad, BadLine)
    assert bad.field == column
    assert said in str(bad)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (GOOD.replace(b",", b";"), "separated by semicolons and the header by commas"),
        (GOOD.replace(b",", b"\t"), "separated by tabs and the header by commas"),
        (GOOD.replace(b",110", b",1,110"), "Write 1,110 in the column total as 1110."),
        (GOOD.replace(b",110", b",1,110").replace(b",106", b",1,106"), "write a number in digits alone"),
        (GOOD + b",,,", "Take the commas at the end away"),
        (GOOD.replace(b"State 0", b"State, 0"), "Quote the cell contributor_as_published, which has commas in it"),
        (GOOD.replace(b"State 0", "“State, 0”".encode()), "not by typographic ones"),
        (GOOD.replace(b"State 0", b'"State 0'), "A quote is not closed on this line"),
        (GOOD.replace(b"State 0", b'"State" 0'), "Double a quote that stands within quotes"),
        (b'2012-01-31,XAA,"State', "A quote is not closed on this line"),
        (b'0",UNIFIL,troops,106,4,110', "End a quoted cell on the line on which it begins"),
        (b"2012-01-31,XAA", "keep a row on one line"),
        (b",,,,,,,", "blank cells alone"),
        (HEADER.strip(), "The header stands here once more"),
        (b"\xef\xbb\xbf" + HEADER.strip(), "The header stands here once more"),
        (GOOD.replace(b"State", "Штат".encode("cp1251")), "Windows-1251"),
        (GOOD.replace(b"State", b"St\0te"), "NUL"),
        (GOOD.replace(b"State 0", b"x" * LINE_BYTES_MAX), "most of them in the cell contributor_as_published"),
        (GOOD.replace(b"State 0", b'"x' + b",x" * LINE_BYTES_MAX), "most of them in the cell contributor_as_published"),
        ((GOOD + b",") * 2000, "End every row with a line end"),
    ],
)
def test_the_cause_of_a_line_that_is_no_row_is_named(line: bytes, said: str) -> None:
    before, bad, after = read(GOOD, line, GOOD)
    assert isinstance(before, ReturnRow)
    assert isinstance(after, ReturnRow)
    assert isinstance(bad, BadLine)
    assert bad.number == 3
    assert said in str(bad)
    assert len(str(bad)) < 500


@pytest.mark.parametrize(
    ("file", "said"),
    [
        *(
            ((HEADER + GOOD).decode().encode(name), "encoded in UTF-16")
            for name in ("utf-16", "utf-16-le", "utf-16-be")
        ),
        *(((HEADER + GOOD).decode().encode(name), "UTF-32") for name in ("utf-32", "utf-32-le", "utf-32-be")),
        (b"PK\x03\x04\x14\0", "a workbook or an archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a workbook or an archive"),
        (b"\x1f\x8b\x08\0\0\0\0\0", "Unpack it first"),
        (b"%PDF-1.7\n", "a PDF"),
        (b"<!DOCTYPE html>\n<html>", "a web page"),
        (b"sep=;\n" + HEADER, "for Excel alone"),
        (HEADER.replace(b"female", b"male") + GOOD, "more than one column 'male'"),
        (HEADER.replace(b"female", b"male") + GOOD, "no column 'female'"),
        (HEADER.strip() + b",total\n" + GOOD, "more than one column 'total'"),
        (HEADER.strip() + b",rank\n" + GOOD, "an unknown column 'rank'"),
        (HEADER.strip() + b",,\n" + GOOD, "an unknown column without a name"),
        (HEADER.replace(b"date", b"Date").replace(b"_iso3", b" ISO3"), "Write date for 'Date'."),
        (HEADER.replace(b"mission,", b""), "no column 'mission'"),
        (GOOD, "The header is missing"),
        ("дата,страна\n".encode("cp1251"), "Windows-1251"),
        (b"x" * (2 * LINE_BYTES_MAX), "End every row with a line end"),
        (HEADER.replace(b"date", b'"date'), "A quote is not closed"),
    ],
)
def test_the_cause_of_a_file_without_its_header_is_named(file: bytes, said: str) -> None:
    (bad,) = read_rows(io.BytesIO(file), PUBLISHED, "made up")
    assert isinstance(bad, BadLine)
    assert (bad.number, bad.field) == (1, "header")
    assert said in str(bad)
