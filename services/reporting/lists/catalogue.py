"""The lists: each a query, its filters, and what feeds it. Pages go by key, so they hold while rows change."""

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel

from kernel.store.postgres import Connection
from services.reporting.http import shapes
from services.reporting.queries import filtered
from services.reporting.query import parameters
from services.reporting.query.errors import RESPONSES, Problem
from services.reporting.query.keyset import no_cursor
from services.reporting.query.parameters import LIMIT_MAX
from services.reporting.query.session import (
    ANSWERED,
    APPROVED,
    COUNTED,
    DEPLOYED,
    OFFERED,
    Feeds,
    Reading,
    incomplete,
    reading,
)
from services.reporting.reports import validation
from services.reporting.reports.formats import Answer


@dataclass(frozen=True, slots=True)
class List:
    """One list of the API."""

    sql: str
    asks: type[parameters.Page]
    feeds: Feeds
    description: str
    example: dict[str, Any]
    ids: str = r"[^\0]+"
    """What an id, and so a cursor, looks like."""
    only_grows: bool = False
    """Whether rows stay for ever: then there is a row behind every cursor that was given out."""


LISTS = {
    "mandates": List(
        "mandates",
        parameters.Mandates,
        (APPROVED,),
        "What parliament was asked and what it decided.",
        {"id": "kz-2013", "contributor": "KAZ", "status": "approved", "in_force": True, "incomplete": False},
    ),
    "lines": List(
        "lines",
        parameters.Lines,
        (APPROVED, DEPLOYED),
        "Mandate lines with the terms of the day, sub-ceilings and waivers. An id is `<mandate>/<line>`.",
        {"id": "kz-2013/observers", "missions": ["MINURSO"], "ceiling": 20, "qualifier": "max", "incomplete": False},
    ),
    "missions": List(
        "missions",
        parameters.Missions,
        ("vacancies/mission/",),
        "UN operations, with the status of the day.",
        {"id": "MINURSO", "status": "active", "since": "1991-04-29", "incomplete": False},
    ),
    "vacancies": List(
        "vacancies",
        parameters.Vacancies,
        (ANSWERED,),
        "Posts and unit requirements that the UN has opened.",
        {"id": "v-1", "mission": "MINURSO", "status": "open", "places": 1, "incomplete": False},
    ),
    "applications": List(
        "applications",
        parameters.Applications,
        (OFFERED, ANSWERED),
        "What the State has offered, and the vacancies that answer it.",
        {"id": "nv-1", "note_verbale": "NV/2014/031", "status": "submitted", "answered_by": [], "incomplete": False},
    ),
    "nominations": List(
        "nominations",
        parameters.Nominations,
        (ANSWERED,),
        "Candidates and units put forward. An id is `<vacancy>/<nomination>`.",
        {"id": "v-1/n-1", "person": "p-0001", "status": "accepted", "incomplete": False},
    ),
    "candidates": List(
        "candidates",
        parameters.Candidates,
        ("vacancies/candidate/",),
        "Candidates by opaque reference: rank, reserve, bar.",
        {"id": "p-0001", "rank": "captain", "status": "reserve", "barred": False, "incomplete": False},
    ),
    "units": List(
        "units",
        parameters.Units,
        ("vacancies/unit/",),
        "Units from the pledge to the pre-deployment visit.",
        {"id": "kazbat", "category": "infantry", "status": "mou_signed", "incomplete": False},
    ),
    "tours": List(
        "tours",
        parameters.Tours,
        (DEPLOYED,),
        "Tours as they stood on the day, with stays, consents and moved dates. An id is `<mandate>/<line>/<tour>`.",
        {"id": "kz-2013/observers/t-1", "mission": "MINURSO", "status": "present", "incomplete": False},
    ),
    "frameworks": List(
        "frameworks",
        parameters.Frameworks,
        (APPROVED,),
        "The legal framework of each operation: required, on record, missing. An id is `<mandate>/<mission>`.",
        {"id": "kz-2013/MINURSO", "required": ["un_mandate"], "missing": [], "incomplete": False},
    ),
    "strength": List(
        "strength_list",
        parameters.Strength,
        (DEPLOYED,),
        "People present on the day by contributor, mission and category.",
        {"id": "KAZ/MINURSO/military_observer", "people": 5, "tours": 5, "incomplete": False},
    ),
    "strength-returns": List(
        "strength_returns",
        parameters.StrengthReturns,
        (COUNTED,),
        "The UN's monthly returns as published, every publication, with what is odd about a row in `noticed`: parts"
        " that make no total, a day that is no month end, a row printed twice, a State spelled in several ways.",
        {"contributor": "MNG", "as_of": "2012-02-28", "total": 850, "noticed": ["odd_month_end"], "incomplete": False},
        r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
        only_grows=True,
    ),
    "returned-strength": List(
        "returned_strength",
        parameters.ReturnedStrength,
        (COUNTED,),
        "What the UN counted by the newest return until the day: each State's newest publication, taken whole.",
        {"id": "MNG/UNMIL/troops", "people": 250, "people_least": 250, "counted_on": "2009-11-30", "incomplete": False},
    ),
    "events": List(
        "events",
        parameters.Events,
        (APPROVED, "vacancies/", "deployments/"),
        "The events behind every number, in the order of each room's log.",
        {"id": "5b1f…", "room": "deployments", "stream": "line/kz-2013/observers", "version": 3, "incomplete": False},
        r"[a-z]+/[0-9]{1,18}",
    ),
}
ONE_BY_ID = frozenset(LISTS) - {"strength", "strength-returns", "returned-strength", "events"}


def routes() -> APIRouter:
    """`GET /<thing>` for each list, and `GET /<thing>/<id>` where a thing has an id."""
    router = APIRouter(responses=RESPONSES)
    for name, each in LISTS.items():
        _add_list(router, name, each)
        if name in ONE_BY_ID:
            _add_one(router, name, each)
    return router


def _add_list(router: APIRouter, name: str, each: List) -> None:
    page = {"items": [each.example], "next": None, "as_of": "2014-07-01", "as_known_at": None, "incomplete": False}
    documented = _documented(each, page, shapes.page(name))

    async def answer(asked: parameters.Page, read: Annotated[Reading, Depends(reading)]) -> Response:
        return await _page(each, asked, read)

    # The filters differ from list to list, and FastAPI reads them from the annotation.
    answer.__annotations__["asked"] = Annotated[each.asks, Query()]
    router.get(f"/{name}", name=name, description=each.description, responses=documented, tags=["lists"])(answer)


def _add_one(router: APIRouter, name: str, each: List) -> None:
    documented = _documented(each, each.example, shapes.item(name))

    async def answer(
        item: str, asked: Annotated[parameters.AsOf, Query()], read: Annotated[Reading, Depends(reading)]
    ) -> Response:
        fresh = await read.freshness(asked)
        async with read.snapshot(asked.as_known_at) as connection:
            found = await find_one(connection, name, item, asked.as_of or read.today())
        headers = {"Forcegen-Freshness": fresh.state} if fresh else {}
        return Response(found, media_type="application/json", headers=headers)

    router.get(f"/{name}/{{item:path}}", name=f"one of {name}", responses=documented, tags=["lists"])(answer)


async def find_one(connection: Connection, name: str, item: str, as_of: date) -> str:
    """One thing of a list as JSON; raises `Problem`."""
    given = {"as_of": as_of, "id": item, "limit": 1}
    found = filtered(LISTS[name].sql, given)
    rows = await connection.fetch(found.sql, *found.values(given))
    if not rows:
        detail = f"There is no {item} among the {name} on {as_of}."
        raise Problem(404, "Not found", detail, field="id", remedy=f"GET /v1/{name} lists what there is.")
    told: str = rows[0]["item"]
    return told


async def find_some(connection: Connection, name: str, given: Mapping[str, Any], as_of: date) -> Answer:
    """The first page of a list, as a report is told; raises `Problem`."""
    each = LISTS[name]
    asked = {**given, "as_of": as_of, "limit": LIMIT_MAX + 1}
    found = filtered(each.sql, asked)
    rows = [json.loads(row["item"]) for row in await connection.fetch(found.sql, *found.values(asked))]
    columns = [(column, "json") for column in (rows[0] if rows else each.example)]
    values = [tuple(row.values()) for row in rows[:LIMIT_MAX]]
    following = rows[LIMIT_MAX]["id"] if len(rows) > LIMIT_MAX else None
    waits = await incomplete(connection, each.feeds)
    return Answer(as_of, given.get("as_known_at"), columns, values, {}, following, waits, None)


async def find_event(connection: Connection, event: str) -> dict[str, Any]:
    """One event by its id, whatever day it is about; raises `Problem`."""
    try:
        found = await find_some(connection, "events", {"event": UUID(event)}, date(9998, 12, 31))
    except ValueError:
        found = None
    if found is None or not found.values:
        remedy = "GET /v1/events lists what there is."
        raise Problem(404, "Not found", f"There is no event {event} on record.", field="event", remedy=remedy)
    return found.rows[0]


def _documented(each: List, example: dict[str, Any], model: type[BaseModel]) -> dict[int | str, dict[str, Any]]:
    content = {"application/json": {"example": example}}
    return {200: {"description": each.description, "model": model, "content": content}}


async def _page(each: List, asked: parameters.Page, read: Reading) -> Response:
    """One row more than the limit is read, to know whether there is a next page."""
    as_of = asked.as_of or read.today()
    after = _after(asked.cursor, each.ids)
    given = asked.model_dump()
    validation.check_period(given, "month_from", "month_until")
    values = given | {"as_of": as_of, "limit": asked.limit + 1, "after": after}
    found = filtered(each.sql, values)
    fresh = await read.freshness(asked)
    async with read.snapshot(asked.as_known_at) as connection:
        await validation.check_names(connection, given, read.known)
        rows = await connection.fetch(found.sql, *found.values(values))
        waits = await incomplete(connection, each.feeds)
    if after and not rows and each.only_grows:
        raise no_cursor()
    more = len(rows) > asked.limit
    rows = rows[: asked.limit]
    known = asked.as_known_at and asked.as_known_at.isoformat()
    rest = {
        "next": _cursor(rows[-1]["id"]) if more else None,
        "as_of": as_of.isoformat(),
        "as_known_at": known,
        "incomplete": waits,
        **({"freshness": asdict(fresh)} if fresh else {}),
    }
    # Items are JSON already, as Postgres wrote it: reading it only to write it again would cost more than the query.
    body = f'{{"items":[{",".join(row["item"] for row in rows)}],{json.dumps(rest)[1:]}'
    return Response(body, media_type="application/json")


def _cursor(last: str) -> str:
    return base64.urlsafe_b64encode(last.encode()).decode()


def _after(cursor: str | None, ids: str) -> str | None:
    if cursor is None:
        return None
    try:
        last = base64.b64decode(cursor, altchars=b"-_", validate=True).decode()
    except ValueError:
        last = ""
    if not re.fullmatch(ids, last):
        raise no_cursor()
    return last
