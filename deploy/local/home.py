"""The data directory: one place, marked as ours, used by one command at a time.

stack.json       the mark: without it, a directory that is not empty belongs to something else
kafka/ postgres/ the data; each appears by one rename, so it was complete once
*.run.json       the last run of each server        logs/   their output
servers.json     how to reach them (owner-only, as are postgres.password and kafka.passwords.json)
"""

import contextlib
import fcntl
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from deploy.local.errors import StackError, broken
from deploy.local.process import write_atomically

LAYOUT = 1
LOCK_SECONDS_MAX = 180


@dataclass(frozen=True)
class Home:
    path: Path

    @classmethod
    def at(cls, directory: Path) -> "Home":
        return cls(directory.absolute().resolve())

    @property
    def mark(self) -> Path:
        return self.path / "stack.json"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def servers(self) -> Path:
        return self.path / "servers.json"

    def record(self, server: str) -> Path:
        return self.path / f"{server}.run.json"


def claim(directory: Path) -> Home:
    """The directory, created if it is new; an error if it cannot be ours."""
    home = Home.at(directory)
    if home.path.exists() and not home.path.is_dir():
        raise StackError(f"{home.path} is a file, a directory was expected. Name another, or move it away.")
    try:
        home.path.mkdir(parents=True, exist_ok=True)
        contents = {path.name for path in home.path.iterdir()} - {".lock", "stack.json.new"}
        writable = os.access(home.path, os.W_OK | os.X_OK)
    except OSError as error:
        raise _unwritable(home, error.strerror) from error
    if not writable:
        raise _unwritable(home, "permission denied")
    if contents and not home.mark.exists():
        raise StackError(
            f"{home.path} holds something else (no {home.mark.name} in it): it is left alone. "
            f"Name an empty or a new directory."
        )
    return home


def furnish(home: Home) -> None:
    """Mark the directory as ours, or check its mark. Call under the lock."""
    if not home.mark.exists():
        write_atomically(home.mark, json.dumps({"layout": LAYOUT}))
    try:
        layout = json.loads(home.mark.read_text())["layout"]
    except (ValueError, KeyError, TypeError):
        raise broken(home.path, f"{home.mark.name} in it is cut short or changed") from None
    if layout != LAYOUT:
        raise broken(home.path, f"it was laid out by another version (layout {layout}, this one reads {LAYOUT})")
    maker = home.mark.stat().st_uid
    if maker != os.geteuid():
        raise StackError(f"{home.path} was made by another user (id {maker}): start its servers as that user.")
    (home.path / ".gitignore").write_text("*\n")
    home.logs.mkdir(exist_ok=True, mode=0o700)


@contextlib.contextmanager
def locked(home: Home, progress: Callable[[str], None]) -> Iterator[None]:
    """Allow one command at a time. The kernel holds the lock and releases it when its holder ends, however it ends."""
    path = home.path / ".lock"
    deadline = time.monotonic() + LOCK_SECONDS_MAX
    is_reported = False
    while (lock := _try_lock(path)) is None:
        if time.monotonic() > deadline:
            raise StackError(f"another command has held {path} for {LOCK_SECONDS_MAX} s: end it first")
        if not is_reported:
            progress(f"waiting for another command at work in {home.path}")
            is_reported = True
        time.sleep(0.1)
    try:
        yield
    finally:
        os.close(lock)


def remove(home: Home) -> None:
    """Remove everything, the mark last, so that the rest of an interrupted wipe is still recognised as ours."""
    for path in sorted(home.path.iterdir(), key=lambda path: path == home.mark):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
    home.path.rmdir()


def _try_lock(path: Path) -> int | None:
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # A wipe may have removed the file we waited for: then the lock protects nothing.
        if path.exists() and path.stat().st_ino == os.fstat(lock).st_ino:
            return lock
    except BlockingIOError:
        pass
    os.close(lock)
    return None


def _unwritable(home: Home, why: str | None) -> StackError:
    return StackError(
        f"{home.path} cannot be written ({why}). Give it to the user who runs this, or name another directory."
    )
