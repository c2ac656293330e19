"""Held events in Postgres: newer events of other services, stored whole in stream order until they can be read."""

from collections.abc import Collection, Sequence

import asyncpg

from kernel.model.records import Batch, HeldEvent, Origin, ReleasedMeanwhile, StreamOf
from kernel.store.sql import Connection, columns, sql


class HeldInPostgres:
    """The part of the store that queries held events."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def held_streams(self, streams: Collection[StreamOf]) -> Collection[StreamOf]:
        rows = await self._pool.fetch(sql()["held_streams"], *columns(list(streams), 2)) if streams else []
        return {(r["topic"], r["stream"]) for r in rows}

    async def held_number(self) -> int:
        return int(await self._pool.fetchval(sql()["held_number"]))

    async def held_next(self, limit: int) -> Sequence[StreamOf]:
        return [(r["topic"], r["stream"]) for r in await self._pool.fetch(sql()["held_next"], limit)]

    async def held_of(self, stream: StreamOf, limit: int) -> Sequence[HeldEvent]:
        return [_held(row) for row in await self._pool.fetch(sql()["held_of"], *stream, limit)]

    async def held_tried(self, held: HeldEvent, reason: str) -> None:
        origin = held.origin
        await self._pool.execute(sql()["held_tried"], origin.topic, origin.partition, origin.offset, reason)


async def hold(connection: Connection, batch: Batch) -> None:
    """Hold newer events, and release those whose reactions are in this batch.

    Raises:
        ReleasedMeanwhile: one of the latter is no longer held.
    """
    for held in batch.held:
        origin, headers = held.origin, held.headers
        names = [name.encode(errors="surrogatepass") for name, _ in headers]
        await connection.execute(
            sql()["hold"],
            *(origin.topic, origin.partition, origin.offset, held.stream, held.version, held.type),
            *(held.key, held.value, names, [value for _, value in headers], held.reason),
        )
    await release(connection, batch.released)


async def release(connection: Connection, origins: Collection[Origin]) -> None:
    """Release some held events.

    Raises:
        ReleasedMeanwhile: one of them is not held.
    """
    rows = [(origin.topic, origin.partition, origin.offset) for origin in origins]
    if rows and len(await connection.fetch(sql()["unhold"], *columns(rows, 3))) != len(rows):
        raise ReleasedMeanwhile


async def one_held(connection: Connection, origin: Origin) -> HeldEvent | None:
    """The held event of an origin; None if there is none."""
    row = await connection.fetchrow(sql()["held_at"], origin.topic, origin.partition, origin.offset)
    return None if row is None else _held(row)


def _held(row: asyncpg.Record) -> HeldEvent:
    names = (name.decode(errors="surrogatepass") for name in row["header_names"])
    headers = tuple(zip(names, row["header_values"], strict=True))
    origin = Origin(row["topic"], row["part"], row["offset"])
    parts = (row["stream"], row["version"], row["type"], row["key"], row["value"])
    return HeldEvent(origin, *parts, headers, row["reason"])
