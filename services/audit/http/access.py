"""Every reading of content of the archive is itself recorded, before the answer; so are those that are refused.

The permits say who may read (`permits`). What discloses no record needs no token, and is not recorded.
"""

from collections.abc import Mapping
from functools import cache
from typing import Annotated, Final

import asyncpg
from fastapi import APIRouter, Depends, FastAPI, Query, Request

from contracts.limits import BIGINT_MAX
from kernel.http import permits
from kernel.http.page_cursor import numbered
from kernel.http.parameters import LIMIT_DEFAULT, Cursor, Limit, Name
from kernel.http.principals import principal
from kernel.http.problem_details import Problem
from kernel.http.problem_types import FORBIDDEN
from kernel.http.proxied import path_of
from kernel.sql import queries
from kernel.sql.template import filtered
from services.audit.http.permits import AUDIT
from services.audit.http.refusals import Refusals

REQUEST_LENGTH_MAX: Final = 2_000
"""Characters of a request that are recorded."""


async def reader(request: Request) -> str:
    """The dependency of every route that serves content: the reader's name, once the reading is on record.

    Raises:
        Problem: the client may not read content; the guard in front of the app refuses it before.
    """
    caller = principal(request)
    if "auditor" not in caller.roles:
        raise Problem(FORBIDDEN, "Only auditors read content.", field="Authorization", remedy="Use an auditor's token.")
    pool: asyncpg.Pool = request.app.state.pool
    client = request.client.host if request.client else None
    line = line_of(request)[:REQUEST_LENGTH_MAX]
    await pool.execute(statements()["read"], _storable(caller.id), line, client and _storable(client), True)
    return caller.id


def line_of(request: Request) -> str:
    """Method, path and query of a request, as text that Postgres can store."""
    query = request.scope["query_string"].decode("latin-1")
    return _storable(f"{request.method} {path_of(request)}{f'?{query}' if query else ''}")


def _storable(text: str) -> str:
    return text.replace("\0", "").encode("utf-8", "backslashreplace").decode()


Reader = Depends(reader)


def record_readings(app: FastAPI, pool: asyncpg.Pool, refusals: Refusals) -> None:
    """Let routes of `app` depend on `reader`, count what is refused, and add the route that lists the readings."""
    permits.declare(app, AUDIT)
    app.state.pool = pool

    def refused(request: Request) -> None:
        refusals.count(_storable(request.client.host) if request.client else "", line_of(request))

    app.state.refused = refused
    app.include_router(_readings(pool))


def _readings(pool: asyncpg.Pool) -> APIRouter:
    router = APIRouter(prefix="/v1", dependencies=[Reader])

    @router.get("/readings", summary="Who read content of the archive over HTTP, the newest first")
    async def readings(
        reader: Annotated[str | None, Name(100), Query()] = None,
        limit: Annotated[Limit, Query()] = LIMIT_DEFAULT,
        cursor: Annotated[Cursor | None, Query()] = None,
    ) -> dict[str, object]:
        """Also requests that were refused (`allowed` is false): those of a client within a minute are one row."""
        items = await newest(pool, limit, *_READINGS.after(cursor), reader=reader)
        return {"items": items, "next": _READINGS.cursor(str(items[-1]["nr"])) if len(items) == limit else None}

    return router


_READINGS: Final = numbered("readings", BIGINT_MAX)


async def newest(
    pool: asyncpg.Pool, limit: int, before: int = BIGINT_MAX, reader: str | None = None
) -> list[dict[str, object]]:
    """The newest readings."""
    given = {"before": before, "reader": reader, "limit": limit}
    statement = filtered("services.audit.http", "readings", given)
    return [dict(row) for row in await pool.fetch(statement.sql, *statement.values(given))]


@cache
def statements() -> Mapping[str, str]:
    """The statements that write readings."""
    return queries("services.audit.http", "access.sql")
