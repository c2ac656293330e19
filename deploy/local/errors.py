"""The error for everything that keeps the local servers from running.

A person at a terminal reads it, so each message names the fault, the path and the remedy.
"""

from pathlib import Path


class StackError(Exception):
    """The local servers cannot be started or stopped: the fault, the path, the remedy."""


class Late(StackError):
    """A process runs, but does not report ready yet."""


def broken(path: Path, what: str) -> StackError:
    """The error for incomplete data. We never guess at repairs: the files may be all that is left of someone's work."""
    return StackError(f"{path}: {what}. Move it away to keep it, or run `forcegen down --wipe` to begin anew.")
