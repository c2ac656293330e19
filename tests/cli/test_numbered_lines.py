"""Lines of a file by any line end, bounded in memory, numbered as an editor numbers them."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.input.numbered_lines import NumberedLine, numbered_lines

MOST = 8


def lines(content: bytes, at_most: int = MOST) -> list[NumberedLine]:
    return list(numbered_lines(io.BytesIO(content), at_most))


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize("last", [True, False], ids=["ended", "not ended"])
def test_any_line_end_ends_a_line_and_the_last_one_needs_none(end: bytes, *, last: bool) -> None:
    content = end.join([b"a", b"", b"b"]) + (end if last else b"")
    assert [(line.number, line.text.rstrip(b"\r\n")) for line in lines(content)] == [(1, b"a"), (2, b""), (3, b"b")]


def test_line_ends_may_be_mixed() -> None:
    assert [line.text for line in lines(b"a\rb\nc\r\nd\r\re")] == [b"a\r", b"b\n", b"c\r\n", b"d\r", b"\r", b"e"]


def test_a_line_that_is_too_long_is_cut_and_its_length_reported() -> None:
    (first, long, last) = lines(b"a\n" + b"x" * 1000 + b"\r\nb")
    assert (first.number, last.number, last.text) == (1, 3, b"b")
    assert long == NumberedLine(2, 1002, b"x" * MOST, is_cut=True)


@given(st.lists(st.sampled_from([b"\n", b"\r", b"\r\n", b"x", b"x" * MOST, b"yz"]), max_size=30), st.integers(1, 12))
def test_they_are_the_lines_of_the_file_whatever_fits_in_memory(parts: list[bytes], at_most: int) -> None:
    content = b"".join(parts)
    wanted = content.splitlines(keepends=True)
    numbered = lines(content, at_most)
    assert [line.size for line in numbered] == [len(line) for line in wanted]
    assert [line.text for line in numbered] == [line[:at_most] for line in wanted]
    assert [line.number for line in numbered] == list(range(1, len(wanted) + 1))
    assert [line.is_cut for line in numbered] == [len(line) > at_most for line in wanted]
