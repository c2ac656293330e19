"""The pages over HTTP: `/`, `/missions/UNIFIL`, …, each with twins that end in `.json`, `.csv` and `.xlsx`."""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from contracts.json_object import JsonObject
from kernel.http.address import bad
from kernel.http.caching import RevalidatedFiles
from kernel.http.languages import chosen_language, language_of, named
from kernel.http.problem_details import Problem
from kernel.http.problem_types import UNKNOWN_PARAMETER
from kernel.http.proxied import path_of, root_of
from kernel.http.values import Bad, shown
from kernel.nearest import did_you_mean
from services.reporting.http import responses
from services.reporting.http.dependencies import Model
from services.reporting.pages import compare, files, pictures, render
from services.reporting.pages.catalogue import SHEETS, Sheet
from services.reporting.pages.content import content_of, terms_of
from services.reporting.pages.focus import OF_A_TABLE, focus_of
from services.reporting.pages.i18n import words
from services.reporting.pages.render import PageContent, Question
from services.reporting.pages.typed_days import iso_day
from services.reporting.query.session import ReadModel
from services.reporting.reports import formats
from services.reporting.reports.parameters import ReportParameters

ROUTES: Final = {
    "/": "questions",
    "/questions": "questions",
    "/search": "search",
    "/overview": "overview",
    "/strength": "strength",
    **{
        f"/{name}": name
        for name in ("ceilings", "since", "unused", "documents", "lead-times", "moved", "returns", "closing")
    },
    **{f"/{name}": name for name in ("missions", "mandates", "lines", "tours")},
    "/mandates/{mandate}": "mandate",
    "/vacancies/{vacancy}": "vacancy",
    "/applications/{application}": "application",
    "/nominations/{vacancy}/{nomination}": "nomination",
    "/people/{candidate}": "person",
    "/units/{unit}": "unit",
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
PICTURES: Final = (
    ("/lines/{mandate}/{line}/occupancy.svg", "line", pictures.of_line),
    ("/strength.svg", "strength", pictures.of_strength),
)
TWINS: Final = (".json", ".csv", ".xlsx")
EVERYWHERE: Final = ("as_of", "as_known_at", "contributor", "lang")
"""Parameters of every page; all links keep them."""
DAYS: Final = ("as_of", "since", "closes_on")
"""Parameters that are days: they are read as people type them."""


def page_routes() -> APIRouter:
    """Every page and its twins. They are for readers, so the API's document leaves them out."""
    router = APIRouter(include_in_schema=False)
    for path, name in ROUTES.items():
        for suffix in (*TWINS, "") if path != "/" else ("",):
            router.get(f"{path}{suffix}", name=f"page {name}{suffix}")(_answering(SHEETS[name], suffix))
    for path, name, draw in PICTURES:
        router.get(path, name=f"picture {name}")(_drawing(SHEETS[name], draw))
    router.get("/compare", name="page compare")(_compare)
    return router


def static_files() -> RevalidatedFiles:
    """The style sheet of every service's pages, and the script of these."""
    return RevalidatedFiles(packages=[("kernel", "static"), (__package__, "static")])


def _answering(sheet: Sheet, suffix: str) -> Callable[[Request, Model], Awaitable[Response]]:
    async def page(request: Request, model: Model) -> Response:
        question = question_of(request, sheet, model.today(), files.CSV_FORM if suffix == ".csv" else ())
        question = replace(question, changes=model.change_feed.last, archive=request.app.state.archive_pages)
        content = await content_of(sheet, question, model, suffix)
        if suffix == ".json":
            return responses.json_response(_twin(sheet, question, content))
        if suffix == ".csv":
            return files.page_csv(question, content)
        if suffix == ".xlsx":
            return await files.page_workbook(request, sheet, question, content, model.scope)
        if len(content.hits) == 1:  # straight to the thing
            return RedirectResponse(content.hits[0].href, 303, headers=render.HEADERS)
        return render.page(sheet, question, content)

    return page


def question_of(request: Request, sheet: Sheet, today: date, form: Sequence[str] = ()) -> Question:
    """The question in an address; `form` names the parameters of the form of a file. Raises `Problem`."""
    own = _own(request, (*sheet.own, *form))
    language = chosen_language(request)
    for name in ("lang", "drawn"):
        own.pop(name, None)
    focus = focus_of(sheet, own)
    lasting = {name: value for name, value in own.items() if name not in form}
    kept = {**lasting, **({"lang": language} if language else {})}
    path = {name: str(value) for name, value in request.path_params.items()}
    if "line" in path:
        path["line"] = f"{path['mandate']}/{path['line']}"
    if "nomination" in path:
        path["nomination"] = f"{path['vacancy']}/{path['nomination']}"
    if "tour" in path:
        path["tour"] = f"{path['line']}/{path['tour']}"
    given = {name: value for name, value in own.items() if name not in (*OF_A_TABLE, "q")}
    terms = terms_of({**given, "as_known_at": _instant(given["as_known_at"])} if "as_known_at" in given else given)
    spoken = words(language_of(request))
    at, root = path_of(request), root_of(request)
    day = terms.as_of or today
    return Question(spoken, at, path, kept, sheet.parameters, terms, day, today, root, focus=focus)


def _own(request: Request, parameters: Sequence[str]) -> dict[str, str]:
    """The address's parameters, each once. A form sends a field left empty as an empty text: it counts as not given."""
    known, values = (*EVERYWHERE, *parameters, *OF_A_TABLE), dict[str, str]()
    for name, value in request.query_params.multi_items():
        if name not in known:
            detail, label = f"There is no parameter {shown(name)} here.", name if name.isprintable() else ascii(name)
            remedy = did_you_mean(name, known, f"This page takes {', '.join(known)}.")
            raise Problem(UNKNOWN_PARAMETER, detail, field=label, remedy=remedy)
        if name in values:
            raise bad(name, Bad("It is there more than once.", f"Send {name} once."))
        values[name] = value
    return {name: _typed(name, value) for name, value in values.items() if value}


def _typed(name: str, value: str) -> str:
    """A value as the reports take it: a day in ISO 8601, whichever unambiguous form somebody typed."""
    try:
        return iso_day(value) if name in DAYS else value
    except Bad as fault:
        raise bad(name, fault) from fault


def _instant(text: str) -> str:
    """An instant from a form has no offset, and often no seconds: it is UTC, as the page says beside the field."""
    if not (matched := _OF_A_FORM.fullmatch(text)):
        return text
    return f"{text}Z" if matched["seconds"] else f"{text}:00Z"


_OF_A_FORM: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?P<seconds>:[0-9]{2}(\.[0-9]{1,9})?)?")


def _twin(sheet: Sheet, question: Question, shown: PageContent) -> JsonObject:
    return {
        "page": sheet.name,
        "as_of": question.as_of,
        "as_known_at": question.terms.as_known_at,
        **({"thing": shown.thing} if shown.thing else {}),
        **({"newest": asdict(shown.newest)} if shown.newest else {}),
        "sections": {name: formats.as_json(name, result) for name, result in shown.sections.items()},
    }


async def _compare(request: Request, model: Model) -> Response:
    rest, own = compare.split(request)
    question = replace(question_of(rest, compare.SHEET, model.today()), changes=model.change_feed.last)
    return await compare.answer(question, own, model)


def _drawing(
    sheet: Sheet, draw: Callable[[Question, ReadModel], Awaitable[Response]]
) -> Callable[[Request, Model], Awaitable[Response]]:
    drawn = replace(sheet, parameters=("drawn",))

    async def picture(request: Request, model: Model) -> Response:
        return await draw(question_of(request, drawn, model.today()), model)

    return picture


def problem_page(request: Request, fault: Problem) -> Response | None:
    """A problem as a page, if a reader requested a page; None for a program."""
    path, today = path_of(request), datetime.now(UTC).date()
    for_program = path.startswith("/v1/") or path.endswith(TWINS)
    if for_program or "text/html" not in request.headers.get("accept", "").lower():
        return None
    language = named(request.query_params.get("lang", ""))
    kept = {"lang": language} if language else {}
    spoken = words(language_of(request))
    return render.problem(
        fault, Question(spoken, "/", {}, kept, (), ReportParameters(), today, today, root_of(request))
    )
