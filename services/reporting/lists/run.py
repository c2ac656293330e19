"""A list outside HTTP: one thing, the first page of some, one event."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from kernel.http.problem_types import NOT_FOUND
from kernel.store.postgres import Connection
from services.reporting.lists.catalogue import LISTS
from services.reporting.queries import filtered
from services.reporting.query.errors import Problem
from services.reporting.query.parameters import LIMIT_MAX
from services.reporting.query.session import incomplete
from services.reporting.reports.formats import ReportResult


async def find_one(connection: Connection, name: str, item: str, as_of: date) -> str:
    """One thing of a list as JSON; raises `Problem`."""
    given = {"as_of": as_of, "id": item, "limit": 1}
    statement = filtered(LISTS[name].sql, given)
    rows = await connection.fetch(statement.sql, *statement.values(given))
    if not rows:
        detail = f"There is no {item} among the {name} on {as_of}."
        raise Problem(NOT_FOUND, detail, field="id", remedy=f"GET /v1/{name} lists what there is.")
    item_json: str = rows[0]["item"]
    return item_json


async def find_some(connection: Connection, name: str, given: Mapping[str, Any], as_of: date) -> ReportResult:
    """The first page of a list, as a report is told; raises `Problem`."""
    definition = LISTS[name]
    values_by_name = {**given, "as_of": as_of, "limit": LIMIT_MAX + 1}
    statement = filtered(definition.sql, values_by_name)
    rows = [json.loads(row["item"]) for row in await connection.fetch(statement.sql, *statement.values(values_by_name))]
    columns = [(column, "json") for column in (rows[0] if rows else definition.example)]
    values = [tuple(row.values()) for row in rows[:LIMIT_MAX]]
    following = rows[LIMIT_MAX]["id"] if len(rows) > LIMIT_MAX else None
    is_incomplete = await incomplete(connection, definition.source_streams)
    return ReportResult(as_of, given.get("as_known_at"), columns, values, {}, following, is_incomplete, None)


async def find_event(connection: Connection, event: str) -> dict[str, Any]:
    """One event by its id, whatever day it is about; raises `Problem`."""
    try:
        statement = await find_some(connection, "events", {"event": UUID(event)}, date(9998, 12, 31))
    except ValueError:
        statement = None
    if statement is None or not statement.values:
        remedy = "GET /v1/events lists what there is."
        raise Problem(NOT_FOUND, f"There is no event {event} on record.", field="event", remedy=remedy)
    return statement.rows[0]
