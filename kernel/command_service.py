"""Assembles a deciding service: builds its parts, and runs their loops. Nothing is built elsewhere.

`run` is crash-only: when a loop ends, the process ends, and its supervisor starts it again. All state is in Postgres
and Kafka, and every start takes the same path.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import asyncpg
import structlog
from fastapi import FastAPI

from contracts.cloudevents import Envelope, from_kafka
from contracts.newer import NewerThanProgram
from contracts.registry import commands_of, schema_name, type_name
from contracts.unreadable import Unreadable
from kernel.decide import decode, register_in_force
from kernel.decide.command_handler import CommandHandler
from kernel.decide.decode import unreadable
from kernel.decide.held_events import HeldEventRetry, TooManyHeld
from kernel.decide.newer_log import newer_words, refuse_newer
from kernel.decide.record_decoder import RecordDecoder
from kernel.http import command_routes
from kernel.identity.intake import Senders
from kernel.identity.principal import UNAUTHENTICATED, Principal, system
from kernel.identity.recorded import from_json, reacting
from kernel.identity.register_file import RegisterFile
from kernel.identity.senders import policy_source
from kernel.messaging import demo_clock_setting, login, outbox, topics
from kernel.messaging.consumer import Consumer, Record, Records, dead_letter_by_origin
from kernel.messaging.input_topics import InputTopics
from kernel.messaging.lag import Lag
from kernel.messaging.relay import Relay
from kernel.model import demo_clock
from kernel.model.decider import AnyDecider, Policy, RecordedEvent
from kernel.model.records import DecodedCommand, Fenced, OffsetAdvance, Origin, WaitingCommand
from kernel.runtime.faults import is_passing, waited_out
from kernel.runtime.health import Health
from kernel.runtime.metrics import DEAD_LETTERS
from kernel.runtime.process import running_together, serve
from kernel.runtime.settings import Settings
from kernel.store import database
from kernel.store.postgres import PostgresStore
from kernel.store.schema_files import Migrations

log = structlog.get_logger()
LOGS = tuple(topics.LOGS)
LOOK_FOR_NEWER_S = 30.0
"""How often a process checks its log for events it cannot read; it checks the streams it decides on every time."""
MIGRATIONS = (Migrations("kernel", "migrations/reading"), Migrations("kernel", "migrations/deciding"))


@dataclass(frozen=True)
class DecidingService:
    """The definition of a service: its name, its pure core, and the events of other services that it reacts to."""

    name: str
    decider: AnyDecider
    policies: Mapping[str, Policy] = field(default_factory=dict)
    """By topic, e.g. `approvals.events`."""

    @property
    def topics_in(self) -> list[str]:
        return [topics.commands(self.name), *self.policies]

    @property
    def commands_of(self) -> list[str]:  # producers' own topics of commands: they come and go
        return [self.name]

    @property
    def topics_out(self) -> list[str]:
        return [topics.of_log(self.name, log) for log in LOGS]


class DecidingProcess:
    """One process of a service: the parts of the shell, connected."""

    def __init__(
        self,
        service: DecidingService,
        settings: Settings,
        pool: asyncpg.Pool,
        register: RegisterFile | None = None,
        there: Collection[str] = (),
    ) -> None:
        name, url = service.name, settings.database_url.get_secret_value()
        self._service = service
        self._settings = settings
        self._words = commands_of(name)
        self.health = health = Health(settings.stuck_after_ms / 1000)
        self.store = PostgresStore(pool)
        self.relay = Relay(name, url, outbox.readers(pool, name, LOGS), settings=settings, health=health)
        self.command_handler = CommandHandler(
            service.decider,
            self.store,
            service=name,
            streams_cached_max=settings.streams_cached_max,
            appended=self._appended,
            newer=self._met_newer,
        )
        self.command_queue = self._queue(settings.batch_records_max, settings.http_waiting_max)
        self._may_be_ready = asyncio.Event()
        self._register = register
        self._pool = pool
        self.senders = Senders() if register is None else Senders(lambda: register.current, register.read_again)
        self.record_decoder = RecordDecoder(name, self.decode, self._reactions, self.senders)
        self.consumer = self._consumer(InputTopics(service.topics_in, service.commands_of, there))
        self.lag = Lag(self.consumer, self.store.stored_offsets, settings=settings, health=health)
        self.held_event_retry = HeldEventRetry(
            name, self.store, self.record_decoder, self.command_handler, health=health, held_max=settings.held_max
        )
        self._newer: asyncio.Future[NewerThanProgram] = asyncio.get_running_loop().create_future()

    def _consumer(self, topics_in: InputTopics) -> Consumer:
        return Consumer(
            self._service.name,
            topics_in,
            settings=self._settings,
            load_offsets=self.store.begin_consuming,
            handle=self._handle,
            set_aside=self._set_aside,
            health=self.health,
            announce=self.record_decoder.expect,
        )

    def _queue(self, batch_max: int, waiting_max: int) -> command_routes.CommandQueue:
        handle = self.command_handler.handle_separately
        return command_routes.CommandQueue(handle, health=self.health, batch_max=batch_max, waiting_max=waiting_max)

    def _appended(self) -> None:
        self.relay.woken.set()
        self._may_be_ready.set()

    def decode(
        self, envelope: Envelope, principal: Principal = UNAUTHENTICATED, place: str | None = None
    ) -> DecodedCommand:
        """A command of `principal`, validated against its contract."""
        received, bytes_max = datetime.now(UTC), self._settings.command_bytes_max
        command = decode.command(
            envelope,
            self._words,
            received=received,
            bytes_max=bytes_max,
            principal=principal,
            has_demo_clock=self._settings.demo_clock,
        )
        return command if place is None else replace(command, place=place)

    async def _handle(self, records: Records, offsets: OffsetAdvance) -> None:
        """Handle one batch from Kafka, both commands and events of other services, in one transaction."""
        batch = await self.record_decoder.decode_batch(records, self.store)
        await self.held_event_retry.check(batch.held)
        DEAD_LETTERS.labels(self._service.name, self._service.name).inc(len(batch.dead_letters))
        await self.command_handler.handle(batch.commands, batch.dead_letters, offsets, held=batch.held)

    async def _set_aside(self, record: Record, offsets: OffsetAdvance, fault: Exception) -> None:
        """Settle the one record that made its batch fail: answer each of its commands alone, or dead-letter the record.

        A newer event beyond the limit of held events stays in its topic, and its partition waits behind it.
        """
        if isinstance(fault, TooManyHeld):
            return await self._handle([record], offsets)
        decoded = await self.record_decoder.decode_batch([record], self.store)
        outcomes = await self.command_handler.handle_separately(decoded.commands) if decoded.commands else ()
        dead_letters = decoded.dead_letters
        if not decoded.commands or any(isinstance(outcome, Exception) for outcome in outcomes):
            dead_letters = dead_letters or [dead_letter_by_origin(record, fault)]
        try:
            await self.command_handler.handle([], dead_letters, offsets)
        except Exception as again:
            if is_passing(again) or not dead_letters or isinstance(again, Fenced):
                raise
            await self.command_handler.handle([], [dead_letter_by_origin(record, fault)], offsets)
        return None

    def _reactions(self, origin: Origin, event: RecordedEvent, cause: Envelope) -> Sequence[DecodedCommand]:
        principal, place = reacting(self._service.name, cause.acted_by), str(origin)
        commands = reactions(self._service, origin.topic, event, cause)
        is_on = self._settings.demo_clock
        return [self.decode(demo_clock.kept(command, is_on=is_on), principal, place) for command in commands]

    def _met_newer(self, fault: NewerThanProgram) -> None:
        if not self._newer.done():
            self._newer.set_result(fault)

    async def end_for_newer(self) -> None:
        """End the process once its own log holds events it cannot read: an older program must not decide on them."""
        while not self._newer.done():
            await asyncio.wait([self._newer], timeout=LOOK_FOR_NEWER_S)
            with waited_out("the search for newer events"):
                if not self._newer.done() and (newer := newer_words(await self.store.words())):
                    self._met_newer(NewerThanProgram(f"{', '.join(newer)} is newer than this program"))
        fault = self._newer.result()
        log.critical("a newer program has written to the log; this process ends", reason=str(fault))
        raise fault

    async def settle_waiting(self) -> None:
        """Retry waiting commands when the events they wait for may have arrived."""
        while True:
            self._may_be_ready.clear()
            try:
                settled = await self._settle_ready()
                self.health.beat("waiting")
            except Exception as fault:  # a server is unreachable; waiting commands are stored and retried
                self.health.failed("waiting", fault)
                log.warning("waiting commands could not be tried", fault=type(fault).__name__)
                await asyncio.sleep(self._settings.retry_delay_max_ms / 1000)
                continue
            if not settled:
                await _woken(self._may_be_ready, 1.0)

    async def _settle_ready(self) -> int:
        """Decide the commands that no longer have to wait; returns how many."""
        ready = await self.store.ready(self._settings.batch_records_max)
        decoded = [self._decode_waiting(waiting) for waiting in ready]
        commands = [replace(command, was_pending=True) for command in decoded if command is not None]
        outcomes = await self.command_handler.handle_separately(commands) if commands else ()
        return sum(not isinstance(outcome, Exception) for outcome in outcomes)

    def _decode_waiting(self, waiting: WaitingCommand) -> DecodedCommand | None:
        """Decode a stored command again; the admission rules may have become stricter since it was stored."""
        try:
            envelope = from_kafka(None, waiting.envelope, [("content-type", b"application/cloudevents+json")])
        except Unreadable as fault:
            return unreadable(fault)
        principal = from_json(waiting.principal)
        if waiting.principal is None and envelope.source == policy_source(self._service.name):
            principal = system(self._service.name)  # stored by a version that kept no principal
        return self.decode(demo_clock.kept(envelope, is_on=self._settings.demo_clock), principal, waiting.place)

    @asynccontextmanager
    async def lifespan(self, _: FastAPI) -> AsyncIterator[None]:
        """Run all loops while the HTTP side is served; the first one that fails ends the process."""
        loops = [self.relay.run(), self.command_queue.run(), self.settle_waiting(), self.lag.run(), self.consumer.run()]
        loops += [self.held_event_retry.run(), self.end_for_newer()]
        if self._register is not None:
            loops.append(register_in_force.watch(self._register, self._pool, self.health))
        async with running_together(loops):
            yield
            await self.consumer.stop()


def reactions(service: DecidingService, topic: str, event: RecordedEvent, cause: Envelope) -> Sequence[Envelope]:
    """The commands that an event leads to here, as if another system had sent them; the same event, the same ids."""
    return [
        Envelope(
            id=f"{event.id}/{index}",
            source=policy_source(service.name),
            type=type_name(type(command)),
            subject=command.stream,
            time=event.effective,
            dataschema=schema_name(type(command)),
            datacontenttype="application/json",
            data=command.model_dump_json().encode(),
            correlation_id=cause.correlation_id,
            causation_id=cause.id,
            actor=cause.actor,
            traceparent=cause.traceparent,
            demo_clock=demo_clock.of_reaction(cause),
        )
        for index, command in enumerate(service.policies[topic](event))
    ]


async def _woken(event: asyncio.Event, timeout_s: float) -> None:
    started = time.monotonic()
    while not event.is_set() and time.monotonic() - started < timeout_s:
        try:
            await asyncio.wait_for(event.wait(), timeout_s)
        except TimeoutError:
            return


async def run(service: DecidingService, settings: Settings | None = None) -> None:
    """Run one process of a deciding service until SIGTERM or SIGINT."""
    settings = settings or Settings.for_service(service.name)
    demo_clock_setting.at_start(settings)
    await login.at_start(settings)
    await database.migrate(settings.database_url, MIGRATIONS)
    there = await topics.ensure(settings, [*service.topics_in, *service.topics_out])
    pool = await database.connect(settings.database_url, application=f"forcegen {service.name}")
    async with pool:
        process = DecidingProcess(service, settings, pool, await register_in_force.register_of(settings, pool), there)
        refuse_newer(service.name, await process.store.words())
        app = command_routes.build(
            service.name,
            store=process.store,
            pool=pool,
            queue=process.command_queue,
            decode=process.decode,
            senders=process.senders,
            health=process.health,
            lifespan=process.lifespan,
        )
        await serve(app, settings)
