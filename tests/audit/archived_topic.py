"""A topic of its own whose records are archived, and that Kafka may lose."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer, ConsumerRecord
from aiokafka.admin import AIOKafkaAdminClient
from typer.testing import Result

from kernel.messaging import topics
from kernel.runtime.settings import Settings
from services.audit.archive import kafka_reader
from services.audit.refill.preflight import settings_of
from services.audit.tlog.leaf import packed
from tests import kafka_clients
from tests.audit.conftest import Archive
from tests.audit.replaying import audit
from tests.servers import Servers

LONG_AGO = 1_400_000_000_000
ODD: list[tuple[bytes | None, bytes | None, list[tuple[str, bytes | None]]]] = [
    (None, None, []),
    (b"", b"", [("", b""), ("none", None)]),
    (b"k", None, [("twice", b"1"), ("twice", b"2"), ("ключ", b"\xff\x00")]),
    (b"k", b"x" * 900_000, []),
    (None, b"\x00\xff", [("ce_id", b"\xff\xfe")]),
]


@dataclass
class Topic:
    """A topic of its own, whose records are archived."""

    name: str
    kafka: str
    archive: Archive

    @property
    def settings(self) -> Settings:
        return Settings(kafka_bootstrap=self.kafka, topic_partitions=2)

    async def make(self) -> None:
        await topics.ensure(self.settings, [self.name])

    async def has(self, configs: dict[str, str]) -> None:
        """Wait until Kafka tells these settings: it makes a topic a little before it knows them."""
        async with kafka_reader.opened(self.settings, committed=True) as there:
            for _ in range(600):
                if configs.items() <= (await settings_of(there, [self.name])).get(self.name, {}).items():
                    return
                await asyncio.sleep(0.05)

    async def delete(self) -> None:
        admin = AIOKafkaAdminClient(**kafka_clients.aiokafka(self.kafka))
        await admin.start()
        try:
            await admin.delete_topics([self.name])
            for _ in range(600):
                if self.name not in await admin.list_topics():
                    return
                await asyncio.sleep(0.05)
        finally:
            await admin.close()

    async def records(self, *, committed: bool = True) -> "list[ConsumerRecord[bytes, bytes]]":
        """All that Kafka has."""
        async with kafka_reader.opened(self.settings, committed=committed) as there:
            bounds = await there.bounds([(self.name, part) for part in range(2)])
            return [r for place, offsets in bounds.items() async for r in there.records(place, offsets)]

    async def ends(self) -> list[int]:
        async with kafka_reader.opened(self.settings, committed=False) as there:
            bounds = await there.bounds([(self.name, part) for part in range(2)])
            return [offsets.stop for offsets in bounds.values()]

    async def keep(self) -> None:
        """Archive all of it, as the service does."""
        await self.archive.keep(await self.records())
        statement = "INSERT INTO consumed (consumer, topic, part, next_offset) VALUES ('audit', $1, $2, $3)"
        for part, end in enumerate(await self.ends()):
            await self.archive.pool.execute(statement, self.name, part, end)

    async def refill(self, *more: str) -> Result:
        """As an operator runs it."""
        ask = ("--to", "topic", "--topic", self.name, "--bootstrap", self.kafka, *more)
        return await asyncio.to_thread(audit, "replay", self.archive.url, *ask)

    async def send(self, first: int, many: int, part: int = 0, **settings: Any) -> None:
        """Records `first` and following; in one transaction if the settings name one, taken back with `abort`."""
        abort, before = settings.pop("abort", False), (await self.ends())[part]
        async with AIOKafkaProducer(
            **kafka_clients.aiokafka(self.kafka), max_request_size=4_000_000, **settings
        ) as producer:
            if "transactional_id" in settings:
                await producer.begin_transaction()
            for nr in range(first, first + many):
                sent = await producer.send(
                    self.name, b"%d" % nr, key=b"k%d" % nr, partition=part, timestamp_ms=LONG_AGO + nr
                )
            await sent
            if "transactional_id" in settings:
                await (producer.abort_transaction() if abort else producer.commit_transaction())
                for _ in range(1_000):  # Kafka writes the mark a little later
                    if (await self.ends())[part] == before + many + 1:
                        return
                    await asyncio.sleep(0.01)


def whole(records: "Sequence[ConsumerRecord[bytes, bytes]]") -> list[tuple[object, ...]]:
    """All of each record."""
    return [(r.partition, r.offset, r.timestamp, r.timestamp_type, r.key, packed(r.headers), r.value) for r in records]


@pytest.fixture
async def topic(archive: Archive, servers: Servers) -> AsyncIterator[Topic]:
    made = Topic(f"t{secrets.token_hex(4)}.events", servers.kafka, archive)
    await made.make()
    yield made
    await made.delete()


@pytest.fixture
async def lost(topic: Topic) -> "tuple[Topic, list[tuple[object, ...]]]":
    """A topic with odd records, in two partitions, that Kafka has lost; and what was in it."""
    async with AIOKafkaProducer(**kafka_clients.aiokafka(topic.kafka), max_request_size=4_000_000) as producer:
        for nr, (key, value, headers) in enumerate(ODD):
            batch = producer.create_batch()
            batch.append(timestamp=LONG_AGO - nr, key=key, value=value, headers=headers)
            await (await producer.send_batch(batch, topic.name, partition=0))
    await topic.send(0, 3_000, part=1)
    await topic.keep()
    was = whole(await topic.records())
    assert len(was) == 3_000 + len(ODD)
    await topic.delete()
    return topic, was


Lost = tuple[Topic, list[tuple[object, ...]]]
