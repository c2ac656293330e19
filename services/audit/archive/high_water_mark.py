"""The archive's high-water marks, and the first leaf that another reader lacks."""

from collections.abc import Collection, Mapping
from functools import cache

import asyncpg
from aiokafka import ConsumerRecord

from kernel.model.records import Partition
from kernel.sql import queries
from kernel.store.postgres import Connection, columns
from services.audit.archive.writer import archived
from services.audit.tlog.leaf import unpacked


async def archived_until(connection: Connection, topics: Collection[str]) -> dict[Partition, int]:
    """For each partition, the offset after the last archived record."""
    rows = await connection.fetch(_sql()["archived"], list(topics))
    return {(row["topic"], row["part"]): row["next_offset"] for row in rows}


async def first_missing(connection: Connection, offsets: Mapping[Partition, int]) -> int | None:
    """The leaf from which a reader with these offsets must continue; None if it has everything."""
    rows = [(*place, offset) for place, offset in offsets.items()]
    leaf: int | None = await connection.fetchval(_sql()["first_missing"], *columns(rows, 3))
    return leaf


def consumed(row: asyncpg.Record) -> "ConsumerRecord[bytes | None, bytes | None]":
    """An archived record as Kafka delivered it."""
    (topic, part, offset), timestamp, key, headers, value = archived(row)
    sizes = (-1 if key is None else len(key), -1 if value is None else len(value))
    return ConsumerRecord(topic, part, offset, timestamp, 0, key, value, None, *sizes, unpacked(headers))


@cache
def _sql() -> Mapping[str, str]:
    return queries("services.audit.archive", "high_water_mark.sql")
