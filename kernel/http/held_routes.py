"""`GET /v1/held` of a deciding service: the events of others that are newer than it, with those behind them."""

from typing import Annotated

import asyncpg
from fastapi import FastAPI, Query

from kernel.http.models import HeldEventPage, HeldEventShown
from kernel.http.parameters import Whole
from kernel.store.postgres import sql


def held(app: FastAPI, pool: asyncpg.Pool) -> None:
    """Adds the route."""

    @app.get("/v1/held", summary="Events of other services that are newer than this program, and those behind them")
    async def held_events(
        after: Annotated[int, Whole(), Query(description="`nr` of the last one seen")] = 0,
        limit: Annotated[int, Whole(1, 1_000), Query()] = 100,
    ) -> HeldEventPage:
        """Nothing is lost: they are taken up by a version that knows them. `next` is the `after` of the next page."""
        rows = [HeldEventShown.model_validate(dict(row)) for row in await pool.fetch(sql()["held"], after, limit)]
        return HeldEventPage(items=rows, next=rows[-1].nr if len(rows) == limit else None)
