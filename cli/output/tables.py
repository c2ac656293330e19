"""Tables that lose nothing: what is too wide for the terminal is shown as one record a block.

An id, a name or a number is never cut and never broken over two lines. Only prose (a reason, a remedy) wraps, between
words. Where even that is too wide, first the lines between the columns go, and then each record becomes a block of
`name  value` lines. Outside a terminal a table is as wide as it needs to be, unless COLUMNS says how wide it may be.
"""

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from itertools import islice
from typing import Annotated, Final, TypeAlias, TypeVar

import typer
from rich import box
from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from cli.lazy import at_first_use
from cli.output.errors import WRONG_USAGE, CommandError
from cli.output.terminal import line_width, printable, results

with at_first_use():
    from kernel import nearest

Item = TypeVar("Item")
PROSE_CELLS: Final = 24
"""A column of prose is not made narrower than this."""
Only: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--columns", metavar="NAME,NAME", help="Only these columns of the table, in this order (`?` lists them)."
    ),
]
"""The option of every command that prints a table."""


class CellKind(Enum):
    """How the cells of a column are set."""

    name = "whole, on the left"
    number = "whole, on the right"
    prose = "wrapped between words"


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column: what `--columns` calls it, and its title."""

    name: str
    title: str
    kind: CellKind = CellKind.name


def column(name: str, title: str | None = None, kind: CellKind = CellKind.name) -> TableColumn:
    """A column of names; its title is its name, in words, unless another is given."""
    return TableColumn(name, name.replace("_", " ") if title is None else title, kind)


def number(name: str, title: str | None = None) -> TableColumn:
    """A column of numbers."""
    return column(name, title, CellKind.number)


def prose(name: str, title: str | None = None) -> TableColumn:
    """A column of sentences."""
    return column(name, title, CellKind.prose)


@dataclass(slots=True)
class ShownTable:
    """Rows under named columns; None is an empty cell, and no cell is parsed as markup or moves a cursor."""

    columns: Sequence[TableColumn]
    rows: list[tuple[str, ...]] = field(default_factory=list)
    totals: tuple[str, ...] | None = None

    def row(self, *cells: object) -> None:
        """Add a row, with a cell for each column."""
        self.rows.append(_texts(self.columns, cells))

    def total(self, *cells: object) -> None:
        """Set the row below all others."""
        self.totals = _texts(self.columns, cells)

    def show(self, only: str | None = None) -> None:
        """Print the table, or the columns of it that `--columns` names.

        Raises:
            CommandError: a column is not there; the message lists those that are.
        """
        chosen = self if only is None else self.only(only)
        out, width = results(), line_width()
        drawn = chosen.drawn(width)
        if drawn is None:
            for line in chosen.blocks(width or 0):
                out.print(Text(line), soft_wrap=True)
            return
        if width is None:
            out.width = chosen.natural_width
        out.print(drawn)

    def only(self, names: str) -> "ShownTable":
        """The table with the named columns, in the order of their names, which are separated by commas.

        Raises:
            CommandError: as above.
        """
        places = {one.name: place for place, one in enumerate(self.columns)}
        wanted = [name.strip().replace(" ", "_") for name in names.split(",")]
        if unknown := [name for name in wanted if name not in places]:
            there = nearest.did_you_mean(unknown[0], places, f"Name some of: {','.join(places)}.")
            raise CommandError(f"--columns: there is no column {unknown[0]!r} here. {there}", WRONG_USAGE)
        picked = [places[name] for name in wanted]
        totals = self.totals and tuple(self.totals[place] for place in picked)
        rows = [tuple(row[place] for place in picked) for row in self.rows]
        return ShownTable([self.columns[place] for place in picked], rows, totals)

    @property
    def natural_width(self) -> int:
        """Characters that it takes with its lines, when nothing wraps."""
        return sum(self._most()) + 3 * len(self.columns) + 1

    def drawn(self, width: int | None) -> Table | None:
        """The table for so many characters (None: any number); None if not every name in it can be whole."""
        boxed = self._widths(None if width is None else width - 3 * len(self.columns) - 1)
        widths = boxed or self._widths((width or 0) - 2 * (len(self.columns) - 1))
        if widths is None:
            return None
        edge = box.HEAVY_HEAD if boxed else None
        made = Table(header_style="bold", box=edge, padding=(0, 1), pad_edge=bool(boxed))
        for one, size in zip(self.columns, widths, strict=True):
            made.add_column(Text(one.title), justify="right" if one.kind is CellKind.number else "left", width=size)
        for row in self.rows:
            made.add_row(*map(Text, row))
        if self.totals is not None:
            made.add_section()
            made.add_row(*map(Text, self.totals))
        return made

    def blocks(self, width: int) -> Iterator[str]:
        """The lines of one block for each record: no name is broken, prose wraps under itself."""
        titles = max(cell_len(one.title) for one in self.columns)
        every = [(f"{nr:,} of {len(self.rows):,}", row) for nr, row in enumerate(self.rows, 1)]
        for what, row in [*every, *([("total", self.totals)] if self.totals else [])]:
            yield f"── {what}"
            for one, cell in zip(self.columns, row, strict=True):
                if cell or what != "total":
                    label = one.title + " " * (titles - cell_len(one.title))
                    yield from _entry(label, cell, width, wraps=one.kind is CellKind.prose)

    def _widths(self, space: int | None) -> list[int] | None:
        most, least = self._most(), self._least()
        if space is None or sum(most) <= space:
            return most
        spare, needs = space - sum(least), [more - less for more, less in zip(most, least, strict=True)]
        if spare < 0:
            return None
        return [less + spare * need // max(sum(needs), 1) for less, need in zip(least, needs, strict=True)]

    def _most(self) -> list[int]:
        return [
            max(cell_len(one.title), *(cell_len(line) for cell in cells for line in cell.split("\n")), 1)
            for one, cells in self._by_column()
        ]

    def _least(self) -> list[int]:
        least = []
        for (one, cells), most in zip(self._by_column(), self._most(), strict=True):
            words = _longest(one.title.split())
            if one.kind is CellKind.prose:
                least.append(
                    max(min(PROSE_CELLS, most), words, _longest(word for cell in cells for word in cell.split()))
                )
            else:
                least.append(max(words, _longest(line for cell in cells for line in cell.split("\n")), 1))
        return least

    def _by_column(self) -> list[tuple[TableColumn, list[str]]]:
        rows = [*self.rows, *([self.totals] if self.totals else [])]
        return [(one, [row[place] for row in rows]) for place, one in enumerate(self.columns)]


def table(*columns: TableColumn | str) -> ShownTable:
    """An empty table; a text is a column of names."""
    return ShownTable([column(one) if isinstance(one, str) else one for one in columns])


def first_of(items: Iterable[Item], most: int) -> tuple[list[Item], int]:
    """The first items, and how many there are besides."""
    rest = iter(items)
    return list(islice(rest, most)), sum(1 for _ in rest)


def _texts(columns: Sequence[TableColumn], cells: Sequence[object]) -> tuple[str, ...]:
    if len(cells) != len(columns):
        raise ValueError(f"{len(cells)} cells for {len(columns)} columns")
    return tuple("" if cell is None else printable(cell) for cell in cells)


def _longest(texts: "Iterator[str] | Sequence[str]") -> int:
    return max(map(cell_len, texts), default=0)


def _entry(label: str, cell: str, width: int, *, wraps: bool) -> Iterator[str]:
    """A value behind its label; a value of several lines stands under itself."""
    begin, space = f"{label}  ", " " * (cell_len(label) + 2)
    for text in cell.split("\n"):
        lines = [text]
        if wraps and (left := width - cell_len(begin)) >= PROSE_CELLS:
            lines = textwrap.wrap(text, left, break_long_words=False, break_on_hyphens=False) or [""]
        for line in lines:
            yield (begin + line).rstrip()
            begin = space
