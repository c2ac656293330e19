"""Cursors: where a page of a list ends and the next one begins, in one form for every list of every service.

A cursor is the name of its list and the key of the last row that was sent, as JSON in URL-safe base64 (RFC 4648,
section 5). Callers send it back as it came. Text that is not a cursor and a cursor of another list are both refused.
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
    """The cursor behind the row with this key, for the list with this name."""
    return base64.urlsafe_b64encode(json.dumps([name, *key]).encode()).decode()


def decode(name: str, cursor: str) -> list[str]:
    """The key in a cursor of the list with this name; raises `Bad`."""
    try:
        texts = json.loads(base64.b64decode(cursor, altchars=b"-_", validate=True))
    except (ValueError, RecursionError) as fault:  # not base64, not text, not JSON, or nested too deeply
        raise no_cursor() from fault
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts) or texts[:1] != [name]:
        raise no_cursor()
    return texts[1:]


def problem(fault: Bad) -> Problem:
    """The answer to a caller whose cursor is not valid."""
    return Problem(BAD_PARAMETER, f"cursor: {fault}", field="cursor", remedy=fault.remedy)


@dataclass(frozen=True)
class Keyset(Generic[Key]):
    """The key by which the rows of one list are paged."""

    name: str
    """The name of the list: a cursor of another list is refused."""
    first: Key
    """The key before every row."""
    read: Callable[[list[str]], Key]
    """Reads the key from its texts; raises `ValueError` if they are not a key."""

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
    """The key of rows that have numbers."""
    return Keyset(name, (first,), _number)


def _number(texts: list[str]) -> tuple[int]:
    [text] = texts
    return (whole(text, 0, BIGINT_MAX),)
