"""The lines of a file, numbered as an editor numbers them: a line ends with LF, CRLF or CR, and the last one anywhere.

Never more than one line and one piece of the file is in memory. A line that is longer than it may be is cut, and its
length is counted on.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO


@dataclass(frozen=True, slots=True)
class NumberedLine:
    """A line with its end, or the beginning of a line that is too long."""

    number: int
    """The first one's is 1."""
    size: int
    """Bytes of the whole line, with its end."""
    text: bytes
    is_cut: bool = False


def numbered_lines(file: BinaryIO, bytes_max: int) -> Iterator[NumberedLine]:
    """Every line, blank ones too; of one with more than `bytes_max` bytes the first `bytes_max`."""
    number, text, cut = 1, b"", 0
    while piece := file.readline(bytes_max + 1):
        parts = (text + piece).splitlines(keepends=True)
        text = b"" if parts[-1].endswith(b"\n") else parts.pop()  # behind a CR there may come the LF of the same end
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
