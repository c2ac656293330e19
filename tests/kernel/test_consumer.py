"""The reading loop over a real Kafka: every record handled once and in order, every jump of offsets with its reason."""

import asyncio
import gzip
import secrets
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import asyncpg
import cramjam
import pytest
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from aiokafka.structs import TopicPartition
from confluent_kafka import Producer

from kernel.messaging import topics
from kernel.messaging.consumer import Consumer, Record, Records
from kernel.messaging.lag import Lag
from kernel.messaging.passages import BrokenRecord
from kernel.model.records import OffsetAdvance, Partition, Passage
from kernel.runtime.health import Health
from kernel.runtime.settings import Settings
from tests import raw_produce
from tests.raw_produce import RawMessage, batch, produce
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
    topic: Topic, effects: Effects, health: Health | None = None, *, name: str | None = None
) -> AsyncIterator[None]:
    consumer = Consumer(
        name or f"c{secrets.token_hex(4)}",
        [topic.name],
        settings=Settings(kafka_bootstrap=topic.kafka, retry_delay_ms=10, batch_records_max=50),
        load_offsets=effects.start,
        handle=effects.handle,
        set_aside=effects.set_aside,
        health=health or Health(30),
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


async def test_a_header_that_no_client_decodes_costs_no_record_of_any_partition(topic: Topic) -> None:
    effects = Effects()
    async with reading(topic, effects):
        for nr in range(30):
            topic.good(nr % PARTITIONS, b"before %d" % nr)
        topic.send(1, batch([ODD]))
        for nr in range(60):
            topic.good(nr % PARTITIONS, b"behind %d" % nr)
        await everything(topic, effects)
    assert sorted(v for p in range(PARTITIONS) for v in effects.values(p) if v) == sorted(
        [b"before %d" % nr for nr in range(30)] + [b"behind %d" % nr for nr in range(60)] + [b"odd"]
    )
    for partition in range(PARTITIONS):
        offsets = [r.offset for r in effects.handled if r.partition == partition]
        assert offsets == list(range(topic.ends[partition]))
    (odd,) = (r for r in effects.handled if r.value == b"odd")
    assert [(n.encode(errors="surrogateescape"), v) for n, v in odd.headers] == ODD[2]


@pytest.mark.parametrize("odd", range(PARTITIONS))
async def test_what_the_library_had_taken_from_others_when_it_raised_is_read_again(topic: Topic, odd: int) -> None:
    """It drops what the same poll took from other partitions, and stands behind it."""
    large = bytes(100_000)  # so that a fetch has some records of each partition, and leaves more
    for partition in range(PARTITIONS):
        topic.good(partition, large)
        if partition == odd:
            topic.send(partition, batch([ODD]))
        topic.good(partition, *[large] * 30)
    effects = Effects()
    async with reading(topic, effects):
        await everything(topic, effects)
    for partition, end in topic.ends.items():
        assert [r.offset for r in effects.handled if r.partition == partition] == list(range(end))


async def test_a_topic_of_nothing_but_odd_records_is_read_to_its_end(topic: Topic) -> None:
    effects = Effects()
    for partition in range(PARTITIONS):
        topic.send(partition, batch([ODD] * 120), 120)
    async with reading(topic, effects):
        await everything(topic, effects)
    assert len(effects.handled) == 120 * PARTITIONS


@pytest.mark.parametrize("values", [1, 3])
async def test_a_batch_that_the_library_cannot_unpack_is_read_or_kept_whole(topic: Topic, values: int) -> None:
    inside: list[RawMessage] = [(None, b"packed %d" % nr, []) for nr in range(values)]
    odd_gzip = batch(inside, codec=1, pack=lambda plain: gzip.compress(plain) + b"junk")
    bomb = batch([(None, bytes(40_000_000), [])], codec=4, pack=lambda plain: bytes(cramjam.zstd.compress(plain)))
    effects = Effects()
    async with reading(topic, effects):
        topic.good(0, b"before")
        assert topic.send(0, odd_gzip, values) == 1
        topic.send(0, bomb)
        topic.good(0, b"behind")
        await everything(topic, effects)
    kept = [r for r in effects.handled if isinstance(r, BrokenRecord)]
    assert [r.value for r in effects.handled if r not in kept] == [b"before", *(m[1] for m in inside), b"behind"]
    assert [len(r.value or b"") for r in kept] == [len(bomb)]
    assert (kept[0].value or b"")[16:] == bomb[16:]  # the broker sets the offset and its epoch


async def test_marks_and_aborted_transactions_are_passed_over_with_their_reasons_and_leave_no_lag(topic: Topic) -> None:
    producer = Producer({"bootstrap.servers": topic.kafka, "transactional.id": f"x{secrets.token_hex(4)}"})
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
    admin = AIOKafkaAdminClient(bootstrap_servers=topic.kafka)
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


async def test_the_culprit_of_a_batch_stands_alone_and_the_others_keep_their_order(topic: Topic) -> None:
    def refuse(records: Records) -> None:
        if any(record.value in (b"7", b"30") for record in records):
            raise asyncpg.NumericValueOutOfRangeError

    topic.send(0, batch([(None, b"%d" % nr, []) for nr in range(40)]), 40)
    effects = Effects(refuse=refuse)
    async with reading(topic, effects):
        await everything(topic, effects)
    assert effects.values(0) == [b"%d" % nr for nr in range(40) if nr not in (7, 30)]
    assert [(r.value, type(f)) for r, f in effects.aside] == [
        (b"7", asyncpg.NumericValueOutOfRangeError),
        (b"30", asyncpg.NumericValueOutOfRangeError),
    ]


async def test_a_fault_of_a_server_is_waited_out_and_nothing_is_set_aside(topic: Topic) -> None:
    faults = [asyncpg.CannotConnectNowError(), asyncpg.UndefinedTableError(), ConnectionResetError(), TimeoutError()]

    def refuse(_: Records) -> None:
        if faults:
            raise faults.pop()

    topic.good(0, b"0", b"1")
    effects, health = Effects(refuse=refuse), Health(30)
    async with reading(topic, effects, health):
        await everything(topic, effects)
        await until(lambda: health.problems() == [])
    assert (effects.values(0), effects.aside) == ([b"0", b"1"], [])


async def test_a_record_that_cannot_even_be_set_aside_holds_its_own_partition_and_no_other(topic: Topic) -> None:
    def refuse(records: Records) -> None:
        if any(record.value == b"defect" for record in records):
            raise ValueError

    def refuse_alone(_: Record) -> None:
        raise ValueError

    topic.good(0, b"before", b"defect", b"behind")
    effects, health = Effects(refuse=refuse, refuse_alone=refuse_alone), Health(30)
    async with reading(topic, effects, health):
        topic.good(1, b"other")
        await until(lambda: effects.values(1) == [b"other"] and effects.values(0) == [b"before"])
        await until(lambda: health.problems() != [])
        assert "at offset 1: its record can neither be taken in nor set aside (ValueError)" in health.problems()[0]
        topic.good(1, b"another")
        await until(lambda: effects.values(1) == [b"other", b"another"])
    assert effects.values(0) == [b"before"]


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
    admin = AIOKafkaAdminClient(bootstrap_servers=topic.kafka)
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
async def measured(topic: Topic, effects: Effects, health: Health) -> AsyncIterator[str]:
    """A consumer whose lag is measured; its name."""
    settings = Settings(kafka_bootstrap=topic.kafka)
    consumer = Consumer(
        f"c{secrets.token_hex(4)}",
        [topic.name],
        settings=settings,
        load_offsets=effects.start,
        handle=effects.handle,
        set_aside=effects.set_aside,
        health=health,
    )
    lag = Lag(consumer, [topic.name], effects.start, settings=settings, health=health)
    loops = [asyncio.create_task(consumer.run()), asyncio.create_task(lag.run())]
    try:
        yield consumer.name
        await consumer.stop()
    finally:
        for loop in loops:
            loop.cancel()
        await asyncio.gather(*loops, return_exceptions=True)


async def test_a_transaction_that_is_left_open_is_reported_and_ended_by_the_broker(topic: Topic) -> None:
    settings = {"bootstrap.servers": topic.kafka, "transaction.timeout.ms": 5_000}
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


async def test_the_raw_produce_of_these_tests_is_what_a_client_reads(topic: Topic) -> None:
    effects = Effects()
    topic.send(2, raw_produce.batch([(b"k", None, [(b"h", None)])]))
    async with reading(topic, effects):
        await everything(topic, effects)
    ((key, value, headers),) = [(r.key, r.value, tuple(r.headers)) for r in effects.handled]
    assert (key, value, headers) == (b"k", None, (("h", None),))
