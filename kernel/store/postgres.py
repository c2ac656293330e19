"""The store in Postgres. One append is a handful of statements, whatever the size of the batch.

The append takes its positions from a single row and holds that row's lock until the commit: position order is commit
order, and a rollback returns the positions. So a reader of the log never has to guess whether a gap will be filled.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import astuple
from datetime import datetime
from uuid import UUID

import asyncpg

from contracts.cloudevents import to_structured
from contracts.outcome import CommandDecided
from contracts.registry import type_name
from kernel.identity.recorded import auth_values, to_json
from kernel.model import demo_clock
from kernel.model.admitted import admitted_of, place_of, places_of
from kernel.model.decider import Claim
from kernel.model.records import (
    Appended,
    Batch,
    ClaimsByHolder,
    CommandKey,
    ConcurrencyConflict,
    DecodedCommand,
    EventIdsTaken,
    Fenced,
    Holder,
    NewEvent,
    OffsetAdvance,
    Outcome,
    Partition,
    StoredEvent,
    StoredOutcome,
    WaitingCommand,
)
from kernel.store.admitted import append_admitted
from kernel.store.dead_letters import append_dead_letters
from kernel.store.held_events import HeldInPostgres, hold
from kernel.store.sql import Connection, columns, sql
from kernel.store.stored_event import stored_event

__all__ = ["Connection", "PostgresStore", "columns", "sql"]
EVENT_ID = "events_id_key"
"""The constraint that makes event ids unique."""


def identity(key: CommandKey) -> bytes:
    """The key of a command in the store: a hash, since its source and id may be longer than an index entry may be.

    The length of the source precedes it, so that source and id cannot be confused. Migration 0004 computes the same.
    """
    source = key[0].encode()
    return hashlib.sha256(b"%d:%b%b" % (len(source), source, key[1].encode())).digest()


class PostgresStore(HeldInPostgres):
    """A service's store on a pool of connections whose search path is the service's schema."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        super().__init__(pool)
        self._words: set[tuple[str, int]] = set()
        """Types and versions that are known to be noted in the database as present in the log."""

    async def load(self, versions: Mapping[str, int]) -> Sequence[StoredEvent]:
        rows = await self._pool.fetch(sql()["load"], list(versions), list(versions.values()))
        return [stored_event(row) for row in rows]

    async def outcomes_of(self, keys: Collection[CommandKey]) -> Mapping[CommandKey, StoredOutcome]:
        rows = await self._pool.fetch(sql()["answers"], [identity(key) for key in keys])
        return {
            (r["command_source"], r["command_id"]): StoredOutcome(
                r["digest"], CommandDecided.model_validate_json(r["body"])
            )
            for r in rows
        }

    async def claims(self, holders: Collection[Holder]) -> ClaimsByHolder:
        by_holder: dict[Holder, dict[str, tuple[Claim, ...]]] = {holder: {} for holder in holders}
        for r in await self._pool.fetch(sql()["claims"], *columns(list(holders), 2)):
            claim = Claim(r["kind"], r["holder"], r["start"], r["end"])
            owners = by_holder[(claim.kind, claim.holder)]
            owners[r["owner"]] = (*owners.get(r["owner"], ()), claim)
        return by_holder

    async def ready(self, limit: int) -> Sequence[WaitingCommand]:
        return [WaitingCommand(*r) for r in await self._pool.fetch(sql()["ready"], limit)]

    async def find(
        self, command_id: str, source: str | None, acted: Collection[str] | None = None
    ) -> Sequence[CommandDecided]:
        rows = await self._pool.fetch(sql()["answers_by_id"], command_id, source, None if acted is None else [*acted])
        return [CommandDecided.model_validate_json(r["body"]) for r in rows]

    async def waiting(self, after: tuple[datetime, str, str], limit: int) -> Sequence[Mapping[str, object]]:
        return [dict(r) for r in await self._pool.fetch(sql()["waiting"], *after, limit)]

    async def begin_consuming(self, consumer: str, partitions: Collection[Partition]) -> Mapping[Partition, int]:
        return await begin_consuming(self._pool, consumer, partitions)

    async def stored_offsets(self, consumer: str, partitions: Collection[Partition]) -> Mapping[Partition, int]:
        return await stored_offsets(self._pool, consumer, partitions)

    async def append(self, batch: Batch) -> Appended:
        new = {(type_name(type(e.event.data)), e.event.data.schema_version) for e in batch.events} - self._words
        try:
            async with self._pool.acquire() as connection, connection.transaction():
                if new:
                    await connection.execute(sql()["add_words"], *columns(sorted(new), 2))
                appended = await self._append(connection, batch)
        except (asyncpg.UniqueViolationError, asyncpg.ExclusionViolationError) as error:
            if error.constraint_name == EVENT_ID:  # it follows from the command: deciding again gives the same id
                raise EventIdsTaken(await self._taken(batch)) from error
            raise ConcurrencyConflict(error.constraint_name) from error
        self._words |= new
        return appended

    async def _taken(self, batch: Batch) -> Collection[UUID]:
        """The ids of the batch's events that events on record have."""
        ids = [new.event.id for new in batch.events]
        return {row["id"] for row in await self._pool.fetch(sql()["event_ids_taken"], ids)}

    async def words(self) -> Collection[tuple[str, int]]:
        return {(r["type"], r["schema_version"]) for r in await self._pool.fetch(sql()["words"])}

    async def _append(self, connection: Connection, batch: Batch) -> Appended:
        if batch.offsets is not None:
            await advance_offsets(connection, batch.offsets)
        admitted = admitted_of(batch.outcomes)
        numbers = len(batch.events), len(batch.outcomes), len(batch.dead_letters), len(admitted)
        by_true_clock = bool(batch.dead_letters) or not demo_clock.records(batch)
        heads = await take_positions(connection, *numbers, by_true_clock=by_true_clock)
        recorded: datetime = heads["recorded"]
        if batch.read_set and await connection.fetch(
            sql()["moved"], list(batch.read_set), list(batch.read_set.values())
        ):
            raise ConcurrencyConflict("a stream moved on")
        decided = [placed(outcome, heads["events"]) for outcome in batch.outcomes]
        places = places_of(admitted, heads["admitted"])
        arrived: datetime = recorded if by_true_clock else heads["clock"]
        await append_admitted(connection, admitted, heads["admitted"], arrived)
        if batch.events:
            rows = _event_columns(batch.events, places)
            await connection.execute(sql()["append_events"], heads["events"], recorded, *rows)
        if batch.outcomes:
            await _append_outcomes(connection, batch, decided, places, heads["outcomes"], (recorded, arrived))
        if batch.claims:
            await _set_claims(connection, batch)
        await append_dead_letters(connection, batch.dead_letters, heads["dead_letters"], recorded)
        await hold(connection, batch)
        return Appended(heads["events"], decided, recorded)


def placed(outcome: Outcome, first: int) -> CommandDecided:
    """The answer, with its events' positions in the service's log."""
    if outcome.is_placed or not outcome.body.events:
        return outcome.body
    events = tuple(e.model_copy(update={"position": first + e.position}) for e in outcome.body.events)
    return outcome.body.model_copy(update={"events": events})


def waiting_command(command: DecodedCommand, place: str | None) -> WaitingCommand:
    """A command as it is stored until the event comes that it waits for."""
    return WaitingCommand(to_structured(command.envelope), to_json(command.principal), place)


def _event_columns(events: Sequence[NewEvent], places: Mapping[CommandKey, str]) -> list[list[object]]:
    return columns(
        [
            (
                event.event.data.stream,
                event.version,
                event.event.id,
                type_name(type(event.event.data)),
                event.event.data.schema_version,
                event.json,
                event.event.effective,
                event.cause.correlation_id or event.cause.id,
                event.cause.id,
                event.cause.actor,
                event.cause.traceparent,
                *auth_values(event.principal),
                event.place or places.get((event.cause.source, event.cause.id)),
                event.cause.demo_clock,
            )
            for event in events
        ],
        19,
    )


async def _append_outcomes(
    connection: Connection,
    batch: Batch,
    decided: Sequence[CommandDecided],
    places: Mapping[CommandKey, str],
    base: int,
    times: tuple[datetime, datetime],
) -> None:
    """`times`: the record time, and since when commands wait."""
    recorded, arrived = times
    rows = [
        (
            *(*o.command.key, o.command.stream, d.model_dump_json()),
            o.command.envelope.correlation_id or d.command_id,
            *auth_values(o.command.principal),
            place_of(o.command, places),
            o.command.envelope.demo_clock,
        )
        for o, d in zip(batch.outcomes, decided, strict=True)
    ]
    await connection.execute(sql()["append_outcomes"], base, recorded, *columns(rows, 13))
    final: dict[CommandKey, tuple[object, ...]] = {
        o.command.key: (identity(o.command.key), *o.command.key, o.command.digest, o.body.status, base + nr)
        for nr, o in enumerate(batch.outcomes, 1)
        if o.is_answer
    }
    if len(await connection.fetch(sql()["answer"], *columns(list(final.values()), 6))) != len(final):
        raise ConcurrencyConflict("a command was answered meanwhile")
    waits = {
        o.command.key: (
            *(identity(o.command.key), *o.command.key, o.body.waits_for, o.waits_after),
            *astuple(waiting_command(o.command, place_of(o.command, places))),
        )
        for o in batch.outcomes
        if o.is_answer and o.body.status == "pending"
    }
    if waits:
        await connection.execute(sql()["wait"], *columns(list(waits.values()), 8), arrived)
    done = [identity(o.command.key) for o in batch.outcomes if o.command.was_pending and o.command.key not in waits]
    if done:
        await connection.execute(sql()["wait_no_more"], done)


async def _set_claims(connection: Connection, batch: Batch) -> None:
    await connection.execute(sql()["release"], list(batch.claims))
    rows = [(o, c.kind, c.holder, c.start, c.end) for o, claims in batch.claims.items() for c in claims]
    if rows:
        await connection.execute(sql()["claim"], *columns(rows, 5))


async def begin_consuming(
    session: asyncpg.Pool | Connection, consumer: str, partitions: Collection[Partition]
) -> Mapping[Partition, int]:
    """The offset to read each partition from, as stored beside its effects; a new partition is put on record at 0."""
    started: dict[Partition, int] = {}
    for _ in range(3):  # the next statement sees a process that began at the same moment
        rows = await session.fetch(sql()["begin_consuming"], consumer, *columns(list(partitions), 2))
        started = {(r["topic"], r["part"]): r["next_offset"] for r in rows}
        if started.keys() >= set(partitions):
            break
    return started


async def stored_offsets(
    session: asyncpg.Pool | Connection, consumer: str, partitions: Collection[Partition]
) -> Mapping[Partition, int]:
    """The next offset of each partition; 0 for one that was never read."""
    rows = await session.fetch(sql()["stored_offsets"], consumer)
    stored = {(row["topic"], row["part"]): row["next_offset"] for row in rows}
    return {partition: stored.get(partition, 0) for partition in partitions}


async def advance_offsets(connection: Connection, offsets: OffsetAdvance) -> None:
    """Advance a consumer's offsets, if they are still where this process believes they are.

    Raises:
        Fenced: they are not.
    """
    steps = [(topic, part, old, new) for (topic, part), (old, new) in sorted(offsets.steps.items())]
    moved = await connection.fetch(sql()["advance"], offsets.consumer, *columns(steps, 4))
    if len(moved) != len(steps):
        raise Fenced(f"{offsets.consumer} was replaced on {', '.join(f'{t}/{p}' for t, p, _, _ in steps)}")
    if offsets.passages:
        rows = [(p.topic, p.partition, p.start, p.end, p.reason) for p in offsets.passages]
        await connection.execute(sql()["pass_over"], offsets.consumer, *columns(rows, 5))


async def take_positions(
    connection: Connection,
    events: int = 0,
    outcomes: int = 0,
    dead_letters: int = 0,
    admitted: int = 0,
    *,
    by_true_clock: bool = True,
) -> asyncpg.Record:
    """Take the next positions of each log and lock them until the commit; returns the position before the first.

    `recorded` is the record time of what is appended, or of a demo's clock the earliest (`kernel.model.demo_clock`).
    """
    numbers = events, outcomes, dead_letters, admitted
    heads = await connection.fetchrow(sql()["take_positions"], *numbers, by_true_clock)
    assert heads is not None  # noqa: S101  (the migration wrote the row)
    return heads
