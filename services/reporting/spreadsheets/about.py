"""The sheet "About": what the other sheets answer, when, for whom, and where the same answer and its receipt are."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from services.reporting.pages.i18n import Words, worded
from services.reporting.spreadsheets.values import CellValue
from services.reporting.spreadsheets.workbook import WorkbookSheet

HEADS: Final = ("Sheet", "Rows", "Total", "Note", "Address of the same rows", "Digest of the answer")
"""The columns of the table of sheets."""


@dataclass(frozen=True, slots=True)
class SheetOrigin:
    """Where the content of one sheet comes from."""

    title: str
    rows: int
    totals: Mapping[str, object]
    note: str
    """What it rests on: what was compared, or what would have to be on record."""
    has_more: bool
    address: str
    """Of the same answer as JSON, with the day and the instant fixed; empty for a list of things."""
    digest: str
    """Of that answer; its receipt carries the same."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """What a workbook answers."""

    title: str
    as_of: date
    as_known_at: datetime | None
    """The instant of the question; None for what was known when the workbook was made."""
    made_at: datetime
    filters: Mapping[str, str]
    states: Sequence[str] | None
    """The States whose rows the reader may see; None for every State."""
    change: int | None
    """The number of a change that the data includes; None if that is not known."""
    incomplete: bool
    address: str
    """Of the page or report, with the day and the instant fixed."""
    origins: Sequence[SheetOrigin]
    compared_with: tuple[date, datetime] | None = None
    """The day and the instant of the other state; None for a single answer."""


def about(of: Provenance, words: Words) -> WorkbookSheet:
    """The sheet, in the reader's language."""
    say = words.say
    rows: list[Sequence[CellValue]] = [(say("Title"), of.title), *_facts(of, words), ()]
    rows += [tuple(map(say, HEADS)), *(_origin(each, words) for each in of.origins), ()]
    if any(each.digest for each in of.origins):
        rows.append((say("Receipt"), say("Add receipt=true to the address of the rows: its receipt has this digest.")))
    rows.append((say("Empty cells"), say("Unknown, or does not apply")))
    return WorkbookSheet(say("About"), (), rows)


def _facts(of: Provenance, words: Words) -> Iterator[Sequence[CellValue]]:
    say = words.say
    yield say("On the day"), of.as_of
    known = of.as_known_at or of.made_at
    yield say("As known at (UTC)"), known.astimezone(UTC).replace(tzinfo=None)
    if of.compared_with is not None:
        day, instant = of.compared_with
        yield say("Compare with the day"), day
        yield say("As known then at (UTC)"), instant.astimezone(UTC).replace(tzinfo=None)
    yield say("Made at (UTC)"), of.made_at.astimezone(UTC).replace(tzinfo=None)
    for name, value in of.filters.items():
        yield f"{say('Filter')}: {say(worded(name))}", value
    yield say("States"), ", ".join(of.states) if of.states is not None else say("every State")
    if of.change is not None:
        yield say("Data include change"), of.change
    if of.incomplete:
        note = say("Incomplete: events that belong in these numbers are still waiting to be applied.")
        yield say("Note"), note
    yield say("Address that gives the same"), of.address


def _origin(of: SheetOrigin, words: Words) -> Sequence[CellValue]:
    totals = "; ".join(f"{words.say(worded(name))}: {value}" for name, value in of.totals.items())
    more = [words.say("There are more rows: they are at the address.")] if of.has_more else []
    return of.title, of.rows, totals, " ".join([*more, of.note]), of.address, of.digest


def foot(of: Provenance, words: Words) -> str:
    """What stands at the foot of each printed page."""
    known = (of.as_known_at or of.made_at).astimezone(UTC)
    return f"{of.title}, {words.day(of.as_of)} · {words.say('As known at (UTC)')}: {words.instant(known)}"
