"""What no client library would write, or read, is archived, compared and refilled like everything else."""

import asyncio
import secrets
from collections.abc import AsyncIterator

import pytest
from aiokafka import AIOKafkaProducer
from hypothesis import given
from hypothesis import strategies as st

from kernel.messaging.raw_batches import batches
from kernel.messaging.topics import CREATE_TIME, TIMESTAMP_TYPE
from operations.kafka_admin import administration, set_topic_setting
from services.audit.refill.record_batch import ArchivedBatch
from services.audit.tlog.leaf import Headers, packed
from tests import kafka_clients, rawkafka
from tests.audit.archived_topic import LONG_AGO, Topic, whole
from tests.audit.conftest import Archive
from tests.audit.replaying import lines, to_file
from tests.audit.small_log import row
from tests.servers import Servers

names = st.binary(max_size=12).map(lambda raw: raw.decode("utf-8", "surrogateescape"))
headers = st.lists(st.tuples(names, st.none() | st.binary(max_size=8)), max_size=4)
optional = st.none() | st.binary(max_size=20)
times = st.sampled_from([-1, 0, 1, LONG_AGO, 2**63 - 1, -(2**63)]) | st.integers(-(2**63), 2**63 - 1)


@given(st.lists(st.tuples(times, optional, headers, optional), min_size=1, max_size=6))
def test_a_batch_that_is_written_is_read_as_it_was_archived(records: list[tuple[int, bytes, Headers, bytes]]) -> None:
    """As many records as fit: times that are too far apart for one batch come in the next."""
    batch = ArchivedBatch(100_000)
    rows = [row(nr, hs, timestamp=at, key=key, value=value) for nr, (at, key, hs, value) in enumerate(records)]
    taken = 0
    while taken < len(rows) and batch.take(rows[taken]):
        taken += 1
    assert taken == batch.record_count() >= 1
    batch._set_producer_state(7, 1, 3)
    (decoded,) = batches(bytes(batch._build()))
    assert (decoded.fault, decoded.producer_id, decoded.next_offset) == (None, 7, taken)
    assert [(r.timestamp, r.key, list(r.headers), r.value) for r in decoded.records] == [
        (at, key, hs, value) for at, key, hs, value in records[:taken]
    ]


def test_a_batch_holds_no_more_than_it_may_but_one_record_always() -> None:
    batch = ArchivedBatch(1_000)
    assert batch.take(row(0, value=bytes(5_000)))
    assert not batch.take(row(1, value=b""))
    small = ArchivedBatch(1_000)
    taken = sum(small.take(row(nr, value=bytes(100))) for nr in range(20))
    assert 1 < taken < 20
    assert small.size() == len(small._build()) <= 1_000


@pytest.fixture
async def topic(archive: Archive, servers: Servers) -> AsyncIterator[Topic]:
    made = Topic(f"t{secrets.token_hex(4)}.commands", servers.kafka, archive)
    await made.make()
    await made.has({"cleanup.policy": "delete"})
    await made.send(0, 1)  # its partitions have leaders
    await made.send(0, 1, part=1)
    yield made
    await made.delete()


@pytest.mark.servers
async def test_headers_that_are_no_text_and_times_that_are_none_come_back_to_the_byte(topic: Topic) -> None:
    """Given records with names of any bytes and without a time, when Kafka lost them, then it has them again."""
    with administration(topic.settings) as admin:  # as an earlier version made command topics
        set_topic_setting(admin, [topic.name], TIMESTAMP_TYPE, CREATE_TIME)
    odd = [(b"\xff\xfe", b"x"), (b"", None), (b"\xed\xa0\x80", b""), (b"\xd0\xba\xff", b"\0"), (b"a" * 3_000, b"y")]
    rawkafka.produce(topic.kafka, topic.name, 0, [(b"k", b"v", odd), (None, None, []), (b"", b"", [(b"\xff", None)])])
    async with AIOKafkaProducer(**kafka_clients.aiokafka(topic.kafka)) as producer:
        for times in ((-1, -1, LONG_AGO), (0, LONG_AGO, -1, 5)):
            batch = ArchivedBatch(100_000)
            assert all(batch.take(row(nr, timestamp=at)) for nr, at in enumerate(times))
            await (await producer.send_batch(batch, topic.name, partition=0))
    await topic.send(0, 20, part=1)
    await topic.keep()
    was = whole(await topic.records())
    assert was[1][5] == packed([(name.decode("utf-8", "surrogateescape"), value) for name, value in odd])
    assert [at for _, _, at, *_ in was[4:11]] == [-1, -1, LONG_AGO, 0, LONG_AGO, -1, 5]
    again = await topic.refill("--dry-run")
    assert (again.exit_code, "11" in again.output) == (0, True), again.output
    await topic.delete()
    result = await topic.refill()
    assert result.exit_code == 0, result.output
    assert "32 records were written, each at the offset that it had." in result.output
    assert whole(await topic.records()) == was
    assert "written" not in (await topic.refill()).output


@pytest.mark.servers
async def test_a_file_has_names_that_are_no_text_as_bytes(
    topic: Topic, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Replayed to a file twice: then nothing is missing; a filter that looks inside passes them over, and says so."""
    headers = [
        (b"ce_specversion", b"1.0"),
        (b"ce_id", b"1"),
        (b"ce_source", b"s"),
        (b"ce_type", b"t"),
        (b"\xff\xfe", b"x"),
    ]
    rawkafka.produce(topic.kafka, topic.name, 0, [(b"k", b"{}", headers), (b"k", b"v", [(b"\xff", None)])])
    await topic.keep()
    out = tmp_path_factory.mktemp("out") / "f.jsonl"
    for expected in ("4 were missing", "4 were there"):
        done = await asyncio.to_thread(to_file, topic.archive.url, out)
        assert (done.exit_code, expected in done.output) == (0, True), done.output
    first, second = [one for one in lines(out) if one["offset"] > 0]
    assert first["headers"][-1] == [{"hex": "fffe"}, "78"]
    assert second["headers"] == [[{"hex": "ff"}, None]]
    some = out.with_name("some.jsonl")
    done = await asyncio.to_thread(to_file, topic.archive.url, some, "--stream", "k")
    assert (done.exit_code, "4 records are no CloudEvents" in done.output) == (0, True), done.output
