"""What this machine can do at most, measured in the same run: one process, one connection, each step alone.

Each is the best of some tries, with everything else done beforehand: a limit is a best case.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition

from benchmarks.traffic import PublishedRecord
from contracts.registry import EVENTS
from kernel.messaging import kafka
from kernel.runtime.settings import Settings
from services.audit.tlog.leaf import packed
from tests.servers import Servers

TRIES: Final = 2
RECORDS_MAX: Final = 200_000
"""A ceiling is measured on so many records at most: it does not fall with their number."""
BATCH: Final = 5_000
COLUMNS: Final = ("topic", "part", "offset", "timestamp", "key", "headers", "value")
TABLE: Final = """CREATE TABLE bare (
    topic text, part int, "offset" bigint, "timestamp" bigint, key bytea, headers bytea, value bytea,
    PRIMARY KEY (topic, part, "offset"))"""
Record: TypeAlias = "ConsumerRecord[bytes, bytes]"


@dataclass(frozen=True)
class Ceilings:
    """Records a second."""

    consume: float
    validate: float
    """Consume, and validate the data by its contract."""
    copied: float
    """COPY into one table with a primary key, rows made beforehand."""

    @property
    def overlapped(self) -> float:
        """The slowest step: the bound of perfect overlap in one process."""
        return min(self.validate, self.copied)

    @property
    def serial(self) -> float:
        """The steps one after the other."""
        return 1 / (1 / self.validate + 1 / self.copied)

    @property
    def figures(self) -> dict[str, float]:
        return {
            "ceiling_consume_per_s": self.consume,
            "ceiling_validate_per_s": self.validate,
            "ceiling_copy_per_s": self.copied,
        }


async def of_records(servers: Servers, dsn: str, topics: Sequence[str]) -> Ceilings:
    """The ceilings for the records that some topics hold now; `dsn`: an owner's, in whose schema a table is made."""
    consumed, validated = [], []
    for _ in range(TRIES):
        seconds, records = await _consumed(servers, topics, validate=False)
        consumed.append(len(records) / seconds)
        seconds, _ = await _consumed(servers, topics, validate=True)
        validated.append(len(records) / seconds)
    return Ceilings(max(consumed), max(validated), max([await _copied(dsn, records) for _ in range(TRIES)]))


async def _consumed(servers: Servers, topics: Sequence[str], *, validate: bool) -> tuple[float, list[Record]]:
    options = kafka.client(Settings(kafka_bootstrap=servers.kafka))
    async with AIOKafkaConsumer(
        **options, enable_auto_commit=False, auto_offset_reset="earliest", max_partition_fetch_bytes=4 << 20
    ) as consumer:
        await consumer._client.force_metadata_update()
        parts = [TopicPartition(name, part) for name in topics for part in consumer.partitions_for_topic(name) or ()]
        consumer.assign(parts)
        total = min(RECORDS_MAX, sum((await consumer.end_offsets(parts)).values()))
        records: list[Record] = []
        began = time.perf_counter()
        while len(records) < total:
            for batch in (await consumer.getmany(timeout_ms=1_000, max_records=BATCH)).values():
                records += batch
                if validate:
                    _validate(batch)
        return time.perf_counter() - began, records


def _validate(batch: Sequence[Record]) -> None:
    for record in batch:
        EVENTS[dict(record.headers)["ce_type"].decode()].model_validate_json(record.value or b"")


async def _copied(dsn: str, records: Sequence[Record]) -> float:
    """Records a second."""
    rows = [(r.topic, r.partition, r.offset, r.timestamp, r.key, packed(r.headers), r.value) for r in records]
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(TABLE)
        began = time.perf_counter()
        for first in range(0, len(rows), BATCH):
            batch = rows[first : first + BATCH]
            await connection.copy_records_to_table("bare", records=batch, columns=COLUMNS)
        return len(rows) / (time.perf_counter() - began)
    finally:
        await connection.execute("DROP TABLE IF EXISTS bare")
        await connection.close()


async def produced(servers: Servers, records: Sequence[PublishedRecord]) -> float:
    """Records a second of an idempotent producer that nothing holds up, with the relay's settings of batches."""
    options = kafka.client(Settings(kafka_bootstrap=servers.kafka))
    rates = []
    for _ in range(TRIES):
        async with AIOKafkaProducer(**options, enable_idempotence=True, max_batch_size=131_072) as producer:
            began = time.perf_counter()
            for topic, key, value, headers in records:
                await producer.send(topic, value, key=key, headers=headers)
            await producer.flush()
            rates.append(len(records) / (time.perf_counter() - began))
    return max(rates)
