"""Results go to standard output, progress and notices to standard error, so that pipes carry only results.

At a terminal progress is one updating line; elsewhere (a log, a pipe) it is plain lines. Tables are in `tables.py`.
"""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from rich.console import Console
from rich.text import Text

PIPE_COLUMNS: Final = 240


def results() -> Console:
    """A console on standard output. It is made on each call, so that it uses the current stream."""
    console = Console(highlight=False, markup=False)
    if (width := line_width()) or not console.is_terminal:
        console.width = width or PIPE_COLUMNS
    return console


def notices() -> Console:
    """A console on standard error."""
    console = Console(stderr=True, highlight=False, markup=False)
    if not console.is_terminal:
        console.width = PIPE_COLUMNS
    return console


@contextmanager
def progress_line(what: str) -> Iterator[Callable[[str], None]]:
    """Show progress: an updating line at a terminal, plain lines elsewhere."""
    console = notices()
    if not console.is_terminal:
        yield lambda text: console.print(text, soft_wrap=True)
        return
    with console.status(Text(what)) as status:

        def report(text: str) -> None:
            console.print(text, style="dim", soft_wrap=True)
            status.update(Text(f"{what}: {text}"))

        yield report


def line_width() -> int | None:
    """Characters of a line of standard output: those of the terminal, or COLUMNS; None elsewhere: as many as needed."""
    given = os.environ.get("COLUMNS", "")
    if given.isascii() and given.isdigit() and int(given) > 0:
        return int(given)
    console = Console()
    return console.width if console.is_terminal else None


def is_terminal() -> bool:
    """Whether standard output is a terminal."""
    return sys.stdout.isatty()


def printable(value: object) -> str:
    """The value as text, with everything escaped that could move a terminal's cursor or reorder what is read."""
    return "".join(
        one if one.isprintable() or one == "\n" else one.encode("unicode_escape").decode() for one in str(value)
    )
