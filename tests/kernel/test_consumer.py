"""The consumer over a real Kafka: every record is handled once and in order, and a faulty one costs no other."""

import gzip

import asyncpg
import cramjam
import pytest

from kernel.messaging.consumer import Record, Records
from kernel.messaging.passages import BrokenRecord
from kernel.runtime.health import Health
from tests import raw_produce
from tests.kernel.consuming import ODD, PARTITIONS, Effects, Topic, everything, reading, topic, until
from tests.raw_produce import RawMessage, batch

__all__ = ["topic"]


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


async def test_the_raw_produce_of_these_tests_is_what_a_client_reads(topic: Topic) -> None:
    effects = Effects()
    topic.send(2, raw_produce.batch([(b"k", None, [(b"h", None)])]))
    async with reading(topic, effects):
        await everything(topic, effects)
    ((key, value, headers),) = [(r.key, r.value, tuple(r.headers)) for r in effects.handled]
    assert (key, value, headers) == (b"k", None, (("h", None),))
