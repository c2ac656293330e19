"""A page as HTML: the answers, in the reader's language. Only the templates decide how it looks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from typing import Final

from fastapi import Response
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from contracts.json_object import JsonObject
from kernel.http.caching import NOT_AT_ALL
from kernel.http.languages import LANGUAGES
from kernel.http.problem_details import Problem
from kernel.http.problem_texts import said
from services.reporting.pages import explain, forms, strength
from services.reporting.pages.cards import cards_of, map_of
from services.reporting.pages.catalogue import SHEETS, Sheet
from services.reporting.pages.cells import PageAddress
from services.reporting.pages.facts import facts_of
from services.reporting.pages.focus import OF_A_TABLE, Focus
from services.reporting.pages.form_values import FormValues
from services.reporting.pages.i18n import Words
from services.reporting.pages.linked import Named
from services.reporting.pages.missions import named_mission
from services.reporting.pages.search import Hit
from services.reporting.pages.tables import Place, Table, tables_of
from services.reporting.pages.tiles import AnsweredTile
from services.reporting.query.newest import NewestOnRecord
from services.reporting.query.values import NamedValues
from services.reporting.reports.formats import ReportResult
from services.reporting.reports.parameters import ReportParameters

NAVIGATION: Final = ("questions", "overview", "pipeline", "ending", "raised", "timeline")
HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self';"
        " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": NOT_AT_ALL,
    "Vary": "Accept, Accept-Language",
}
OWN_TEMPLATES: Final = {
    name: f"{name}.html"
    for name in ("questions", "search", "overview", "line", "mission", "strength", "events", "event")
}
"""Pages with more on them than tables."""
WITH_ALL_TABLES: Final = ("overview", "line", "mission")
"""Pages whose own template shows more of their tables than one of them alone has."""
ADDED_UP: Final = ("present", "headroom")
"""Tables of the overview whose rows are added up to the cards of missions."""


@dataclass(frozen=True, slots=True)
class Question:
    """The question that a page answers, and the language of the answer."""

    words: Words
    at: str
    """The path of the address, without the prefix."""
    path: Mapping[str, str]
    """The parameters in the path."""
    kept: Mapping[str, str]
    """The parameters of the address that links keep."""
    may_name: Sequence[str]
    """Parameters specific to this page."""
    terms: ReportParameters
    as_of: date
    today: date
    root: str = ""
    """The prefix under which a proxy puts the pages."""
    changes: int | None = None
    """The number of a change that the page's data includes; None if nothing follows the changes."""
    focus: Focus | None = None
    """The table that is shown alone; None for the whole page."""
    archive: str = ""
    """Where browsers find the archive's pages; empty if that is not known."""


@dataclass(frozen=True, slots=True)
class PageContent:
    """The answers that a page shows."""

    thing: NamedValues | None
    sections: Mapping[str, ReportResult]
    form: FormValues = field(default_factory=FormValues)
    """The content of the page's form."""
    tiles: Sequence[AnsweredTile] = ()
    """The tiles of the front page."""
    newest: NewestOnRecord | None = None
    """How new it is; None if nobody looked."""
    given: Mapping[str, NamedValues] = field(default_factory=dict)
    """The parameters of each section's report or list, besides the day and the instant."""
    hits: Sequence[Hit] = ()
    """What a search has found."""
    linked: frozenset[Named] = frozenset()
    """Of what it names, the things that have a page of their own."""
    near: str = ""
    """The name on record that is nearest to one that a search has not found."""


def page(sheet: Sheet, question: Question, shown: PageContent) -> Response:
    """The page; it is `incomplete` if any of its answers is."""
    own = "page.html" if question.focus and sheet.name in WITH_ALL_TABLES else ""
    template = own or OWN_TEMPLATES.get(sheet.name, "page.html")
    here, words = PageAddress(question.kept, question.root), question.words
    address = PageAddress(question.kept, question.root, question.archive, shown.linked)
    address = address.without(*sheet.own, *OF_A_TABLE)
    context = {
        **_frame(question, address),
        "sheet": sheet,
        "title": title_of(sheet, question, shown),
        "drawn": {"drawn": str(question.changes)} if question.changes is not None else {},
        "summary": strength.summary(shown.sections["strength"].rows, words) if sheet.name == "strength" else "",
        "named": named_mission(question.path.get("mission", ""), words),
        "thing": shown.thing,
        "facts": facts_of(shown.thing, words, address),
        "tables": _tables(sheet, question, shown, here, address),
        **explain.beside(sheet.name, shown, question.terms, words, address),
        **(_overview(shown, words, address) if template == "overview.html" else {}),
        "answers": shown.sections,
        "tiles": shown.tiles,
        "hits": shown.hits,
        "near": shown.near,
        "looked_for": question.kept.get("q", "").strip(),
        "form": forms.fields(sheet, shown.form, words),
        "newest": shown.newest,
        "incomplete": any(result.incomplete for result in shown.sections.values()),
        "twin": lambda suffix, **more: here.without(*OF_A_TABLE).of(
            f"{'/questions' if question.at == '/' else question.at}{suffix}", **more
        ),
    }
    return _response(template, context, question)


def _tables(
    sheet: Sheet, question: Question, shown: PageContent, here: PageAddress, address: PageAddress
) -> Sequence[Table]:
    if sheet.name == "strength":
        result, named = shown.sections["strength"], shown.form.values
        return [strength.table(result, named, question.terms, question.words, address)]
    place = Place(question.at, question.path, here, address, question.focus, question.words)
    return tables_of(sheet.sections, shown.sections, place)


def comparison(content: JsonObject, question: Question, address: PageAddress) -> Response:
    """The page that compares two states of a report (`compare.py`)."""
    return _response("compare.html", _frame(question, address) | content, question)


def problem(fault: Problem, question: Question) -> Response:
    """A problem as a page."""
    detail = str(fault).removeprefix(f"{fault.field}: ")  # the page shows the field separately
    context = {
        **_frame(question, PageAddress(question.kept, question.root)),
        "title": question.words.say("This cannot be shown"),
        "field": fault.field,
        "detail": said(detail, question.words.language),
        "remedy": said(fault.remedy, question.words.language) if fault.remedy else None,
    }
    return _response("problem.html", context, question, fault.status, fault.headers)


def _response(
    template: str,
    context: NamedValues,
    question: Question,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    text = environment().get_template(template).render(context)
    own = {**HEADERS, "Content-Language": question.words.language, **(headers or {})}
    # Text from a caller may contain characters that UTF-8 cannot encode: they are shown escaped.
    return Response(text.encode("utf-8", "backslashreplace"), status, media_type="text/html", headers=own)


def _frame(question: Question, address: PageAddress) -> JsonObject:
    """The context that every page's frame needs."""
    return {
        "_": question.words.say,
        "words": question.words,
        "address": address,
        "here": PageAddress(question.kept, question.root),
        "root": question.root,
        "question": question,
        "languages": LANGUAGES,
        "navigation": [(address.of("/" if n == "questions" else f"/{n}"), SHEETS[n].title, n) for n in NAVIGATION],
        "known_at": _typed_instant(question.terms.as_known_at),
        "permalink": _permalink(question),
        "sheet": None,
        "named": None,
        "newest": None,
        "incomplete": False,
    }


def _typed_instant(instant: datetime | None) -> str:
    """The value of the form's field, which is UTC and has no more digits than it needs."""
    if instant is None:
        return ""
    utc = instant.astimezone(UTC).replace(tzinfo=None)
    if utc.microsecond:
        return utc.isoformat(timespec="milliseconds")
    return utc.isoformat(timespec="seconds" if utc.second else "minutes")


def _permalink(question: Question) -> str:
    """The page as it is now, for good: its day, and what is on record at this instant."""
    known = (question.terms.as_known_at or datetime.now(UTC)).astimezone(UTC)
    fixed = {"as_of": question.as_of.isoformat(), "as_known_at": f"{known:%Y-%m-%dT%H:%M:%S.%f}Z"}
    return PageAddress(question.kept, question.root).of(question.at, **fixed)


def title_of(sheet: Sheet, question: Question, shown: PageContent) -> str:
    """The title of a page, with the name of what it is about."""
    if sheet.name == "events":
        return explain.title(question.terms, shown.sections["events"], question.words)
    title = question.words.say(sheet.title)
    return f"{title} {question.path[sheet.named_by]}" if sheet.named_by not in ("", "event") else title


def _overview(shown: PageContent, words: Words, address: PageAddress) -> NamedValues:
    cards = cards_of(shown.sections, words, address)
    return {"cards": cards, "behind": _behind_all(shown, address), **map_of(cards)}


def _behind_all(shown: PageContent, address: PageAddress) -> str:
    """The link of the number of all people: to the events behind it, if they are of one State, else to its rows."""
    states = {row["contributor"] for row in shown.sections["present"].rows}
    return address.of("/events", contributor=states.pop()) if len(states) == 1 else "#s-present"


@cache
def environment() -> Environment:
    """The templates of pages and pictures."""
    return Environment(
        loader=PackageLoader(__package__),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
