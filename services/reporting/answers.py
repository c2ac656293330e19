"""How a report is answered: its rows whole or page by page, their totals, all in one snapshot.

Pages go by the key of the rows, so they hold while rows change; totals are always those of the whole report.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Final

import asyncpg
from fastapi import APIRouter, Depends, Query, Response

from kernel.postgres import Connection
from services.reporting import checking, forms, paging, receipts
from services.reporting.asked import Asked, asks
from services.reporting.asking import Reading, reading
from services.reporting.checking import Known
from services.reporting.forms import Answer
from services.reporting.freshness import SCHEMA as FRESHNESS
from services.reporting.freshness import Freshness
from services.reporting.problems import RESPONSES, Problem
from services.reporting.queries import filtered
from services.reporting.receipts import SCHEMA as RECEIPT
from services.reporting.receipts import Archive
from services.reporting.reports import REPORTS, Report

ROWS_MAX = 100_000
"""Rows of one report; more is refused, never cut. Pages have no such end."""
SCHEMA: Final = {
    "type": "object",
    "required": ["report", "as_of", "as_known_at", "incomplete", "columns", "rows", "totals", "next"],
    "properties": {
        "report": {"type": "string"},
        "as_of": {"type": "string", "format": "date"},
        "as_known_at": {"type": ["string", "null"], "format": "date-time"},
        "incomplete": {"type": "boolean"},
        "columns": {
            "type": "array",
            "items": {"type": "object", "properties": {"name": {"type": "string"}, "type": {"type": "string"}}},
        },
        "rows": {"type": "array", "items": {"type": "object"}},
        "totals": {"type": "object"},
        "next": {"type": ["string", "null"]},
        "freshness": FRESHNESS,
        "receipt": RECEIPT,
    },
}
"""The answer of any report; what its rows hold is told by `columns`."""
_FORMS: Final = {
    "json": lambda name, found: forms.json_response(forms.as_json(name, found)),
    "csv": forms.as_csv,
    "parquet": forms.as_parquet,
}
_COLUMNS: Final[dict[str, Sequence[tuple[str, str]]]] = {}
"""By the text of a query; there are as many as reports have filters."""


def routes() -> APIRouter:
    """`GET /reports`, and `GET /reports/<name>` for each report."""
    router = APIRouter(responses=RESPONSES, tags=["reports"])
    router.get("/reports", description="Which reports there are, and what each takes.")(_list)
    for name, report in REPORTS.items():
        _add(router, name, report)
    router.get("/reports/{name}", include_in_schema=False)(_unknown)
    return router


async def _list() -> dict[str, Any]:
    each = [
        {"name": name, "description": r.description, "takes": r.takes, "needs": r.needs, "one_of": r.one_of}
        for name, r in REPORTS.items()
    ]
    return {"reports": each}


async def _unknown(name: str) -> None:
    detail, remedy = f"There is no report {name}.", f"There are {', '.join(REPORTS)}."
    raise Problem(404, "Not found", detail, field="name", remedy=remedy)


def _add(router: APIRouter, name: str, report: Report) -> None:
    async def answer(
        asked: Asked,
        read: Annotated[Reading, Depends(reading)],
        archive: Annotated[Archive | None, Depends(receipts.archive)],
    ) -> Response:
        if asked.receipt:
            return forms.json_response(await _with_receipt(name, asked, read, receipts.check(asked, archive)))
        found = await find(report, asked, read)
        return _FORMS[asked.format](name, found)

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
    csv.writer(table).writerows([report.example, map(forms.csv_cell, report.example.values())])
    content = {
        "application/json": {"schema": SCHEMA, "example": {**body, "totals": totals, "next": None}},
        forms.PARQUET: {"schema": {"type": "string", "format": "binary"}},
        "text/csv": {"schema": {"type": "string"}, "example": table.getvalue()},
    }
    return {200: {"description": report.description, "content": content}}


def _type(value: Any) -> str:
    return {bool: "bool", int: "int4", float: "float8", list: "text[]"}.get(type(value), "text")


async def find(report: Report, asked: Asked, read: Reading) -> Answer:
    """The answer to a report, with all of it from one snapshot; raises `Problem`."""
    fresh = await read.freshness(asked)
    async with read.connection(asked.as_known_at) as connection:
        return await find_on(connection, report, asked, asked.as_of or read.today(), read.known, fresh)


async def _with_receipt(name: str, asked: Asked, read: Reading, archive: Archive) -> dict[str, Any]:
    """The answer and what it rests on, of one snapshot; raises `Problem`."""
    report, fresh = REPORTS[name], await read.freshness(asked)
    async with read.snapshot(asked.as_known_at) as connection:
        held = await receipts.state(connection)
        found = await find_on(connection, report, asked, asked.as_of or read.today(), read.known, fresh)
    body = forms.as_json(name, found)
    return body | {"receipt": receipts.made(name, asked, body, held, await archive.covering(held))}


async def find_on(
    connection: Connection,
    report: Report,
    asked: Asked,
    as_of: date,
    known: Known,
    fresh: Freshness | None = None,
) -> Answer:
    """The answer to a report on a connection of the caller's; raises `Problem`.

    It is one statement, and so one snapshot by itself; in a transaction of the caller's, several answers agree.
    """
    given = asked.model_dump() | {"as_of": as_of}
    _check(report, given)
    report = report.of(given.get("source"))
    found = filtered(report.sql, given)
    await checking.check_names(connection, given, known)
    columns = await _columns(connection, found.sql)
    page = paging.Page(found, report.key, dict(columns), report.ordered)
    rows = await _rows(connection, report, page, asked, found.values(given))
    said, rows = rows[0], rows if rows[0]["there"] else []
    if asked.limit is None and asked.cursor is None and len(rows) > ROWS_MAX:
        remedy = "Narrow it down with a filter, or ask for pages with limit."
        raise Problem(400, "Too many rows", f"The report has more than {ROWS_MAX} rows.", remedy=remedy)
    more = asked.limit is not None and len(rows) > asked.limit
    rows = rows[: asked.limit] if more else rows
    following = page.cursor(rows[-1]) if more else None
    totals = {column: said[f"total_{column}"] for column in report.adds}
    values = [row[: len(columns)] for row in rows]
    return Answer(as_of, asked.as_known_at, columns, values, totals, following, said["waits"], fresh)


def _check(report: Report, given: Mapping[str, Any]) -> None:
    if report.other_sources:
        checking.check_source(report, given)
    checking.check_choice(report, given)
    checking.check_period(given, "since", "as_of")


async def _columns(connection: Connection, sql: str) -> Sequence[tuple[str, str]]:
    """The names and types of a query's columns. They are the same on every connection, so Postgres is asked once."""
    if sql not in _COLUMNS:
        _COLUMNS[sql] = [(c.name, c.type.name) for c in (await connection.prepare(sql)).get_attributes()]
    return _COLUMNS[sql]


async def _rows(
    connection: Connection, report: Report, page: paging.Page, asked: Asked, values: list[Any]
) -> Sequence[asyncpg.Record]:
    """One row more than the limit, to know whether there is a next page; behind each, what is said of all rows."""
    after = page.after(asked.cursor)
    rooms, prefixes = [room for room, _ in report.feeds], [prefix for _, prefix in report.feeds]
    further = ((asked.limit or ROWS_MAX) + 1, rooms, prefixes, *after)
    try:
        return await connection.fetch(page.sql(report.adds, follows=bool(after)), *values, *further)
    except asyncpg.DataError as error:
        if asked.cursor is None:
            raise
        raise paging.no_cursor() from error
