"""A topic that Kafka lost is what it was: every offset, timestamp, key, header and value; or nothing is written."""

import asyncio
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic, RecordsToDelete
from aiokafka.protocol.transaction import AddPartitionsToTxnRequest
from typer.testing import Result

from kernel.messaging import topics
from kernel.runtime.settings import Settings
from services.audit.archive import kafka_reader, partition_reader
from services.audit.refill import offset_fillers, to_topic
from services.audit.refill.preflight import settings_of, unfit
from services.audit.tlog.leaf import packed
from tests.audit.conftest import Archive
from tests.audit.replaying import ALONE, audit
from tests.servers import Servers

pytestmark = pytest.mark.servers
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
        admin = AIOKafkaAdminClient(bootstrap_servers=self.kafka)
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
        async with AIOKafkaProducer(bootstrap_servers=self.kafka, max_request_size=4_000_000, **settings) as producer:
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
    async with AIOKafkaProducer(bootstrap_servers=topic.kafka, max_request_size=4_000_000) as producer:
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


async def test_a_topic_that_was_lost_is_again_what_it_was_to_the_byte(lost: Lost) -> None:
    topic, was = lost
    result = await topic.refill()
    assert result.exit_code == 0, result.output
    assert "3,005 records were written, each at the offset that it had." in result.output
    assert whole(await topic.records()) == was
    again = await topic.refill()
    assert again.exit_code == 0, again.output
    assert "written" not in again.output
    assert whole(await topic.records()) == was


async def test_a_dry_run_says_what_the_run_does_and_makes_nothing(lost: Lost) -> None:
    topic, was = lost
    dry = await topic.refill("--dry-run")
    assert dry.exit_code == 0, dry.output
    assert dry.stdout.endswith("Nothing was written: this is the difference that it would make.\n")
    async with kafka_reader.opened(topic.settings) as there:
        assert await there.partitions([topic.name]) == {}
    run = await topic.refill()
    assert run.stdout.splitlines()[:-1] == dry.stdout.splitlines()[:-1]
    assert len(whole(await topic.records())) == len(was)


async def test_a_topic_that_was_made_anew_and_is_empty_is_refilled(lost: Lost) -> None:
    topic, was = lost
    await topic.make()
    assert (await topic.refill()).exit_code == 0
    assert whole(await topic.records()) == was


async def test_offsets_that_transactions_took_are_taken_again(topic: Topic) -> None:
    """Committed, taken back, at the beginning, one after the other, and between plain records."""
    await topic.send(0, 3, transactional_id=topic.name, abort=True)
    await topic.send(10, 4, transactional_id=topic.name)
    await topic.send(20, 2)
    await topic.send(30, 5, transactional_id=topic.name, abort=True)
    await topic.send(40, 1, transactional_id=topic.name, abort=True)
    await topic.send(50, 3)
    await topic.keep()
    was, ends = whole(await topic.records()), await topic.ends()
    assert [offset for _, offset, *_ in was] == [4, 5, 6, 7, 9, 10, 19, 20, 21]
    await topic.delete()
    result = await topic.refill()
    assert result.exit_code == 0, result.output
    assert whole(await topic.records()) == was
    assert await topic.ends() == ends
    assert whole(await topic.records(committed=False)) == was
    again = await topic.refill()
    assert (again.exit_code, "written" in again.output) == (0, False)
    await topic.send(60, 1)
    assert (await topic.records())[-1].offset == ends[0]


async def test_a_refill_that_was_killed_anywhere_is_taken_up(topic: Topic) -> None:
    """`kill -9` while records and marks are written, several times; the last run ends it."""
    for nr in range(0, 160, 4):
        await topic.send(nr, 3)
        await topic.send(nr + 3, 1, transactional_id=topic.name, abort=nr % 8 == 0)
    await topic.send(0, 2_000, part=1)
    await topic.keep()
    was, ends = whole(await topic.records()), await topic.ends()
    await topic.delete()
    await topic.make()
    killed = 0
    for _ in range(4):
        before = sum(await topic.ends())
        process = await asyncio.to_thread(start, topic)
        for _ in range(10_000):
            if process.poll() is not None or sum(await topic.ends()) >= before + 20:
                break
            await asyncio.sleep(0.005)
        if process.poll() is None:
            killed += 1
            process.send_signal(signal.SIGKILL)
        process.wait()
    assert killed > 1
    result = await topic.refill()
    assert result.exit_code == 0, result.output
    assert whole(await topic.records()) == was
    assert await topic.ends() == [ends[0] - 1, ends[1]]  # a mark behind the last record keeps no record in its place


def start(topic: Topic) -> subprocess.Popen[bytes]:
    program = [sys.executable, "-c", "from cli.main import main; main()", "audit", "replay", "--to", "topic"]
    where = ["--topic", topic.name, "--database", topic.archive.url, "--bootstrap", topic.kafka]
    environment = {**os.environ, **ALONE}
    return subprocess.Popen([*program, *where], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


async def test_a_mark_that_a_killed_run_left_open_is_taken_back_first(topic: Topic) -> None:
    """It would otherwise come a minute later, where a record belongs."""
    await topic.send(0, 2)
    await topic.send(2, 1, transactional_id=topic.name, abort=True)
    await topic.send(3, 2)
    await topic.keep()
    was = whole(await topic.records())
    await topic.delete()
    await topic.make()
    await topic.send(0, 2)
    async with offset_fillers.opened(topic.settings, "forcegen.refill") as left:
        await left.begin()
        await left._send_until_ready(AddPartitionsToTxnRequest("forcegen.refill", *left._producer, [(topic.name, [0])]))
    result = await topic.refill()
    assert result.exit_code == 0, result.output
    assert whole(await topic.records()) == was


async def test_somebody_else_who_writes_meanwhile_stops_it(lost: Lost, monkeypatch: pytest.MonkeyPatch) -> None:
    topic, _ = lost
    await topic.make()
    real = to_topic.planned

    async def then_written(*given: Any, **more: Any) -> to_topic.PartitionRefill:
        plan = await real(*given, **more)
        if plan.target[1] == 1:
            await topic.send(7, 1, part=0)
        return plan

    monkeypatch.setattr(to_topic, "planned", then_written)
    result = await topic.refill()
    assert result.exit_code == 1
    assert f"{topic.name}/0 was to end at offset 0 and ends at 1: somebody else writes to it." in result.output
    assert [r.value for r in await topic.records()] == [b"7"]


async def test_a_record_that_lands_elsewhere_is_noticed(lost: Lost, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the look at the end and the write: the batch is in the wrong place, and nothing more is written."""
    topic, _ = lost
    await topic.make()
    real, looked = to_topic.Refill._check, 0

    async def then_written(
        filling: to_topic.Refill, part: to_topic.PartitionRefill, due: int, before: int | None = None
    ) -> None:
        nonlocal looked
        await real(filling, part, due, before)
        looked += 1
        if looked == 1:
            await topic.send(7, 1, part=0)

    monkeypatch.setattr(to_topic.Refill, "_check", then_written)
    result = await topic.refill()
    assert (result.exit_code, "somebody else writes to it" in result.output) == (1, True)
    assert len(await topic.records()) < len(ODD) + 1


async def test_what_is_there_and_not_as_archived_is_refused_and_left(lost: Lost) -> None:
    topic, _ = lost
    await topic.make()
    await topic.send(5, 1, part=1)
    there = whole(await topic.records())
    result = await topic.refill()
    assert result.exit_code == 1
    assert "Kafka has another record at offset 0 (timestamp, key, value): delete the topic" in " ".join(
        result.output.split()
    ).replace(" │ │ │ │ │ │ ", " ")
    assert whole(await topic.records()) == there


async def test_what_is_there_and_not_archived_is_refused(topic: Topic) -> None:
    await topic.send(0, 3)
    await topic.keep()
    await topic.send(3, 1)
    result = await topic.refill()
    assert (result.exit_code, "Kafka has a record at offset 3 that is not archived" in result.output) == (1, True)


async def test_an_open_transaction_is_refused(topic: Topic) -> None:
    await topic.send(0, 3)
    await topic.keep()
    async with AIOKafkaProducer(bootstrap_servers=topic.kafka, transactional_id="other") as producer:
        await producer.begin_transaction()
        await producer.send_and_wait(topic.name, b"x", partition=0)
        result = await topic.refill()
        await producer.abort_transaction()
    assert (result.exit_code, "a transaction is open from offset 3 on" in result.output) == (1, True)


async def test_what_retention_deleted_at_the_front_is_reported_and_the_rest_is_whole(topic: Topic) -> None:
    await topic.send(0, 10)
    await topic.keep()
    admin = AIOKafkaAdminClient(bootstrap_servers=topic.kafka)
    await admin.start()
    try:
        await admin.delete_records({TopicPartition(topic.name, 0): RecordsToDelete(4)})
    finally:
        await admin.close()
    result = await topic.refill()
    assert result.exit_code == 0, result.output
    assert "4 records were deleted by Kafka at the front, and it only appends" in result.output
    assert [r.offset for r in await topic.records()] == [*range(4, 10)]


@pytest.mark.parametrize(
    ("partitions", "settings", "expected"),
    [
        (1, {}, "it has 1 partitions and had 2"),
        (3, {}, "it has 3 partitions and had 2"),
        (2, {"message.timestamp.type": "LogAppendTime"}, "its message.timestamp.type is LogAppendTime"),
        (2, {"cleanup.policy": "compact"}, "its cleanup.policy is compact"),
        (2, {"retention.ms": "604800000"}, "its retention.ms is 604800000: old records would be deleted again"),
    ],
)
async def test_a_topic_that_would_not_keep_records_as_they_were_is_refused(
    lost: Lost, partitions: int, settings: dict[str, str], expected: str
) -> None:
    topic, _ = lost
    admin = AIOKafkaAdminClient(bootstrap_servers=topic.kafka)
    await admin.start()
    try:
        configs = {"retention.ms": "-1", "retention.bytes": "-1", "cleanup.policy": "delete", **settings}
        await admin.create_topics([NewTopic(topic.name, partitions, 1, topic_configs=configs)])
    finally:
        await admin.close()
    await topic.has(configs)
    result = await topic.refill()
    assert (result.exit_code, expected in result.output) == (1, True), result.output
    assert "nothing was written" in result.output


def test_every_setting_that_matters_is_looked_at() -> None:
    fit = {"message.timestamp.type": "CreateTime", "cleanup.policy": "delete", "retention.ms": "-1"}
    assert unfit({**fit, "retention.bytes": "-1"}) is None
    for name in (*fit, "retention.bytes"):
        reason = unfit({**fit, "retention.bytes": "-1", name: "1"})
        assert reason is not None
        assert reason.startswith(f"its {name} is 1: ")


async def test_a_copy_under_another_name(lost: Lost) -> None:
    topic, was = lost
    other = Topic(f"copy.{topic.name}", topic.kafka, topic.archive)
    result = await topic.refill("--as", f"{topic.name}={other.name}")
    assert result.exit_code == 0, result.output
    assert whole(await other.records()) == was
    await other.delete()
    await topic.make()


@pytest.mark.parametrize(
    ("more", "expected", "code"),
    [
        (("--stream", "mandate/1"), "A topic is refilled whole, or its offsets would be others", 2),
        (("--as", "nothing"), "--as 'nothing' names no two topics", 2),
        (("--as", "a=b"), "--as names a, which is not refilled", 2),
        (("--topic", "no.such"), "There is no topic 'no.such' in this archive. There are: ", 1),
    ],
)
async def test_what_cannot_be_meant_is_refused(topic: Topic, more: tuple[str, ...], expected: str, code: int) -> None:
    await topic.send(0, 1)
    await topic.keep()
    result = await topic.refill(*more)
    assert (result.exit_code, expected in result.output) == (code, True), result.output


async def test_a_service_that_reads_now_must_be_stopped_first(lost: Lost) -> None:
    from aiokafka import AIOKafkaConsumer  # noqa: PLC0415

    topic, was = lost
    await topic.make()
    reader = AIOKafkaConsumer(topic.name, bootstrap_servers=topic.kafka, group_id="forcegen.vacancies")
    await reader.start()
    deadline = time.monotonic() + 30
    while not reader.assignment():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.1)
    result = await topic.refill()
    await reader.stop()
    assert result.exit_code == 1
    assert "vacancies read from Kafka now: stop every service first" in result.output
    assert await topic.records() == []
    assert (await topic.refill()).exit_code == 0
    assert whole(await topic.records()) == was


async def test_commands_are_refilled_only_by_name(topic: Topic) -> None:
    orders = Topic(topic.name.replace("events", "commands"), topic.kafka, topic.archive)
    await orders.make()
    for each in (topic, orders):
        await each.send(0, 3)
        await each.keep()
        await each.delete()
    ask = ("--to", "topic", "--bootstrap", topic.kafka)
    result = await asyncio.to_thread(audit, "replay", topic.archive.url, *ask)
    assert f"Left out, since commands are orders to act: {orders.name}. Name them with --topic." in result.stderr
    async with kafka_reader.opened(topic.settings) as there:
        assert await there.partitions([topic.name, orders.name]) == {topic.name: 2}
    assert (await orders.refill()).exit_code == 0
    assert len(await orders.records()) == 3
    await orders.delete()


async def test_two_refills_at_once_are_one_too_many(lost: Lost) -> None:
    topic, _ = lost
    async with topic.archive.pool.acquire() as other:
        assert await partition_reader.another(other) is None
        result = await topic.refill()
        assert (result.exit_code, "A refill from this archive runs already" in result.output) == (1, True)
        assert f"process {await other.fetchval('SELECT pg_backend_pid()')} of audit" in result.output.replace("\n", " ")
        await other.execute("RESET application_name")
    assert (await topic.refill()).exit_code == 0


async def test_a_partition_that_does_not_give_what_it_says_is_not_waited_for(
    topic: Topic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kafka_reader, "SILENCE_MAX_S", 0.5)
    await topic.send(0, 3)
    async with kafka_reader.opened(topic.settings) as there:
        with pytest.raises(kafka_reader.PartitionSilent, match=f"{topic.name}/0 has more than offset 3"):
            _ = [r async for r in there.records((topic.name, 0), range(5))]
