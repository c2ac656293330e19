"""Progress displays: a bar on standard error at a terminal, periodic lines elsewhere."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO, Final

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from cli.output.terminal import notices

SHOWN_EVERY_S: Final = 5.0
RATE_EVERY_S: Final = 1.0


class Bar:
    """Shows the bytes read so far, and a text beside the bar."""

    def __init__(self, bar: Progress, size: int | None) -> None:
        self.console = bar.console
        self._bar = bar
        self._task = bar.add_task("sending", total=size)

    def __call__(self, size: int, so_far: str) -> None:
        self._bar.update(self._task, advance=size, description=so_far)


@contextmanager
def progress(source: BinaryIO) -> Iterator[Bar]:
    """A bar for the length of the file; for a pipe, whose length is unknown, it only pulses."""
    console = notices()
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    size = None
    if source.seekable():
        size = source.seek(0, 2)
        source.seek(0)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        yield Bar(bar, size)


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{speed:,.0f} a second")


class Records:
    """Counts processed records; shows their number, the total, the rate and the remaining time."""

    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._task = bar.add_task("", total=None)
        self._shown = self._began = time.monotonic()
        self._of = (0, 0)

    def begin(self, what: str, records: int) -> None:
        """Begin another piece of work, of so many records."""
        self._bar.reset(self._task, description=what, total=records)
        self._began, self._of = time.monotonic(), (0, records)

    def __call__(self, records: int) -> None:
        done, total = self._of[0] + records, self._of[1]
        self._of = (done, total)
        self._bar.advance(self._task, records)
        now = time.monotonic()
        if self._bar.disable and now - self._shown > SHOWN_EVERY_S:
            self._shown = now
            rate = done / max(now - self._began, 0.001)
            left = max(total - done, 0) / max(rate, 0.001)
            what = self._bar.tasks[0].description
            notices().print(f"{what}: {done:,} of {total:,} records, {rate:,.0f} a second, {left:,.0f} s left")


@contextmanager
def records() -> Iterator[Records]:
    """A bar of records with their rate and the remaining time."""
    console = notices()
    columns = (
        *(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), _Rate()),
        *(TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn()),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        yield Records(bar)


def record_rate() -> Callable[[int, float], None]:
    """Returns a function that prints the number of records read and their rate, once a second."""
    last = time.monotonic()

    def show(records: int, seconds: float) -> None:
        nonlocal last
        if (now := time.monotonic()) - last > RATE_EVERY_S:
            notices().print(f"{records:,} records, {records / max(seconds, 0.001):,.0f} a second")
            last = now

    return show
