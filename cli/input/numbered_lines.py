"""The lines of a file, numbered as editors do: a line ends with LF, CRLF or CR; the last may lack an ending.

At most one line and one piece of the file are in memory. A line that is too long is cut, but its full length is
counted.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO


@dataclass(frozen=True, slots=True)
class NumberedLine:
    """A line with its ending, or the beginning of a line that is too long."""

    number: int
    """The first line is 1."""
    size: int
    """Bytes of the whole line, including its ending."""
    text: bytes
    is_cut: bool = False


def numbered_lines(file: BinaryIO, bytes_max: int) -> Iterator[NumberedLine]:
    """Every line, also blank ones; of a line longer than `bytes_max`, its first `bytes_max` bytes."""
    number, text, cut = 1, b"", 0
    while piece := file.readline(bytes_max + 1):
        parts = (text + piece).splitlines(keepends=True)
        text = b"" if parts[-1].endswith(b"\n") else parts.pop()  # after a CR, the LF of the same ending may follow
        for part in parts:
            yield _line(number, part, cut, bytes_max)
            number, cut = number + 1, 0
        if len(text) > bytes_max and not text.endswith(b"\r"):
            text, cut = text[:bytes_max], cut + len(text) - bytes_max
    if text:
        yield _line(number, text, cut, bytes_max)


def _line(number: int, text: bytes, cut: int, bytes_max: int) -> NumberedLine:
    size = len(text) + cut
    return NumberedLine(number, size, text[:bytes_max], is_cut=size > bytes_max)
