"""Errors of commands: one line with the remedy in it, and a documented exit code.

0  done; for `send`: every command was decided, whatever the answer
1  it could not be done, or some of what was sent is not fit to be decided
2  the command line itself is wrong
3  no answer came in time
"""

from typing import Final

from operations.errors import InvalidRequest

DONE: Final = 0
FAILED: Final = 1
WRONG_USAGE: Final = 2
LATE: Final = 3


class CommandError(Exception):
    """The fault and the remedy, in one line."""

    def __init__(self, message: str, exit_code: int = FAILED) -> None:
        super().__init__(message)
        self.exit_code = exit_code


def exit_code(error: Exception) -> int:
    """The exit code for an error that ended a command."""
    if isinstance(error, CommandError):
        return error.exit_code
    return WRONG_USAGE if isinstance(error, InvalidRequest) else FAILED
