"""Restores topics that Kafka lost: each record at its original offset, with its timestamp, key, headers and value.

Kafka only appends. So a record is written only when the partition ends at its offset; offsets that never had a record
are filled (`offset_fillers.py`); and existing records are compared first. The end of the partition is checked before
each batch, and the offset of the batch after it: another writer stops the refill.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import asyncpg
from aiokafka import AIOKafkaProducer

from kernel.messaging import topics
from kernel.model.records import Partition
from kernel.store.postgres import Connection
from services.audit.archive import partition_reader
from services.audit.archive.kafka_reader import KafkaReader, KafkaRecord
from services.audit.reconcile.kafka_vs_archive import differing, rows_of, side_by_side
from services.audit.refill.offset_fillers import OffsetFiller
from services.audit.refill.record_batch import ArchivedBatch

FILLERS_MAX: Final = 100_000
"""The most offsets without a record to fill in one partition; each takes about 25 ms."""
BATCH_BYTES_MAX: Final = 524_288
WAIT_S: Final = 60.0


class ForeignWriter(Exception):
    """Something else writes to the partition; the message says where this was noticed, and what to do."""


@dataclass(frozen=True, slots=True)
class PartitionRefill:
    """One partition: what Kafka holds, and what a refill will do."""

    source: Partition
    target: Partition
    present: int = 0
    """Records that Kafka holds as they were archived."""
    missing: int = 0
    """Records to be appended."""
    fillers: int = 0
    """Offsets without a record to fill between them."""
    gone: int = 0
    """Records that Kafka deleted at the beginning of the partition, where nothing can be appended."""
    end: int = 0
    refused: str | None = None
    """Why nothing may be written to the partition."""


async def planned(
    committed: KafkaReader,
    uncommitted: KafkaReader,
    archive: Connection,
    part: PartitionRefill,
    *,
    is_there: bool = True,
) -> PartitionRefill:
    """Compare existing records, offset by offset, and plan what is missing after them; the topic need not exist yet."""
    extent = await partition_reader.extent(archive, part.source)
    if is_there:
        (committed_offsets,) = (await committed.bounds([part.target])).values()
        (all_offsets,) = (await uncommitted.bounds([part.target])).values()
        part = replace(part, end=all_offsets.stop)
        if committed_offsets.stop != all_offsets.stop:
            return replace(
                part, refused=f"a transaction is open from offset {committed_offsets.stop} on: wait until it has ended"
            )
        records, rows = committed.records(part.target, committed_offsets), rows_of(archive, part.source)
        async for record, row in side_by_side(records, _before(rows, committed_offsets.stop)):
            part = _compared(part, record, row, committed_offsets)
            if part.refused:
                return part
    missing = extent.records - part.present - part.gone
    fillers = extent.last + 1 - part.end - missing if missing else 0
    if fillers > FILLERS_MAX:
        reason = f"{fillers:,} offsets between its records never had one, and at most {FILLERS_MAX:,} are made"
        return replace(part, refused=f"{reason}: replay it to a file")
    if fillers < 0:
        return replace(part, refused="the archive has an offset twice: `forcegen audit reconcile` shows which")
    return replace(part, missing=missing, fillers=fillers)


def _compared(
    part: PartitionRefill, record: KafkaRecord | None, row: asyncpg.Record | None, kafka_offsets: range
) -> PartitionRefill:
    """Count one offset before the partition's end, or refuse the refill because of it."""
    if record and row:
        parts = differing(record, row)
        if not parts:
            return replace(part, present=part.present + 1)
        reason = f"Kafka has another record at offset {record.offset} ({', '.join(parts)})"
        return replace(part, refused=f"{reason}: delete the topic and refill it whole")
    if record:
        reason = f"Kafka has a record at offset {record.offset} that is not archived"
        return replace(part, refused=f"{reason}: `forcegen audit reconcile` shows what it is")
    if row and 0 <= row["offset"] < kafka_offsets.start:
        return replace(part, gone=part.gone + 1)
    reason = f"Kafka has no record at offset {row and row['offset']}, before its end"
    return replace(part, refused=f"{reason}: delete the topic and refill it whole")


async def _before(rows: AsyncIterator[asyncpg.Record], end: int) -> AsyncIterator[asyncpg.Record]:
    async for row in rows:
        if row["offset"] >= end:
            return
        yield row


class Refill:
    """Appends the missing records, partition after partition."""

    def __init__(
        self,
        archive: Connection,
        uncommitted: KafkaReader,
        producer: AIOKafkaProducer,
        fillers: OffsetFiller,
        on_progress: Callable[[int], None],
    ) -> None:
        self._archive = archive
        self._uncommitted = uncommitted
        self._producer = producer
        self._fillers = fillers
        self._on_progress = on_progress

    async def fill(self, part: PartitionRefill) -> None:
        """Write everything that was planned for a partition.

        Raises:
            ForeignWriter: something else writes to it.
        """
        end = part.end
        async for page in partition_reader.pages(self._archive, part.source, end):
            left: Sequence[asyncpg.Record] = page
            while left:
                if left[0]["offset"] > end:
                    end = await self._fill_offsets(part, end, left[0]["offset"])
                written = await self._write(part, end, left)
                left, end = left[written:], end + written
                self._on_progress(written)

    async def _write(self, part: PartitionRefill, end: int, rows: Sequence[asyncpg.Record]) -> int:
        """Write as many records as are consecutive and fit into one batch; returns their number."""
        batch = ArchivedBatch(BATCH_BYTES_MAX)
        written = 0
        for row in rows:
            if row["offset"] != end + written or not batch.take(row):
                break
            written += 1
        if not written:
            raise ForeignWriter(
                f"{_name(part)} cannot go on at offset {end}: the archive has {rows[0]['offset']} there twice"
            )
        batch.close()
        await self._check(part, end)
        topic, partition = part.target
        metadata = await (await self._producer.send_batch(batch, topic, partition=partition))
        if metadata.offset not in (end, -1):  # -1: a repeated send, recognised by its sequence number
            raise ForeignWriter(_moved(part, end, metadata.offset))
        if metadata.timestamp_type:
            raise ForeignWriter(
                f"{_name(part)} got the time of today as the timestamp of its records from offset {end} on: the topic"
                f" has {topics.TIMESTAMP_TYPE}={topics.APPEND_TIME}. Delete it, and refill it whole."
            )
        await self._check(part, end + written)
        return written

    async def _fill_offsets(self, part: PartitionRefill, end: int, until: int) -> int:
        for offset in range(end, until):
            await self._check(part, offset)
            await self._fillers.fill(part.target)
            await self._check(part, offset + 1, before=offset)
            self._on_progress(1)
        return until

    async def _check(self, part: PartitionRefill, expected_end: int, before: int | None = None) -> None:
        """Check that the partition ends at the expected offset; `before` is where it may still end for a moment."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + WAIT_S
        while True:
            (offsets,) = (await self._uncommitted.bounds([part.target])).values()
            if offsets.stop == expected_end:
                return
            if offsets.stop != before or loop.time() > deadline:
                raise ForeignWriter(_moved(part, expected_end, offsets.stop))
            await asyncio.sleep(0.002)


def _name(part: PartitionRefill) -> str:
    return "/".join(map(str, part.target))


def _moved(part: PartitionRefill, expected_end: int, actual_end: int) -> str:
    return (
        f"{_name(part)} was to end at offset {expected_end} and ends at {actual_end}: somebody else writes to it."
        " Stop the services and all senders, delete the topic, and refill it whole."
    )
