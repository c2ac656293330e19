"""Commands over HTTP, in the CloudEvents HTTP binding, answered with the outcome; and what a room tells of itself.

Requests that arrive together are decided together: they wait in one bounded queue, and a batch is taken from it as
one transaction. A refusal is an answer; its status code only helps tools that look at nothing else.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Final, TypeAlias

import asyncpg
import structlog
from fastapi import FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from contracts.cloudevents import Envelope, from_http
from contracts.outcome import CommandDecided
from contracts.unreadable import Unreadable
from kernel.health import Health
from kernel.metrics import HEARTBEAT_SECONDS
from kernel.postgres import sql
from kernel.records import Incoming
from kernel.serving import where
from kernel.store import Store

log = structlog.get_logger()
BODY_BYTES_MAX: Final = 4_194_304
STATUS_CODES: Final = {"accepted": 200, "pending": 202, "refused": 422, "invalid": 400, "conflict": 409}
Take: TypeAlias = Callable[[Sequence[Incoming]], Awaitable[Sequence[CommandDecided]]]


class Busy(Exception):
    """Too many commands wait; come again."""


class Queue:
    """Commands that wait for a batch. Bounded: what does not fit is told to come again."""

    def __init__(self, take: Take, *, batch_max: int, waiting_max: int) -> None:
        self._take = take
        self._batch_max = batch_max
        self._waiting: asyncio.Queue[tuple[Incoming, asyncio.Future[CommandDecided]]] = asyncio.Queue(waiting_max)

    async def ask(self, incoming: Sequence[Incoming]) -> Sequence[CommandDecided]:
        """The answers, in order, once they are on record."""
        loop = asyncio.get_running_loop()
        futures = [loop.create_future() for _ in incoming]
        if self._waiting.qsize() + len(incoming) > self._waiting.maxsize:
            raise Busy
        for one, future in zip(incoming, futures, strict=True):
            self._waiting.put_nowait((one, future))
        return list(await asyncio.gather(*futures))

    async def run(self) -> None:
        """Take batch after batch."""
        while True:
            batch = [await self._waiting.get()]
            while len(batch) < self._batch_max and not self._waiting.empty():
                batch.append(self._waiting.get_nowait())
            await self._settle(batch)

    async def _settle(self, batch: Sequence[tuple[Incoming, asyncio.Future[CommandDecided]]]) -> None:
        try:
            answers: Sequence[CommandDecided] = await self._take([incoming for incoming, _ in batch])
        except Exception as fault:  # each caller is told, and may repeat: the id makes that safe
            for _, future in batch:
                if not future.done():
                    future.set_exception(fault)
            return
        for (_, future), answer in zip(batch, answers, strict=True):
            if not future.done():
                future.set_result(answer)


def problem(status: int, title: str, detail: str, *, field: str | None = None, remedy: str | None = None) -> Response:
    """An error as RFC 9457 problem details, with the field at fault and the remedy."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, "field": field, "remedy": remedy}
    told = {name: value for name, value in body.items() if value is not None}
    return Response(json.dumps(told), status_code=status, media_type="application/problem+json")


def answer_invalid(app: FastAPI) -> None:
    """A parameter that does not fit is a problem (400) that names it, as every other fault of a caller's."""

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        field = next((str(part) for part in first["loc"][1:]), "body")
        remedy = f"Send {field} in the form that /docs shows."
        return problem(400, "Bad parameter", first["msg"], field=field, remedy=remedy)


def build(
    room: str,
    *,
    store: Store,
    pool: asyncpg.Pool,
    queue: Queue,
    admit: Callable[[Envelope], Incoming],
    health: Health,
    lifespan: Callable[[FastAPI], Any],
) -> FastAPI:
    """The HTTP side of a deciding room."""
    app = FastAPI(title=f"Forcegen {room}", summary="Send commands, read their outcomes.", lifespan=lifespan)
    app.add_exception_handler(Exception, _unavailable)
    answer_invalid(app)
    _commands(app, store, queue, admit)
    _lists(app, store, pool)
    operations(app, health)
    return app


async def _unavailable(_: Request, fault: Exception) -> Response:
    """A server that the room needs does not answer. The id makes it safe to send the same command again."""
    log.error("a request failed", fault=type(fault).__name__, where=where(fault))
    told = "The room could not answer; whether the command was recorded is not known."
    return problem(503, "Unavailable", told, remedy="Send it again under the same id: it is decided once.")


def _commands(app: FastAPI, store: Store, queue: Queue, admit: Callable[[Envelope], Incoming]) -> None:
    @app.post("/v1/commands", summary="Ask for one command or a batch", responses=_COMMAND_RESPONSES)
    async def ask(request: Request) -> Response:
        """CloudEvents over HTTP: binary (`ce-` headers), structured (`application/cloudevents+json`) or batch."""
        body = await _body(request)
        if body is None:
            told = f"A request may have {BODY_BYTES_MAX:,} bytes."
            return problem(413, "Too large", told, field="body", remedy="Send fewer or smaller commands at once.")
        read = from_http(request.headers, body)
        try:
            answers = iter(await queue.ask([admit(one) for one in read if isinstance(one, Envelope)]))
        except Busy:
            told = "Too many commands wait for an answer."
            return problem(503, "Busy", told, remedy="Send it again in a moment, under the same id.")
        outcomes = [_unread(o) if isinstance(o, Unreadable) else next(answers).model_dump(mode="json") for o in read]
        if request.headers.get("content-type", "").lower().startswith("application/cloudevents-batch"):
            return JSONResponse(outcomes)
        return JSONResponse(outcomes[0], status_code=STATUS_CODES[outcomes[0]["status"]])

    @app.get("/v1/commands/{command_id}", summary="What a command was answered")
    async def answer(command_id: str, source: Annotated[str | None, Query(max_length=2048)] = None) -> Response:
        """The answer to a command id. Where several sources used the same id, name the source."""
        found = await store.find(command_id, source)
        if not found:
            told = f"No command {command_id!r} was answered here."
            return problem(404, "Unknown command", told, remedy="Check the id and the room, or wait a moment.")
        if len(found) > 1:
            told = f"{len(found)} sources used this id: {', '.join(one.command_source for one in found)}."
            return problem(409, "Ambiguous", told, field="source", remedy="Add ?source= with one of them.")
        return Response(found[0].model_dump_json(), media_type="application/json")


def _unread(fault: Unreadable) -> dict[str, Any]:
    told = {"status": "invalid", "rule": "contract", "reason": fault.reason, "field": fault.field}
    return told | {"remedy": fault.remedy, "command_id": fault.id, "command_source": fault.source}


async def _body(request: Request) -> bytes | None:
    """The body, or None when it is too large: it is never held in memory to find that out."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > BODY_BYTES_MAX:
            return None
        parts.append(part)
    return b"".join(parts)


def _lists(app: FastAPI, store: Store, pool: asyncpg.Pool) -> None:
    @app.get("/v1/pending", summary="Commands that wait for a fact of another room, oldest first")
    async def pending(
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
        since: datetime = datetime(1, 1, 1, tzinfo=UTC),
        source: str = "",
        id: str = "",  # noqa: A002  (the name that the caller sees)
    ) -> dict[str, Any]:
        """`next` holds the parameters of the next page."""
        rows = await store.waiting((since, source, id), limit)
        last = rows[-1] if len(rows) == limit else None
        after = last and {"since": last["since"], "source": last["command_source"], "id": last["command_id"]}
        return {"items": rows, "next": after}

    dead_letters(app, pool)


def dead_letters(app: FastAPI, pool: asyncpg.Pool) -> None:
    """`GET /v1/dead-letters` on any room that reads Kafka."""

    @app.get("/v1/dead-letters", summary="Records that could not be read, with the reason and the origin")
    async def buried(
        after: Annotated[int, Query(ge=0, description="Position of the last one seen")] = 0,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> dict[str, Any]:
        """`next` is the `after` of the next page."""
        rows = [_dead_letter(dict(row)) for row in await pool.fetch(sql()["buried"], after, limit)]
        return {"items": rows, "next": rows[-1]["position"] if len(rows) == limit else None}


def _dead_letter(row: Mapping[str, Any]) -> dict[str, Any]:
    plain = ("position", "topic", "offset", "reason", "field", "remedy", "recorded", "value_bytes")
    raw = {n: None if row[n] is None else row[n].decode("utf-8", "backslashreplace") for n in ("key", "value")}
    return {n: row[n] for n in plain} | raw | {"partition": row["part"], "headers": json.loads(row["headers"])}


def operations(app: FastAPI, health: Health) -> None:
    """What operators ask of any room: `/livez`, `/readyz`, `/metrics`, `/v1/lag`."""

    @app.get("/livez", summary="Is the process there")
    async def livez() -> PlainTextResponse:
        return PlainTextResponse("ok")

    @app.get("/readyz", summary="Does everything move; if not, what does not")
    async def readyz() -> Response:
        problems = health.problems()
        return JSONResponse({"ready": not problems, "problems": problems}, status_code=503 if problems else 200)

    @app.get("/v1/lag", summary="Records that wait, by consumer: broker end offset minus stored offset")
    async def lag() -> dict[str, Any]:
        return {c: {"records": n, "behind_seconds": round(health.behind_s(c), 3)} for c, n in health.lag.items()}

    @app.get("/metrics", include_in_schema=False)
    async def metrics() -> Response:
        for loop, age_s in health.ages().items():
            HEARTBEAT_SECONDS.labels(app.title, loop).set(age_s)
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


_COMMAND_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"model": CommandDecided, "description": "Accepted: the events are on record (or a batch, each answered)"},
    202: {"model": CommandDecided, "description": "Pending: waits for a fact of another room"},
    400: {"model": CommandDecided, "description": "Invalid: does not fit its contract, or is no CloudEvent"},
    409: {"model": CommandDecided, "description": "Conflict: this id was used before for another body"},
    413: {"description": "Too large"},
    422: {"model": CommandDecided, "description": "Refused by a rule, which is named"},
    503: {"description": "Busy: send it again under the same id"},
}
