"""The pages over HTTP: `/`, `/missions/UNIFIL`, …, each with a twin that ends in `.json` or `.csv`."""

import json
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Final, get_args

import pydantic
from fastapi import APIRouter, Request, Response

from contracts.json_object import JsonObject
from contracts.limits import FIRST_DAY
from contracts.words import Category
from kernel.http.address import bad
from kernel.http.caching import RevalidatedFiles
from kernel.http.languages import LANGUAGES, named, negotiated
from kernel.http.parameters import LIMIT_MAX
from kernel.http.problem_details import Problem
from kernel.http.problem_types import BAD_PARAMETER, NOT_FOUND, UNKNOWN_PARAMETER
from kernel.http.proxied import path_of, root_of
from kernel.http.values import Bad, shown
from services.reporting.http import responses
from services.reporting.http.dependencies import Model
from services.reporting.lists.run import find_event, find_one, find_some
from services.reporting.pages import chart, render
from services.reporting.pages.catalogue import SHEETS, Section, Sheet
from services.reporting.pages.i18n import words
from services.reporting.pages.render import PageContent, Question
from services.reporting.query.errors import QueryError
from services.reporting.query.session import ReadModel, ReadSession
from services.reporting.query.values import NamedValues
from services.reporting.reports import formats, run
from services.reporting.reports.catalogue import REPORTS
from services.reporting.reports.formats import ReportResult
from services.reporting.reports.parameters import ReportParameters

ROUTES: Final = {
    "/": "overview",
    "/overview": "overview",
    "/missions/{mission}": "mission",
    "/lines/{mandate}/{line}": "line",
    "/tours/{mandate}/{line}/{tour}": "tour",
    "/pipeline": "pipeline",
    "/ending": "ending",
    "/raised": "raised",
    "/timeline": "timeline",
    "/events": "events",
    "/events/{event}": "event",
}
EVERYWHERE: Final = ("as_of", "as_known_at", "contributor", "lang")
"""Parameters of every page; all links keep them."""
EXAMPLES: Final = {
    **{"contributor": "KAZ", "mission": "UNIFIL", "mandate": "kz-2018", "line": "kz-2018/officers"},
    **{"missions": "UNIFIL", "tour": "kz-2018/officers/t-1", "category": ", ".join(get_args(Category))},
}
"""The written form of a parameter."""


def page_routes() -> APIRouter:
    """Every page and its twins. They are for readers, so the API's document leaves them out."""
    router = APIRouter(include_in_schema=False)
    for path, name in ROUTES.items():
        for suffix in (".json", ".csv", "") if path != "/" else ("",):
            router.get(f"{path}{suffix}", name=f"page {name}{suffix}")(_answering(SHEETS[name], suffix))
    router.get("/lines/{mandate}/{line}/occupancy.svg", name="picture")(_picture)
    return router


def static_files() -> RevalidatedFiles:
    """The style sheet of every service's pages, and the script of these."""
    return RevalidatedFiles(packages=[("kernel", "static"), (__package__, "static")])


def _answering(sheet: Sheet, suffix: str) -> Callable[[Request, Model], Awaitable[Response]]:
    async def page(request: Request, model: Model) -> Response:
        question = question_of(request, sheet, model.today())
        question = replace(question, changes=model.change_feed.last, archive=request.app.state.archive_pages)
        content = await show(sheet, question, model)
        if suffix == ".json":
            return responses.json_response(_twin(sheet, question, content))
        if suffix == ".csv":
            return _csv(request, content)
        return render.page(sheet, question, content)

    return page


def question_of(request: Request, sheet: Sheet, today: date) -> Question:
    """The question in an address; raises `Problem`."""
    own = _own(request, sheet)
    wanted = own.pop("lang", None)
    language = named(wanted) if wanted else None
    if wanted and not language:
        remedy = f"There are {', '.join(LANGUAGES)}."
        raise Problem(BAD_PARAMETER, f"There is no language {shown(wanted)}.", field="lang", remedy=remedy)
    for name in ("section", "drawn"):
        own.pop(name, None)
    kept = {**own, **({"lang": language} if language else {})}
    path = {name: str(value) for name, value in request.path_params.items()}
    if "line" in path:
        path["line"] = f"{path['mandate']}/{path['line']}"
    if "tour" in path:
        path["tour"] = f"{path['line']}/{path['tour']}"
    terms = _terms({**own, "as_known_at": _instant(own["as_known_at"])} if "as_known_at" in own else own)
    spoken = words(language or _accepted(request))
    at, root = path_of(request), root_of(request)
    return Question(spoken, at, path, kept, sheet.parameters, terms, terms.as_of or today, today, root)


def _own(request: Request, sheet: Sheet) -> dict[str, str]:
    """The address's parameters, each once. A form sends a field left empty as an empty text: it counts as not given."""
    known, values = (*EVERYWHERE, *sheet.parameters), dict[str, str]()
    for name, value in request.query_params.multi_items():
        if name not in (*known, "section"):
            detail, label = f"There is no parameter {shown(name)} here.", name if name.isprintable() else ascii(name)
            remedy = f"This page takes {', '.join(known)}."
            raise Problem(UNKNOWN_PARAMETER, detail, field=label, remedy=remedy)
        if name in values:
            raise bad(name, Bad("It is there more than once.", f"Send {name} once."))
        values[name] = value
    return {name: value for name, value in values.items() if value}


def _accepted(request: Request) -> str:
    """The language that the browser prefers. Several headers count as one list (RFC 9110, 5.3)."""
    return negotiated(",".join(request.headers.getlist("accept-language")))


def _instant(text: str) -> str:
    """An instant from a form has no offset, and often no seconds: it is UTC, as the page says beside the field."""
    if not (matched := _OF_A_FORM.fullmatch(text)):
        return text
    return f"{text}Z" if matched["seconds"] else f"{text}:00Z"


_OF_A_FORM: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?P<seconds>:[0-9]{2}(\.[0-9]{1,9})?)?")


def _terms(given: NamedValues) -> ReportParameters:
    """The parameters of the reports; raises `Problem`."""
    try:
        return ReportParameters.model_validate(given)
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        field, context = str(first["loc"][0]), first.get("ctx", {})
        if "remedy" in context:
            raise bad(field, Bad(context["detail"], context["remedy"])) from error
        sent, example = shown(str(given.get(field))), EXAMPLES.get(field, "/docs")
        raise bad(field, Bad(f"{sent} cannot stand here.", f"Write it as {example}.")) from error


async def show(sheet: Sheet, question: Question, model: ReadModel) -> PageContent:
    """The content of the page, from one snapshot; raises `QueryError`. Its reports are read with one statement."""
    is_snapshot = bool(sheet.thing) or any(section.listed for section in sheet.sections)
    async with model.session(question.terms, is_snapshot=is_snapshot) as session:
        thing = await _thing(session, sheet, question)
        names = {**(thing or {}), **question.path}
        listed = {s.name: await _listed(session, s, names) for s in sheet.sections if s.listed}
        reported = await _reported(session, [s for s in sheet.sections if s.report], question, names)
    results = listed | reported
    return PageContent(thing, {section.name: results[section.name] for section in sheet.sections})


async def _thing(session: ReadSession, sheet: Sheet, question: Question) -> NamedValues | None:
    """The thing that the page is about."""
    if not sheet.thing:
        return None
    if sheet.thing == "events":
        return await find_event(session, question.path["event"])
    kind = sheet.thing.removesuffix("s")
    try:
        item = await find_one(session, sheet.thing, question.path[kind])
    except QueryError as fault:
        fault.field = kind  # the name of the field in the page's address
        raise
    thing: NamedValues = json.loads(item)
    return thing


def _given(section: Section, names: NamedValues) -> JsonObject:
    taken = {parameter: names[name] for parameter, name in section.parameters.items()}
    return {**section.arguments, **{name: [value] if name == "missions" else value for name, value in taken.items()}}


async def _listed(session: ReadSession, section: Section, names: NamedValues) -> ReportResult:
    result = await find_some(session, section.listed, _given(section, names), session.as_of)
    named = [(*values, row["id"]) for values, row in zip(result.values, result.rows, strict=True)]
    return replace(result, columns=[*result.columns, ("event", "json")], values=named)


async def _reported(
    session: ReadSession, sections: Sequence[Section], question: Question, names: NamedValues
) -> dict[str, ReportResult]:
    """The answers of sections by their names."""
    questions = [(REPORTS[section.report], _parameters_for(section, question, names)) for section in sections]
    if not questions:
        return {}
    results = await run.find_together(session, questions)
    return {section.name: result for section, result in zip(sections, results, strict=True)}


def _parameters_for(section: Section, question: Question, names: NamedValues) -> ReportParameters:
    given, report = _given(section, names), REPORTS[section.report]
    if section.days_back:
        begin = max(FIRST_DAY, question.as_of - timedelta(days=section.days_back))
        given["since"] = question.terms.since or begin
    for name in ("contributor", *question.may_name):
        if name in report.own and (value := getattr(question.terms, name)) is not None:
            given.setdefault(name, value)
    return _terms({**given, "as_known_at": question.terms.as_known_at, "limit": LIMIT_MAX})


def _twin(sheet: Sheet, question: Question, shown: PageContent) -> JsonObject:
    return {
        "page": sheet.name,
        "as_of": question.as_of,
        "as_known_at": question.terms.as_known_at,
        **({"thing": shown.thing} if shown.thing else {}),
        "sections": {name: formats.as_json(name, result) for name, result in shown.sections.items()},
    }


def _csv(request: Request, shown: PageContent) -> Response:
    """One table per file: the first of the page, or the one that `section` names."""
    if not shown.sections:
        raise Problem(NOT_FOUND, "This page has no table.", field="section", remedy="Ask for its .json.")
    name = request.query_params.get("section") or next(iter(shown.sections))
    if name not in shown.sections:
        remedy = f"There are {', '.join(shown.sections)}."
        raise Problem(NOT_FOUND, f"This page has no table {name}.", field="section", remedy=remedy)
    return responses.report_csv(name, shown.sections[name])


async def _picture(request: Request, model: Model) -> Response:
    question = question_of(request, replace(SHEETS["line"], parameters=("drawn",)), model.today())
    section = next(one for one in SHEETS["line"].sections if one.name == "occupancy")
    async with model.session(question.terms) as session:
        params = _parameters_for(section, question, question.path)
        result = await run.find(session, REPORTS[section.report], params)
    rows = [row for row in result.rows if row["mission"] is None]
    return render.occupancy_picture(chart.occupancy(rows, question.as_of), question)


def problem_page(request: Request, fault: Problem) -> Response | None:
    """A problem as a page, if a reader requested a page; None for a program."""
    path, today = path_of(request), datetime.now(UTC).date()
    for_program = path.startswith("/v1/") or path.endswith((".json", ".csv"))
    if for_program or "text/html" not in request.headers.get("accept", "").lower():
        return None
    language = named(request.query_params.get("lang", ""))
    kept = {"lang": language} if language else {}
    spoken = words(language or _accepted(request))
    return render.problem(
        fault, Question(spoken, "/", {}, kept, (), ReportParameters(), today, today, root_of(request))
    )
