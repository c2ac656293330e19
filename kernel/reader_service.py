"""A service that only reads Kafka: its effects, its dead letters and its offsets are one transaction.

Reporting and audit are such services. The offsets that they have read are stored beside what they write, so a crash at
any moment leaves either both or neither.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from typing import TypeAlias

import asyncpg
from fastapi import FastAPI

from kernel.http import application, command_routes, operator_routes
from kernel.messaging import login, outbox, topics
from kernel.messaging.consumer import Consumer, Record, Records, dead_letter_by_origin
from kernel.messaging.input_topics import InputTopics
from kernel.messaging.lag import Lag
from kernel.messaging.relay import Relay
from kernel.model.records import DeadLetter, Fenced, OffsetAdvance
from kernel.runtime.faults import is_passing
from kernel.runtime.health import Health
from kernel.runtime.metrics import DEAD_LETTERS
from kernel.runtime.process import Loop, running_together, serve
from kernel.runtime.settings import Settings
from kernel.store import database
from kernel.store.dead_letters import append_dead_letters
from kernel.store.postgres import (
    Connection,
    advance_offsets,
    begin_consuming,
    stored_offsets,
    take_positions,
)
from kernel.store.schema_files import Migrations
from kernel.store.session_watch import watch

Write: TypeAlias = Callable[[Connection], Awaitable[Sequence[DeadLetter]]]
"""Write the effects of a batch on a connection that is in a transaction; returns the records that are unreadable."""
Prepare: TypeAlias = Callable[[Records], Write]
"""Decode a batch before the transaction begins."""
SetAside: TypeAlias = Callable[[Connection, Record, Exception], Awaitable[Sequence[DeadLetter]]]
"""Set aside the one record that makes its batch fail, in a transaction; returns the dead letters."""
AddRoutes: TypeAlias = Callable[[FastAPI, asyncpg.Pool, Health], None]
"""Add the service's own HTTP routes."""
MakeLoops: TypeAlias = Callable[[asyncpg.Pool, Health], Sequence[Loop]]
"""Make the loops that run beside the consumer."""
LOGS = ("dead_letters",)


@dataclass(frozen=True)
class ReaderService:
    """The definition of a reading service: its name, its topics, its migrations, and its handling of a batch."""

    name: str
    topics_in: Sequence[str]
    prepare: Prepare
    set_aside: SetAside | None = None
    """Handles a record that makes its batch fail; None: the record is retried, and reported as stuck."""
    migrations: Sequence[Migrations] = ()
    """Its own migrations, applied after the kernel's."""
    batch_records_max: int | None = None
    """For a service that reads best in larger batches than the settings' default."""
    dead_letters: bool = field(default=True)
    """False for a service that stores bytes as they are, and so can read everything."""
    commands_of: Sequence[str] = ()
    """The services whose producers' own topics of commands it reads too, as they come to be."""
    readers: Sequence[str] = ()
    """Roles of people who read its tables: their sessions are ended if they exceed their limits."""

    def with_own_batch(self, settings: Settings) -> Settings:
        """The settings with this service's batch size, unless one was set explicitly."""
        if self.batch_records_max is None or "batch_records_max" in settings.model_fields_set:
            return settings
        return settings.model_copy(update={"batch_records_max": self.batch_records_max})

    @property
    def schema(self) -> Sequence[Migrations]:
        """All migrations of its schema."""
        return [Migrations("kernel", "migrations/reading"), *self.migrations]

    @property
    def topics_out(self) -> list[str]:
        return [topics.of_log(self.name, log) for log in LOGS] if self.dead_letters else []


async def settle(connection: Connection, offsets: OffsetAdvance, write: Write) -> Sequence[DeadLetter]:
    """Settle a batch in the caller's transaction: its effects, its dead letters, its offsets.

    Raises:
        Fenced: the stored offsets are not where `offsets` begins.
    """
    await advance_offsets(connection, offsets)
    unread = await write(connection)
    if unread:
        heads = await take_positions(connection, dead_letters=len(unread))
        await append_dead_letters(connection, unread, heads["dead_letters"], heads["recorded"])
    return unread


class ReaderProcess:
    """One process of a reading service."""

    def __init__(
        self,
        service: ReaderService,
        settings: Settings,
        pool: asyncpg.Pool,
        health: Health,
        loops: Sequence[Loop],
        there: Collection[str] = (),
    ) -> None:
        self._service = service
        self._pool = pool
        self._health = health
        self._loops = loops
        self.consumer = Consumer(
            service.name,
            InputTopics(service.topics_in, service.commands_of, there),
            settings=service.with_own_batch(settings),
            load_offsets=partial(begin_consuming, pool),
            handle=self._handle,
            set_aside=self._set_aside,
            health=health,
        )
        read_offsets = partial(stored_offsets, pool)
        self.lag = Lag(self.consumer, read_offsets, settings=settings, health=health)
        url, readers = settings.database_url.get_secret_value(), outbox.readers(pool, service.name, LOGS)
        self.relay = Relay(service.name, url, readers, settings=settings, health=health)

    async def _handle(self, records: Records, offsets: OffsetAdvance) -> None:
        await self._settle(offsets, self._service.prepare(records))

    async def _set_aside(self, record: Record, offsets: OffsetAdvance, fault: Exception) -> None:
        put_by = self._service.set_aside
        if put_by is None:
            raise fault
        try:
            await self._settle(offsets, lambda connection: put_by(connection, record, fault))
        except Exception as again:
            if is_passing(again) or isinstance(again, Fenced):
                raise
            await self._settle(offsets, lambda _: _at_once([dead_letter_by_origin(record, fault)]))

    async def _settle(self, offsets: OffsetAdvance, write: Write) -> None:
        async with self._pool.acquire() as connection, connection.transaction():
            dead_letters = await settle(connection, offsets, write)
        if dead_letters:
            DEAD_LETTERS.labels(self._service.name, self._service.name).inc(len(dead_letters))
            self.relay.woken.set()

    @asynccontextmanager
    async def lifespan(self, _: FastAPI) -> AsyncIterator[None]:
        loops = [*self._loops, self.lag.run(), self.consumer.run()]
        loops += [self.relay.run()] if self._service.dead_letters else []
        loops += [watch(self._pool, self._service.readers, self._health)] if self._service.readers else []
        async with running_together(loops):
            yield
            await self.consumer.stop()


async def _at_once(dead_letters: Sequence[DeadLetter]) -> Sequence[DeadLetter]:
    return dead_letters


async def run(
    service: ReaderService,
    settings: Settings | None = None,
    *,
    beside: Callable[[asyncpg.Pool], AbstractAsyncContextManager[None]] = lambda _: nullcontext(),
    loops: MakeLoops = lambda *_: (),
    add_routes: AddRoutes = lambda *_: None,
) -> None:
    """Run one process of a reading service until SIGTERM or SIGINT, with `beside` and `loops` beside it."""
    settings = settings or Settings.for_service(service.name)
    await login.at_start(settings)
    await database.migrate(settings.database_url, service.schema)
    there = await topics.ensure(settings, [*service.topics_in, *service.topics_out])
    pool = await database.connect(settings.database_url, application=f"forcegen {service.name}")
    async with pool, beside(pool):
        health = Health(settings.stuck_after_ms / 1000)
        process = ReaderProcess(service, settings, pool, health, loops(pool, health), there)
        app = application.app(f"Forcegen {service.name}", lifespan=process.lifespan)
        ready, passed_over = operator_routes.answering(pool), operator_routes.passages(pool)
        operator_routes.operations(app, health, service=service.name, ready=ready, passed_over=passed_over)
        if service.dead_letters:
            command_routes.dead_letters(app, pool)
        add_routes(app, pool, health)
        await serve(app, settings)
