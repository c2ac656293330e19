"""Nothing is written where a refill would not make the topic what it was, and it stops where somebody else writes."""

import asyncio
import time
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from services.audit.archive import kafka_reader, partition_reader
from services.audit.refill import to_topic
from services.audit.refill.preflight import unfit
from tests import kafka_clients
from tests.audit.archived_topic import ODD, Lost, Topic, lost, topic, whole

__all__ = ["lost", "topic"]
pytestmark = pytest.mark.servers


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
    async with AIOKafkaProducer(**kafka_clients.aiokafka(topic.kafka), transactional_id="other") as producer:
        await producer.begin_transaction()
        await producer.send_and_wait(topic.name, b"x", partition=0)
        result = await topic.refill()
        await producer.abort_transaction()
    assert (result.exit_code, "a transaction is open from offset 3 on" in result.output) == (1, True)


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
    admin = AIOKafkaAdminClient(**kafka_clients.aiokafka(topic.kafka))
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
    assert unfit("a.events", {**fit, "retention.bytes": "-1"}) is None
    for name in (*fit, "retention.bytes"):
        reason = unfit("a.events", {**fit, "retention.bytes": "-1", name: "1"})
        assert reason is not None
        assert reason.startswith(f"its {name} is 1: ")


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
    reader = AIOKafkaConsumer(topic.name, **kafka_clients.aiokafka(topic.kafka), group_id="forcegen.vacancies")
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
