"""Writes the selected records to a file: existing lines are compared, missing lines are appended.

Running an interrupted command again therefore completes the file, and running a complete one changes nothing. Nothing
is ever overwritten: a file with other lines belongs to somebody else, or was made with other filters.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import BinaryIO


class FileDiffers(Exception):
    """The file has something other than the expected record, and is left unchanged."""

    def __init__(self, path: Path, what: str) -> None:
        super().__init__(f"{path} {what}. It is left as it is: name another file, or use the filters that made it.")


class ResumableCopy:
    """The file while it is written; `take` is called with each line in order."""

    def __init__(self, path: Path, file: BinaryIO, *, dry_run: bool) -> None:
        self._path = path
        self._file = file
        self._dry_run = dry_run
        self._at_end = False
        self.there = 0
        """Lines that the file already has."""
        self.missing = 0
        """Lines that the file lacked: written now, unless this is a dry run."""

    def take(self, line: bytes) -> None:
        """Take the next line, including its line ending.

        Raises:
            FileDiffers: the file has a different line there.
        """
        if not self._at_end:
            start = self._file.tell()
            existing = self._file.read(len(line))
            if existing == line:
                self.there += 1
                return
            if not line.startswith(existing):
                raise FileDiffers(self._path, f"is not what was selected: line {self.there + 1} is another")
            self._file.seek(start)  # the end of the file, or a truncated line
            self._at_end = True
            if not self._dry_run:
                self._file.truncate()
        self.missing += 1
        if not self._dry_run:
            self._file.write(line)

    def finish(self) -> None:
        """Check that the file ends after the last line.

        Raises:
            FileDiffers: the file has more.
        """
        if not self._at_end and self._file.read(1):
            raise FileDiffers(self._path, f"has more than was selected: there is something after line {self.there}")


@contextmanager
def copy(path: Path, *, dry_run: bool) -> Iterator[ResumableCopy]:
    """Open the file, or create it; everything written is kept, whatever happens, and is on disk at the end.

    If nothing was written, a newly created file is removed.
    """
    made = not dry_run and not path.exists()
    with _opened(path, dry_run) as file:
        if not dry_run:
            _alone(path, file)
        try:
            yield ResumableCopy(path, file, dry_run=dry_run)
        except BaseException:
            file.flush()
            if made and file.tell() == 0:
                path.unlink()
            raise
        if not dry_run:
            file.flush()
            os.fsync(file.fileno())


def _alone(path: Path, file: BinaryIO) -> None:
    """Lock the file: two runs that append to one file would mix their lines."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as fault:
        raise FileDiffers(path, "is being written by another run") from fault


def _opened(path: Path, dry_run: bool) -> BinaryIO:
    if dry_run:
        return path.open("rb") if path.exists() else BytesIO()
    return path.open("r+b" if path.exists() else "x+b")
