"""The reports over HTTP, each with its parameters and an example: as JSON or as a file, and with a receipt."""

import csv
import io
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response

from contracts.json_object import JsonObject
from kernel.http import ranges
from kernel.http.problem_details import Problem, documented
from kernel.http.problem_types import NOT_FOUND
from kernel.nearest import did_you_mean
from services.reporting.http import report_files, responses, shapes
from services.reporting.http.dependencies import Model, OptionalArchive
from services.reporting.http.errors import RESPONSES
from services.reporting.query.session import ReadModel
from services.reporting.query.values import Responses
from services.reporting.reports import formats, receipts
from services.reporting.reports.catalogue import REPORTS, ReportDefinition
from services.reporting.reports.parameters import ReportParameters, check_form, parameters_of
from services.reporting.reports.receipts import Archive
from services.reporting.reports.run import find
from services.reporting.spreadsheets.workbook import MEDIA_TYPE

_HEADERS: Final = {
    "ETag": {"description": "Of this answer; another answer has another.", "schema": {"type": "string"}},
    "Accept-Ranges": {"description": "`bytes`: parts of it can be asked for.", "schema": {"type": "string"}},
}
_FOUND: Final = {"state": "found", "compared": None, "first_day": None, "last_day": None}
_OF_A_FILE: Final[Responses] = {
    206: {
        "description": "The part that `Range` asks for.",
    },
    304: {"description": "It is still the one that `If-None-Match` names."},
    **documented(412, 416, _412="It is no longer the one that `If-Match` names.", _416="It has no such part."),
}


def routes() -> APIRouter:
    """`GET /reports`, and `GET /reports/<name>` for each report."""
    router = APIRouter(responses=RESPONSES, tags=["reports"])
    router.get("/reports", description="Which reports there are, and what each takes.")(_list)
    for name, report in REPORTS.items():
        _add(router, name, report)
    router.get("/reports/{name}", include_in_schema=False)(_unknown)
    return router


async def _list() -> shapes.ReportList:
    each = [
        shapes.ReportEntry(
            name=name,
            description=r.description,
            parameters=r.parameters,
            required=list(r.required),
            exactly_one_of=list(r.exactly_one_of),
        )
        for name, r in REPORTS.items()
    ]
    return shapes.ReportList(reports=each)


async def _unknown(name: str) -> None:
    remedy = did_you_mean(name, REPORTS, f"There are {', '.join(REPORTS)}.")
    raise Problem(NOT_FOUND, f"There is no report {name}.", field="name", remedy=remedy)


def _add(router: APIRouter, name: str, report: ReportDefinition) -> None:
    async def answer(
        request: Request,
        params: ReportParameters,
        model: Model,
        archive: OptionalArchive,
    ) -> Response:
        check_form(params)
        if params.receipt:
            whole = responses.json_response(await _with_receipt(name, params, model, receipts.check(params, archive)))
        else:
            whole = await _formed(request, name, params, model)
        return ranges.served(whole, ranges.RangeHeaders.of(request.headers))

    # The parameters differ from report to report, and FastAPI reads them from the annotation.
    answer.__annotations__["params"] = Annotated[
        parameters_of(name, tuple(report.parameters), report.required), Query()
    ]
    router.get(f"/reports/{name}", name=name, description=report.description, responses=_documented(name, report))(
        answer
    )


async def _formed(request: Request, name: str, params: ReportParameters, model: ReadModel) -> Response:
    """The answer in the requested format; raises `QueryError`."""
    if params.format == "xlsx":
        return await report_files.report_workbook(request, name, params, model)
    async with model.session(params) as session:
        result = await find(session, REPORTS[name], params)
    if params.format == "csv":
        return report_files.report_csv(request, name, params, result)
    return (responses.report_parquet if params.format == "parquet" else responses.report_json)(name, result)


def _documented(name: str, report: ReportDefinition) -> Responses:
    totals = {column: report.example[column] for column in report.totals}
    columns = [{"name": column, "type": _type(value)} for column, value in report.example.items()]
    body: JsonObject = {"report": name, "as_of": "2014-08-01", "as_known_at": None, "incomplete": False}
    body |= {"columns": columns, "rows": [report.example]}
    table = io.StringIO()
    csv.writer(table).writerows([report.example, map(formats.csv_cell, report.example.values())])
    content = {
        "application/json": {"example": {**body, "totals": totals, "next": None, "evidence": _FOUND}},
        formats.PARQUET: {"schema": {"type": "string", "format": "binary"}},
        MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}},
        "text/csv": {"schema": {"type": "string"}, "example": table.getvalue()},
    }
    ok = {"description": report.description, "model": shapes.answer(name), "content": content, "headers": _HEADERS}
    return {200: ok, **_OF_A_FILE}


def _type(value: object) -> str:
    return {bool: "bool", int: "int4", float: "float8", list: "text[]"}.get(type(value), "text")


async def _with_receipt(name: str, params: ReportParameters, model: ReadModel, archive: Archive) -> JsonObject:
    """The answer and its receipt, from one snapshot; raises `QueryError`."""
    async with model.session(params, is_snapshot=True) as session:
        views = await receipts.state(session.connection)
        result = await find(session, REPORTS[name], params)
    body = formats.as_json(name, result)
    covered = await archive.covering(views)
    return body | {"receipt": receipts.receipt_of(name, params, body, views, covered, model.scope)}
