"""The rows of a strength return: what can be sent, what is reported of the rest, and what is noticed on the way."""

import csv
import io
from collections import Counter
from datetime import UTC, date, datetime
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.commands.send.ndjson import BadLine, CommandLine
from cli.strength_returns.anomalies import GROUPS_MAX, LINES_MAX, Noticing, ranges
from cli.strength_returns.commands import command
from cli.strength_returns.remedies import COLUMNS
from cli.strength_returns.rows import COUNT_MAX, LINE_BYTES_MAX, ReturnRow, read_rows
from contracts.deployments import RecordStrengthReturn
from tests import returns

PUBLISHED = datetime(2012, 3, 15, tzinfo=UTC)
HEADER = returns.HEADER.encode() + b"\n"
GOOD = b"2012-01-31,XAA,State 0,UNIFIL,troops,106,4,110"


def read(*lines: bytes, header: bytes = HEADER, at: datetime = PUBLISHED) -> list[ReturnRow | BadLine]:
    return list(read_rows(io.BytesIO(header + b"\n".join(lines)), at, "made up"))


def commands(*lines: bytes, at: datetime = PUBLISHED) -> list[CommandLine]:
    noticing = Noticing()
    return [command(row, noticing.take(row)) for row in read(*lines, at=at) if isinstance(row, ReturnRow)]


def noticed(*lines: bytes) -> Noticing:
    noticing = Noticing()
    for row in read(*lines):
        assert isinstance(row, ReturnRow), row
        noticing.take(row)
    return noticing


def changed(column: str, value: str) -> bytes:
    cells = dict(zip(COLUMNS, GOOD.decode().split(","), strict=True)) | {column: value}
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(cells.values())
    return text.getvalue().encode()


def test_a_row_becomes_a_command_of_the_contract() -> None:
    (row,) = read(GOOD)
    assert isinstance(row, ReturnRow)
    assert (row.number, row.command) == (
        2,
        RecordStrengthReturn(
            contributor="XAA",
            as_of=date(2012, 1, 31),
            contributor_as_published="State 0",
            mission="UNIFIL",
            personnel_type="troops",
            male=106,
            female=4,
            total=110,
            published_at=PUBLISHED,
            source="made up",
        ),
    )


def test_blank_is_unknown_and_not_zero() -> None:
    (row,) = read(b"2012-01-31,XAA,State 0,UNIFIL,troops,,0,")
    assert isinstance(row, ReturnRow)
    assert (row.command.male, row.command.female, row.command.total) == (None, 0, None)


@pytest.mark.parametrize(
    "file",
    [
        b"\xef\xbb\xbf" + HEADER + GOOD,
        HEADER.replace(b"\n", b"\r\n") + b"\r\n" + GOOD + b"\r\n",
        b",".join(b'"%s"' % name.encode() for name in COLUMNS) + b"\n" + GOOD.replace(b"State 0", b'"State 0"'),
        b"\n" + b",".join(n.encode() for n in reversed(COLUMNS)) + b"\n" + b",".join(reversed(GOOD.split(b","))),
    ],
    ids=["byte order mark", "CRLF and blank lines", "quotes", "columns in another order"],
)
def test_what_programs_do_to_a_csv_does_no_harm(file: bytes) -> None:
    (row,) = read_rows(io.BytesIO(file), PUBLISHED, "made up")
    assert isinstance(row, ReturnRow)
    assert [row.command] == [one.command for one in read(GOOD) if isinstance(one, ReturnRow)]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        *(
            ("date", value)
            for value in ("", "2012-02-30", "20120131", "31.01.2012", "2012-01-31T00:00:00", "٢٠١٢-٠١-٣١")
        ),
        *(("contributor_iso3", value) for value in ("", "xaa", "XA", "XAAA", " XAA", "XAA\t")),
        *(("mission", value) for value in ("", "UN", "unifil", "UNIFIL 2", "U" * 21)),
        *(("personnel_type", value) for value in ("", "troop", "Troops")),
        *(("male", value) for value in ("-1", "+1", "1.0", "1,000", " 1", "1_0", "١", "x", "9" * 5000)),
        *(("total", value) for value in (str(COUNT_MAX + 1), "-0", "1e3")),
        ("contributor_as_published", "x" * 4001),
    ],
)
def test_a_cell_that_cannot_be_read_is_named_with_its_line_and_the_remedy(column: str, value: str) -> None:
    before, bad, after = read(GOOD, changed(column, value), GOOD)
    assert isinstance(before, ReturnRow)
    assert isinstance(after, ReturnRow)
    assert isinstance(bad, BadLine)
    assert (bad.number, bad.field) == (3, column)
    assert bad.remedy
    assert len(str(bad)) < 500


@pytest.mark.parametrize(
    "line",
    [
        GOOD + b",7",
        GOOD.rpartition(b",")[0],
        GOOD.replace(b"State", b"\xff\xfe"),
        GOOD.replace(b"State", b"St\x00te"),
        GOOD.replace(b"State 0", b'"State 0'),
        GOOD.replace(b"State 0", b'"State" 0'),
        GOOD.replace(b"State 0", b"x" * LINE_BYTES_MAX),
        GOOD.replace(b"State 0", b"x" * (3 * LINE_BYTES_MAX)),
    ],
    ids=["too many cells", "too few", "no UTF-8", "NUL", "open quote", "text after a quote", "long", "very long"],
)
def test_a_line_that_is_no_row_costs_no_other_line(line: bytes) -> None:
    before, bad, after = read(GOOD, line, GOOD)
    assert isinstance(before, ReturnRow)
    assert isinstance(after, ReturnRow)
    assert isinstance(bad, BadLine)
    assert (bad.number, bad.field, after.number) == (3, "line", 4)


@pytest.mark.parametrize("header", [b"date,iso3\n", b"\xff\n", HEADER.replace(b"total", b"sum"), GOOD + b"\n"])
def test_without_its_header_nothing_of_a_file_is_sent(header: bytes) -> None:
    (bad,) = read(GOOD, GOOD, header=header)
    assert isinstance(bad, BadLine)
    assert (bad.number, bad.field) == (1, "header")


@pytest.mark.parametrize("end", [b"\r", b"\r\n", b"\n\r"], ids=["CR", "CRLF", "LF and CR"])
def test_rows_end_with_any_line_end(end: bytes) -> None:
    file = io.BytesIO(HEADER.strip() + end + GOOD + end + GOOD)
    rows = list(read_rows(file, PUBLISHED, "made up"))
    assert [type(row) for row in rows] == [ReturnRow, ReturnRow]


@pytest.mark.parametrize("mark", [";", "\t", "|"])
@pytest.mark.parametrize("quote", ["", '"'], ids=["plain", "quoted"])
def test_cells_may_be_separated_as_spreadsheets_of_other_languages_do(mark: str, quote: str) -> None:
    rows = [mark.join(f"{quote}{cell}{quote}" for cell in line.decode().strip().split(",")) for line in (HEADER, GOOD)]
    (row,) = read_rows(io.BytesIO("\n".join(rows).encode()), PUBLISHED, "made up")
    assert isinstance(row, ReturnRow)
    assert [row.command] == [one.command for one in read(GOOD) if isinstance(one, ReturnRow)]


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


def test_the_sizes_of_all_lines_make_the_file() -> None:
    lines = [GOOD, b"bad", GOOD.replace(b"State 0", b"x" * (2 * LINE_BYTES_MAX)), GOOD]
    assert sum(row.size for row in read(*lines)) == sum(map(len, lines)) + 3


_CELL = st.one_of(
    st.sampled_from(["2012-01-31", "XAA", "State 0", "UNIFIL", "troops", "1", "", "-1", '"', "a,b", "\r", "\x0b"]),
    st.text(max_size=8),
)
_LINE = st.one_of(
    st.just(GOOD),
    st.binary(max_size=40),
    st.lists(_CELL, max_size=9).map(lambda cells: ",".join(cells).encode()),
    st.tuples(st.sampled_from(COLUMNS), _CELL).map(lambda change: changed(*change)),
)


@given(st.lists(_LINE, max_size=12))
def test_any_bytes_are_sent_or_listed_line_by_line_and_never_raise(lines: list[bytes]) -> None:
    text = b"\n".join(lines)
    numbers = [nr for nr, line in enumerate(text.splitlines(), 2) if line.strip()]
    rows = read(text)
    assert [row.number for row in rows] == numbers
    for row in rows:
        if isinstance(row, ReturnRow):
            sent = command(row, Noticing().take(row))
            recorded = RecordStrengthReturn.model_validate_json(sent.envelope.data)
            assert recorded == row.command


@given(st.binary(max_size=200))
def test_any_bytes_without_a_header_never_raise(text: bytes) -> None:
    assert all(isinstance(row, BadLine) for row in read_rows(io.BytesIO(text), PUBLISHED, "made up"))


# Commands.


def test_a_row_goes_to_its_contributors_stream_with_nothing_that_a_repeat_would_change() -> None:
    (sent,), (again,) = commands(GOOD), commands(GOOD)
    assert sent == again
    assert (sent.service, sent.envelope.subject, sent.envelope.time) == ("deployments", "contributor/XAA", PUBLISHED)
    assert sent.envelope.type == "forcegen.deployments.RecordStrengthReturn"
    assert UUID(sent.envelope.id).version == 5
    assert orjson.loads(sent.envelope.data)["total"] == 110


def test_the_id_is_of_the_row_and_its_publication_and_not_of_its_numbers_or_its_line() -> None:
    (first,) = commands(GOOD)
    (numbers,) = commands(changed("total", "111"))
    assert first.envelope.id == commands(changed("mission", "UNMISS"), GOOD)[1].envelope.id == numbers.envelope.id
    others = [
        *(commands(changed(*other))[0] for other in (("mission", "UNMISS"), ("personnel_type", "staff_officers"))),
        *(commands(changed(*other))[0] for other in (("date", "2012-02-29"), ("contributor_iso3", "XAB"))),
        *commands(GOOD, at=datetime(2013, 1, 1, tzinfo=UTC)),
    ]
    assert len({one.envelope.id for one in [first, *others]}) == 6


def test_a_row_that_comes_twice_is_two_commands_and_each_is_the_same_when_the_file_comes_again() -> None:
    ids = [one.envelope.id for one in commands(GOOD, GOOD, changed("total", "111"))]
    assert len(set(ids)) == 3
    assert ids == [one.envelope.id for one in commands(GOOD, GOOD, changed("total", "111"))]


def test_an_instant_is_the_same_in_every_time_zone() -> None:
    elsewhere = datetime.fromisoformat("2012-03-15T05:00:00+05:00")
    assert commands(GOOD)[0].envelope.id == commands(GOOD, at=elsewhere)[0].envelope.id


# What is noticed.


def test_parts_that_make_no_total_are_noticed_and_unknown_ones_may_be_anything() -> None:
    lines = [
        b"2012-01-31,XAA,State 0,UNIFIL,troops," + counts for counts in (b"1,2,4", b"5,,4", b",2,4", b"3,,", b",,4")
    ]
    lines = [line.replace(b"UNIFIL", b"UNIFIL%d" % nr) for nr, line in enumerate(lines)]
    (group,) = noticed(*lines).groups
    assert (group.kind, group.count, group.lines) == ("does_not_add_up", 2, [2, 3])


def test_a_month_that_ends_early_is_noticed_with_its_rows() -> None:
    lines = [changed("date", day) for day in ("2012-02-28", "2012-02-29", "2013-02-28", "2012-04-01")]
    groups = [(group.kind, group.what[:10], group.lines) for group in noticed(*lines).groups]
    assert groups == [("odd_month_end", "2012-02-28", [2]), ("odd_month_end", "2012-04-01", [5])]


def test_rows_that_come_twice_are_noticed_whether_they_agree_or_not() -> None:
    groups = noticed(GOOD, GOOD, changed("total", "111"), changed("mission", "UNMISS")).groups
    duplicates = {group.lines[0]: group.what for group in groups if group.kind == "duplicate"}
    assert "the same numbers (first in line 2)" in duplicates[3]
    assert "other numbers (first in line 2)" in duplicates[4]
    assert set(duplicates) == {3, 4}


def test_several_spellings_of_a_state_are_noticed() -> None:
    other = [b"2012-01-31,XAB,State 1,UNIFIL,troops,1,1,2", b"2012-01-31,XAA,State Nought,UNMISS,troops,1,1,2"]
    (group,) = noticed(GOOD, *other).groups
    assert (group.kind, group.lines) == ("spelling", [4])
    assert group.what == "XAA is 'State Nought' here and 'State 0' in line 2"


def test_what_is_noticed_is_bounded_and_all_of_it_counted() -> None:
    twice = returns.rows(20, 6)
    groups = noticed(*(line.encode() for line in [*twice, *twice])).groups
    assert len(twice) > GROUPS_MAX
    counts = Counter(group.kind for group in groups)
    assert sum(counts.values()) <= GROUPS_MAX + 4
    assert sum(group.count for group in groups if group.kind == "duplicate") == len(twice)
    assert max(len(group.lines) for group in groups) <= LINES_MAX


def test_line_numbers_are_reported_in_ranges() -> None:
    assert list(ranges([4, 7, 8, 9, 12])) == ["4", "7-9", "12"]


def test_the_made_up_rows_hold_every_oddity() -> None:
    lines = returns.odd(returns.rows(2, 2))
    kinds = {group.kind for group in noticed(*(line.encode() for line in lines)).groups}
    assert kinds == {"does_not_add_up", "odd_month_end", "duplicate", "spelling"}
