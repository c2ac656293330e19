"""A batch of Kafka records as rows of the archive and leaves of its tree.

The offsets advance in the same transaction, so each record is stored once; its leaf is its place in archiving order.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, TypeAlias

import asyncpg

from kernel.messaging.consumer import Records
from kernel.model.records import DeadLetter
from kernel.reader_service import Write
from kernel.store.postgres import Connection
from services.audit.archive import binary_copy
from services.audit.tlog import tiles, tree_store
from services.audit.tlog.tiles import Tile
from services.audit.tlog.tree_store import sql

Archived: TypeAlias = tuple[tuple[str, int, int], int, bytes | None, bytes, bytes | None]
"""A record as `entry` takes it: place, timestamp in milliseconds, key, packed headers, value."""
Row: TypeAlias = "asyncpg.Record | Mapping[str, Any]"
"""A row of `records`."""


def prepare(records: Records) -> Write:
    """Write the records as raw bytes; they are hashed while the server takes the rows before."""

    async def write(connection: Connection) -> Sequence[DeadLetter]:
        size: int = await connection.fetchval(sql()["begin"])
        edge, grown = await tree_store.edge(connection, size), dict[Tile, bytes]()

        async def rows() -> AsyncIterator[bytes]:
            hashes: list[bytes] = []
            for piece in binary_copy.rows(records, size, hashes):
                yield piece
            grown.update(tiles.grow(size, edge, hashes))  # while the server takes the last rows

        await connection.copy_to_table("records", source=rows(), columns=binary_copy.COLUMNS, format="binary")
        await tree_store.put(connection, size + len(records), grown)
        return ()

    return write


def archived(row: Row) -> Archived:
    """An archived record from its row."""
    return (row["topic"], row["part"], row["offset"]), row["timestamp"], row["key"], row["headers"], row["value"]
