"""A topic that Kafka lost is what it was: every offset, timestamp, key, header and value."""

import asyncio
import os
import signal
import subprocess
import sys

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from aiokafka.protocol.transaction import AddPartitionsToTxnRequest

from services.audit.archive import kafka_reader
from services.audit.refill import offset_fillers
from tests import kafka_clients
from tests.audit.archived_topic import Lost, Topic, lost, topic, whole
from tests.audit.replaying import ALONE, audit

__all__ = ["lost", "topic"]
pytestmark = pytest.mark.servers


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


async def test_what_retention_deleted_at_the_front_is_reported_and_the_rest_is_whole(topic: Topic) -> None:
    await topic.send(0, 10)
    await topic.keep()
    admin = AIOKafkaAdminClient(**kafka_clients.aiokafka(topic.kafka))
    await admin.start()
    try:
        await admin.delete_records({TopicPartition(topic.name, 0): RecordsToDelete(4)})
    finally:
        await admin.close()
    result = await topic.refill()
    assert result.exit_code == 0, result.output
    assert "4 records were deleted by Kafka at the front, and it only appends" in result.output
    assert [r.offset for r in await topic.records()] == [*range(4, 10)]


async def test_a_copy_under_another_name(lost: Lost) -> None:
    topic, was = lost
    other = Topic(f"copy.{topic.name}", topic.kafka, topic.archive)
    result = await topic.refill("--as", f"{topic.name}={other.name}")
    assert result.exit_code == 0, result.output
    assert whole(await other.records()) == was
    await other.delete()
    await topic.make()


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
