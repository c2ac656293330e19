"""A report's answer is one statement, whole or page by page: rows, totals and what is parked, in one snapshot.

Pages go by the key of the rows, so they hold while rows change; totals are always those of the whole report.
"""

from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import asyncpg

from kernel.sql.template import given_filters
from services.reporting.query import keyset
from services.reporting.query.errors import TooManyRows
from services.reporting.query.keyset import PageQuery
from services.reporting.query.session import ReadSession
from services.reporting.query.values import NamedValues
from services.reporting.reports import validation
from services.reporting.reports.catalogue import ReportDefinition
from services.reporting.reports.evidence import EVIDENCE, judged
from services.reporting.reports.formats import ReportResult
from services.reporting.reports.parameters import ReportParameters

ROWS_MAX: Final = 100_000
"""Rows of one report; a longer answer is refused, never truncated. Pages have no such limit."""
NARROW_IT: Final = "Narrow it down with a filter, or ask the API for it page by page, with limit and cursor."
"""What to do about an answer that is too long."""
Row: TypeAlias = asyncpg.Record | tuple[Any, ...]
"""A row of a statement; statements that run side by side return theirs as tuples. `Any`: the statement types its
columns."""


async def find(session: ReadSession, report: ReportDefinition, params: ReportParameters) -> ReportResult:
    """The answer to a report; raises `QueryError`.

    It is one statement, and so one snapshot by itself; in a session with a snapshot, several answers agree.
    """
    prepared = await _prepare(session, report, params)
    page = prepared.page
    statement = page.following_statement if prepared.follows else page.first_statement
    try:
        rows = await session.connection.fetch(statement.sql, *statement.values(prepared.values))
    except asyncpg.DataError as error:
        if params.cursor is None:
            raise
        raise keyset.refused_cursor() from error
    return _result(session, prepared, rows)


async def find_together(
    session: ReadSession,
    questions: Sequence[tuple[ReportDefinition, ReportParameters]],
    *,
    descending: Collection[int] = (),
) -> Sequence[ReportResult]:
    """The answers to several reports from one statement, so in one snapshot and one round trip; raises `QueryError`.

    Those whose numbers are in `descending` come in the reverse order of their key.
    """
    prepared = [
        await _prepare(session, report, params, descending=nr in descending)
        for nr, (report, params) in enumerate(questions)
    ]
    together = session.learned.together
    keys = tuple(each.key for each in prepared)
    if keys not in together:
        together[keys] = keyset.side_by_side([p.page.following if p.follows else p.page.first for p in prepared])
    values = {keyset.prefix(nr) + name: v for nr, each in enumerate(prepared) for name, v in each.values.items()}
    try:
        [columns] = await session.connection.fetch(together[keys].sql, *together[keys].values(values))
    except asyncpg.DataError as error:
        if not any(each.follows for each in prepared):
            raise
        raise keyset.refused_cursor() from error
    return [_result(session, each, rows) for each, rows in zip(prepared, columns, strict=True)]


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A prepared question: the page's columns come first, then `there`, then the values for the whole report."""

    key: Hashable
    params: ReportParameters
    page: PageQuery
    follows: bool
    """Whether it continues from a cursor."""
    values: NamedValues


async def _prepare(
    session: ReadSession, report: ReportDefinition, params: ReportParameters, *, descending: bool = False
) -> _Prepared:
    """Prepare one row more than the limit, to know whether there is a next page; raises `QueryError`."""
    given = vars(params) | {"as_of": session.as_of}
    if report.other_sources:
        validation.check_source(report, given)
    validation.check_choice(report, given)
    validation.check_period(given, "since", "as_of")
    report = report.of(given.get("source"))
    filters = given_filters(report.statement.parameters, given)
    page = await _page(session, report, filters, descending=descending)
    after = page.after(params.cursor)
    await validation.check_names(session, given)
    sent = {"page_limit": (params.limit or ROWS_MAX) + 1, "source_streams": report.source_streams}
    values = {**given, **sent, **after}
    return _Prepared((report.sql, filters, bool(after), descending), params, page, bool(after), values)


async def _page(
    session: ReadSession, report: ReportDefinition, filters: frozenset[str], *, descending: bool
) -> PageQuery:
    """The page query; its column types are the same on every connection, so Postgres is queried for them once."""
    pages, key = session.learned.pages, (report.sql, filters, descending)
    if key not in pages:
        statement = report.template.narrowed(filters).statement()
        attributes = (await session.connection.prepare(statement.sql)).get_attributes()
        pages[key] = PageQuery(
            name=f"reports/{report.sql}{'/descending' * descending}",
            rows=report.rows.narrowed(filters),
            details=report.row_details.narrowed(filters) if report.row_details else None,
            key=report.key,
            types={attribute.name: attribute.type.name for attribute in attributes},
            totals=report.totals,
            ordered=report.ordered,
            alike=("contributor",) if "contributor" in statement.parameters else (),
            descending=descending,
            evidence=EVIDENCE[report.sql].template.narrowed(filters),
            evidence_beside_rows=EVIDENCE[report.sql].beside_rows,
        )
    return pages[key]


def _result(session: ReadSession, prepared: _Prepared, rows: Sequence[Row]) -> ReportResult:
    """The result; raises `QueryError`. For a report without rows, the statement returns one row that says so."""
    params, page, width = prepared.params, prepared.page, len(prepared.page.types)
    there, waits, *totals, looked_at = rows[0][width:]
    values = [row[:width] for row in rows] if there else []
    if params.limit is None and params.cursor is None and len(values) > ROWS_MAX:
        raise TooManyRows(f"The report has more than {ROWS_MAX:,} rows.", remedy=NARROW_IT)
    has_more = params.limit is not None and len(values) > params.limit
    values = values[: params.limit] if has_more else values
    return ReportResult(
        as_of=session.as_of,
        as_known_at=session.as_known_at,
        columns=list(page.types.items()),
        values=values,
        totals=dict(zip(page.totals, totals, strict=True)),
        next=page.cursor(dict(zip(page.types, values[-1], strict=True))) if has_more else None,
        incomplete=waits,
        freshness=session.freshness,
        evidence=judged(looked_at, session.as_of, has_rows=bool(there)),
    )
