"""Routes for operators: is the process alive, can it answer, does everything make progress, how far behind is it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias

import asyncpg
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from kernel.http import access_routes
from kernel.http.authentication import Authenticator
from kernel.http.principals import is_operator
from kernel.runtime.faults import kind
from kernel.runtime.health import Health
from kernel.runtime.metrics import HEARTBEAT_SECONDS, LAST_USED
from kernel.store.postgres import sql

Ready: TypeAlias = Callable[[], Awaitable[list[str]]]
"""The reasons why a process cannot answer now; empty when it can."""
PassedOver: TypeAlias = Callable[[str], Awaitable[list[dict[str, object]]]]
"""The offsets that a consumer passed over, newest first."""
READY_WITHIN_S: Final = 2.0
PASSAGES_SHOWN: Final = 20


def answering(pool: asyncpg.Pool) -> Ready:
    """Check whether the store answers, which is all that an answer to a caller needs."""

    async def ready() -> list[str]:
        try:
            async with asyncio.timeout(READY_WITHIN_S):
                await pool.fetchval("SELECT 1")
        except Exception as fault:
            return [f"Postgres does not answer: {kind(fault)}"]
        return []

    return ready


def passages(pool: asyncpg.Pool) -> PassedOver:
    """The offsets that each consumer passed over last, newest first."""

    async def read(consumer: str) -> list[dict[str, object]]:
        return [dict(row) for row in await pool.fetch(sql()["passed_over"], consumer, PASSAGES_SHOWN)]

    return read


def operations(
    app: FastAPI, health: Health, *, service: str, ready: Ready, passed_over: PassedOver | None = None
) -> None:
    """Add the operators' routes of any service: `/livez`, `/readyz`, `/healthz/progress`, `/metrics`, `/v1/lag`, and
    `/v1/access`.
    """
    access_routes.add(app)

    @app.get("/livez", summary="Is the process alive", response_class=PlainTextResponse)
    async def livez() -> PlainTextResponse:
        return PlainTextResponse("ok")

    @app.get(
        "/readyz", summary="Can this process answer; what makes no progress is listed beside it", responses=_STANDS
    )
    async def readyz(request: Request) -> Response:
        """The status says it to everybody; the reasons are for operators."""
        problems = await ready()
        details = {"problems": problems, "progress": health.problems(), "remarks": health.remarked()}
        stands = {"ready": not problems, **(details if is_operator(request) else {})}
        return JSONResponse(stands, status_code=503 if problems else 200)

    @app.get("/healthz/progress", summary="Does everything make progress; if not, what does not", responses=_STANDS)
    async def progress(request: Request) -> Response:
        """The status says it to everybody; the reasons are for operators."""
        problems = health.problems()
        details = {"problems": problems, "remarks": health.remarked()}
        stands = {"moving": not problems, **(details if is_operator(request) else {})}
        return JSONResponse(stands, status_code=503 if problems else 200)

    @app.get("/v1/lag", summary="Records that wait, by consumer: broker end offset minus stored offset")
    async def lag() -> dict[str, object]:
        """With the age of the oldest, what stands still, and the offsets that were passed over."""
        return {consumer: await _lag_of(consumer, health, passed_over) for consumer in health.lag}

    @app.get("/metrics", include_in_schema=False)
    async def metrics(request: Request) -> Response:
        authenticator: Authenticator = request.app.state.authenticator
        for credential, at in authenticator.uses.all().items():
            LAST_USED.labels(service, credential).set(at.timestamp())
        for loop, age_s in health.heartbeat_ages().items():
            HEARTBEAT_SECONDS.labels(service, loop).set(age_s)
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


async def _lag_of(consumer: str, health: Health, passed_over: PassedOver | None) -> dict[str, object]:
    return {
        "records": health.lag[consumer],
        "behind_seconds": round(health.behind_s(consumer), 3),
        "standing": dict(health.standing),
        "passed_over": await passed_over(consumer) if passed_over else [],
    }


_STANDS: Final[dict[int | str, dict[str, object]]] = {503: {"description": "No, with the reasons in `problems`"}}
