"""`GET /v1/<list>` for each list, and for one thing of it. Pages go by key, so they hold while rows change."""

import base64
import json
import re
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel

from services.reporting.http import shapes
from services.reporting.lists.catalogue import LISTS, ONE_BY_ID, List
from services.reporting.lists.filters import Page
from services.reporting.lists.run import find_one
from services.reporting.queries import filtered
from services.reporting.query.errors import RESPONSES
from services.reporting.query.keyset import no_cursor
from services.reporting.query.parameters import AsOf
from services.reporting.query.session import Reading, incomplete, reading
from services.reporting.reports import validation


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

    async def answer(asked: Page, read: Annotated[Reading, Depends(reading)]) -> Response:
        return await _page(each, asked, read)

    # The filters differ from list to list, and FastAPI reads them from the annotation.
    answer.__annotations__["asked"] = Annotated[each.asks, Query()]
    router.get(f"/{name}", name=name, description=each.description, responses=documented, tags=["lists"])(answer)


def _add_one(router: APIRouter, name: str, each: List) -> None:
    documented = _documented(each, each.example, shapes.item(name))

    async def answer(
        item: str, asked: Annotated[AsOf, Query()], read: Annotated[Reading, Depends(reading)]
    ) -> Response:
        fresh = await read.freshness(asked)
        async with read.snapshot(asked.as_known_at) as connection:
            found = await find_one(connection, name, item, asked.as_of or read.today())
        headers = {"Forcegen-Freshness": fresh.state} if fresh else {}
        return Response(found, media_type="application/json", headers=headers)

    router.get(f"/{name}/{{item:path}}", name=f"one of {name}", responses=documented, tags=["lists"])(answer)


def _documented(each: List, example: dict[str, Any], model: type[BaseModel]) -> dict[int | str, dict[str, Any]]:
    content = {"application/json": {"example": example}}
    return {200: {"description": each.description, "model": model, "content": content}}


async def _page(each: List, asked: Page, read: Reading) -> Response:
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
