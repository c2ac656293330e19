"""How far a file is read: a bar on standard error, and nothing where that is no terminal."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from cli.terminal import news


class Bar:
    """Told how many bytes were read and what is to be said of it."""

    def __init__(self, bar: Progress, size: int | None) -> None:
        self.console = bar.console
        self._bar = bar
        self._task = bar.add_task("sending", total=size)

    def __call__(self, size: int, so_far: str) -> None:
        self._bar.update(self._task, advance=size, description=so_far)


@contextmanager
def progress(source: BinaryIO) -> Iterator[Bar]:
    """A bar as long as the file; it only moves to and fro for a pipe, whose length nobody knows."""
    console = news()
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    size = None
    if source.seekable():
        size = source.seek(0, 2)
        source.seek(0)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        yield Bar(bar, size)
