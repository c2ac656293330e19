"""The page `/compare`: a report on two days, or as known at two instants, with the events that made the difference."""

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
from services.reporting.query.values import NamedValues
from services.reporting.reports.catalogue import REPORTS
from services.reporting.reports.comparison import NOT_ALL, ChangedRow, ReportComparison, compare
from services.reporting.spreadsheets.titles import REPORT_TITLES

SHEET: Final = Sheet("compare", "Compare", ())
OWN: Final = ("report", "before_as_of", "before_as_known_at")
"""Parameters of this page's address, besides those of every page."""
CHOICES: Final = tuple(name for name, report in REPORTS.items() if not report.required and not report.exactly_one_of)
"""The reports that need no parameter beside a day."""
KINDS: Final = ("added", "gone", "changed", "effective", "late", "corrected")
"""Words for a row and for an event; each is a key of the translations."""
EVENT_COLUMNS: Final = 5
PART: Final = "Shown: {shown} of {all}. All of them as a file:"
ShownCell: TypeAlias = Cell | OccupancyBar
DAYS_BACK: Final = 30
"""How long before the day the other one is, unless the address names it."""


@dataclass(frozen=True, slots=True)
class ShownComparison:
    """What the page shows of a comparison. Its files have all."""

    compared: ReportComparison
    """The comparison without the rows of either answer, and without the rows and events that do not fit the page."""
    rows: int
    """The number of rows that differ."""
    events: int
    """The number of events."""


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
    known_then = before.before_as_known_at

    async def make() -> ShownComparison:
        return fitting(await compare(model, name, terms, day, known_then))

    key = ("compare", name, terms.model_dump_json(), question.as_of, day, known_then)
    fits = await model.kept(key, make, _size)
    kept = {**question.kept, **own, **({"before_as_of": day.isoformat()} if day else {})}
    return _page(replace(question, kept=kept), name, fits)


def fitting(compared: ReportComparison) -> ShownComparison:
    """Of a comparison, as many rows and events as fit the page."""
    events = _events_of(compared)
    sizes = ((len(compared.rows), len(compared.key) + 2), (len(events), EVENT_COLUMNS))
    rows_shown, events_shown = paging.shares(sizes)
    return ShownComparison(
        replace(
            compared,
            before=replace(compared.before, values=()),
            after=replace(compared.after, values=()),
            rows=compared.rows[:rows_shown],
            explained=None if compared.explained is None else compared.explained[:events_shown],
            events=compared.events[:events_shown],
        ),
        len(compared.rows),
        len(events),
    )


def _events_of(compared: ReportComparison) -> Sequence[JsonObject]:
    """The events behind what changed, or those on the streams of changed rows."""
    return compared.events if compared.explained is None else compared.explained


def _size(shown: ShownComparison) -> int:
    """The number of values in what is shown."""
    columns = len(shown.compared.after.columns)
    return 2 * columns * len(shown.compared.rows) + 10 * len(_events_of(shown.compared))


def _before(own: Mapping[str, str]) -> ComparedWith:
    given = {field: own[field] for field in OWN[1:] if field in own}
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
        "report": name,
        "choices": [(each, words.say(REPORT_TITLES[each])) for each in CHOICES],
        "compared": compared,
        "totals": _totals(compared, words),
        "heads": [words.say(worded(column)) for column in compared.key],
        "rows": [_row(row, compared.key, words, address) for row in compared.rows],
        "events": [_event(event, words, address) for event in events],
        "unexplained": words.say(NOT_ALL) if compared.explained is None else None,
        "of_rows": _left_out(len(compared.rows), shown.rows, words),
        "of_events": _left_out(len(events), shown.events, words),
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


def _left_out(shown: int, all_of_them: int, words: Words) -> str:
    """How many of how many are shown; empty if all are."""
    if shown == all_of_them:
        return ""
    return words.say(PART).format(shown=words.number(shown), all=words.number(all_of_them))


def _document(question: Question, name: str, compared: ReportComparison, **form: str) -> str:
    """The address of the same answer for programs, or as a file in the form that is named."""
    states = {"before_": compared.before, "": compared.after}
    days = {f"{side}as_of": result.as_of.isoformat() for side, result in states.items()}
    known = {f"{side}as_known_at": at.isoformat() for side, each in states.items() if (at := each.as_known_at)}
    own = {"contributor": question.terms.contributor} if "contributor" in REPORTS[name].own else {}
    given = {field: value for field, value in {**own, **days, **known, **form}.items() if value}
    return f"{question.root}/v1/reports/{quote(name)}/compare?{urlencode(given)}"
