"""Reads a list outside HTTP: one item, the first page of some items, or one event."""

import json
from datetime import date
from uuid import UUID

from contracts.json_object import JsonObject
from kernel.http.parameters import LIMIT_MAX
from services.reporting.lists.catalogue import LISTS
from services.reporting.queries import filtered
from services.reporting.query.errors import NotFound
from services.reporting.query.session import ReadSession, incomplete
from services.reporting.query.values import NamedValues
from services.reporting.reports.evidence import EVIDENCE, ReportEvidence, judged
from services.reporting.reports.formats import ReportResult


async def find_one(session: ReadSession, name: str, item: str) -> str:
    """One item of a list as JSON; raises `QueryError`."""
    given = {"as_of": session.as_of, "id": item, "limit": 1}
    statement = filtered(LISTS[name].sql, given)
    rows = await session.connection.fetch(statement.sql, *statement.values(given))
    if not rows:
        detail = f"There is no {item} among the {name} on {session.as_of}."
        raise NotFound(detail, field="id", remedy=f"GET /v1/{name} lists what there is.")
    item_json: str = rows[0]["item"]
    return item_json


async def find_some(session: ReadSession, name: str, given: NamedValues, as_of: date) -> ReportResult:
    """The first page of a list, in the form of a report; raises `QueryError`."""
    definition = LISTS[name]
    values = {**given, "as_of": as_of, "limit": LIMIT_MAX + 1}
    statement = filtered(definition.sql, values)
    items = await session.connection.fetch(statement.sql, *statement.values(values))
    rows = [json.loads(item["item"]) for item in items]
    columns = [(column, "json") for column in (rows[0] if rows else definition.example)]
    shown = [tuple(row.values()) for row in rows[:LIMIT_MAX]]
    following = rows[LIMIT_MAX]["id"] if len(rows) > LIMIT_MAX else None
    is_incomplete = await incomplete(session, definition.source_streams)
    evidence = await _evidence(session, definition.sql, values, has_rows=bool(rows))
    return ReportResult(as_of, given.get("as_known_at"), columns, shown, {}, following, is_incomplete, None, evidence)


async def _evidence(session: ReadSession, name: str, values: NamedValues, *, has_rows: bool) -> ReportEvidence:
    """What an empty list rests on."""
    if has_rows:
        return ReportEvidence("found")
    statement = filtered(EVIDENCE[name].sql, values)
    row = await session.connection.fetchrow(statement.sql, *statement.values(values))
    return judged(row, values["as_of"], has_rows=False)


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
