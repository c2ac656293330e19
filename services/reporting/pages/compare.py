"""The page `/compare`: a report on two days, or as known at two instants, with the events that made the difference."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final, TypeAlias
from urllib.parse import quote, urlencode

import pydantic
from fastapi import Request, Response

from contracts.json_object import JsonObject
from contracts.limits import FIRST_DAY
from kernel.http.address import bad
from kernel.http.problem_details import Problem
from kernel.http.problem_types import BAD_PARAMETER
from kernel.http.values import Bad, shown
from kernel.nearest import did_you_mean
from services.reporting.http.comparisons import ComparedWith
from services.reporting.http.dependencies import Model
from services.reporting.pages import paging, render
from services.reporting.pages.catalogue import Sheet
from services.reporting.pages.cells import Cell, OccupancyBar, PageAddress, cell
from services.reporting.pages.i18n import Words, worded
from services.reporting.pages.render import Question
from services.reporting.pages.sentences import sentence_between
from services.reporting.pages.tables import FIRST_ROWS, NEXT_ROWS, WHOLE_PAGE
from services.reporting.query.newest import NewestOnRecord, newest_on_record
from services.reporting.query.values import NamedValues
from services.reporting.reports.catalogue import REPORTS
from services.reporting.reports.comparison import NOT_ALL, ChangedRow, ReportComparison, compare
from services.reporting.spreadsheets.titles import REPORT_TITLES

SHEET: Final = Sheet("compare", "Compare", ())
OWN: Final = ("report", "before_as_of", "before_as_known_at", "section", "first")
"""Parameters of this page's address, besides those of every page."""
CHOICES: Final = tuple(name for name, report in REPORTS.items() if not report.required and not report.exactly_one_of)
"""The reports that need no parameter beside a day."""
KINDS: Final = ("added", "gone", "changed", "effective", "late", "corrected")
"""Words for a row and for an event; each is a key of the translations."""
EVENT_COLUMNS: Final = 5
VALUES_COLUMNS: Final = 4
"""What became of a row, and the values that differ: these take several lines on a phone."""
PART: Final = "Shown: {shown} of {all}. All of them as a file:"
SECTIONS: Final = ("events", "rows")
"""The tables that the page may show alone (`section`), each from its row `first` on."""
ShownCell: TypeAlias = Cell | OccupancyBar
_LINE: Final = re.compile("[1-9][0-9]{0,6}")
DAYS_BACK: Final = 30
"""How long before the day the other one is, unless the address names it."""


@dataclass(frozen=True, slots=True)
class TableAlone:
    """The table that the address asks for alone."""

    section: str
    first: int
    """Its first line that is shown, from 1 on."""


@dataclass(frozen=True, slots=True)
class ShownPart:
    """The lines of a table that are shown: `first` to `last` of `all`, counted from 1."""

    first: int
    last: int
    all: int


@dataclass(frozen=True, slots=True)
class ShownComparison:
    """What the page shows of a comparison. Its files have all."""

    compared: ReportComparison
    """The comparison without the rows of either answer, and without the rows and events that do not fit the page."""
    parts: Mapping[str, ShownPart]
    """Of each table that is shown, which lines."""
    newest: NewestOnRecord | None = None


def split(request: Request) -> tuple[Request, dict[str, str]]:
    """The request without this page's own parameters, and these; raises `Problem` for one that is there twice."""
    own: dict[str, str] = {}
    rest = []
    for name, value in request.query_params.multi_items():
        if name not in OWN:
            rest.append((name, value))
        elif name in own:
            raise bad(name, Bad("It is there more than once.", f"Send {name} once."))
        else:
            own[name] = value
    scope = {**request.scope, "query_string": urlencode(rest).encode()}
    return Request(scope, request.receive), {name: value for name, value in own.items() if value}


async def answer(question: Question, own: Mapping[str, str], model: Model) -> Response:
    """The page; raises `Problem` and `QueryError`."""
    name = own.get("report", "strength")
    if name not in CHOICES:
        remedy = did_you_mean(name, CHOICES, f"There are {', '.join(CHOICES)}.")
        raise Problem(BAD_PARAMETER, f"{shown(name)} cannot stand here.", field="report", remedy=remedy)
    before = _before(own)
    day = before.before_as_of
    if day is None and before.before_as_known_at is None:
        day = max(FIRST_DAY, question.as_of - timedelta(days=DAYS_BACK))
    narrowed = "contributor" in REPORTS[name].own
    terms = question.terms if narrowed else question.terms.model_copy(update={"contributor": None})
    known_then, alone = before.before_as_known_at, _alone(own)

    async def make() -> ShownComparison:
        compared = await compare(model, name, terms, day, known_then)
        async with model.session(terms) as session:
            newest = await newest_on_record(session, terms.contributor)
        return replace(fitting(compared, alone), newest=newest)

    key = ("compare", name, terms.model_dump_json(), question.as_of, day, known_then, alone)
    fits = await model.kept(key, make, _size)
    kept = {**question.kept, **own, **({"before_as_of": day.isoformat()} if day else {})}
    return _page(replace(question, kept=kept), name, fits)


def fitting(compared: ReportComparison, alone: TableAlone | None = None) -> ShownComparison:
    """Of a comparison, as many rows and events as fit the page: the first of both, or those of one table alone."""
    columns = {"events": EVENT_COLUMNS, "rows": len(compared.key) + VALUES_COLUMNS}
    lines = {"events": _events_of(compared), "rows": compared.rows}
    if alone:
        every = len(lines[alone.section])
        first = max(1, min(alone.first, every))
        last = min(every, first - 1 + paging.rows_alone(columns[alone.section]))
        parts = {alone.section: ShownPart(first, last, every)}
    else:
        shares = paging.shares([(len(lines[section]), columns[section]) for section in SECTIONS])
        parts = {one: ShownPart(1, share, len(lines[one])) for one, share in zip(SECTIONS, shares, strict=True)}
    shown = {one: slice(parts[one].first - 1, parts[one].last) if one in parts else slice(0) for one in SECTIONS}
    events = shown["events"]
    return ShownComparison(
        replace(
            compared,
            before=replace(compared.before, values=()),
            after=replace(compared.after, values=()),
            rows=compared.rows[shown["rows"]],
            explained=None if compared.explained is None else compared.explained[events],
            events=compared.events[events],
        ),
        parts,
    )


def _alone(own: Mapping[str, str]) -> TableAlone | None:
    """The table that the address asks for; raises `Problem`."""
    section, first = own.get("section"), own.get("first", "1")
    if section is None:
        if "first" in own:
            raise bad("first", Bad("It is of no table.", "Name the table with section."))
        return None
    if section not in SECTIONS:
        raise bad("section", Bad(f"This page has no table {shown(section)}.", f"There are {', '.join(SECTIONS)}."))
    if not _LINE.fullmatch(first):
        raise bad("first", Bad(f"{shown(first)} is no line.", "Send the number of a line, from 1 on."))
    return TableAlone(section, int(first))


def _events_of(compared: ReportComparison) -> Sequence[JsonObject]:
    """The events behind what changed, or those on the streams of changed rows."""
    return compared.events if compared.explained is None else compared.explained


def _size(shown: ShownComparison) -> int:
    """The number of values in what is shown."""
    columns = len(shown.compared.after.columns)
    return 2 * columns * len(shown.compared.rows) + 10 * len(_events_of(shown.compared))


def _before(own: Mapping[str, str]) -> ComparedWith:
    given = {field: own[field] for field in OWN[1:3] if field in own}
    if len(given.get(OWN[2], "")) == len("2022-07-01T12:00"):  # from a form: UTC, as the page says beside the field
        given[OWN[2]] += ":00Z"
    try:
        return ComparedWith.model_validate(given)
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        field, context = str(first["loc"][0]), first.get("ctx", {})
        raise bad(field, Bad(context["detail"], context["remedy"])) from error


def _page(question: Question, name: str, shown: ShownComparison) -> Response:
    words, compared = question.words, shown.compared
    address = PageAddress(question.kept, question.root).without(*OWN)
    events = _events_of(compared)
    context = {
        "title": words.say(SHEET.title),
        "sheet": SHEET,
        "newest": shown.newest,
        "report": name,
        "choices": [(each, words.say(REPORT_TITLES[each])) for each in CHOICES],
        "compared": compared,
        "totals": _totals(compared, words),
        "heads": [words.say(worded(column)) for column in compared.key],
        "rows": [_row(row, compared.key, words, address) for row in compared.rows],
        "events": [_event(event, words, address) for event in events],
        "unexplained": words.say(NOT_ALL) if compared.explained is None else None,
        "parts": {name: _left_out(part, words) for name, part in shown.parts.items()},
        "more": {name: _more(name, part, question, words) for name, part in shown.parts.items()},
        "files": lambda **form: _document(question, name, compared, **form),
    }
    return render.comparison(context, question, address)


def _totals(compared: ReportComparison, words: Words) -> list[tuple[str, str, str, str]]:
    """The name of each total, what it was before and after, and the difference."""
    before, after = compared.before.totals, compared.after.totals
    return [
        (words.say(worded(name)), words.number(before[name]), words.number(after[name]), words.change(more))
        for name, more in compared.difference.items()
    ]


def _row(row: ChangedRow, key: Sequence[str], words: Words, address: PageAddress) -> tuple[str, list[ShownCell], str]:
    """What became of a row, its key, and the values that differ."""
    whole = row.after or row.before or {}
    columns = [name for name in row.columns if name not in key and name != "incomplete"]
    differ = "; ".join(f"{words.say(worded(name))}: {_sides(name, row, words)}" for name in columns)
    return words.say(row.change), [cell(name, whole, words, address) for name in key], differ


def _sides(name: str, row: ChangedRow, words: Words) -> str:
    plain = PageAddress({})
    sides = [cell(name, side, words, plain) for side in (row.before, row.after) if side is not None]
    return " → ".join(side.text for side in sides if isinstance(side, Cell))


def _event(event: NamedValues, words: Words, address: PageAddress) -> NamedValues:
    said = sentence_between(event, words)
    tour = event.get("tour")
    return {
        "kind": words.say(event["kind"]) if "kind" in event else "",
        "people": words.change(event["people"]) if "people" in event else "",
        "said": Cell(said, address.of(f"/events/{event['event']}")),
        "tour": Cell(str(tour), address.of(f"/tours/{tour}")) if tour else Cell(""),
        "concerns": cell("concerns", event, words, address) if "concerns" in event else Cell(""),
        "recorded": words.instant(event["recorded"]),
    }


def _left_out(part: ShownPart, words: Words) -> str:
    """How many of how many are shown; empty if all are."""
    lines = part.last - part.first + 1
    return "" if lines == part.all else words.say(PART).format(shown=words.number(lines), all=words.number(part.all))


def _more(section: str, part: ShownPart, question: Question, words: Words) -> Sequence[tuple[str, str]]:
    """Texts and addresses of the lines before and after those that are shown."""
    here, links = PageAddress(question.kept, question.root), list[tuple[str, str]]()
    if part.first > 1:
        links.append((words.say(FIRST_ROWS), here.without("first").of(question.at, section=section)))
    if part.last < part.all:
        links.append((words.say(NEXT_ROWS), here.of(question.at, section=section, first=str(part.last + 1))))
    if "section" in question.kept:
        links.append((words.say(WHOLE_PAGE), here.without("section", "first").of(question.at)))
    return links


def _document(question: Question, name: str, compared: ReportComparison, **form: str) -> str:
    """The address of the same answer for programs, or as a file in the form that is named."""
    states = {"before_": compared.before, "": compared.after}
    days = {f"{side}as_of": result.as_of.isoformat() for side, result in states.items()}
    known = {f"{side}as_known_at": at.isoformat() for side, each in states.items() if (at := each.as_known_at)}
    own = {"contributor": question.terms.contributor} if "contributor" in REPORTS[name].own else {}
    given = {field: value for field, value in {**own, **days, **known, **form}.items() if value}
    return f"{question.root}/v1/reports/{quote(name)}/compare?{urlencode(given)}"
