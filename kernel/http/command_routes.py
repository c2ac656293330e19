"""Commands over HTTP, in the CloudEvents HTTP binding, answered with the outcome; and the lists of a deciding service.

Requests that arrive together are decided together: they wait in one bounded queue, and each batch taken from it is
one transaction. A refusal is an answer; its status code only helps tools that read nothing else.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Annotated, Final, TypeAlias

import asyncpg
from fastapi import FastAPI, Path, Query, Request
from fastapi.responses import JSONResponse, Response

from contracts.json_object import JsonObject
from contracts.limits import FIRST_INSTANT
from contracts.outcome import CommandDecided
from contracts.unreadable import Unreadable
from kernel.http import application, cloudevents_binding, held_routes, operator_routes
from kernel.http.command_intake import DecodeCommand, Intake, commands_of
from kernel.http.models import DeadLetterItem, DeadLetterPage, Waiting, WaitingPage
from kernel.http.page_cursor import Keyset, numbered
from kernel.http.parameters import LIMIT_DEFAULT, Cursor, Identity, Limit, Name
from kernel.http.principals import Caller, principal
from kernel.http.problem_details import RETRY_AFTER_S, Problem
from kernel.http.problem_types import (
    AMBIGUOUS,
    BUSY,
    TOO_LARGE,
    TOO_MANY_COMMANDS,
    TOO_SLOW,
    UNKNOWN_COMMAND,
)
from kernel.http.values import identity, instant, shown
from kernel.identity.intake import Senders
from kernel.identity.principal import Principal
from kernel.messaging import topics
from kernel.model.records import DecodedCommand
from kernel.runtime.health import Health
from kernel.store.postgres import sql
from kernel.store.protocol import Store

BODY_BYTES_MAX: Final = 4_194_304
BODY_WITHIN_S: Final = 60
"""How long a body may take to arrive: a slower sender would occupy a connection for nothing."""
STATUS_CODES: Final = {"accepted": 200, "pending": 202, "refused": 422, "invalid": 400, "conflict": 409}
HandleCommands: TypeAlias = Callable[[Sequence[DecodedCommand]], Awaitable[Sequence[CommandDecided | Exception]]]


class Busy(Exception):
    """Too many commands are waiting; try again later."""


class TooMany(Exception):
    """More commands at once than can ever wait: a retry would not help."""

    def __init__(self, most: int) -> None:
        super().__init__(f"at most {most} at once")
        self.most = most


class CommandQueue:
    """Commands that wait for a batch. The queue is bounded: commands that do not fit are refused as `Busy`."""

    def __init__(self, handle: HandleCommands, *, health: Health, batch_max: int, waiting_max: int) -> None:
        self._handle = handle
        self._health = health
        self._batch_max = batch_max
        self._waiting: asyncio.Queue[tuple[DecodedCommand, asyncio.Future[CommandDecided]]] = asyncio.Queue(waiting_max)

    async def submit(self, commands: Sequence[DecodedCommand]) -> Sequence[CommandDecided]:
        """Returns the answers, in order, once they are on record; raises `TooMany` or `Busy`."""
        if len(commands) > self._waiting.maxsize:
            raise TooMany(self._waiting.maxsize)
        loop = asyncio.get_running_loop()
        futures = [loop.create_future() for _ in commands]
        if self._waiting.qsize() + len(commands) > self._waiting.maxsize:
            raise Busy
        for command, future in zip(commands, futures, strict=True):
            self._waiting.put_nowait((command, future))
        return list(await asyncio.gather(*futures))

    async def run(self) -> None:
        """Settle batch after batch."""
        while True:
            batch = [await self._waiting.get()]
            while len(batch) < self._batch_max and not self._waiting.empty():
                batch.append(self._waiting.get_nowait())
            await self._settle(batch)

    async def _settle(self, batch: Sequence[tuple[DecodedCommand, asyncio.Future[CommandDecided]]]) -> None:
        try:
            with self._health.working("commands over HTTP"):
                outcomes = await self._handle([command for command, _ in batch])
        except Exception as fault:  # each caller gets the fault, and may retry: the id makes that safe
            for _, future in batch:
                if not future.done():
                    future.set_exception(fault)
            return
        for (_, future), outcome in zip(batch, outcomes, strict=True):
            if future.done():
                continue
            if isinstance(outcome, Exception):
                future.set_exception(outcome)
            else:
                future.set_result(outcome)


def build(
    service: str,
    *,
    store: Store,
    pool: asyncpg.Pool,
    queue: CommandQueue,
    decode: DecodeCommand,
    senders: Senders,
    health: Health,
    lifespan: application.Lifespan,
) -> FastAPI:
    """The HTTP side of a deciding service."""
    app = application.app(f"Forcegen {service}", summary="Send commands, read their outcomes.", lifespan=lifespan)
    _commands(app, service, store, queue, Intake(senders, decode, topics.of_log(service, "admitted")))
    _lists(app, store, pool)
    held_routes.held(app, pool, needs_second=senders.has_register)
    ready, passed_over = operator_routes.answering(pool), operator_routes.passages(pool)
    operator_routes.operations(app, health, service=service, ready=ready, passed_over=passed_over)
    return app


def _commands(app: FastAPI, service: str, store: Store, queue: CommandQueue, intake: Intake) -> None:
    @app.post("/v1/commands", summary="Ask for one command or a batch", **cloudevents_binding.documented(app, service))
    async def ask(request: Request) -> Response:
        """CloudEvents over HTTP: binary (`ce-` headers), structured (`application/cloudevents+json`) or batch."""
        read = await commands_of(request.headers, await _body(request), principal(request), intake)
        try:
            answers = iter(await queue.submit([one for one in read if isinstance(one, DecodedCommand)]))
        except TooMany as bound:
            reason, remedy = f"A request may carry {bound.most:,} commands.", "Send the batch in parts."
            raise Problem(TOO_MANY_COMMANDS, reason, field="body", remedy=remedy) from bound
        except Busy as fault:
            reason, remedy = "Too many commands wait for an answer.", "Send it again in a moment, under the same id."
            again = {"Retry-After": str(RETRY_AFTER_S)}
            raise Problem(BUSY, reason, remedy=remedy, headers=again) from fault
        outcomes = [_unread(o) if isinstance(o, Unreadable) else next(answers).model_dump(mode="json") for o in read]
        if request.headers.get("content-type", "").lower().startswith("application/cloudevents-batch"):
            return JSONResponse(outcomes)
        return JSONResponse(outcomes[0], status_code=STATUS_CODES[outcomes[0]["status"]])

    @app.get("/v1/commands", summary="What a command was answered, by any id", responses=cloudevents_binding.ANSWERED)
    async def answer_by_id(command_id: _Id, caller: Caller, source: _Source = None) -> Response:
        """The answer to a command id, whatever characters it has. Where several sources used it, name the source.

        A producer is given the answers to its own commands alone, an operator for every State all of them.
        """
        return await _answer(store, command_id, source, _whose(intake.senders, caller))

    @app.get(
        "/v1/commands/{command_id:path}", summary="What a command was answered", responses=cloudevents_binding.ANSWERED
    )
    async def answer(command_id: Annotated[str, Name(), Path()], caller: Caller, source: _Source = None) -> Response:
        """As `/v1/commands?id=`, for ids without dot segments: `<uuid>/0` and `<uuid>%2F0` are the same id here.

        What stands between may make another path of `//`, `.` and `..`; a query stays as it is.
        """
        return await _answer(store, command_id, source, _whose(intake.senders, caller))


_Id = Annotated[str, Identity(), Query(alias="id", description="The `id` of the command's envelope")]
_Source = Annotated[str | None, Identity(), Query(description="The `source` of the command's envelope")]


def _whose(senders: Senders, caller: Principal) -> frozenset[str] | None:
    """Whose answers the caller is given; None for everybody's."""
    sees_all = "operator" in caller.roles and caller.contributors is None
    return None if sees_all else senders.acts_as(caller)


async def _answer(store: Store, command_id: str, source: str | None, acted: frozenset[str] | None) -> Response:
    """The answer; one that is not the caller's is as unknown as one that nobody has."""
    outcomes = await store.find(command_id, source, acted)
    if not outcomes:
        reason = f"No command {shown(command_id)} was answered here."
        remedy = "Check the id and the service, or wait a moment."
        raise Problem(UNKNOWN_COMMAND, reason, field="id", remedy=remedy)
    if len(outcomes) > 1:
        reason = f"{len(outcomes)} sources used this id: {', '.join(one.command_source for one in outcomes)}."
        raise Problem(AMBIGUOUS, reason, field="source", remedy="Add ?source= with one of them.")
    return Response(outcomes[0].model_dump_json(), media_type="application/json")


def _unread(fault: Unreadable) -> JsonObject:
    body = {"status": "invalid", "rule": "contract", "reason": fault.reason, "field": fault.field}
    return body | {"remedy": fault.remedy, "command_id": fault.id, "command_source": fault.source}


async def _body(request: Request) -> bytes:
    """The body; raises `Problem` when it is too large, without ever holding all of it in memory."""
    try:
        async with asyncio.timeout(BODY_WITHIN_S):
            return await _within(request)
    except TimeoutError as fault:
        reason, remedy = f"The body did not come within {BODY_WITHIN_S} seconds.", "Send it again, under the same id."
        raise Problem(TOO_SLOW, reason, field="body", remedy=remedy, headers={"Connection": "close"}) from fault


async def _within(request: Request) -> bytes:
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > BODY_BYTES_MAX:
            reason = f"A request may have {BODY_BYTES_MAX:,} bytes."
            raise Problem(TOO_LARGE, reason, field="body", remedy="Send fewer or smaller commands at once.")
        parts.append(part)
    return b"".join(parts)


def _waiting_key(texts: list[str]) -> tuple[datetime, str, str]:
    since, source, id_ = texts
    return instant(since), identity(source), identity(id_)


_PENDING: Final = Keyset("pending", (FIRST_INSTANT, "", ""), _waiting_key)
_DEAD_LETTERS: Final = numbered("dead-letters")


def _lists(app: FastAPI, store: Store, pool: asyncpg.Pool) -> None:
    @app.get("/v1/pending", summary="Commands that wait for an event of another service, oldest first")
    async def pending(
        limit: Annotated[Limit, Query()] = LIMIT_DEFAULT, cursor: Annotated[Cursor | None, Query()] = None
    ) -> WaitingPage:
        rows = [Waiting.model_validate(row) for row in await store.waiting(_PENDING.after(cursor), limit)]
        last = rows[-1] if len(rows) == limit else None
        key = last and (last.since.isoformat(), last.command_source, last.command_id)
        return WaitingPage(items=rows, next=key and _PENDING.cursor(*key))

    dead_letters(app, pool)


def dead_letters(app: FastAPI, pool: asyncpg.Pool) -> None:
    """`GET /v1/dead-letters` on any service that reads Kafka."""

    @app.get("/v1/dead-letters", summary="Records that could not be read, with the reason and the origin")
    async def dead_letter_page(
        limit: Annotated[Limit, Query()] = LIMIT_DEFAULT, cursor: Annotated[Cursor | None, Query()] = None
    ) -> DeadLetterPage:
        [after] = _DEAD_LETTERS.after(cursor)
        rows = await pool.fetch(sql()["dead_letters_after"], after, limit)
        items = [_dead_letter(row) for row in rows]
        last = items[-1] if len(items) == limit else None
        return DeadLetterPage(items=items, next=last and _DEAD_LETTERS.cursor(str(last.position)))


def _dead_letter(row: asyncpg.Record) -> DeadLetterItem:
    as_stored = ("reason", "field", "remedy", "recorded")
    plain = ("position", "topic", "offset", *as_stored, "value_bytes", "key_bytes", "headers_number")
    raw = {n: None if row[n] is None else row[n].decode("utf-8", "backslashreplace") for n in ("key", "value")}
    headers = json.loads(row["headers"])
    return DeadLetterItem.model_validate(
        {**{n: row[n] for n in plain}, **raw, "partition": row["part"], "headers": headers}
    )
