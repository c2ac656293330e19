"""The query API: every list and every report on a day that the caller names, over a pool that can only read."""

import asyncio
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Annotated, Final

import asyncpg
import httpx
from fastapi import APIRouter, FastAPI, Query

from contracts.limits import FIRST_INSTANT, INTEGER_MAX
from kernel.http import application, permits, sign_in
from kernel.http.operator_routes import answering, operations
from kernel.http.page_cursor import Keyset
from kernel.http.parameters import LIMIT_DEFAULT, Cursor, Limit
from kernel.http.values import instant, name, whole
from kernel.runtime.health import Health
from kernel.runtime.process import running_together, serve
from kernel.runtime.settings import Settings
from kernel.store import database
from services.reporting import projection_version
from services.reporting.http import change_stream, comparisons, lists, reports, shapes
from services.reporting.http.dependencies import Model
from services.reporting.http.errors import RESPONSES, answer_query_errors
from services.reporting.http.permits import QUERY
from services.reporting.pages.routes import page_routes, problem_page, static_files
from services.reporting.queries import query
from services.reporting.query.change_feed import ChangeFeed
from services.reporting.query.scope import NAMED_AT_ONCE, NARROWED, ReadPools
from services.reporting.query.session import PLANNED_ONCE, ReadModel
from services.reporting.reports.receipts import COVERED_WITHIN_S, Archive
from services.reporting.scope import NotProvisioned
from services.reporting.settings import QuerySettings

_NAME: Final = "forcegen query API"


def today_utc() -> date:
    """The day of a request that names none."""
    return datetime.now(UTC).date()


def build(
    pool: asyncpg.Pool,
    today: Callable[[], date] = today_utc,
    change_feed: ChangeFeed | None = None,
    archive: Archive | None = None,
    scoped_pool: asyncpg.Pool | None = None,
    archive_pages: str = "",
) -> FastAPI:
    """The app over `pool`; the caller owns the pool, and its connections have the views on their search path.

    `scoped_pool` serves callers who are bound to States; it is made with the settings `NARROWED` and `NAMED_AT_ONCE`.

    `archive_pages` is where browsers find the archive's pages; without it, no page links to a record.

    The caller runs `change_feed`; if it does not run, a waiting request is answered when its time is up.
    """
    app = application.app("Forcegen query API", version="1", description=__doc__ or "", as_page=problem_page)
    permits.declare(app, QUERY)
    answer_query_errors(app, problem_page)
    pools = ReadPools(pool, scoped_pool)
    app.state.read_model = ReadModel(pools, today, change_feed or ChangeFeed(pools, Health(0)))
    app.state.archive = archive
    app.state.archive_pages = archive_pages.rstrip("/")
    app.include_router(lists.routes(), prefix="/v1")
    app.include_router(reports.routes(), prefix="/v1")
    app.include_router(comparisons.routes(), prefix="/v1")
    app.include_router(change_stream.routes(), prefix="/v1")
    app.include_router(_position(), prefix="/v1")
    app.include_router(page_routes())
    app.mount("/static", static_files())
    sign_in.add(app)
    return app


def _position() -> APIRouter:
    router = APIRouter(tags=["position"], responses=RESPONSES)

    @router.get("/position", description="How far the views are: the next offset of each topic and partition.")
    async def position(model: Model) -> shapes.ViewsPosition:
        async with model.connection() as connection:
            rows = await connection.fetch(query("position").sql)
        return shapes.ViewsPosition(consumed=[shapes.Consumed(**row) for row in rows])

    @router.get("/parked", description="Events that cannot be applied yet, oldest first.")
    async def parked(
        model: Model,
        limit: Annotated[Limit, Query()] = LIMIT_DEFAULT,
        cursor: Annotated[Cursor | None, Query()] = None,
    ) -> shapes.ParkedPage:
        after = _PARKED.after(cursor)
        async with model.connection() as connection:
            rows = await connection.fetch(query("parked").sql, *after, limit)
        items = [shapes.Parked(**row) for row in rows]
        last = items[-1] if len(items) == limit else None
        key = last and (last.since.isoformat(), last.service, last.stream, str(last.version))
        return shapes.ParkedPage(items=items, next=key and _PARKED.cursor(*key))

    return router


def _parked_key(texts: list[str]) -> tuple[datetime, str, str, int]:
    since, service, stream, version = texts
    return instant(since), name(service), name(stream), whole(version, 0, INTEGER_MAX)


_PARKED: Final = Keyset("parked", (FIRST_INSTANT, "", "", 0), _parked_key)


async def _watch(pool: asyncpg.Pool, health: Health) -> None:
    """Report readiness: the views answer a query now."""
    while True:
        try:
            await pool.fetchval(query("position").sql)
            health.beat("views")
        except Exception as fault:
            health.failed("views", fault)
        await asyncio.sleep(1)


async def _scoped_pool(settings: Settings) -> asyncpg.Pool:
    """Connections for callers who are bound to States; ends the process where the database lacks what they need."""
    try:
        narrowed = {**PLANNED_ONCE, **NARROWED}
        return await database.connect(settings.database_url, application=_NAME, settings=narrowed, hooks=NAMED_AT_ONCE)
    except asyncpg.InvalidParameterValueError as fault:  # the role does not exist, or this one may not take it
        raise NotProvisioned from fault


async def run(settings: Settings) -> None:
    """One process of the query API, on a role that can only read, until SIGTERM or SIGINT."""
    health = Health(settings.stuck_after_ms / 1000)
    health.failed("views", RuntimeError("not asked yet"))
    pool = await database.connect(settings.database_url, application=_NAME, settings=PLANNED_ONCE)
    scoped = await _scoped_pool(settings)
    change_feed = ChangeFeed(ReadPools(pool, scoped), health)
    own = QuerySettings()
    await projection_version.check(pool)
    async with (
        pool,
        scoped,
        httpx.AsyncClient(timeout=COVERED_WITHIN_S) as client,
        running_together([_watch(pool, health), change_feed.run()]),
    ):
        archive = Archive(own.audit_url.rstrip("/"), client, own.audit_token) if own.audit_url else None
        pages = own.archive_pages_url or own.audit_url or ""
        app = build(pool, change_feed=change_feed, archive=archive, scoped_pool=scoped, archive_pages=pages)
        operations(app, health, service="query", ready=answering(pool))
        await serve(app, settings)
