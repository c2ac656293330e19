"""How an operation reports how far it is, without knowing who shows it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol, TypeAlias


class RecordProgress(Protocol):
    """Counts the records that an operation is done with, one piece of work after another."""

    def begin(self, what: str, records: int) -> None:
        """Another piece of work begins, of so many records."""

    def __call__(self, records: int) -> None:
        """So many more records of it are done."""


OpenProgress: TypeAlias = Callable[[], AbstractContextManager[RecordProgress]]
"""Opens the display when there is something to count, and closes it at the end."""
ReportRate: TypeAlias = Callable[[int, float], None]
"""Receives the records so far and the seconds that they took."""
