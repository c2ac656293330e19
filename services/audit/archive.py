"""A batch of Kafka records as rows of the archive and leaves of its tree.

The offsets move in the same transaction, so each is kept once; a record's leaf is its place in the order of archiving.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import orjson

from kernel.consumer import Records
from kernel.postgres import Connection, columns
from kernel.reading import Write
from kernel.records import DeadLetter
from services.audit import tree
from services.audit.leaf import Headers, entry
from services.audit.merkle import leaf_hash
from services.audit.tree import sql

COLUMNS = ("topic", "part", "offset", "timestamp", "key", "value", "headers", "leaf")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
PLANTED_AT_ONCE = 2_000


def prepare(records: Records) -> Write:
    """Rows for one COPY: bytes stay bytes; headers keep their order and their repeats. Hashed before the lock."""
    rows = [
        (r.topic, r.partition, r.offset, EPOCH + r.timestamp * MILLISECOND, r.key, r.value, headers(r.headers))
        for r in records
    ]
    hashes = [
        leaf_hash(entry((r.topic, r.partition, r.offset), r.timestamp, r.key, r.headers, r.value)) for r in records
    ]

    async def write(connection: Connection) -> Sequence[DeadLetter]:
        size = await tree.lock(connection)
        placed = [(*row, leaf) for leaf, row in enumerate(rows, size)]
        await connection.copy_records_to_table("records", records=placed, columns=COLUMNS)
        await tree.append(connection, size, hashes)
        return ()

    return write


def headers(raw: Headers) -> bytes:
    """Headers as bytes that give back exactly what came: names with their values in hexadecimal, null as null."""
    return orjson.dumps([[name, None if value is None else value.hex()] for name, value in raw])


def archived(row: asyncpg.Record) -> tuple[tuple[str, int, int], int, bytes | None, Headers, bytes | None]:
    """An archived record as `entry` takes it. What the archive never writes is given so that it shows, never mended."""
    since, beyond = divmod(row["timestamp"] - EPOCH, MILLISECOND)
    place = (row["topic"], row["part"], row["offset"])
    return place, -1 - since if beyond else since, row["key"], _unpacked(row["headers"]), row["value"]


def _unpacked(raw: bytes) -> Headers:
    """What `headers` wrote; other bytes are the value of a header without a name."""
    try:
        told: Any = json.loads(raw)
        came = [(name, None if value is None else bytes.fromhex(value)) for name, value in told]
        written = headers(came) == raw
    except (TypeError, ValueError):
        written = False
    return came if written else [("", raw)]


async def plant(pool: asyncpg.Pool) -> None:
    """Make leaves of the records of an archive from before there was a tree, in the order in which they came."""
    while True:
        async with pool.acquire() as connection, connection.transaction():
            size = await tree.lock(connection)
            rows = await connection.fetch(sql()["unplanted"], PLANTED_AT_ONCE)
            if not rows:
                return
            placed = [(row["topic"], row["part"], row["offset"], leaf) for leaf, row in enumerate(rows, size)]
            await connection.execute(sql()["plant"], *columns(placed, 4))
            await tree.append(connection, size, [leaf_hash(entry(*archived(row))) for row in rows])
