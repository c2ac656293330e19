"""The reports over HTTP, each with what it takes and an example: as JSON, CSV or Parquet, and with a receipt."""

import csv
import io
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request, Response

from kernel.http import ranges
from services.reporting.http import shapes
from services.reporting.query.errors import RESPONSES, Problem, documented
from services.reporting.query.session import Reading, reading
from services.reporting.reports import formats, receipts
from services.reporting.reports.catalogue import REPORTS, Report
from services.reporting.reports.parameters import Asked, asks
from services.reporting.reports.receipts import Archive
from services.reporting.reports.run import find, find_on

_FORMS: Final = {
    "json": lambda name, found: formats.json_response(formats.as_json(name, found)),
    "csv": formats.as_csv,
    "parquet": formats.as_parquet,
}


_HEADERS: Final = {
    "ETag": {"description": "Of this answer; another answer has another.", "schema": {"type": "string"}},
    "Accept-Ranges": {"description": "`bytes`: parts of it can be asked for.", "schema": {"type": "string"}},
}
_OF_A_FILE: Final[dict[int | str, dict[str, Any]]] = {
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


async def _list() -> shapes.Reports:
    each = [
        shapes.ReportTold(
            name=name, description=r.description, takes=r.takes, needs=list(r.needs), one_of=list(r.one_of)
        )
        for name, r in REPORTS.items()
    ]
    return shapes.Reports(reports=each)


async def _unknown(name: str) -> None:
    detail, remedy = f"There is no report {name}.", f"There are {', '.join(REPORTS)}."
    raise Problem(404, "Not found", detail, field="name", remedy=remedy)


def _add(router: APIRouter, name: str, report: Report) -> None:
    async def answer(
        request: Request,
        asked: Asked,
        read: Annotated[Reading, Depends(reading)],
        archive: Annotated[Archive | None, Depends(receipts.archive)],
    ) -> Response:
        if asked.receipt:
            whole = formats.json_response(await _with_receipt(name, asked, read, receipts.check(asked, archive)))
        else:
            whole = _FORMS[asked.format](name, await find(report, asked, read))
        return ranges.served(whole, ranges.RangeHeaders.of(request.headers))

    # The parameters differ from report to report, and FastAPI reads them from the annotation.
    answer.__annotations__["asked"] = Annotated[asks(name, report.takes, report.needs), Query()]
    router.get(f"/reports/{name}", name=name, description=report.description, responses=_documented(name, report))(
        answer
    )


def _documented(name: str, report: Report) -> dict[int | str, dict[str, Any]]:
    totals = {column: report.example[column] for column in report.adds}
    columns = [{"name": column, "type": _type(value)} for column, value in report.example.items()]
    body: dict[str, Any] = {"report": name, "as_of": "2014-08-01", "as_known_at": None, "incomplete": False}
    body |= {"columns": columns, "rows": [report.example]}
    table = io.StringIO()
    csv.writer(table).writerows([report.example, map(formats.csv_cell, report.example.values())])
    content = {
        "application/json": {"example": {**body, "totals": totals, "next": None}},
        formats.PARQUET: {"schema": {"type": "string", "format": "binary"}},
        "text/csv": {"schema": {"type": "string"}, "example": table.getvalue()},
    }
    told = {"description": report.description, "model": shapes.answer(name), "content": content, "headers": _HEADERS}
    return {200: told, **_OF_A_FILE}


def _type(value: Any) -> str:
    return {bool: "bool", int: "int4", float: "float8", list: "text[]"}.get(type(value), "text")


async def _with_receipt(name: str, asked: Asked, read: Reading, archive: Archive) -> dict[str, Any]:
    """The answer and what it rests on, of one snapshot; raises `Problem`."""
    report, fresh = REPORTS[name], await read.freshness(asked)
    async with read.snapshot(asked.as_known_at) as connection:
        held = await receipts.state(connection)
        found = await find_on(connection, report, asked, asked.as_of or read.today(), read.known, fresh)
    body = formats.as_json(name, found)
    return body | {"receipt": receipts.made(name, asked, body, held, await archive.covering(held))}
