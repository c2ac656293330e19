"""Kafka against the archive: each partition side by side in offset order, byte for byte."""

from collections.abc import AsyncIterator, Callable
from dataclasses import asdict, dataclass
from typing import Final

import asyncpg

from kernel.model.records import Partition
from kernel.store.postgres import Connection
from services.audit.archive import partition_reader
from services.audit.archive.kafka_reader import KafkaReader, KafkaRecord
from services.audit.archive.writer import archived
from services.audit.reconcile import finding
from services.audit.reconcile.finding import Comparison, DifferenceKind, Finding
from services.audit.reconcile.watermarks import Watermarks
from services.audit.tlog.leaf import packed

PROGRESS_EVERY: Final = 1_000
PARTS: Final = ("timestamp", "key", "headers", "value")
"""The parts of a record besides its place."""


@dataclass
class ComparisonCounts:
    """How many records were compared, and how many are in a state that is not a difference."""

    compared: int = 0
    waiting: int = 0
    """Records in transit, which have not arrived yet."""
    only_archived: int = 0
    """Records that Kafka's retention has deleted."""
    unread: int = 0
    """Events that the views could not read and reported."""
    parked: int = 0

    def add(self, other: "ComparisonCounts") -> None:
        """Add the counts of another place."""
        for name, value in asdict(other).items():
            setattr(self, name, getattr(self, name) + value)


def differing(record: KafkaRecord, row: asyncpg.Record) -> list[str]:
    """The parts in which a record in Kafka differs from the archived one."""
    _, *archived_parts = archived(row)
    kafka_parts = (record.timestamp, record.key, packed(record.headers), record.value)
    return [
        name
        for name, in_kafka, in_archive in zip(PARTS, kafka_parts, archived_parts, strict=True)
        if in_kafka != in_archive
    ]


async def side_by_side(
    records: AsyncIterator[KafkaRecord], rows: AsyncIterator[asyncpg.Record]
) -> AsyncIterator[tuple[KafkaRecord | None, asyncpg.Record | None]]:
    """Pairs of a record and a row at the same offset; None where one side has none. Both come in offset order."""
    record, row = await anext(records, None), await anext(rows, None)
    while record or row:
        if record and (row is None or record.offset < row["offset"]):
            yield record, None
            record = await anext(records, None)
        elif row and (record is None or row["offset"] < record.offset):
            yield None, row
            row = await anext(rows, None)
        else:
            yield record, row
            record, row = await anext(records, None), await anext(rows, None)


async def rows_of(connection: Connection, partition: Partition) -> AsyncIterator[asyncpg.Record]:
    """The archived records of a partition, one by one."""
    async for page in partition_reader.pages(connection, partition):
        for row in page:
            yield row


class PartitionComparison:
    """Compares partitions one by one."""

    def __init__(
        self, broker: KafkaReader, archive: Connection, watermarks: Watermarks, on_progress: Callable[[int], None]
    ) -> None:
        self._broker = broker
        self._archive = archive
        self._watermarks = watermarks
        self._on_progress = on_progress
        self._archived_until = dict(watermarks.archived)
        self.counted = ComparisonCounts()

    async def compare(self, partition: Partition) -> AsyncIterator[Finding | None]:
        """Compare every offset of one partition."""
        kafka_offsets = self._watermarks.bounds.get(partition, range(0))
        rows = rows_of(self._archive, partition)
        async for record, row in side_by_side(self._broker.records(partition, kafka_offsets), rows):
            self._count()
            if record and row:
                yield _changed(record, row)
            elif record:
                yield self._only_in_kafka(partition, record.offset)
            elif row:
                yield await self._only_archived(partition, row["offset"], kafka_offsets)

    def _count(self) -> None:
        self.counted.compared += 1
        if self.counted.compared % PROGRESS_EVERY == 0:
            self._on_progress(PROGRESS_EVERY)

    def _only_in_kafka(self, partition: Partition, offset: int) -> Finding | None:
        if offset >= self._watermarks.archived.get(partition, 0):
            self.counted.waiting += 1
            return None
        return Finding(
            Comparison.KAFKA,
            DifferenceKind.MISSING,
            series(partition),
            offset,
            "missing in the archive",
            finding.PUT_BACK,
        )

    async def _only_archived(self, partition: Partition, offset: int, kafka_offsets: range) -> Finding | None:
        """Judge a record that only the archive has: if archived before Kafka's end was read, it is before that end."""
        if 0 <= offset < kafka_offsets.start:
            self.counted.only_archived += 1
            return None
        if offset < kafka_offsets.stop or await self._is_beyond(partition, offset):
            what = "extra in the archive: Kafka has no record there"
            return Finding(Comparison.KAFKA, DifferenceKind.EXTRA, series(partition), offset, what, finding.INSERTED)
        if offset >= self._watermarks.stored["audit"].get(partition, 0):  # Kafka has advanced meanwhile
            return None
        what = f"missing in Kafka, whose partition ends at {kafka_offsets.stop}"
        return Finding(
            Comparison.KAFKA,
            DifferenceKind.MISSING,
            series(partition),
            offset,
            what,
            finding.REFILL.format(topic=partition[0]),
        )

    async def _is_beyond(self, partition: Partition, offset: int) -> bool:
        """Whether a record is archived beyond the archive's own offset; a watermark that is too low is read again."""
        if offset >= self._archived_until.get(partition, 0):
            self._archived_until |= await partition_reader.stored_offsets(self._archive, "audit")
        return offset >= self._archived_until.get(partition, 0)


def series(partition: Partition) -> str:
    """The series of a partition's offsets, for findings."""
    return f"{partition[0]}/{partition[1]}/"


def _changed(record: KafkaRecord, row: asyncpg.Record) -> Finding | None:
    parts = differing(record, row)
    if not parts:
        return None
    what = f"changed: {', '.join(parts)} in Kafka and in the archive are not the same"
    return Finding(
        Comparison.KAFKA,
        DifferenceKind.CHANGED,
        f"{record.topic}/{record.partition}/",
        record.offset,
        what,
        finding.ANOTHER,
    )
