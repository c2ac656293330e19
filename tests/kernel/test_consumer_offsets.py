"""Every jump of offsets has its reason; what is left to read is measured, and Kafka learns how far things came."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from aiokafka.structs import TopicPartition
from confluent_kafka import Producer

from kernel.messaging.consumer import Consumer, Records
from kernel.messaging.input_topics import InputTopics
from kernel.messaging.lag import Lag
from kernel.model.records import OffsetAdvance
from kernel.runtime.health import Health
from kernel.runtime.settings import Settings
from tests import kafka_clients
from tests.kernel.consuming import Effects, Topic, everything, reading, topic, until
from tests.raw_produce import batch

__all__ = ["topic"]


async def test_marks_and_aborted_transactions_are_passed_over_with_their_reasons_and_leave_no_lag(topic: Topic) -> None:
    producer = Producer({**kafka_clients.confluent(topic.kafka), "transactional.id": f"x{secrets.token_hex(4)}"})
    producer.init_transactions()
    effects = Effects()
    async with reading(topic, effects):
        for value, done in ((b"kept", producer.commit_transaction), (b"taken back", producer.abort_transaction)):
            producer.begin_transaction()
            producer.produce(topic.name, value, partition=0)
            producer.flush()
            done()
        topic.ends[0] = 4
        await everything(topic, effects)
    assert effects.values(0) == [b"kept"]
    assert [(p.start, p.end, p.reason) for p in effects.passages] == [
        (1, 2, "transaction mark"),
        (2, 3, "aborted transaction"),
        (3, 4, "transaction mark"),
    ]


async def test_records_that_were_deleted_before_they_were_read_are_reported(topic: Topic) -> None:
    topic.good(0, b"0", b"1", b"2", b"3")
    admin = AIOKafkaAdminClient(**kafka_clients.aiokafka(topic.kafka))
    await admin.start()
    await admin.delete_records({TopicPartition(topic.name, 0): RecordsToDelete(before_offset=3)})
    await admin.close()
    effects = Effects()
    async with reading(topic, effects):
        await everything(topic, effects)
    assert effects.values(0) == [b"3"]
    assert [(p.start, p.end, p.reason) for p in effects.passages] == [(0, 3, "deleted")]


async def test_a_partition_that_ends_before_its_stored_offset_is_left_alone_until_it_reaches_it(topic: Topic) -> None:
    effects, health = Effects(offsets={(topic.name, 0): 3}), Health(30)
    topic.good(0, b"0", b"1")
    async with reading(topic, effects, health):
        topic.good(1, b"other")
        await until(lambda: effects.values(1) == [b"other"])
        await until(lambda: health.problems() != [])
        (problem,) = health.problems()
        assert f"{topic.name}/0 stands still: at offset 3" in problem
        assert "ends before 2" not in problem or "records were lost" in problem
        assert effects.values(0) == []
        topic.good(0, b"2", b"3")
        await everything(topic, effects)
        assert health.problems() == []
    assert effects.values(0) == [b"3"]


async def test_when_nothing_comes_any_longer_kafka_gets_the_last_offsets_too(topic: Topic) -> None:
    effects, group = Effects(), f"c{secrets.token_hex(4)}"
    async with reading(topic, effects, name=group):
        topic.good(0, b"0")
        await everything(topic, effects)
        topic.good(0, b"1", b"2")
        topic.good(3, b"3")
        await everything(topic, effects)
        assert await until_committed(topic, group, {0: 3, 3: 1})


async def test_a_consumer_that_stops_leaves_its_offsets_with_kafka(topic: Topic) -> None:
    effects, group = Effects(), f"c{secrets.token_hex(4)}"
    topic.good(1, b"0", b"1")
    async with reading(topic, effects, name=group):
        await everything(topic, effects)
    assert await until_committed(topic, group, {1: 2}, within_s=5)


async def until_committed(topic: Topic, group: str, wanted: Mapping[int, int], within_s: float = 60) -> bool:
    """What lag tools of others would show: the offsets that Kafka holds for the group."""
    admin = AIOKafkaAdminClient(**kafka_clients.aiokafka(topic.kafka))
    await admin.start()
    try:
        async with asyncio.timeout(within_s):
            while True:
                held = await admin.list_consumer_group_offsets(f"forcegen.{group}")
                if all(held[TopicPartition(topic.name, p)].offset == o for p, o in wanted.items() if held):
                    return True
                await asyncio.sleep(0.1)
    finally:
        await admin.close()


async def test_the_age_of_the_oldest_record_is_measured_and_a_record_that_lies_about_it_is_not_believed(
    topic: Topic,
) -> None:
    shut = asyncio.Event()

    class Waiting(Effects):
        async def handle(self, records: Records, progress: OffsetAdvance) -> None:
            await shut.wait()
            await super().handle(records, progress)

    effects, health = Waiting(), Health(30)
    async with measured(topic, effects, health) as name:
        await until(lambda: health.lag.get(name) == 0)
        topic.send(0, batch([(None, b"from 1970", [])], timestamp=1))
        await until(lambda: health.lag.get(name) == 1 and health.behind_s(name) > 1)
        assert health.behind_s(name) < 3600
        shut.set()
        await until(lambda: health.lag.get(name) == 0)
        assert health.behind_s(name) == 0


@asynccontextmanager
async def measured(
    topic: Topic, effects: Effects, health: Health, topics_in: InputTopics | None = None
) -> AsyncIterator[str]:
    """A consumer whose lag is measured; its name."""
    settings = Settings(kafka_bootstrap=topic.kafka)
    consumer = Consumer(
        f"c{secrets.token_hex(4)}",
        topics_in or InputTopics([topic.name]),
        settings=settings,
        load_offsets=effects.start,
        handle=effects.handle,
        set_aside=effects.set_aside,
        health=health,
    )
    lag = Lag(consumer, effects.start, settings=settings, health=health)
    loops = [asyncio.create_task(consumer.run()), asyncio.create_task(lag.run())]
    try:
        yield consumer.name
        await consumer.stop()
    finally:
        for loop in loops:
            loop.cancel()
        await asyncio.gather(*loops, return_exceptions=True)


async def test_a_transaction_that_is_left_open_is_reported_and_ended_by_the_broker(topic: Topic) -> None:
    settings = {**kafka_clients.confluent(topic.kafka), "transaction.timeout.ms": 5_000}
    producer = Producer({**settings, "transactional.id": f"x{secrets.token_hex(4)}"})
    producer.init_transactions()
    producer.begin_transaction()
    producer.produce(topic.name, b"never committed", partition=0)
    producer.flush()
    topic.good(0, b"behind")
    effects, health = Effects(), Health(30)
    async with measured(topic, effects, health):
        await until(lambda: any("behind a transaction stands still" in problem for problem in health.problems()))
        await until(lambda: effects.values(0) == [b"behind"])
        await until(lambda: health.problems() == [])
