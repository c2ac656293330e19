"""The rows of a strength return: whatever bytes a file is of, its lines are read or listed, one by one."""

import io
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.commands.send.ndjson import BadLine
from cli.strength_returns.anomalies import Noticing
from cli.strength_returns.commands import command
from cli.strength_returns.remedies import COLUMNS
from cli.strength_returns.rows import COUNT_MAX, LINE_BYTES_MAX, ReturnRow, read_rows
from contracts.deployments import RecordStrengthReturn
from tests.cli.return_rows import GOOD, HEADER, PUBLISHED, changed, read


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
