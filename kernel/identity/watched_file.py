"""A file of permissions that is read again when it changes, and counts whole or not at all."""

from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

import structlog

log = structlog.get_logger()
T = TypeVar("T")


def stamp_of(file: Path) -> tuple[int, int, int]:
    """What differs when a file has changed: its time, its size and its inode. Raises OSError."""
    stat = file.stat()
    return stat.st_mtime_ns, stat.st_size, stat.st_ino


class WatchedFile(Generic[T]):
    """The content of a file, as `parse` reads it; ValueError is its word for a fault.

    The first reading raises; later ones keep what was read last, so that a slip in an editor shuts nobody out.
    """

    def __init__(self, file: Path, parse: Callable[[str], T]) -> None:
        self._file = file
        self._parse = parse
        self._stamp: tuple[int, int, int] | None = stamp_of(file)
        self._content = parse(file.read_text(encoding="utf-8"))

    def current(self) -> T:
        """The content; a changed file is read first, and one that cannot be read is logged."""
        try:
            if (stamp := stamp_of(self._file)) != self._stamp:
                self._stamp = stamp  # before it is read: a wrong file is read once, not for every request
                self._content = self._parse(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as fault:
            if isinstance(fault, OSError):
                self._stamp = None  # it may be readable in a moment, without a change
            kind = type(fault).__name__
            log.warning("a file of permissions cannot be read; the earlier ones stay", file=self._file.name, fault=kind)
        return self._content
