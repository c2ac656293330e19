"""Events of other services that are newer than a deciding service, and those behind them: the list, and the drop."""

from collections.abc import Callable
from typing import Annotated, Final

import asyncpg
from fastapi import FastAPI, Query

from kernel.http.models import HeldEventDrop, HeldEventItem, HeldEventPage
from kernel.http.page_cursor import numbered
from kernel.http.parameters import LIMIT_DEFAULT, Cursor, Limit, Name
from kernel.http.places import Place, place
from kernel.http.principals import Caller
from kernel.http.problem_details import Problem, documented
from kernel.http.problem_types import BAD_PARAMETER, NOT_FOUND
from kernel.model.records import Origin
from kernel.store.drop_held_event import Drop, drop_held_event, drop_with_second
from kernel.store.postgres import sql

REASON_BYTES_MAX: Final = 1_000
_HELD: Final = numbered("held")


def held(app: FastAPI, pool: asyncpg.Pool, *, needs_second: Callable[[], bool] = lambda: False) -> None:
    """Add the routes; where `needs_second` says so, two operators drop an event."""

    @app.get("/v1/held", summary="Events of other services that are newer than this program, and those behind them")
    async def held_events(
        limit: Annotated[Limit, Query()] = LIMIT_DEFAULT, cursor: Annotated[Cursor | None, Query()] = None
    ) -> HeldEventPage:
        """Nothing is lost: they are taken up by a version that knows them."""
        [after] = _HELD.after(cursor)
        rows = await pool.fetch(sql()["held"], after, limit)
        items = [HeldEventItem.model_validate(dict(row)) for row in rows]
        return HeldEventPage(items=items, next=_HELD.cursor(str(items[-1].nr)) if len(items) == limit else None)

    @app.post("/v1/held/drop", summary="Give up a held event, with a second operator", responses=documented(400, 404))
    async def drop(
        at: Annotated[Place, Query()],
        reason: Annotated[str, Name(REASON_BYTES_MAX), Query()],
        caller: Caller,
    ) -> HeldEventDrop:
        """The event becomes a dead letter with the reason, and nothing comes of it in this service.

        Where a register of producers is in force, the first request proposes that, and the same request of another
        operator, with the same reason, does it. `GET /v1/held` shows what is proposed.
        """
        if not reason.strip():
            raise Problem(BAD_PARAMETER, "The reason is blank.", field="reason", remedy="Say why it is given up.")
        origin = Origin(*place(at))
        async with pool.acquire() as connection:
            if needs_second():
                dropped = await drop_with_second(connection, origin, reason, caller.id)
            else:
                is_dropped = await drop_held_event(connection, origin, reason, f"The operator {caller.id}")
                dropped = Drop((caller.id,), is_dropped=True) if is_dropped else None
        if dropped is None:
            raise Problem(NOT_FOUND, f"{origin} is not held here.", field="at", remedy="See GET /v1/held.")
        state = "dropped" if dropped.is_dropped else "proposed"
        return HeldEventDrop(state=state, operators=list(dropped.operators), reason=reason)
