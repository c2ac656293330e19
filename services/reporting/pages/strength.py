"""Strength over time: how many people there were from each change until the next, against the ceilings above them.

The page has a picture and a table of the same numbers; the overview and pages of missions show the picture alone.
"""

from collections.abc import Sequence
from typing import Final

from services.reporting.pages import paging
from services.reporting.pages.catalogue import Section
from services.reporting.pages.cells import NUMBERS, Cell, PageAddress
from services.reporting.pages.evidence_words import sentences
from services.reporting.pages.i18n import Words, worded
from services.reporting.pages.tables import ColumnHead, Table
from services.reporting.queries import filtered
from services.reporting.query.session import DEPLOYED, ReadSession, incomplete
from services.reporting.query.values import NamedValues
from services.reporting.reports import validation
from services.reporting.reports.evidence import EVIDENCE, judged
from services.reporting.reports.formats import ReportResult
from services.reporting.reports.parameters import ReportParameters

STEPS: Final = Section(
    "strength",
    "People from one change to the next",
    ("valid_from", "valid_to", "people", "ceiling"),
    "strength",
    nothing="Nobody was in a mission in this time, and no ceiling held.",
)
"""The page's one table; it has the name of the page, as the front page's has."""
SUMMARY: Final = "Most: {most} ({day}). At the end: {now}."
TYPES: Final = (("valid_from", "date"), ("valid_to", "date"), ("people", "int4"), ("ceiling", "int4"))


async def find(session: ReadSession, named: NamedValues, contributor: str | None) -> ReportResult:
    """Every step since a day, the oldest first; `named` are the values of the page's form. Raises `QueryError`."""
    given = {**named, "contributor": contributor, "as_of": session.as_of, "own_ceiling": named.get("mission")}
    validation.check_period(given, "since", "as_of")
    await validation.check_names(session, {**given, "contributor": contributor})
    statement = filtered("strength_steps", given)
    rows = await session.connection.fetch(statement.sql, *statement.values(given))
    compared = None
    if not rows:
        evidence = filtered(EVIDENCE["strength"].sql, given)
        compared = await session.connection.fetchrow(evidence.sql, *evidence.values(given))
    return ReportResult(
        as_of=session.as_of,
        as_known_at=session.as_known_at,
        columns=list(TYPES),
        values=[tuple(row) for row in rows],
        totals={},
        next=None,
        incomplete=await incomplete(session, (DEPLOYED,)),
        freshness=session.freshness,
        evidence=judged(compared, session.as_of, has_rows=bool(rows)),
    )


def table(result: ReportResult, named: NamedValues, terms: ReportParameters, words: Words, at: PageAddress) -> Table:
    """The newest steps, the newest first; each number of people leads to the events behind it."""
    shown = result.rows[::-1][: paging.rows_alone(len(STEPS.columns))]
    return Table(
        section=STEPS,
        heads=[ColumnHead(words.say(worded(column)), "", "") for column in STEPS.columns],
        numbers={column for column, kind in TYPES if kind in NUMBERS},
        rows=[_cells(row, named, terms, words, at) for row in shown],
        totals=(),
        links=(),
        is_cut=len(shown) < len(result.values),
        of=len(result.values),
        state=result.evidence.state,
        evidence=sentences(result.evidence, STEPS, words),
    )


def _cells(
    row: NamedValues, named: NamedValues, terms: ReportParameters, words: Words, address: PageAddress
) -> Sequence[Cell]:
    of = {name: str(named[name]) for name in ("mandate", "mission") if name in named}
    of |= {"contributor": terms.contributor} if terms.contributor else {}
    behind = address.of("/events", **of, as_of=row["valid_from"].isoformat()) if of and row["people"] else ""
    days = (Cell(words.day(day)) if day else Cell("–", is_unknown=True) for day in (row["valid_from"], row["valid_to"]))
    none = row["ceiling"] is None
    ceiling = Cell("–", is_unknown=True) if none else Cell(words.number(row["ceiling"]), is_number=True)
    return (*days, Cell(words.number(row["people"]), behind, is_number=True), ceiling)


def summary(rows: Sequence[NamedValues], words: Words) -> str:
    """The picture in words; empty if there is none."""
    if not rows:
        return ""
    fullest = max(rows, key=lambda row: (row["people"], -row["valid_from"].toordinal()))
    most, now = words.number(fullest["people"]), words.number(rows[-1]["people"])
    return words.say(SUMMARY).format(most=most, day=words.day(fullest["valid_from"]), now=now)
