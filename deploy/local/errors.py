"""One error for everything that keeps the local servers from running.

It is read by a person at a terminal, so each message says what is wrong, where, and what to do.
"""

from pathlib import Path


class StackError(Exception):
    """The local servers cannot be started or stopped: what, which path, what to do."""


class Late(StackError):
    """It runs, and does not yet answer that it is ready."""


def broken(path: Path, what: str) -> StackError:
    """Data that is not whole. We never guess at repairs: the files may be all that is left of someone's work."""
    return StackError(f"{path}: {what}. Move it away to keep it, or run `forcegen down --wipe` to begin anew.")
