"""A made-up service that publishes, with a relay that can be started, stopped and broken off."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import asyncpg
from pydantic import SecretStr

from kernel.command_service import MIGRATIONS
from kernel.decide.command_handler import CommandHandler
from kernel.messaging import outbox, topics
from kernel.messaging.relay import Relay
from kernel.runtime.health import Health
from kernel.runtime.settings import Settings
from kernel.store.database import migrate, provision
from kernel.store.postgres import PostgresStore
from tests.foreign import Client
from tests.kernel.door import Counting, reject
from tests.servers import Servers

LOGS = ("admitted", "events", "outcomes", "dead_letters")
PARTITIONS = 3


class Publishing:
    """The service; each relay of it is as another process's."""

    def __init__(self, servers: Servers, name: str, pool: asyncpg.Pool, url: str) -> None:
        self.name = name
        self.pool = pool
        self.client = Client(servers.kafka)
        self.settings = Settings(
            kafka_bootstrap=servers.kafka, relay_lease_ms=2_000, relay_batch_max=7, stuck_after_ms=1_500
        )
        self.health = Health(30)
        self.url = url
        self._taken = 0
        self._intake = CommandHandler(
            Counting(), PostgresStore(pool), service=name, streams_cached_max=9, appended=lambda: None
        )

    async def take(self, commands: int) -> None:
        first, self._taken = self._taken, self._taken + commands
        await self._intake.handle([reject(f"c-{i}", f"kz-{i % 9}") for i in range(first, self._taken)])

    @asynccontextmanager
    async def relaying(self, health: Health | None = None) -> AsyncIterator[None]:
        self.health = health or Health(30)
        task = asyncio.create_task(self.relay(self.health).run())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    def relay(self, health: Health) -> Relay:
        readers = outbox.readers(self.pool, self.name, LOGS)
        return Relay(self.name, self.url, readers, settings=self.settings, health=health)

    async def published(self, log: str, count: int) -> list[Any]:
        """The records of a log's topic, once there are so many; and there must not be more a moment later."""
        topic = topics.of_log(self.name, log)
        for _ in range(600):
            if len(await asyncio.to_thread(self.client.records, topic)) >= count:
                break
            await asyncio.sleep(0.1)
        await asyncio.sleep(0.3)
        records = await asyncio.to_thread(self.client.records, topic)
        assert len(records) == count
        return records


@asynccontextmanager
async def published(servers: Servers, database: str) -> AsyncIterator[Publishing]:
    """The service, with its own schema and topics."""
    name = f"r{secrets.token_hex(4)}"
    await provision(servers.database(database), name, "secret")
    url = servers.as_role(name, "secret", database)
    await migrate(SecretStr(url), MIGRATIONS)
    settings = Settings(kafka_bootstrap=servers.kafka, topic_partitions=PARTITIONS)
    await topics.ensure(settings, [topics.of_log(name, log) for log in LOGS])
    async with asyncpg.create_pool(url, min_size=1, max_size=4) as pool:
        yield Publishing(servers, name, pool, url)


def positions(records: Sequence[Any]) -> dict[int, list[int]]:
    """What each partition holds, in its order."""
    by_partition: dict[int, list[int]] = {}
    for record in records:
        by_partition.setdefault(record.partition(), []).append(int(dict(record.headers())["ce_position"]))
    return by_partition


def complete_and_in_order(records: Sequence[Any]) -> bool:
    held = positions(records)
    everything = sorted(position for each in held.values() for position in each)
    return everything == list(range(1, len(records) + 1)) and all(each == sorted(each) for each in held.values())
