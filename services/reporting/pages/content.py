"""The content of a page: its reports, with one statement; the thing that it is about, and its lists."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final, get_args

import pydantic

from contracts.json_object import JsonObject
from contracts.limits import FIRST_DAY
from contracts.words import RANKS, Category
from kernel.http.address import bad
from kernel.http.parameters import LIMIT_MAX
from kernel.http.values import Bad, shown
from services.reporting.lists.catalogue import LISTS
from services.reporting.lists.run import find_event, find_one, find_some
from services.reporting.pages import form_values, paging, render, search, strength, tiles
from services.reporting.pages.catalogue import SHEETS, Section, Sheet
from services.reporting.pages.cells import PageAddress
from services.reporting.pages.linked import linked_things
from services.reporting.pages.render import PageContent, Question
from services.reporting.pages.search import HITS_MAX
from services.reporting.pages.tile_answers import Known
from services.reporting.pages.tiles import TILES
from services.reporting.query.errors import QueryError
from services.reporting.query.newest import NewestOnRecord, newest_on_record
from services.reporting.query.session import ReadModel, ReadSession
from services.reporting.query.values import NamedValues
from services.reporting.reports import run, validation
from services.reporting.reports.catalogue import REPORTS
from services.reporting.reports.evidence import ReportEvidence
from services.reporting.reports.formats import ReportResult
from services.reporting.reports.parameters import ReportParameters
from services.reporting.reports.receipts import NOT_OF_THE_QUESTION
from services.reporting.reports.run import ROWS_MAX

EXAMPLES: Final = {
    **{"contributor": "KAZ", "mission": "UNIFIL", "mandate": "kz-2018", "line": "kz-2018/officers"},
    **{"labels": "true or false", "bom": "true or false", "separator": "comma or semicolon"},
    **{"missions": "UNIFIL", "tour": "kz-2018/officers/t-1", "category": ", ".join(get_args(Category))},
    "rank": ", ".join((*RANKS, "none")),
}
"""The written form of a parameter."""


def terms_of(given: NamedValues) -> ReportParameters:
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


async def content_of(sheet: Sheet, question: Question, model: ReadModel, suffix: str = "") -> PageContent:
    if sheet.name == "search":
        return await _searched(question, model, ROWS_MAX if suffix else HITS_MAX + 1)
    if sheet.name == "strength":
        return await _strength(question, model) if suffix else await strength_of(question, model)
    if sheet.name != "questions":
        return await show(sheet, question, model, suffix)
    key = ("front", question.as_of, question.terms.model_dump_json())
    said, known, newest = await model.kept(key, lambda: _front(question, model), lambda _: len(TILES))
    answered = tiles.answered(said, known, question.words, PageAddress(question.kept, question.root))
    return PageContent(None, {"questions": tiles.as_result(answered, known)}, tiles=answered, newest=newest)


async def _searched(question: Question, model: ReadModel, most: int) -> PageContent:
    text = search.wanted(question.kept.get("q", ""))
    result = await search.find(text, question.terms, model, most)
    address = PageAddress(question.kept, question.root).without("q")
    near = await search.near(text, question.terms, model) if text and not result.values else ""
    async with model.session(question.terms) as session:
        newest = await newest_on_record(session, question.terms.contributor)
    hits = search.hits(result, address, question.words)
    return PageContent(None, {"hits": result}, hits=hits, near=near, newest=newest)


async def strength_of(question: Question, model: ReadModel) -> PageContent:
    """The content of the page of strength over time, kept while the views stay as they are; raises `QueryError`."""
    key = ("strength", question.as_of, question.terms.model_dump_json())
    return await model.kept(key, lambda: _strength(question, model), _size)


async def _strength(question: Question, model: ReadModel) -> PageContent:
    """Every step since a day."""
    sheet, terms = SHEETS["strength"], question.terms
    async with model.session(terms, is_snapshot=True) as session:
        form = await form_values.read(session, sheet, terms)
        result = await strength.find(session, form.values, terms.contributor)
        newest = await newest_on_record(session, terms.contributor)
    return PageContent(None, {"strength": result}, form, newest=newest)


async def show(sheet: Sheet, question: Question, model: ReadModel, suffix: str = "") -> PageContent:
    """The content of a page or a twin; raises `QueryError`.

    That of a page is kept while the views stay as they are. It has no words: it is the same in every language.
    """
    if suffix:
        return await read(sheet, question, model, suffix)
    path, terms = tuple(question.path.items()), question.terms.model_dump_json()
    key = ("page", sheet.name, path, question.focus, question.as_of, terms)
    return await model.kept(key, lambda: read(sheet, question, model), _size)


def _size(content: PageContent) -> int:
    """The number of values in a content."""
    results = content.sections.values()
    choices = sum(len(names) for names in content.form.choices.values())
    return sum(len(result.columns) * len(result.values) for result in results) + choices


async def read(sheet: Sheet, question: Question, model: ReadModel, suffix: str = "") -> PageContent:
    """The content from one snapshot; raises `QueryError`. Its reports are read with one statement.

    A page shows so many rows as fit it, its JSON a thousand and where the next ones are, and a file all, whatever the
    page begins with.
    """
    sections = [s for s in sheet.sections if question.focus is None or s.name == question.focus.section]
    sections = sections[:1] if suffix == ".csv" else sections
    limits = {s.name: _limit(sheet, s, question, suffix) for s in sections}
    is_snapshot = bool(sheet.thing or sheet.form) or any(section.listed for section in sections)
    async with model.session(question.terms, is_snapshot=is_snapshot) as session:
        thing = await _thing(session, sheet, question)
        form = await form_values.read(session, sheet, question.terms)
        names = {**form.values, **(thing or {}), **question.path, "stream": _stream(sheet, question)}
        listed = {s.name: await _listed(session, s, question, names, limits[s.name]) for s in sections if s.listed}
        params = {s.name: parameters_for(s, question, names, limits[s.name]) for s in sections if s.report}
        reported = await _reported(session, [s for s in sections if s.report], params, is_page=not suffix)
        newest = await newest_on_record(session, question.terms.contributor)
        results = listed | reported
        linked = await linked_things(session, sheet, thing, results.values()) if not suffix else frozenset()
    given = {s.name: _sent(params[s.name]) if s.report else _given(s, names) for s in sections}
    return PageContent(
        thing, {s.name: results[s.name] for s in sections}, form, newest=newest, given=given, linked=linked
    )


def _limit(sheet: Sheet, section: Section, question: Question, suffix: str) -> int | None:
    """How many rows are read; None for all. The overview adds rows up to cards, so it reads all that it adds up."""
    adds_up = sheet.name == "overview" and section.name in render.ADDED_UP and question.focus is None
    shown = None if adds_up else paging.rows_alone(len(section.columns))
    return {".json": LIMIT_MAX, ".csv": None, ".xlsx": None}.get(suffix, shown)


def _sent(params: ReportParameters) -> NamedValues:
    """The parameters of a report as its address carries them, besides those of time and of paging."""
    left_out = {*NOT_OF_THE_QUESTION, "as_known_at", "limit", "cursor"}
    return params.model_dump(mode="json", exclude_none=True, exclude=left_out)


async def answers(question: Question, model: ReadModel) -> tuple[Known, NewestOnRecord]:
    """What the tiles of the front page are made of: the reports of the pages behind them, read with one statement."""
    async with model.session(question.terms, is_snapshot=True) as session:
        defaults = await form_values.read_defaults(session, question.terms)
        names = {tile.number: tile.names(question.terms, session.as_of, defaults) for tile in TILES}
        wanted = [tile for tile in TILES if not tile.needs_mission or "mission" in names[tile.number]]
        given = [parameters_for(tile.section, question, names[tile.number], tile.rows_max) for tile in wanted]
        reports = [REPORTS[tile.section.report] for tile in wanted]
        results = await run.find_together(session, list(zip(reports, given, strict=True)))
        newest = await newest_on_record(session, question.terms.contributor)
    by_number = {tile.number: result for tile, result in zip(wanted, results, strict=True)}
    return Known(by_number, defaults, question.as_of, question.terms.as_known_at, names), newest


async def _front(question: Question, model: ReadModel) -> tuple[Sequence[tiles.TileAnswer], Known, NewestOnRecord]:
    """The answers of the front page, without the rows that they were made of."""
    known, newest = await answers(question, model)
    without_rows = {number: replace(result, values=()) for number, result in known.results.items()}
    return tiles.answers_of(known), replace(known, results=without_rows), newest


async def _thing(session: ReadSession, sheet: Sheet, question: Question) -> NamedValues | None:
    """The thing that the page is about."""
    if not sheet.thing:
        return None
    if sheet.thing == "events":
        return await find_event(session, question.path["event"])
    kind = sheet.named_by
    try:
        item = await find_one(session, sheet.thing, question.path[kind])
    except QueryError as fault:
        fault.field = kind  # the name of the field in the page's address
        raise
    thing: NamedValues = json.loads(item)
    return thing


def _given(section: Section, names: NamedValues) -> JsonObject:
    taken = {parameter: names[name] for parameter, name in section.parameters.items() if name in names}
    return {**section.arguments, **{name: [value] if name == "missions" else value for name, value in taken.items()}}


def _stream(sheet: Sheet, question: Question) -> str:
    """The stream of the thing that the page is about; a nomination is in that of its vacancy."""
    if sheet.named_by == "nomination":
        return f"vacancy/{question.path['vacancy']}"
    return f"{sheet.named_by}/{question.path[sheet.named_by]}" if sheet.named_by else ""


async def _listed(
    session: ReadSession, section: Section, question: Question, names: NamedValues, limit: int | None
) -> ReportResult:
    given, cursor = _given(section, names), question.focus.cursor if question.focus and limit else None
    if section.is_index:
        if question.terms.contributor and "contributor" in LISTS[section.listed].parameters.model_fields:
            given["contributor"] = question.terms.contributor
        await validation.check_names(session, given)
    result = await find_some(session, section.listed, given, session.as_of, limit=limit, cursor=cursor)
    if section.listed != "events":
        return _inside(section, result) if section.inside else result
    named = [(*values, row["id"]) for values, row in zip(result.values, result.rows, strict=True)]
    return replace(result, columns=[*result.columns, ("event", "json")], values=named)


def _inside(section: Section, result: ReportResult) -> ReportResult:
    """A row for each item of a column whose values are lists, with the id of the row that it stands in as `line`."""
    rows = [{"line": row["id"], **item} for row in result.rows for item in row[section.inside]]
    columns = [(name, "json") for name in (rows[0] if rows else section.columns)]
    evidence = result.evidence if rows or not result.values else ReportEvidence("compared", len(result.values))
    return replace(result, columns=columns, values=[tuple(row.values()) for row in rows], evidence=evidence)


async def _reported(
    session: ReadSession, sections: Sequence[Section], params: Mapping[str, ReportParameters], *, is_page: bool
) -> dict[str, ReportResult]:
    """The answers of sections by their names; on a page, those that are turned, or end, begin with the last row."""
    questions = [(REPORTS[section.report], params[section.name]) for section in sections]
    if not questions:
        return {}
    try:
        descending = {nr for nr, section in enumerate(sections) if is_page and (section.turned or section.ends)}
        results = await run.find_together(session, questions, descending=descending)
    except QueryError as fault:
        fault.field = "mission" if fault.field == "missions" else fault.field  # as the page's address names it
        raise
    return {section.name: result for section, result in zip(sections, results, strict=True)}


def parameters_for(
    section: Section, question: Question, names: NamedValues, limit: int | None = LIMIT_MAX
) -> ReportParameters:
    given, report = _given(section, names), REPORTS[section.report]
    if section.days_back:
        begin = max(FIRST_DAY, question.as_of - timedelta(days=section.days_back))
        given["since"] = question.terms.since or begin
    for name in ("contributor", *question.may_name):
        if name in report.own and (value := getattr(question.terms, name)) is not None:
            given.setdefault(name, value)
    cursor = question.focus.cursor if question.focus and limit else None
    return terms_of({**given, "as_known_at": question.terms.as_known_at, "limit": limit, "cursor": cursor})
