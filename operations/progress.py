"""The progress interface of operations, independent of its display."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol, TypeAlias


class RecordProgress(Protocol):
    """Counts the records that an operation has processed, one piece of work after another."""

    def begin(self, what: str, records: int) -> None:
        """Begin another piece of work, of so many records."""

    def __call__(self, records: int) -> None:
        """Count so many more records of it as done."""


OpenProgress: TypeAlias = Callable[[], AbstractContextManager[RecordProgress]]
"""Opens the display once there is something to count, and closes it at the end."""
ReportRate: TypeAlias = Callable[[int, float], None]
"""Receives the number of records so far and the seconds that they took."""
