"""`GET /v1/reports/<name>/compare`: a report on two days, or as known at two instants, and the events in between."""

from dataclasses import asdict
from datetime import date, datetime
from functools import cache
from typing import Annotated, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field, create_model

from contracts.json_object import JsonObject
from kernel.http.models import WITHOUT_SOURCE
from kernel.http.parameters import Day, Instant
from services.reporting.http import comparison_files, responses
from services.reporting.http.dependencies import Model
from services.reporting.http.errors import RESPONSES
from services.reporting.http.shapes import ResponseBody
from services.reporting.pages.i18n import words
from services.reporting.pages.sentences import sentence_between
from services.reporting.query.parameters import AsOf
from services.reporting.query.values import NamedValues, Responses
from services.reporting.reports.catalogue import REPORTS, ReportDefinition
from services.reporting.reports.comparison import ReportComparison, RowChange, compare
from services.reporting.reports.formats import PARQUET, ReportResult
from services.reporting.reports.parameters import ReportParameters, parameters_of
from services.reporting.spreadsheets.comparison import ComparisonTable
from services.reporting.spreadsheets.workbook import MEDIA_TYPE

OF_ONE_ANSWER: Final = frozenset({"format", "receipt", "limit", "cursor"})
"""Parameters of a report that mean nothing, or something else, of two answers."""


OF_THE_OTHER_STATE: Final = ("before_as_of", "before_as_known_at")


class ComparedState(ResponseBody):
    """One of the two answers."""

    as_of: date
    as_known_at: datetime | None
    totals: dict[str, int]
    incomplete: bool
    """Whether an event that the answer should rest on is parked."""


class ComparedRow(ResponseBody):
    """A row that came, went or changed."""

    change: RowChange
    key: dict[str, object]
    before: dict[str, object] | None
    after: dict[str, object] | None
    columns: list[str]
    """The columns that differ; all of them for a row that came or went."""


class EventBetween(ResponseBody):
    """An event between the two states."""

    event: UUID
    service: str
    position: int
    type: str
    effective: datetime
    recorded: datetime
    sentence: str
    """What it says, in English."""


class ExplainedChange(EventBetween):
    """By how many people and tours an event made the difference."""

    kind: Literal["effective", "late", "corrected"]
    """It happened between the days; or was true on the first of them and recorded only between the instants; or it puts
    right what had been recorded."""
    people: int
    tours: int
    contributor: str
    mission: str
    category: str
    rank: str | None
    line: str
    tour: str


class ComparisonBody(ResponseBody):
    """The difference between two answers of one report."""

    report: str
    before: ComparedState
    after: ComparedState
    difference: dict[str, int]
    """By total, how much more it is afterwards."""
    rows: list[ComparedRow]
    explained: list[ExplainedChange] | None
    """For `strength` and `who-is-where`: their people and tours add up to the difference; null for other reports."""
    events: list[EventBetween]
    """Of other reports: the events on the streams of changed rows, between the states."""
    unexplained: str | None
    """What the answer does not explain; null if it explains everything."""


class ComparedWith(AsOf):
    """The state that a report is compared with."""

    before_as_of: Day | None = Field(None, examples=["2014-07-01"])
    """The day to compare with; unless given, the same day (then name `before_as_known_at`)."""
    before_as_known_at: Instant | None = Field(None, examples=["2014-09-01T00:00:00Z"])
    """The instant whose knowledge to compare with; unless given, that of `as_known_at`, or of now."""
    format: Literal["json", "csv", "parquet", "xlsx"] = "json"
    section: ComparisonTable | None = None
    """The table that a CSV or a Parquet file holds: `rows` unless given, `events` or `totals`. A workbook has all."""


def routes() -> APIRouter:
    """`GET /reports/<name>/compare` for each report."""
    router = APIRouter(responses=RESPONSES, tags=["reports"])
    for name, report in REPORTS.items():
        _add(router, name, report)
    return router


def body_of(name: str, compared: ReportComparison, language: str = "en") -> JsonObject:
    """A comparison as the API returns it, with its events as sentences."""
    explained = None if compared.explained is None else [_said(row, language) for row in compared.explained]
    return {
        "report": name,
        "before": _state(compared.before),
        "after": _state(compared.after),
        "difference": compared.difference,
        "rows": [asdict(row) for row in compared.rows],
        "explained": explained,
        "events": [_said(row, language) for row in compared.events],
        "unexplained": compared.unexplained,
    }


def _state(result: ReportResult) -> JsonObject:
    fields = ("as_of", "as_known_at", "totals", "incomplete")
    return {name: getattr(result, name) for name in fields}


def _said(row: NamedValues, language: str) -> JsonObject:
    """The event of a row with its sentence, and without the columns that only the sentence needs."""
    said = sentence_between(row, words(language))
    kept = {*EventBetween.model_fields, *ExplainedChange.model_fields}
    return {**{name: value for name, value in row.items() if name in kept}, "sentence": said}


@cache
def _parameters(name: str) -> type[ComparedWith]:
    """The parameters of a report, of which those of a single answer are refused, and the state to compare with."""
    report = REPORTS[name]
    own = parameters_of(name, tuple(report.parameters), report.required).model_fields
    fields = {field: (each.annotation, each) for field, each in own.items() if field not in OF_ONE_ANSWER}
    return create_model(  # type: ignore[call-overload, no-any-return]
        f"{''.join(map(str.capitalize, name.split('-')))}ComparedWith",
        __base__=ComparedWith,
        __cls_kwargs__=WITHOUT_SOURCE,
        **fields,
    )


def _add(router: APIRouter, name: str, report: ReportDefinition) -> None:
    async def answer(request: Request, params: ComparedWith, model: Model) -> Response:
        own, not_of_a_report = vars(params), {*OF_THE_OTHER_STATE, "section"}
        terms = ReportParameters.model_construct(**{name: own[name] for name in own if name not in not_of_a_report})
        comparison_files.check_comparison_form(terms, params.section)
        compared = await compare(model, name, terms, params.before_as_of, params.before_as_known_at)
        if params.format in ("csv", "parquet"):
            return comparison_files.comparison_table(request, name, terms, params.section or "rows", compared)
        if params.format == "xlsx":
            return await comparison_files.comparison_workbook(request, name, terms, compared, model)
        return responses.json_response(body_of(name, compared))

    # The parameters differ from report to report, and FastAPI reads them from the annotation.
    answer.__annotations__["params"] = Annotated[_parameters(name), Query()]
    description = f"{report.description} On two days, or as known at two instants: what differs, and by which events."
    binary = {"schema": {"type": "string", "format": "binary"}}
    files = {"text/csv": {"schema": {"type": "string"}}, PARQUET: binary, MEDIA_TYPE: binary}
    documented: Responses = {200: {"description": description, "model": ComparisonBody, "content": files}}
    path = f"/reports/{name}/compare"
    router.get(path, name=f"compare {name}", description=description, responses=documented)(answer)
