"""What cannot be sent stops its own partition and nothing else; what others do to topics and locks stops nothing."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable

import asyncpg
import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from confluent_kafka import Producer

from kernel.messaging import outbox, topics
from kernel.messaging.outbox import OutboxRecord, Unfit
from kernel.messaging.outbox_progress import Block, Topic, partition_of
from kernel.messaging.published_positions import held_positions
from kernel.runtime.health import Health
from tests import kafka_clients, rawkafka
from tests.kernel.publishing import LOGS, PARTITIONS, Publishing, complete_and_in_order, positions, published
from tests.servers import Servers

pytestmark = pytest.mark.servers
SPOIL = "UPDATE events SET effective = '0001-12-31 19:00:00+00 BC' WHERE position = ANY ($1)"


@pytest.fixture
async def service(servers: Servers, database: str) -> AsyncIterator[Publishing]:
    async with published(servers, database) as there:
        yield there


async def until(holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline, what
        await asyncio.sleep(0.05)


async def partitions_of_events(service: Publishing) -> dict[int, int]:
    """By position of an event, the partition that it goes to."""
    rows = await service.pool.fetch("SELECT position, stream FROM events ORDER BY position")
    return {row["position"]: partition_of(row["stream"].encode(), PARTITIONS) for row in rows}


def held_back(ways: dict[int, int], culprit: int) -> list[int]:
    """The positions that wait behind a row, itself included."""
    return [position for position, partition in ways.items() if partition == ways[culprit] and position >= culprit]


async def limit(service: Publishing, log: str, record_bytes_max: int) -> None:
    """Let a topic take records up to so many bytes."""
    admin = AIOKafkaAdminClient(**kafka_clients.aiokafka(service.settings.kafka_bootstrap))
    await admin.start()
    changed = {"max.message.bytes": str(record_bytes_max)}
    await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topics.of_log(service.name, log), changed)])
    await admin.close()


@pytest.mark.parametrize("culprit", [1, 13, 40])
async def test_a_row_that_makes_no_record_holds_back_its_partition_alone(service: Publishing, culprit: int) -> None:
    await service.take(40)
    await service.pool.execute(SPOIL, [culprit])
    ways = await partitions_of_events(service)
    waiting = held_back(ways, culprit)
    async with service.relaying():
        records = await service.published("events", 40 - len(waiting))
        assert complete_and_in_order(await service.published("outcomes", 40))
        sent = positions(records)
        assert sorted(p for each in sent.values() for p in each) == sorted(set(ways) - set(waiting))
        (problem,) = service.health.problems()
        for part in (f"events/{ways[culprit]}", f"position {culprit} ", "cannot be read"):
            assert part in problem
        await service.take(20)  # also what comes later
        waiting = held_back(await partitions_of_events(service), culprit)
        await service.published("events", 60 - len(waiting))
    assert await service.pool.fetchval("SELECT position FROM relayed WHERE log = 'events'") == culprit - 1

    # when it is repaired, everything follows, once and in order
    await service.pool.execute("UPDATE events SET effective = recorded WHERE position = $1", culprit)
    async with service.relaying():
        assert complete_and_in_order(await service.published("events", 60))
        await until(lambda: not service.health.problems(), "the block is still reported")
    assert await service.pool.fetchval("SELECT position FROM relayed WHERE log = 'events'") == 60


async def test_several_rows_that_make_no_record_hold_back_each_its_own(service: Publishing) -> None:
    await service.take(60)
    ways = await partitions_of_events(service)
    first, other = 5, next(p for p, partition in ways.items() if p > 5 and partition != ways[5])
    await service.pool.execute(SPOIL, [first, other])
    waiting = {*held_back(ways, first), *held_back(ways, other)}
    async with service.relaying():
        await service.published("events", 60 - len(waiting))
        assert len(service.health.problems()) == 2
    await service.pool.execute("UPDATE events SET effective = recorded WHERE position = $1", other)
    async with service.relaying():
        await service.published("events", 60 - len(held_back(ways, first)))
        await until(lambda: len(service.health.problems()) == 1, "one of both is sent")


async def test_an_event_of_a_type_that_nobody_knows_is_such_a_row(service: Publishing) -> None:
    await service.take(20)
    await service.pool.execute("UPDATE events SET type = 'forcegen.later.Unknown' WHERE position = 4")
    async with service.relaying():
        await service.published("events", 20 - len(held_back(await partitions_of_events(service), 4)))
        assert "makes no record (KeyError)" in service.health.problems()[0]


@pytest.mark.parametrize("culprit", [1, 9])
async def test_a_row_that_kafka_refuses_holds_back_its_partition_alone(service: Publishing, culprit: int) -> None:
    await service.take(40)
    await limit(service, "events", 20_000)
    large = json.dumps({"much": "x" * 30_000})
    kept = await service.pool.fetchval("SELECT data::text FROM events WHERE position = $1", culprit)
    await service.pool.execute("UPDATE events SET data = $2::text::json WHERE position = $1", culprit, large)
    waiting = held_back(await partitions_of_events(service), culprit)
    async with service.relaying():
        await service.published("events", 40 - len(waiting))
        assert complete_and_in_order(await service.published("outcomes", 40))
        assert "MessageSizeTooLargeError" in service.health.problems()[0]
    await service.pool.execute("UPDATE events SET data = $2::text::json WHERE position = $1", culprit, kept)
    async with service.relaying():
        assert complete_and_in_order(await service.published("events", 40))


async def test_a_topic_that_is_widened_takes_what_waited_without_a_restart(service: Publishing) -> None:
    await service.take(10)
    await limit(service, "events", 20_000)
    await service.pool.execute(
        "UPDATE events SET data = $1::text::json WHERE position = 2", json.dumps({"much": "x" * 30_000})
    )
    async with service.relaying():
        await until(lambda: bool(service.health.problems()), "nothing is reported")
        await limit(service, "events", 1_000_000)
        assert complete_and_in_order(await service.published("events", 10))
        await until(lambda: not service.health.problems(), "the block is still reported")


async def test_a_topic_whose_records_are_narrower_than_a_batch_takes_rows_one_by_one(service: Publishing) -> None:
    await limit(service, "events", 1_000)
    await service.take(60)
    async with service.relaying():
        assert complete_and_in_order(await service.published("events", 60))
    assert not service.health.problems()


async def test_what_nobody_can_decode_at_the_end_of_a_partition_is_passed(
    service: Publishing, servers: Servers
) -> None:
    await service.take(20)
    async with service.relaying():
        await service.published("events", 20)
    topic = topics.of_log(service.name, "events")
    for partition in range(PARTITIONS):
        strange = [(b"k", b"{}", [(b"\xff\xfe", b"x"), (b"ce_position", b"7")])]
        rawkafka.produce(servers.kafka, topic, partition, strange)
        rawkafka.produce(servers.kafka, topic, partition, [(None, None, [(b"ce_position\xff", None)])] * 5)
    await service.pool.execute("UPDATE relayed SET position = 0")
    await service.take(10)
    read = outbox.readers(service.pool, service.name, LOGS)["events"]
    async with service.relaying():
        await until(lambda: sum(service.client.ends(topic).values()) >= 30 + 6 * PARTITIONS, "the relay does not go on")
    held = await held_positions(service.settings, topic, range(PARTITIONS), read)
    ways = await partitions_of_events(service)
    assert held == {partition: max(p for p, to in ways.items() if to == partition) for partition in set(ways.values())}
    assert sum(service.client.ends(topic).values()) == 30 + 6 * PARTITIONS


async def test_a_transaction_that_was_taken_back_at_the_end_of_a_partition_is_passed(
    service: Publishing, servers: Servers
) -> None:
    await service.take(12)
    async with service.relaying():
        await service.published("events", 12)
    topic = topics.of_log(service.name, "events")
    producer = Producer({**kafka_clients.confluent(servers.kafka), "transactional.id": service.name})
    producer.init_transactions()
    producer.begin_transaction()
    for partition in range(PARTITIONS):
        for _ in range(50):
            producer.produce(topic, b"{}", b"k", partition=partition)
    producer.flush()
    producer.abort_transaction()
    await service.pool.execute("UPDATE relayed SET position = 0")
    await service.take(6)
    async with service.relaying():
        assert complete_and_in_order(await service.published("events", 18))


async def test_copies_of_old_records_do_not_make_the_relay_send_anything_again(service: Publishing) -> None:
    await service.take(30)
    async with service.relaying():
        records = await service.published("events", 30)
    for record in sorted(records, key=lambda each: int(dict(each.headers())["ce_position"]))[:6]:
        service.client.raw(record.topic(), record.value(), record.key(), record.headers())
    service.client.flush()
    await service.pool.execute("UPDATE relayed SET position = 20 WHERE log = 'events'")
    await service.take(3)
    async with service.relaying():
        await service.published("events", 39)


async def test_a_session_that_is_ended_under_way_costs_nothing(service: Publishing, servers: Servers) -> None:
    admin = await asyncpg.connect(servers.postgres)
    async with service.relaying():
        for _ in range(5):
            await service.take(40)
            await admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1", service.name
            )
            await asyncio.sleep(0.2)
        assert complete_and_in_order(await service.published("events", 200))
    await admin.close()


async def test_no_lock_that_a_reader_can_take_keeps_a_relay_from_its_work(
    service: Publishing, servers: Servers, database: str
) -> None:
    reader = await asyncpg.connect(servers.database(database))
    place = "SELECT pg_advisory_lock(hashtext('forcegen relay'), hashtext($1::text))"
    await reader.execute(place, f"{service.name}@{service.name}")
    await service.take(10)
    async with service.relaying():
        assert complete_and_in_order(await service.published("events", 10))
    await reader.close()


async def test_a_relay_that_waits_while_rows_wait_is_not_healthy_and_says_for_whom(service: Publishing) -> None:
    stalled = await asyncpg.connect(service.url)
    place = "UPDATE relay_holder SET name = 'elsewhere/7', process = pid, role = usesysid, since = backend_start"
    await stalled.execute(f"{place} FROM pg_stat_activity WHERE pid = pg_backend_pid()")
    waiting = Health(30)
    async with service.relaying(waiting):
        await asyncio.sleep(2)
        assert not waiting.problems()  # it waits, and nothing waits for it
        await service.take(5)
        await until(lambda: bool(waiting.problems()), "it says nothing")
        (problem,) = waiting.problems()
        assert "rows wait" in problem
        assert "elsewhere/7" in problem
        await stalled.close()  # and takes over when that one is gone
        assert complete_and_in_order(await service.published("events", 5))
        await until(lambda: not waiting.problems(), "it is still reported")


def row(position: int, key: bytes | None = b"k") -> OutboxRecord | Unfit:
    return Unfit(position, key, "spoilt") if key is None else OutboxRecord(position, key, b"v", ())


def test_a_row_of_unknown_destination_blocks_its_log() -> None:
    topic = Topic("events", "x.events", 3, {}, 0)
    ways = topic.ways([row(1), row(2, None), row(3)])
    assert [r.position for rows in ways.values() for r in rows] == [1]
    assert topic.is_shut
    topic.reached = 3
    assert topic.confirmed == 1


def test_a_partition_waits_behind_the_first_of_its_rows() -> None:
    topic = Topic("events", "x.events", 3, {}, 9)
    topic.block(1, Block(7, "later"))
    topic.block(1, Block(5, "earlier"))
    topic.block(1, Block(6, "between"))
    assert topic.blocks == {1: Block(5, "earlier")}
    assert topic.confirmed == 4
