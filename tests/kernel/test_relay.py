"""The relay carries each row to its topic once and in order, whatever happened before."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from contracts.registry import source_of
from kernel.messaging import outbox, topics
from kernel.messaging.outbox_progress import partition_of
from kernel.messaging.published_positions import held_positions
from tests.kernel.publishing import Publishing, complete_and_in_order, positions, published
from tests.servers import Servers

pytestmark = pytest.mark.servers
LOGS = ("admitted", "events", "outcomes", "dead_letters")


@pytest.fixture
async def service(servers: Servers, database: str) -> AsyncIterator[Publishing]:
    async with published(servers, database) as there:
        yield there


async def test_every_row_is_published_once_and_in_order(service: Publishing) -> None:
    await service.take(50)
    async with service.relaying():
        assert complete_and_in_order(await service.published("events", 50))
        assert complete_and_in_order(await service.published("outcomes", 50))
        await service.take(30)
        assert complete_and_in_order(await service.published("events", 80))


async def test_a_relay_that_lost_its_cursor_reads_the_topic(service: Publishing) -> None:
    await service.take(40)
    async with service.relaying():
        await service.published("events", 40)
    await service.pool.execute("UPDATE relayed SET position = 0")
    await service.take(5)
    async with service.relaying():
        assert complete_and_in_order(await service.published("events", 45))


async def test_a_relay_goes_on_behind_what_others_wrote_into_the_topic(service: Publishing) -> None:
    await service.take(20)
    async with service.relaying():
        await service.published("events", 20)
    forged = [("ce_position", b"999999"), ("ce_id", b"x"), ("ce_source", source_of(service.name).encode())]
    for nr in range(200):
        service.client.raw(topics.of_log(service.name, "events"), b"{}", f"k-{nr}".encode(), forged)
    service.client.flush()
    await service.pool.execute("UPDATE relayed SET position = 0")
    await service.take(5)
    async with service.relaying():
        await asyncio.sleep(0.1)
        records = await service.published("events", 225)
    own = [record for record in records if record.value() != b"{}"]
    assert complete_and_in_order(own)


async def test_of_two_relays_one_works_and_the_other_takes_over(service: Publishing) -> None:
    await service.take(20)
    async with service.relaying():
        await service.published("events", 20)
        async with service.relaying():
            await service.take(20)
            assert complete_and_in_order(await service.published("events", 40))
    async with service.relaying():
        await service.take(20)
        assert complete_and_in_order(await service.published("events", 60))


async def test_what_a_partition_holds_is_what_the_log_confirms(service: Publishing) -> None:
    await service.take(12)
    async with service.relaying():
        records = await service.published("events", 12)
    read = outbox.readers(service.pool, service.name, ["events"])["events"]
    held = await held_positions(service.settings, topics.of_log(service.name, "events"), range(3), read)
    assert held == {partition: max(each) for partition, each in positions(records).items()}


async def test_a_row_goes_where_every_other_kafka_client_would_send_its_key(service: Publishing) -> None:
    for nr in range(50):
        service.client.raw(topics.of_log(service.name, "dead_letters"), b"x", f"mandate/kz-{nr}".encode())
    service.client.flush()
    records = service.client.records(topics.of_log(service.name, "dead_letters"))
    assert {r.key(): partition_of(r.key(), 3) for r in records} == {r.key(): r.partition() for r in records}
