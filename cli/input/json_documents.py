"""JSON documents over many lines, as editors and `jq` write them: each with the line where it begins.

A top-level array stands for its items. Only where each document begins and ends is found here; what it says is read by
whoever takes it, from the very characters that were written.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_SPACE: Final = re.compile(r"[ \t\r\n]*")
_DECODER: Final = json.JSONDecoder()
_LINE_END: Final = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class JsonDocument:
    """A document as it was written."""

    number: int
    """The line on which it begins; the first of the file is 1."""
    text: str


class NotJson(Exception):
    """The text is no JSON from a place on: its line, its column, and the parser's reason."""

    def __init__(self, line: int, column: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line
        self.column = column
        self.reason = reason


def documents(text: str) -> Iterator[JsonDocument]:
    """The documents of a text, one after the other; of an array, its items.

    Raises:
        NotJson: when the place is reached; the documents before it were given.
    """
    at, line, counted = _after_space(text, 0), 1, 0
    inside = False
    while at < len(text):
        if not inside and text[at] == "[":
            inside, at = True, _after_space(text, at + 1)
            if text[at : at + 1] == "]":
                inside, at = False, _after_space(text, at + 1)
            continue
        end = _end(text, at)
        line, counted = line + len(_LINE_END.findall(text, counted, at)), at
        yield JsonDocument(line, text[at:end])
        at = _after_space(text, end)
        if inside:
            inside, at = _next_item(text, at)
    if inside:
        raise _wrong(text, len(text), "The array is not closed: `]` is missing")


def _next_item(text: str, at: int) -> tuple[bool, int]:
    """Behind an item: whether another one follows, and where to go on."""
    match text[at : at + 1]:
        case ",":
            return True, _after_space(text, at + 1)
        case "]":
            return False, _after_space(text, at + 1)
        case _:
            raise _wrong(text, at, "`,` or `]` is missing behind an item of the array")


def _after_space(text: str, at: int) -> int:
    space = _SPACE.match(text, at)
    return space.end() if space else at


def _end(text: str, at: int) -> int:
    try:
        _, end = _DECODER.raw_decode(text, at)
    except json.JSONDecodeError as fault:
        raise _wrong(text, fault.pos, fault.msg) from None
    except (RecursionError, ValueError) as fault:
        raise _wrong(text, at, f"It cannot be read ({type(fault).__name__})") from None
    return end


def _wrong(text: str, at: int, reason: str) -> NotJson:
    before = _LINE_END.split(text[:at])
    return NotJson(len(before), len(before[-1]) + 1, reason)
