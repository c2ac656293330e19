"""A topic of four partitions, a consumer that reads it, and what a service would keep of its records."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from kernel.messaging import topics
from kernel.messaging.consumer import Consumer, Record, Records
from kernel.messaging.in_parts import Announce
from kernel.messaging.input_topics import InputTopics
from kernel.model.records import OffsetAdvance, Partition, Passage
from kernel.runtime.health import Health
from kernel.runtime.settings import Settings
from tests.raw_produce import batch, produce
from tests.servers import Servers

ODD = (None, b"odd", [(b"\xff\xfe", b"x")])
PARTITIONS = 4
NOT_YET = (3, 5, 6)
"""Errors of a topic that is new: unknown, without a leader, somewhere else."""


@dataclass
class Effects:
    """What a service would keep in its database, with offsets that are compared and set."""

    offsets: dict[Partition, int] = field(default_factory=dict)
    handled: list[Record] = field(default_factory=list)
    aside: list[tuple[Record, Exception]] = field(default_factory=list)
    passages: list[Passage] = field(default_factory=list)
    refuse: Callable[[Records], None] = lambda _: None
    refuse_alone: Callable[[Record], None] = lambda _: None

    async def start(self, _: str, partitions: Collection[Partition]) -> Mapping[Partition, int]:
        return {partition: self.offsets.setdefault(partition, 0) for partition in partitions}

    async def handle(self, records: Records, progress: OffsetAdvance) -> None:
        self.refuse(records)
        self._commit(progress)
        self.handled += records

    async def set_aside(self, record: Record, progress: OffsetAdvance, fault: Exception) -> None:
        self.refuse_alone(record)
        self._commit(progress)
        self.aside.append((record, fault))

    def _commit(self, progress: OffsetAdvance) -> None:
        for partition, (old, new) in progress.steps.items():
            assert self.offsets[partition] == old
            self.offsets[partition] = new
        self.passages += progress.passages

    def values(self, partition: int) -> list[bytes | None]:
        return [r.value for r in self.handled if r.partition == partition]

    def reasons(self) -> list[str]:
        return [passage.reason for passage in self.passages]


class Topic:
    """A fresh topic of four partitions."""

    def __init__(self, kafka: str) -> None:
        self.kafka = kafka
        self.name = f"t{secrets.token_hex(4)}.events"
        self.ends = dict.fromkeys(range(PARTITIONS), 0)

    async def make(self) -> None:
        await topics.ensure(Settings(kafka_bootstrap=self.kafka, topic_partitions=PARTITIONS), [self.name])

    def send(self, partition: int, data: bytes, records: int = 1) -> int:
        error, offset = NOT_YET[0], -1
        while error in NOT_YET:
            error, offset = produce(self.kafka, self.name, partition, data)
        assert error == 0
        self.ends[partition] = offset + records
        return offset

    def good(self, partition: int, *values: bytes) -> None:
        for value in values:
            self.send(partition, batch([(None, value, [])]))


@pytest.fixture
async def topic(servers: Servers) -> Topic:
    topic = Topic(servers.kafka)
    await topic.make()
    return topic


@asynccontextmanager
async def reading(
    topic: Topic,
    effects: Effects,
    health: Health | None = None,
    *,
    name: str | None = None,
    announce: Announce | None = None,
) -> AsyncIterator[None]:
    consumer = Consumer(
        name or f"c{secrets.token_hex(4)}",
        InputTopics([topic.name]),
        settings=Settings(kafka_bootstrap=topic.kafka, retry_delay_ms=10, batch_records_max=50),
        load_offsets=effects.start,
        handle=effects.handle,
        set_aside=effects.set_aside,
        health=health or Health(30),
        announce=announce,
    )
    running = asyncio.create_task(consumer.run())
    try:
        yield
        await consumer.stop()
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def until(done: Callable[[], bool], within_s: float = 60) -> None:
    async with asyncio.timeout(within_s):
        while not done():  # noqa: ASYNC110  (it is looked at from outside)
            await asyncio.sleep(0.05)


async def everything(topic: Topic, effects: Effects) -> None:
    await until(lambda: all(effects.offsets.get((topic.name, p), 0) == end for p, end in topic.ends.items()))
