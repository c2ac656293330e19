"""`GET /v1/held` of a deciding service: events of other services that are newer than it, and those behind them."""

from typing import Annotated, Final

import asyncpg
from fastapi import FastAPI, Query

from kernel.http.models import HeldEventItem, HeldEventPage
from kernel.http.page_cursor import numbered
from kernel.http.parameters import LIMIT_DEFAULT, Cursor, Limit
from kernel.store.postgres import sql

_HELD: Final = numbered("held")


def held(app: FastAPI, pool: asyncpg.Pool) -> None:
    """Add the route."""

    @app.get("/v1/held", summary="Events of other services that are newer than this program, and those behind them")
    async def held_events(
        limit: Annotated[Limit, Query()] = LIMIT_DEFAULT, cursor: Annotated[Cursor | None, Query()] = None
    ) -> HeldEventPage:
        """Nothing is lost: they are taken up by a version that knows them."""
        [after] = _HELD.after(cursor)
        rows = await pool.fetch(sql()["held"], after, limit)
        items = [HeldEventItem.model_validate(dict(row)) for row in rows]
        return HeldEventPage(items=items, next=_HELD.cursor(str(items[-1].nr)) if len(items) == limit else None)
