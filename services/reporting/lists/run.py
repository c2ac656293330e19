"""Reads a list outside HTTP: one item, a page of some items or all of them, or one event."""

import json
import re
from datetime import date
from typing import Final
from uuid import UUID

from contracts.json_object import JsonObject
from contracts.text import is_storable
from kernel.http import page_cursor
from kernel.http.parameters import LIMIT_MAX
from services.reporting.lists.catalogue import LISTS
from services.reporting.queries import filtered
from services.reporting.query.errors import NotFound, TooManyRows
from services.reporting.query.keyset import refused_cursor
from services.reporting.query.nearby import suggested
from services.reporting.query.session import ReadSession, incomplete
from services.reporting.query.values import NamedValues
from services.reporting.reports.evidence import EVIDENCE, ReportEvidence, judged
from services.reporting.reports.formats import ReportResult
from services.reporting.reports.run import NARROW_IT, ROWS_MAX

KIND_OF: Final = {
    **{"missions": "mission", "mandates": "mandate", "lines": "line", "tours": "tour", "vacancies": "vacancy"},
    **{"applications": "application", "nominations": "nomination", "candidates": "candidate", "units": "unit"},
}
"""By list, the kind of thing whose names are suggested for one that it does not have."""
READ_AT_ONCE: Final = 5_000
"""Items that are read with one statement where all are wanted: meanwhile other requests are answered."""


async def find_one(session: ReadSession, name: str, item: str) -> str:
    """One item of a list as JSON; raises `QueryError`."""
    given = {"as_of": session.as_of, "id": item, "limit": 1}
    statement = filtered(LISTS[name].sql, given)
    rows = await session.connection.fetch(statement.sql, *statement.values(given))
    if not rows:
        detail = f"There is no {item} among the {name} on {session.as_of}."
        remedy = await suggested(session, KIND_OF.get(name, ""), item, f"GET /v1/{name} lists what there is.")
        raise NotFound(detail, field="id", remedy=remedy)
    item_json: str = rows[0]["item"]
    return item_json


async def find_some(
    session: ReadSession,
    name: str,
    given: NamedValues,
    as_of: date,
    *,
    limit: int | None = LIMIT_MAX,
    cursor: str | None = None,
) -> ReportResult:
    """A page of a list, in the form of a report: the first one, or that behind a cursor; all of it without a limit.

    Raises `QueryError`. The items come with several statements: a session with a snapshot makes them agree.
    """
    definition = LISTS[name]
    values = {**given, "as_of": as_of}
    rows, last = await _behind(session, name, values, after(cursor, name, definition.ids), limit or READ_AT_ONCE)
    while limit is None and last is not None:
        if len(rows) >= ROWS_MAX:
            raise TooManyRows(f"The list has more than {ROWS_MAX:,} rows.", remedy=NARROW_IT)
        more, last = await _behind(session, name, values, last, READ_AT_ONCE)
        rows += more
    columns = [(column, "json") for column in (rows[0] if rows else definition.example)]
    shown = [tuple(row.values()) for row in rows]
    following = page_cursor.encode(name, last) if last is not None else None
    is_incomplete = await incomplete(session, definition.source_streams)
    evidence = await _evidence(session, definition.sql, values, has_rows=bool(rows or cursor))
    return ReportResult(as_of, given.get("as_known_at"), columns, shown, {}, following, is_incomplete, None, evidence)


async def _behind(
    session: ReadSession, name: str, given: NamedValues, last: str | None, limit: int
) -> tuple[list[JsonObject], str | None]:
    """So many items behind an id, and the id of the last of them if there are more."""
    values = {**given, "limit": limit + 1, "after": last}
    statement = filtered(LISTS[name].sql, values)
    items = await session.connection.fetch(statement.sql, *statement.values(values))
    return [json.loads(item["item"]) for item in items[:limit]], items[limit - 1]["id"] if len(items) > limit else None


async def _evidence(session: ReadSession, name: str, values: NamedValues, *, has_rows: bool) -> ReportEvidence:
    """What an empty list rests on."""
    if has_rows:
        return ReportEvidence("found")
    statement = filtered(EVIDENCE[name].sql, values)
    row = await session.connection.fetchrow(statement.sql, *statement.values(values))
    return judged(row, values["as_of"], has_rows=False)


def after(cursor: str | None, name: str, ids: str) -> str | None:
    """The id after which a page of a list begins; raises `BadParameter`."""
    if cursor is None:
        return None
    try:
        [last] = page_cursor.decode(name, cursor)
    except ValueError as fault:  # not a cursor of this list, or a key of another length
        raise refused_cursor() from fault
    if not re.fullmatch(ids, last) or not is_storable(last):
        raise refused_cursor()
    return last


async def find_event(session: ReadSession, event: str) -> JsonObject:
    """One event by its id, regardless of its day; raises `QueryError`."""
    try:
        events = await find_some(session, "events", {"event": UUID(event)}, date(9998, 12, 31))
    except ValueError:
        events = None
    if events is None or not events.values:
        remedy = "GET /v1/events lists what there is."
        raise NotFound(f"There is no event {event} on record.", field="event", remedy=remedy)
    return events.rows[0]
