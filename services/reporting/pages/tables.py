"""A section as a table: its heads and cells, the order that the reader chose, and where the other rows are."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Final

from services.reporting.pages import paging
from services.reporting.pages.catalogue import Section
from services.reporting.pages.cells import NUMBERS, Cell, OccupancyBar, PageAddress, cell, totals_row
from services.reporting.pages.evidence_words import sentences
from services.reporting.pages.focus import OF_A_TABLE, Focus
from services.reporting.pages.i18n import Words, worded
from services.reporting.query.values import NamedValues
from services.reporting.reports.catalogue import REPORTS
from services.reporting.reports.evidence import EvidenceState
from services.reporting.reports.formats import ReportResult

ALL_ROWS: Final = "All rows of this table"
FIRST_ROWS: Final = "First rows"
NEXT_ROWS: Final = "Next rows"
EARLIER_ROWS: Final = "Earlier rows"
LAST_ROWS: Final = "Last rows"
WHOLE_PAGE: Final = "The whole page"


@dataclass(frozen=True, slots=True)
class ColumnHead:
    """The head of a column."""

    text: str
    href: str
    """The address of the table in the order of this column; empty if it cannot be sorted here."""
    order: str
    """`ascending` or `descending`, as the table is sorted by it; else empty."""


@dataclass(frozen=True, slots=True)
class Table:
    """The layout of a section."""

    section: Section
    heads: Sequence[ColumnHead]
    numbers: Collection[str]
    """The numeric columns."""
    rows: Sequence[Sequence[Cell | OccupancyBar]]
    totals: Sequence[Cell]
    links: Sequence[tuple[str, str]]
    """Texts and addresses of the rows that it does not show, and of the whole page."""
    is_cut: bool
    """Whether it leaves out rows."""
    of: int | None
    """How many rows there are in all; None where nobody counted them."""
    state: EvidenceState
    evidence: Sequence[str]
    """Sentences on what the table rests on."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where tables stand: the page's own address, and the means of links to others."""

    at: str
    path: Mapping[str, str]
    """What the page's path names."""
    here: PageAddress
    """Keeps every parameter of the page."""
    address: PageAddress
    """Keeps what every page takes."""
    focus: Focus | None
    words: Words

    def table(self, **parameters: str) -> str:
        """The address of a table of this page."""
        return self.here.without(*OF_A_TABLE).of(self.at, **parameters)


def tables_of(sections: Sequence[Section], results: Mapping[str, ReportResult], place: Place) -> list[Table]:
    """The tables that a page shows, each with so many rows as fit the page."""
    shown = [section for section in sections if section.name in results]
    sizes = [(len(results[section.name].values), len(section.columns)) for section in shown]
    shares = paging.shares(sizes) if place.focus is None else [rows for rows, _ in sizes]
    is_alone = len(shown) == 1
    return [
        _table(one, results[one.name], share, place, is_alone=is_alone)
        for one, share in zip(shown, shares, strict=True)
    ]


def _table(section: Section, result: ReportResult, share: int, place: Place, *, is_alone: bool) -> Table:
    words = place.words
    is_whole = result.next is None and not (place.focus and place.focus.cursor)
    every = result.rows[:share][::-1] if section.ends else result.rows
    in_order = _ordered(section, every, place.focus) if is_whole else every
    rows = [[cell(column, row, words, place.address) for column in section.columns] for row in in_order[:share]]
    return Table(
        section=section,
        heads=[_head(column, result, section, place, can_sort=is_whole) for column in section.columns],
        numbers=_numeric(section, result, rows),
        rows=rows,
        totals=totals_row(section.report, section.columns, result, place.path, words, place.address),
        links=_links(section, result, share, place, is_alone=is_alone),
        is_cut=result.next is not None or share < len(result.values),
        of=len(result.values) if is_whole else _rows_in_all(section, result),
        state=result.evidence.state,
        evidence=sentences(result.evidence, section, words),
    )


def _numeric(section: Section, result: ReportResult, rows: Sequence[Sequence[Cell | OccupancyBar]]) -> set[str]:
    """The columns whose heads stand over their numbers: by type, or, of a list, by what is shown."""
    shown = [column for row in rows for column, one in zip(section.columns, row, strict=True) if _is_number(one)]
    return {column for column, kind in result.columns if kind in NUMBERS} | set(shown)


def _is_number(one: Cell | OccupancyBar) -> bool:
    return isinstance(one, Cell) and one.is_number


def _rows_in_all(section: Section, result: ReportResult) -> int | None:
    """How many rows a report has of which these are a part, if one of its totals counts them."""
    counted = REPORTS[section.report].one_each if section.report in REPORTS else ""
    return result.totals.get(counted)


def _ordered(section: Section, rows: Sequence[NamedValues], focus: Focus | None) -> Sequence[NamedValues]:
    """All rows in the order that the address names, or that of the section."""
    if focus and focus.sort:
        return paging.in_order_of(rows, focus.sort.removeprefix("-"), descending=focus.sort.startswith("-"))
    return sorted(rows, key=itemgetter(section.most), reverse=True) if section.most else rows


def _head(column: str, result: ReportResult, section: Section, place: Place, *, can_sort: bool) -> ColumnHead:
    text = place.words.say(worded(column))
    if not can_sort or column == "bar" or len(result.values) < 2:
        return ColumnHead(text, "", "")
    sort = place.focus.sort if place.focus else ""
    largest_first = dict(result.columns).get(column) in NUMBERS
    by = f"-{column}" if sort == column or (largest_first and sort != f"-{column}") else column
    order = {column: "ascending", f"-{column}": "descending"}.get(sort, "")
    return ColumnHead(text, place.table(section=section.name, sort=by), order)


def _links(
    section: Section, result: ReportResult, share: int, place: Place, *, is_alone: bool
) -> Sequence[tuple[str, str]]:
    say, links = place.words.say, list[tuple[str, str]]()
    onward, back = (EARLIER_ROWS, LAST_ROWS) if section.ends else (NEXT_ROWS, FIRST_ROWS)
    if place.focus is None and is_alone:
        return [(say(onward), place.table(section=section.name, cursor=result.next))] if result.next else []
    if place.focus is None:
        if share < len(result.values) or result.next:
            links.append((say(ALL_ROWS), place.table(section=section.name)))
        return links
    if place.focus.cursor:
        links.append((say(back), place.table(section=section.name)))
    if result.next:
        links.append((say(onward), place.table(section=section.name, cursor=result.next)))
    return [*links, (say(WHOLE_PAGE), place.table())]
