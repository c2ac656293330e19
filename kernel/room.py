"""A deciding room, put together: the only place where things are built, and the loop that keeps them running.

`run` is crash-only: when a loop ends that should not, the process ends, and whoever supervises it starts it again;
what matters is in Postgres and Kafka, and every start goes the same way.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import asyncpg
import structlog
from fastapi import FastAPI

from contracts.cloudevents import Envelope, from_kafka
from contracts.registry import commands_of, schema_name, type_name
from contracts.unreadable import Unreadable
from kernel import database, http, incoming, logs, topics
from kernel.consumer import Consumer, Record, Records, buried, check_whole, set_aside
from kernel.decider import Decider, Fact, Policy
from kernel.faults import is_passing
from kernel.health import Health
from kernel.incoming import unreadable
from kernel.intake import Intake
from kernel.lag import Lag
from kernel.metrics import DEAD_LETTERS
from kernel.postgres import PostgresStore
from kernel.records import DeadLetter, Fenced, Incoming, Progress
from kernel.relay import Relay
from kernel.serving import running_together, serve
from kernel.settings import Settings

log = structlog.get_logger()
LOGS = ("events", "outcomes", "dead_letters")
MIGRATIONS = (("kernel.migrations", "reading"), ("kernel.migrations", "deciding"))


@dataclass(frozen=True)
class Room:
    """What makes a room: its name, its pure core, and which facts it reacts to."""

    name: str
    decider: Decider
    policies: Mapping[str, Policy] = field(default_factory=dict)
    """By topic, e.g. `approvals.events`."""

    @property
    def topics_in(self) -> list[str]:
        return [topics.commands(self.name), *self.policies]

    @property
    def topics_out(self) -> list[str]:
        return [topics.of_log(self.name, log) for log in LOGS]


class Running:
    """One process of a room: the shell's parts and how they are joined."""

    def __init__(self, room: Room, settings: Settings, pool: asyncpg.Pool) -> None:
        self._room = room
        self._settings = settings
        self._words = commands_of(room.name)
        self.health = Health(settings.stuck_after_ms / 1000)
        self.store = PostgresStore(pool)
        self.relay = Relay(
            room.name,
            settings.database_url.get_secret_value(),
            logs.readers(pool, room.name, LOGS),
            settings=settings,
            health=self.health,
        )
        self.intake = Intake(
            room.decider,
            self.store,
            room=room.name,
            streams_cached_max=settings.streams_cached_max,
            appended=self._appended,
        )
        self.queue = http.Queue(
            self.intake.take_apart,
            health=self.health,
            batch_max=settings.batch_records_max,
            waiting_max=settings.http_waiting_max,
        )
        self.consumer = Consumer(
            room.name,
            room.topics_in,
            settings=settings,
            start=self.store.start,
            handle=self._handle,
            set_aside=self._set_aside,
            health=self.health,
        )
        self.lag = Lag(self.consumer, room.topics_in, self.store.start, settings=settings, health=self.health)
        self._may_be_ready = asyncio.Event()

    def _appended(self) -> None:
        self.relay.woken.set()
        self._may_be_ready.set()

    def admit(self, envelope: Envelope) -> Incoming:
        """A command at the door, checked against its contract."""
        return incoming.command(
            envelope, self._words, received=datetime.now(UTC), bytes_max=self._settings.command_bytes_max
        )

    async def _handle(self, records: Records, progress: Progress) -> None:
        """One batch from Kafka, commands and other services' facts alike, in one transaction."""
        commands: list[Incoming] = []
        letters: list[DeadLetter] = []
        for record in records:
            decoded, letter = self._decoded(record)
            commands += decoded
            letters += [letter] if letter else []
        DEAD_LETTERS.labels(self._room.name, self._room.name).inc(len(letters))
        await self.intake.take(commands, letters, progress)

    async def _set_aside(self, record: Record, progress: Progress, fault: Exception) -> None:
        """The one record that made its batch fail: each of its commands is answered alone, or the record is buried."""
        commands, letter = self._decoded(record)
        answers = await self.intake.take_apart(commands) if commands else ()
        if not commands or any(isinstance(answer, Exception) for answer in answers):
            letter = letter or set_aside(record, fault)
        try:
            await self.intake.take([], [letter] if letter else [], progress)
        except Exception as again:
            if is_passing(again) or letter is None or isinstance(again, Fenced):
                raise
            await self.intake.take([], [set_aside(record, fault)], progress)

    def _decoded(self, record: Record) -> tuple[Sequence[Incoming], DeadLetter | None]:
        """The commands of a record, or its dead letter; both where nobody can decode it who is still known by name."""
        is_command = record.topic == topics.commands(self._room.name)
        try:
            check_whole(record)
            return self._taken_in(record), None
        except Unreadable as fault:
            command = unreadable(fault) if is_command else None
            letter = buried(record, fault) if command is None or fault.is_foreign else None
            return [command] if command else [], letter

    def _taken_in(self, record: Record) -> Sequence[Incoming]:
        envelope = from_kafka(record.key, record.value, record.headers)
        if record.topic == topics.commands(self._room.name):
            return [incoming.keyed(self.admit(envelope), record.key)]
        fact = incoming.fact(envelope)
        return [self.admit(reaction) for reaction in reactions(self._room, record.topic, fact, envelope)]

    async def settle_waiting(self) -> None:
        """Try waiting commands again when what they wait for may have arrived."""
        while True:
            self._may_be_ready.clear()
            try:
                settled = await self._settle_ready()
                self.health.beat("waiting")
            except Exception as fault:  # a server is away; what waits is stored, and is tried again
                self.health.failed("waiting", fault)
                log.warning("waiting commands could not be tried", fault=type(fault).__name__)
                await asyncio.sleep(self._settings.retry_delay_max_ms / 1000)
                continue
            if not settled:
                await _woken(self._may_be_ready, 1.0)

    async def _settle_ready(self) -> int:
        """Decide the commands that need wait no longer; how many there were."""
        ready = await self.store.ready(self._settings.batch_records_max)
        again = [self._admitted_again(text) for text in ready]
        waited = [replace(one, waited=True) for one in again if one is not None]
        answers = await self.intake.take_apart(waited) if waited else ()
        return sum(not isinstance(answer, Exception) for answer in answers)

    def _admitted_again(self, text: bytes) -> Incoming | None:
        """A command as it was put by; what is admitted may have become narrower since then."""
        try:
            return self.admit(from_kafka(None, text, [("content-type", b"application/cloudevents+json")]))
        except Unreadable as fault:
            return unreadable(fault)

    @asynccontextmanager
    async def lifespan(self, _: FastAPI) -> AsyncIterator[None]:
        """All loops run while the HTTP side does; the first one that fails ends the process."""
        loops = [self.relay.run(), self.queue.run(), self.settle_waiting(), self.lag.run(), self.consumer.run()]
        async with running_together(loops):
            yield
            await self.consumer.stop()


def reactions(room: Room, topic: str, fact: Fact, cause: Envelope) -> Sequence[Envelope]:
    """The commands that a fact leads to here, as if another system had sent them; the same fact, the same ids."""
    return [
        Envelope(
            id=f"{fact.id}/{index}",
            source=f"urn:forcegen:{room.name}:policy",
            type=type_name(type(command)),
            subject=command.stream,
            time=cause.time,
            dataschema=schema_name(type(command)),
            datacontenttype="application/json",
            data=command.model_dump_json().encode(),
            effective=fact.effective,
            correlation_id=cause.correlation_id,
            causation_id=cause.id,
            actor=cause.actor,
            traceparent=cause.traceparent,
        )
        for index, command in enumerate(room.policies[topic](fact))
    ]


async def _woken(event: asyncio.Event, timeout_s: float) -> None:
    started = time.monotonic()
    while not event.is_set() and time.monotonic() - started < timeout_s:
        try:
            await asyncio.wait_for(event.wait(), timeout_s)
        except TimeoutError:
            return


async def run(room: Room, settings: Settings | None = None) -> None:
    """Run one process of a deciding room until it is told to stop (SIGTERM, SIGINT)."""
    settings = settings or Settings.for_room(room.name)
    await database.migrate(settings.database_url, MIGRATIONS)
    await topics.ensure(settings, [*room.topics_in, *room.topics_out])
    pool = await database.connect(settings.database_url, application=f"forcegen {room.name}")
    async with pool:
        running = Running(room, settings, pool)
        app = http.build(
            room.name,
            store=running.store,
            pool=pool,
            queue=running.queue,
            admit=running.admit,
            health=running.health,
            lifespan=running.lifespan,
        )
        await serve(app, settings)
