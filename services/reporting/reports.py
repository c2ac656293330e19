"""The reports: each a question that officials ask, as one query. Details add up to the totals beside them."""

import csv
import io
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal

import asyncpg
import orjson
from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from contracts.words import Category, Contributor, Slug
from contracts.words import Mission as MissionName
from services.reporting.asking import Feeds, Reading, incomplete, reading
from services.reporting.filters import AsOf, LineId
from services.reporting.lists import APPROVED, DEPLOYED
from services.reporting.problems import RESPONSES, Problem, unknown
from services.reporting.queries import query

ROWS_MAX = 100_000
"""Rows of one report; more is refused, never cut."""


@dataclass(frozen=True, slots=True)
class Report:
    """A question: what it asks, its query, which columns add up, and the streams that feed it."""

    description: str
    sql: str
    adds: tuple[str, ...]
    feeds: Feeds
    needs: tuple[str, ...] = ()
    """Parameters without which it has no answer."""

    @property
    def takes(self) -> list[str]:
        """The parameters that it understands."""
        return ["as_of", "format", *(name for name in query(self.sql).parameters if name != "as_of")]


REPORTS = {
    "strength": Report(
        "How many people are where on a day, by contributor, mission, category and rank.",
        "strength",
        ("people", "tours"),
        (DEPLOYED,),
    ),
    "who-is-where": Report(
        "Who is where on a day: one row for each tour behind the strength report.",
        "who_is_where",
        ("people", "tours"),
        (DEPLOYED,),
    ),
    "room-left": Report(
        "Room under each mandate line and sub-ceiling: now, and at the fullest moment of what is planned.",
        "room_left",
        (),
        (APPROVED, DEPLOYED),
    ),
    "people-since": Report(
        "How many people, in how many tours, served since a day, by mission. A person counts once; a unit its people.",
        "people_since",
        ("people", "tours"),
        (DEPLOYED,),
        ("since",),
    ),
    "unused-missions": Report(
        "Approved missions to which nobody was ever sent, with the mandate and since when.",
        "unused_missions",
        (),
        (APPROVED, DEPLOYED),
    ),
    "waiting": Report(
        "Applications and consents that wait: for what, since when, on whom.",
        "waiting",
        (),
        (("vacancies", "application/"), ("vacancies", "vacancy/"), DEPLOYED),
    ),
}


class Asked(AsOf):
    """The parameters of reports; which of them a report takes is told by `GET /v1/reports`."""

    format: Literal["json", "csv"] = "json"
    since: date | None = Field(None, examples=["2014-01-01"])
    """The first day of the period."""
    contributor: Contributor | None = None
    missions: list[MissionName] | None = None
    """Only these missions; repeat the parameter for several."""
    categories: list[Category] | None = None
    """Only these categories; repeat the parameter for several."""
    mandate: Slug | None = None
    line: LineId | None = None
    count: Literal["officers", "units"] | None = None
    """Only people on tours of their own, or only units."""
    all: bool | None = None
    """Also what is not in force on the day."""


def routes() -> APIRouter:
    """`GET /reports` and `GET /reports/<name>`."""
    router = APIRouter(responses=RESPONSES, tags=["reports"])
    router.get("/reports", description="Which reports there are, and what each takes.")(_list)
    router.get("/reports/{name}", description="The rows of a report, with totals and column types.")(_answer)
    return router


async def _list() -> dict[str, Any]:
    each = [
        {"name": name, "description": r.description, "takes": r.takes, "needs": r.needs} for name, r in REPORTS.items()
    ]
    return {"reports": each}


async def _answer(name: str, asked: Annotated[Asked, Query()], read: Annotated[Reading, Depends(reading)]) -> Response:
    report = _checked(name, asked)
    as_of = asked.as_of or read.today()
    found = query(report.sql)
    async with read.snapshot() as connection:
        statement = await connection.prepare(f"{found.sql} LIMIT {ROWS_MAX + 1}")
        rows = await statement.fetch(*found.values(asked.model_dump() | {"as_of": as_of}))
        columns = [(column.name, column.type.name) for column in statement.get_attributes()]
        waits = await incomplete(connection, report.feeds)
    if len(rows) > ROWS_MAX:
        remedy = "Narrow it down with a filter."
        raise Problem(400, "Too many rows", f"The report has more than {ROWS_MAX} rows.", remedy=remedy)
    if asked.format == "csv":
        return _csv(name, as_of, columns, rows, waits)
    body = {
        "report": name,
        "as_of": as_of,
        "incomplete": waits,
        "columns": [{"name": column, "type": kind} for column, kind in columns],
        "rows": [dict(row) for row in rows],
        "totals": {column: sum(row[column] for row in rows) for column in report.adds},
    }
    return Response(orjson.dumps(body, default=str), media_type="application/json")


def _checked(name: str, asked: Asked) -> Report:
    """The report, if there is one and it understands everything that was asked."""
    report = REPORTS.get(name)
    if report is None:
        detail, remedy = f"There is no report {name}.", f"There are {', '.join(REPORTS)}."
        raise Problem(404, "Not found", detail, field="name", remedy=remedy)
    for field in asked.model_fields_set.difference(report.takes):
        raise unknown(field)
    for field in report.needs:
        if getattr(asked, field) is None:
            raise Problem(400, "Missing parameter", f"{field} is required.", field=field, remedy=f"Send {field}.")
    return report


def _csv(name: str, as_of: date, columns: list[tuple[str, str]], rows: list[asyncpg.Record], waits: bool) -> Response:
    """Lists are joined by semicolons; an empty cell is unknown or does not apply."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([column for column, _ in columns])
    writer.writerows([_cell(value) for value in row.values()] for row in rows)
    headers = {
        "Content-Disposition": f'attachment; filename="{name}-{as_of}.csv"',
        "Forcegen-As-Of": as_of.isoformat(),
        "Forcegen-Incomplete": str(waits).lower(),
    }
    return Response(text.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def _cell(value: Any) -> Any:
    """Text that a spreadsheet would take for a formula is kept as text."""
    value = ";".join(value) if isinstance(value, list) else value
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value
