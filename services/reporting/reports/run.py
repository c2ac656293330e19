"""The answer to a report is one statement: its rows whole or page by page, totals, what is parked, in one snapshot.

Pages go by the key of the rows, so they hold while rows change; totals are always those of the whole report.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, TypeAlias

import asyncpg

from kernel.http.problem_types import TOO_MANY_ROWS
from kernel.store.postgres import Connection
from services.reporting.queries import Query, filtered
from services.reporting.query import keyset
from services.reporting.query.consistency import Freshness
from services.reporting.query.errors import Problem
from services.reporting.query.session import ReadSession
from services.reporting.reports import validation
from services.reporting.reports.catalogue import ReportDefinition
from services.reporting.reports.formats import ReportResult
from services.reporting.reports.parameters import ReportParameters
from services.reporting.reports.validation import KnownNames

ROWS_MAX: Final = 100_000
"""Rows of one report; more is refused, never cut. Pages have no such end."""
_PAGES: Final[dict[str, keyset.PageStatement]] = {}
"""By the text of a query; there are as many as reports have filters."""


async def find(report: ReportDefinition, params: ReportParameters, session: ReadSession) -> ReportResult:
    """The answer to a report, with all of it from one snapshot; raises `Problem`."""
    fresh = await session.freshness(params)
    async with session.connection(params.as_known_at) as connection:
        return await find_on(connection, report, params, params.as_of or session.today(), session.known, fresh)


async def find_on(
    connection: Connection,
    report: ReportDefinition,
    params: ReportParameters,
    as_of: date,
    known: KnownNames,
    fresh: Freshness | None = None,
) -> ReportResult:
    """The answer to a report on a connection of the caller's; raises `Problem`.

    It is one statement, and so one snapshot by itself; in a transaction of the caller's, several answers agree.
    """
    each = await _statement(connection, report, params, as_of, known)
    try:
        rows = await connection.fetch(each.sql, *each.values)
    except asyncpg.DataError as error:
        if params.cursor is None:
            raise
        raise keyset.no_cursor() from error
    return _answer(each, rows, fresh)


async def find_together(
    connection: Connection,
    questions: Sequence[tuple[ReportDefinition, ReportParameters]],
    as_of: date,
    known: KnownNames,
) -> Sequence[ReportResult]:
    """The answers to several reports by one statement, and so of one snapshot and one way there; raises `Problem`."""
    each = [await _statement(connection, report, params, as_of, known) for report, params in questions]
    sql = keyset.side_by_side(tuple(one.sql for one in each))
    [found] = await connection.fetch(sql, *(value for one in each for value in one.values))
    return [_answer(one, rows) for one, rows in zip(each, found, strict=True)]


Values: TypeAlias = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class _Statement:
    """A question as it is sent: its page's columns come first, then `there`, then what is said of all rows."""

    params: ReportParameters
    as_of: date
    page: keyset.PageStatement
    sql: str
    values: Sequence[Any]


async def _statement(
    connection: Connection, report: ReportDefinition, params: ReportParameters, as_of: date, known: KnownNames
) -> _Statement:
    """With one row more than the limit, to know whether there is a next page; raises `Problem`."""
    given = vars(params) | {"as_of": as_of}
    _check(report, given)
    report = report.of(given.get("source"))
    found = filtered(report.sql, given)
    await validation.check_names(connection, given, known)
    page = await _page(connection, report, found)
    after = page.after(params.cursor)
    values = (*found.values(given), (params.limit or ROWS_MAX) + 1, report.source_streams, *after)
    return _Statement(params, as_of, page, page.following if after else page.first, values)


def _answer(each: _Statement, rows: Sequence[asyncpg.Record | Values], fresh: Freshness | None = None) -> ReportResult:
    """What came back, told; raises `Problem`. Where no row was found, one came that only says so."""
    params, page, width = each.params, each.page, len(each.page.types)
    there, waits, *totals = rows[0][width:]
    found = [row[:width] for row in rows] if there else []
    if params.limit is None and params.cursor is None and len(found) > ROWS_MAX:
        remedy = "Narrow it down with a filter, or ask for pages with limit."
        raise Problem(TOO_MANY_ROWS, f"The report has more than {ROWS_MAX} rows.", remedy=remedy)
    more = params.limit is not None and len(found) > params.limit
    found = found[: params.limit] if more else found
    following = page.cursor(dict(zip(page.types, found[-1], strict=True))) if more else None
    added = dict(zip(page.totals, totals, strict=True))
    return ReportResult(each.as_of, params.as_known_at, list(page.types.items()), found, added, following, waits, fresh)


def _check(report: ReportDefinition, given: Mapping[str, Any]) -> None:
    if report.other_sources:
        validation.check_source(report, given)
    validation.check_choice(report, given)
    validation.check_period(given, "since", "as_of")


async def _page(connection: Connection, report: ReportDefinition, found: Query) -> keyset.PageStatement:
    """The types of a query's columns are the same on every connection, so Postgres is asked for them once."""
    if found.sql not in _PAGES:
        types = {c.name: c.type.name for c in (await connection.prepare(found.sql)).get_attributes()}
        alike = ("contributor",) if "contributor" in found.parameters else ()
        _PAGES[found.sql] = keyset.PageStatement(found, report.key, types, report.totals, report.ordered, alike)
    return _PAGES[found.sql]
