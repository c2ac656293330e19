"""Where a page of a list ends, for the page after it: one form for every list of every service.

A cursor is the name of its list and the key of the last row that was sent, as JSON in base64 for addresses (RFC 4648,
section 5). Callers send it back as it came. What is no cursor, and what is one of another list, is refused alike.
"""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from contracts.limits import BIGINT_MAX
from kernel.http.problem_details import Problem
from kernel.http.problem_types import BAD_PARAMETER
from kernel.http.values import Bad, no_cursor, whole

Key = TypeVar("Key", bound=tuple[object, ...])


def encode(name: str, *key: str) -> str:
    """The cursor behind the row with this key, of the list with this name."""
    return base64.urlsafe_b64encode(json.dumps([name, *key]).encode()).decode()


def decode(name: str, cursor: str) -> list[str]:
    """The key in a cursor of the list with this name; raises `Bad`."""
    try:
        texts = json.loads(base64.b64decode(cursor, altchars=b"-_", validate=True))
    except (ValueError, RecursionError) as fault:  # no base64, no text, no JSON, or nested without end
        raise no_cursor() from fault
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts) or texts[:1] != [name]:
        raise no_cursor()
    return texts[1:]


def problem(fault: Bad) -> Problem:
    """What a caller is answered whose cursor is none."""
    return Problem(BAD_PARAMETER, f"cursor: {fault}", field="cursor", remedy=fault.remedy)


@dataclass(frozen=True)
class Keyset(Generic[Key]):
    """The key by which the rows of one list are paged."""

    name: str
    """Of the list: a cursor of another one is none of this."""
    first: Key
    """Before every row."""
    read: Callable[[list[str]], Key]
    """The key of its texts; raises `ValueError` where there is no such key."""

    def after(self, cursor: str | None) -> Key:
        """The key behind which a page begins; raises `Problem`."""
        if cursor is None:
            return self.first
        try:
            return self.read(decode(self.name, cursor))
        except ValueError as fault:
            raise problem(no_cursor()) from fault

    def cursor(self, *key: str) -> str:
        """The cursor behind the row with this key."""
        return encode(self.name, *key)


def numbered(name: str, first: int = 0) -> "Keyset[tuple[int]]":
    """The key of rows that are numbered."""
    return Keyset(name, (first,), _number)


def _number(texts: list[str]) -> tuple[int]:
    [text] = texts
    return (whole(text, 0, BIGINT_MAX),)
