"""Results go to standard output, progress and notices to standard error, so that pipes carry only results.

At a terminal progress is one updating line; elsewhere (a log, a pipe) it is plain lines. A table in a pipe is as wide
as it needs to be.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

PIPE_COLUMNS: Final = 240


def results() -> Console:
    """A console on standard output. It is made on each call, so that it uses the current stream."""
    console = Console(highlight=False, markup=False)
    if not console.is_terminal:
        console.width = PIPE_COLUMNS
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


def table(*columns: str | Column) -> Table:
    """A table without loss: long texts are wrapped, never truncated."""
    made = [Column(one, overflow="fold") if isinstance(one, str) else one for one in columns]
    return Table(*made, header_style="bold")


def number(name: str) -> Column:
    """A column of numbers."""
    return Column(name, justify="right", no_wrap=True)


def row(table: Table, cells: Sequence[object]) -> None:
    """Add a row of plain text: no cell is parsed as markup, and None is an empty cell."""
    table.add_row(*(Text("" if cell is None else str(cell)) for cell in cells))
