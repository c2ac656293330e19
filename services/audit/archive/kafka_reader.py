"""Kafka as a service reads it: records of committed transactions, and the end of each partition.

The kernel's own batch decoder reads the records, so that records that the client library cannot decode are archived,
compared and refilled like every other record.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final, TypeAlias, TypedDict

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from kernel.messaging import kafka
from kernel.messaging.groupless_consumer import GrouplessConsumer
from kernel.messaging.passages import Piece, pieces
from kernel.messaging.raw_reader import EndsBefore, RawReader
from kernel.model.records import Partition, Passage
from kernel.runtime.settings import Settings

KafkaRecord: TypeAlias = ConsumerRecord[bytes | None, bytes | None]
REQUEST_TIMEOUT_MS: Final = 10_000
SILENCE_MAX_S: Final = 60.0
"""A partition that has more but returns nothing for this long is not waited for."""
PAUSE_S: Final = 0.1
FETCH_BYTES: Final = 4_194_304


class PartitionSilent(Exception):
    """Kafka does not return records that it reports to have; the message names the partition."""


class TopicDescription(TypedDict):
    """The parts of the admin client's topic description that are used here."""

    topic: str
    partitions: Sequence[object]
    error_code: int


class KafkaReader:
    """A client that reads any partition and belongs to no group; one partition at a time."""

    def __init__(self, consumer: AIOKafkaConsumer, admin: AIOKafkaAdminClient, raw: RawReader) -> None:
        self._consumer = consumer
        self._raw = raw
        self.admin = admin

    async def topics(self) -> Collection[str]:
        """Every topic that this principal may see."""
        names: Collection[str] = await self.admin.list_topics()
        return names

    async def partitions(self, topics: Collection[str]) -> dict[str, int]:
        """The number of partitions of each topic that exists."""
        existing = sorted(set(topics) & set(await self.topics()))
        descriptions: Sequence[TopicDescription] = await self.admin.describe_topics(existing) if existing else []
        return {each["topic"]: len(each["partitions"]) for each in descriptions if not each["error_code"]}

    async def bounds(self, partitions: Collection[Partition]) -> dict[Partition, range]:
        """The offsets of each partition, from the first retained record to the end of the committed records."""
        tops = [TopicPartition(*partition) for partition in partitions]
        begins, ends = await self._consumer.beginning_offsets(tops), await self._consumer.end_offsets(tops)
        return {(tp.topic, tp.partition): range(begins[tp], ends[tp]) for tp in tops}

    async def records(self, partition: Partition, offsets: range) -> AsyncIterator[KafkaRecord]:
        """The records with these offsets, in order.

        Raises:
            PartitionSilent: Kafka does not return them.
        """
        at = offsets.start
        while at < offsets.stop:
            for piece in await self._fetch(TopicPartition(*partition), at, offsets.stop):
                if isinstance(piece, Passage):
                    at = piece.end
                else:
                    at = piece.offset + 1
                    yield piece

    async def _fetch(self, tp: TopicPartition, at: int, end: int) -> Sequence[Piece]:
        """The next records, and the reasons why offsets between them have none."""
        began = asyncio.get_running_loop().time()
        while True:
            try:
                if fetched := list(pieces(await self._raw.fetch(tp, at, bytes_max=FETCH_BYTES), at, end)):
                    return fetched
            except EndsBefore as fault:
                raise PartitionSilent(f"{tp.topic}/{tp.partition}: {fault}") from fault
            except KafkaError as fault:
                if not fault.retriable or asyncio.get_running_loop().time() - began > SILENCE_MAX_S:
                    raise
            if asyncio.get_running_loop().time() - began > SILENCE_MAX_S:
                raise PartitionSilent(f"{tp.topic}/{tp.partition} has more than offset {at}, and does not give it")
            await asyncio.sleep(PAUSE_S)


@asynccontextmanager
async def opened(settings: Settings, *, committed: bool = True) -> AsyncIterator[KafkaReader]:
    """A client on the brokers that the settings name."""
    client_options = {**kafka.client(settings), "request_timeout_ms": REQUEST_TIMEOUT_MS}
    async with AsyncExitStack() as stack:
        admin = AIOKafkaAdminClient(**client_options)
        stack.push_async_callback(admin.close)
        await admin.start()
        consumer = GrouplessConsumer(
            settings=settings,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=10,
            isolation_level="read_committed" if committed else "read_uncommitted",
            request_timeout_ms=REQUEST_TIMEOUT_MS,
        )
        stack.push_async_callback(consumer.stop)
        await consumer.start()
        raw = RawReader(client_options, committed=committed)
        stack.push_async_callback(raw.close)
        yield KafkaReader(consumer, admin, raw)
