"""The archive in Kafka's order: the records of one partition by offset, in bounded memory, from any offset on."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

import asyncpg

from kernel.model.records import Partition
from kernel.sql import queries
from kernel.store.postgres import Connection
from services.audit.archive import selection

LEAST: Final = -(2**63)
"""Kafka has no offset below 0, but a row inserted by hand may have one."""


@dataclass(frozen=True, slots=True)
class Extent:
    """How many records of a partition are archived, and between which offsets."""

    records: int
    first: int
    last: int

    @property
    def has_gaps(self) -> bool:
        """Offsets without a record: Kafka's transaction markers, and records of aborted transactions."""
        return self.first > 0 or self.last - self.first + 1 != self.records


async def pages(
    connection: Connection, partition: Partition, first: int = LEAST
) -> AsyncIterator[Sequence[asyncpg.Record]]:
    """The records from an offset on, page by page; by default all rows that claim the partition."""
    bounds = (selection.PAGE_RECORDS_MAX, selection.PAGE_BYTES_MAX)
    after = (first, datetime.min.replace(tzinfo=UTC))
    while rows := await connection.fetch(_sql()["page"], *partition, *after, *bounds):
        yield rows
        after = (rows[-1]["offset"], rows[-1]["archived"])


async def extent(connection: Connection, partition: Partition) -> Extent:
    """The extent of a partition in the archive; an empty one is from 0 to -1."""
    row = await connection.fetchrow(_sql()["extent"], *partition)
    if row is None or not row["records"]:
        return Extent(0, 0, -1)
    return Extent(row["records"], row["first"], row["last"])


async def stored_offsets(connection: Connection, consumer: str) -> Mapping[Partition, int]:
    """The next offset that a service reads, by partition: stored with the effects of what it has read."""
    rows = await connection.fetch(_sql()["stored_offsets"], consumer)
    return {(row["topic"], row["part"]): row["next_offset"] for row in rows}


async def another(connection: Connection) -> str | None:
    """The other session that refills from this archive; None: there is none while this session lasts."""
    await connection.execute(_sql()["named"])
    row = await connection.fetchrow(_sql()["only_one"])
    return f"process {row['pid']} of {row['usename']}" if row else None


@lru_cache(maxsize=1)
def _sql() -> Mapping[str, str]:
    return queries("services.audit.archive", "partition_reader.sql")
