"""How a report is answered: its rows whole or page by page, their totals, all in one snapshot.

Pages go by the key of the rows, so they hold while rows change; totals are always those of the whole report.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final, TypeAlias

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
    each = await _statement(connection, report, asked, as_of, known)
    try:
        rows = await connection.fetch(each.sql, *each.values)
    except asyncpg.DataError as error:
        if asked.cursor is None:
            raise
        raise paging.no_cursor() from error
    return _answer(each, rows, fresh)


async def find_together(
    connection: Connection, questions: Sequence[tuple[Report, Asked]], as_of: date, known: Known
) -> Sequence[Answer]:
    """The answers to several reports by one statement, and so of one snapshot and one way there; raises `Problem`."""
    each = [await _statement(connection, report, asked, as_of, known) for report, asked in questions]
    sql = paging.side_by_side(tuple(one.sql for one in each))
    rows = await connection.fetch(sql, *(value for one in each for value in one.values))
    answers, begin = [], 1
    for nr, one in enumerate(each):
        end = begin + one.width
        answers.append(_answer(one, [row[begin:end] for row in rows if row[0] == nr]))
        begin = end + 1
    return answers


Values: TypeAlias = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class _Statement:
    """A question as it is sent: its page's columns come first, then `there`, then what is said of all rows."""

    report: Report
    asked: Asked
    as_of: date
    columns: Sequence[tuple[str, str]]
    page: paging.Page
    sql: str
    values: Sequence[Any]

    @property
    def width(self) -> int:
        """How many columns come back."""
        return len(self.columns) + len(paging.SAID) + len(self.report.adds)


async def _statement(connection: Connection, report: Report, asked: Asked, as_of: date, known: Known) -> _Statement:
    """With one row more than the limit, to know whether there is a next page; raises `Problem`."""
    given = asked.model_dump() | {"as_of": as_of}
    _check(report, given)
    report = report.of(given.get("source"))
    found = filtered(report.sql, given)
    await checking.check_names(connection, given, known)
    columns = await _columns(connection, found.sql)
    page = paging.Page(found, report.key, dict(columns), report.ordered)
    after = page.after(asked.cursor)
    rooms, prefixes = [room for room, _ in report.feeds], [prefix for _, prefix in report.feeds]
    values = (*found.values(given), (asked.limit or ROWS_MAX) + 1, rooms, prefixes, *after)
    return _Statement(report, asked, as_of, columns, page, page.sql(report.adds, follows=bool(after)), values)


def _answer(each: _Statement, rows: Sequence[asyncpg.Record | Values], fresh: Freshness | None = None) -> Answer:
    """What came back, told; raises `Problem`. Where no row was found, one came that only says so."""
    asked, width = each.asked, len(each.columns)
    there, waits, _, *totals = rows[0][width:]
    found = [row[:width] for row in rows] if there else []
    if asked.limit is None and asked.cursor is None and len(found) > ROWS_MAX:
        remedy = "Narrow it down with a filter, or ask for pages with limit."
        raise Problem(400, "Too many rows", f"The report has more than {ROWS_MAX} rows.", remedy=remedy)
    more = asked.limit is not None and len(found) > asked.limit
    found = found[: asked.limit] if more else found
    names = [column for column, _ in each.columns]
    following = each.page.cursor(dict(zip(names, found[-1], strict=True))) if more else None
    added = dict(zip(each.report.adds, totals, strict=True))
    return Answer(each.as_of, asked.as_known_at, each.columns, found, added, following, waits, fresh)


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
