"""`GET /v1/<list>` for each list, and for one item of it. Pages go by key, so they hold while rows change."""

import json
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel

from contracts.json_object import JsonObject
from kernel.http import page_cursor
from services.reporting.http import shapes
from services.reporting.http.dependencies import Model
from services.reporting.http.errors import RESPONSES
from services.reporting.lists.catalogue import LISTS, ONE_BY_ID, ListDefinition
from services.reporting.lists.filters import ListParameters
from services.reporting.lists.run import after, find_one
from services.reporting.queries import filtered
from services.reporting.query.keyset import refused_cursor
from services.reporting.query.parameters import AsOf
from services.reporting.query.session import ReadModel, incomplete
from services.reporting.query.values import Responses
from services.reporting.reports import validation


def routes() -> APIRouter:
    """`GET /<thing>` for each list, and `GET /<thing>/<id>` for things with an id."""
    router = APIRouter(responses=RESPONSES)
    for name, definition in LISTS.items():
        _add_list(router, name, definition)
        if name in ONE_BY_ID:
            _add_one(router, name, definition)
    return router


def _add_list(router: APIRouter, name: str, definition: ListDefinition) -> None:
    page: JsonObject = {
        "items": [definition.example],
        "next": None,
        "as_of": "2014-07-01",
        "as_known_at": None,
        "incomplete": False,
    }
    documented = _documented(definition, page, shapes.page(name))

    async def answer(params: ListParameters, model: Model) -> Response:
        return await _page(name, definition, params, model)

    # The filters differ from list to list, and FastAPI reads them from the annotation.
    answer.__annotations__["params"] = Annotated[definition.parameters, Query()]
    router.get(f"/{name}", name=name, description=definition.description, responses=documented, tags=["lists"])(answer)


def _add_one(router: APIRouter, name: str, definition: ListDefinition) -> None:
    documented = _documented(definition, definition.example, shapes.item(name))

    async def answer(item: str, params: Annotated[AsOf, Query()], model: Model) -> Response:
        async with model.session(params, is_snapshot=True) as session:
            item_json = await find_one(session, name, item)
        fresh = session.freshness
        headers = {"Forcegen-Freshness": fresh.state} if fresh else {}
        return Response(item_json, media_type="application/json", headers=headers)

    router.get(f"/{name}/{{item:path}}", name=f"one of {name}", responses=documented, tags=["lists"])(answer)


def _documented(definition: ListDefinition, example: JsonObject, model: type[BaseModel]) -> Responses:
    content = {"application/json": {"example": example}}
    return {200: {"description": definition.description, "model": model, "content": content}}


async def _page(name: str, definition: ListDefinition, params: ListParameters, model: ReadModel) -> Response:
    """One row more than the limit is read, to know whether there is a next page."""
    behind = after(params.cursor, name, definition.ids)
    filters = params.model_dump()
    validation.check_period(filters, "month_from", "month_until")
    async with model.session(params, is_snapshot=True) as session:
        await validation.check_names(session, filters)
        values = filters | {"as_of": session.as_of, "limit": params.limit + 1, "after": behind}
        statement = filtered(definition.sql, values)
        rows = await session.connection.fetch(statement.sql, *statement.values(values))
        is_incomplete = await incomplete(session, definition.source_streams)
    if behind and not rows and definition.only_grows:
        raise refused_cursor()
    has_more = len(rows) > params.limit
    rows = rows[: params.limit]
    as_known_at = params.as_known_at and params.as_known_at.isoformat()
    envelope = {
        "next": page_cursor.encode(name, rows[-1]["id"]) if has_more else None,
        "as_of": session.as_of.isoformat(),
        "as_known_at": as_known_at,
        "incomplete": is_incomplete,
        **({"freshness": asdict(session.freshness)} if session.freshness else {}),
    }
    # Items are already JSON, written by Postgres: parsing and serialising them again would cost more than the query.
    body = f'{{"items":[{",".join(row["item"] for row in rows)}],{json.dumps(envelope)[1:]}'
    return Response(body, media_type="application/json")
