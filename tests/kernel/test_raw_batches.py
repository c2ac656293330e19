"""What no client library decodes is read all the same; what they decode is read as they do."""

import gzip
import struct
from collections.abc import Callable

import cramjam
import pytest
from aiokafka.record.memory_records import MemoryRecords
from hypothesis import given
from hypothesis import strategies as st

from kernel.messaging.raw_batches import UNPACKED_BYTES_MAX, batches
from tests import raw_produce
from tests.raw_produce import RawMessage

Pack = Callable[[bytes], bytes]


def snappy_framed(inside: bytes) -> bytes:
    block = bytes(cramjam.snappy.compress_raw(inside))
    return b"\x82SNAPPY\x00" + struct.pack(">iii", 1, 1, len(block)) + block


CODECS: dict[str, tuple[int, Pack]] = {
    "plain": (0, bytes),
    "gzip": (1, gzip.compress),
    "gzip with bytes behind it": (1, lambda inside: gzip.compress(inside) + b"junk"),
    "gzip in two members": (1, lambda inside: gzip.compress(inside[:7]) + gzip.compress(inside[7:])),
    "snappy": (2, lambda inside: bytes(cramjam.snappy.compress_raw(inside))),
    "snappy in Kafka's frame": (2, snappy_framed),
    "lz4": (3, lambda inside: bytes(cramjam.lz4.compress(inside))),
    "zstd": (4, lambda inside: bytes(cramjam.zstd.compress(inside))),
}
BYTES = st.none() | st.binary(max_size=40)
MESSAGES = st.lists(
    st.tuples(BYTES, BYTES, st.lists(st.tuples(st.binary(max_size=8), BYTES), max_size=4)), min_size=1, max_size=6
)


@given(MESSAGES, st.sampled_from(sorted(CODECS)), st.integers(0, 2**62))
def test_every_byte_comes_back_whatever_the_names_of_headers_and_the_compression(
    messages: list[RawMessage], codec: str, base: int
) -> None:
    number, pack = CODECS[codec]
    (read,) = batches(raw_produce.batch(messages, codec=number, pack=pack, base=base))
    assert read.fault is None
    assert [
        (r.key, r.value, [(n.encode(errors="surrogateescape"), v) for n, v in r.headers]) for r in read.records
    ] == [(key, value, [*headers]) for key, value, headers in messages]
    assert [r.offset for r in read.records] == list(range(base, base + len(messages)))
    assert read.next_offset == base + len(messages)


@given(MESSAGES, st.integers(0, 2**41))
def test_what_the_client_library_decodes_is_decoded_alike(messages: list[RawMessage], timestamp: int) -> None:
    named = [(key, value, [(b"n%d" % nr, v) for nr, (_, v) in enumerate(h)]) for key, value, h in messages]
    data = raw_produce.batch(named, timestamp=timestamp)
    (ours,) = batches(data)
    theirs = MemoryRecords(data).next_batch()
    assert [(r.offset, r.timestamp, r.key, r.value, list(r.headers)) for r in ours.records] == [
        (r.offset, r.timestamp, r.key, r.value, list(r.headers)) for r in theirs
    ]


@pytest.mark.parametrize(
    ("codec", "pack", "reason"),
    [
        (4, lambda _: b"zzz", "cannot be unpacked"),
        (1, lambda inside: gzip.compress(inside)[:-9], "cut off"),
        (1, lambda _: b"", "no gzip"),
        (2, lambda _: b"\xff" * 9, "unpack"),
        (3, lambda inside: bytes(cramjam.lz4.compress(inside))[:-5], "cannot be unpacked"),
        (5, bytes, "compression 5 is not known"),
        (0, lambda inside: inside + b"\0", "behind the last record"),
        (0, lambda inside: inside[:-1], "longer than its batch"),
        (4, lambda _: bytes(cramjam.zstd.compress(bytes(2 * UNPACKED_BYTES_MAX))), "unpack"),
        (1, lambda _: gzip.compress(bytes(2 * UNPACKED_BYTES_MAX)), "unpacks to more"),
        (0, lambda _: raw_produce.varint(6) + b"\0\0\0\1\1\x7f", "headers"),
        (0, lambda _: b"\xff" * 30, "does not end"),
    ],
)
def test_a_batch_that_nobody_can_take_apart_is_handed_on_whole(codec: int, pack: Pack, reason: str) -> None:
    data = raw_produce.batch([(b"k", b"v", [])], codec=codec, pack=pack, base=7)
    good = raw_produce.batch([(b"good", None, [])], base=8)
    broken, behind = batches(data + good)
    assert broken.records == ()
    assert reason in (broken.fault or "")
    assert (broken.raw, broken.base_offset, broken.next_offset) == (data, 7, 8)
    assert [record.key for record in behind.records] == [b"good"]


def test_bytes_that_were_changed_on_the_disk_are_noticed_by_their_checksum() -> None:
    data = bytearray(raw_produce.batch([(b"k", b"value", [])]))
    data[-3] ^= 1
    (read,) = batches(bytes(data))
    assert "checksum" in (read.fault or "")


@given(st.binary(max_size=200), st.integers(0, 200))
def test_whatever_the_bytes_it_ends_and_does_not_raise(junk: bytes, at: int) -> None:
    data = bytearray(raw_produce.batch([(b"k", b"v", [(b"h", b"x")])]) * 2)
    data[at : at + len(junk)] = junk
    for read in batches(bytes(data)):
        assert read.raw
    list(batches(junk))


def test_a_batch_that_is_cut_off_is_left_for_the_next_fetch() -> None:
    data = raw_produce.batch([(b"k", b"v", [])])
    for size in range(len(data)):
        assert list(batches(data[:size])) == []
    assert len(list(batches(data + data[:-1]))) == 1
