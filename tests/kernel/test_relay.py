"""The relay carries each row to its topic once and in order, whatever happened before."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import asyncpg
import pytest
from pydantic import SecretStr

from kernel import logs, topics
from kernel.database import migrate, provision
from kernel.health import Health
from kernel.intake import Intake
from kernel.postgres import PostgresStore
from kernel.relay import Relay, held_positions, partition_of
from kernel.room import MIGRATIONS
from kernel.settings import Settings
from tests.foreign import Client
from tests.kernel.door import Counting, reject
from tests.servers import Servers

pytestmark = pytest.mark.servers
LOGS = ("events", "outcomes", "dead_letters")


class Publishing:
    """A made-up room with a relay that can be started, stopped and broken off."""

    def __init__(self, servers: Servers, name: str, pool: asyncpg.Pool, url: str) -> None:
        self.name = name
        self.pool = pool
        self.client = Client(servers.kafka)
        self.settings = Settings(kafka_bootstrap=servers.kafka, relay_lease_ms=2_000, relay_batch_max=7)
        self._url = url
        self._taken = 0
        self._intake = Intake(Counting(), PostgresStore(pool), room=name, streams_cached_max=9, appended=lambda: None)

    async def take(self, commands: int) -> None:
        first, self._taken = self._taken, self._taken + commands
        await self._intake.take([reject(f"c-{i}", f"kz-{i % 9}") for i in range(first, self._taken)])

    @asynccontextmanager
    async def relaying(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.relay().run())
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    def relay(self) -> Relay:
        readers = logs.readers(self.pool, self.name, LOGS)
        return Relay(self.name, self._url, readers, settings=self.settings, health=Health(30))

    async def published(self, log: str, count: int) -> list[Any]:
        """The records of a log's topic, once there are so many; and there must not be more a moment later."""
        topic = topics.of_log(self.name, log)
        for _ in range(600):
            if len(await asyncio.to_thread(self.client.records, topic)) >= count:
                break
            await asyncio.sleep(0.1)
        await asyncio.sleep(0.3)
        found = await asyncio.to_thread(self.client.records, topic)
        assert len(found) == count
        return found


@pytest.fixture
async def room(servers: Servers, database: str) -> AsyncIterator[Publishing]:
    name = f"r{secrets.token_hex(4)}"
    await provision(servers.database(database), name, "secret")
    url = servers.as_role(name, "secret", database)
    await migrate(SecretStr(url), MIGRATIONS)
    settings = Settings(kafka_bootstrap=servers.kafka, topic_partitions=3)
    await topics.ensure(settings, [topics.of_log(name, log) for log in LOGS])
    async with asyncpg.create_pool(url, min_size=1, max_size=4) as pool:
        yield Publishing(servers, name, pool, url)


def positions(records: Sequence[Any]) -> dict[int, list[int]]:
    """What each partition holds, in its order."""
    found: dict[int, list[int]] = {}
    for record in records:
        found.setdefault(record.partition(), []).append(int(dict(record.headers())["ce_position"]))
    return found


def complete_and_in_order(records: Sequence[Any]) -> bool:
    held = positions(records)
    everything = sorted(position for each in held.values() for position in each)
    return everything == list(range(1, len(records) + 1)) and all(each == sorted(each) for each in held.values())


async def test_every_row_is_published_once_and_in_order(room: Publishing) -> None:
    await room.take(50)
    async with room.relaying():
        assert complete_and_in_order(await room.published("events", 50))
        assert complete_and_in_order(await room.published("outcomes", 50))
        await room.take(30)
        assert complete_and_in_order(await room.published("events", 80))


async def test_a_relay_that_lost_its_cursor_asks_the_topic(room: Publishing) -> None:
    await room.take(40)
    async with room.relaying():
        await room.published("events", 40)
    await room.pool.execute("UPDATE relayed SET position = 0")
    await room.take(5)
    async with room.relaying():
        assert complete_and_in_order(await room.published("events", 45))


async def test_a_relay_goes_on_behind_what_others_wrote_into_the_topic(room: Publishing) -> None:
    await room.take(20)
    async with room.relaying():
        await room.published("events", 20)
    forged = [("ce_position", b"999999"), ("ce_id", b"x"), ("ce_source", logs.source(room.name).encode())]
    for nr in range(200):
        room.client.raw(topics.of_log(room.name, "events"), b"{}", f"k-{nr}".encode(), forged)
    room.client.flush()
    await room.pool.execute("UPDATE relayed SET position = 0")
    await room.take(5)
    async with room.relaying():
        await asyncio.sleep(0.1)
        records = await room.published("events", 225)
    own = [record for record in records if record.value() != b"{}"]
    assert complete_and_in_order(own)


async def test_of_two_relays_one_works_and_the_other_takes_over(room: Publishing) -> None:
    await room.take(20)
    async with room.relaying():
        await room.published("events", 20)
        async with room.relaying():
            await room.take(20)
            assert complete_and_in_order(await room.published("events", 40))
    async with room.relaying():
        await room.take(20)
        assert complete_and_in_order(await room.published("events", 60))


async def test_what_a_partition_holds_is_what_the_log_confirms(room: Publishing) -> None:
    await room.take(12)
    async with room.relaying():
        records = await room.published("events", 12)
    read = logs.readers(room.pool, room.name, ["events"])["events"]
    held = await held_positions(room.settings, topics.of_log(room.name, "events"), range(3), read)
    assert held == {partition: max(each) for partition, each in positions(records).items()}


async def test_a_row_goes_where_every_other_kafka_client_would_send_its_key(room: Publishing) -> None:
    for nr in range(50):
        room.client.raw(topics.of_log(room.name, "dead_letters"), b"x", f"mandate/kz-{nr}".encode())
    room.client.flush()
    records = room.client.records(topics.of_log(room.name, "dead_letters"))
    assert {r.key(): partition_of(r.key(), 3) for r in records} == {r.key(): r.partition() for r in records}
