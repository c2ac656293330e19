"""Kafka's wire by hand: record batches that no client library would make, and a second reading of what a broker holds.

Written from the protocol's own description (record batch format version 2; Produce 7, Fetch 4, ListOffsets 1) and
independent of the system under test. One broker is enough: every topic of a test has its leader there.
"""

import socket
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from aiokafka.record.util import calc_crc32c

from tests import kafka_clients
from tests.hostile.compression import CODECS, expanded

TRANSACTIONAL, CONTROL, APPEND_TIME = 0x10, 0x20, 0x08
PRODUCE, FETCH, LIST_OFFSETS = 0, 1, 2
FETCH_BYTES = 16_000_000
VALUE_BYTES_MAX = 16_000_000
"""What is longer comes of a batch that unpacks to more than any topic takes: only its beginning is kept here."""
_HEAD = struct.Struct(">qiibI")
_BATCH = struct.Struct(">hiqqqhii")


class Raw(NamedTuple):
    """A record as bytes: a header's name need not be text, and any value may be null."""

    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[bytes, bytes | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Stored:
    """A record where a broker holds it. `timestamp_ms` is the batch's where the broker stamped it."""

    partition: int
    offset: int
    timestamp_ms: int
    raw: Raw
    batch: bytes = field(default=b"", repr=False)
    """The whole batch that it stands in."""


def varint(number: int) -> bytes:
    """Zigzag, then seven bits a byte."""
    left = (number << 1) ^ (number >> 63)
    out = bytearray()
    while left >= 0x80:
        out.append(left & 0x7F | 0x80)
        left >>= 7
    return bytes([*out, left])


def _sized(raw: bytes | None) -> bytes:
    return varint(-1) if raw is None else varint(len(raw)) + raw


def record(raw: Raw, offset_delta: int = 0) -> bytes:
    """One record of a batch."""
    headers = b"".join(varint(len(name)) + name + _sized(value) for name, value in raw.headers)
    body = b"\0" + varint(0) + varint(offset_delta) + _sized(raw.key) + _sized(raw.value)
    body += varint(len(raw.headers)) + headers
    return varint(len(body)) + body


def batch(payload: bytes, count: int, *, attributes: int, timestamp_ms: int, producer: tuple[int, int, int]) -> bytes:
    """A batch around records that are encoded (and compressed) already. `producer` is id, epoch, first sequence."""
    tail = _BATCH.pack(attributes, count - 1, timestamp_ms, timestamp_ms, *producer, count) + payload
    return _HEAD.pack(0, len(tail) + 9, -1, 2, calc_crc32c(tail)) + tail


def decoded(data: bytes, partition: int) -> Iterator[tuple[int, int, list[Stored]]]:
    """The batches of a fetched piece as (attributes, producer id, records); a last batch that is cut is left out."""
    at = 0
    while at + 61 <= len(data):
        base, length, _, _, _ = _HEAD.unpack_from(data, at)
        end = at + 12 + length
        if end > len(data):
            return
        attributes, last, first_ms, most_ms, producer, _, _, count = _BATCH.unpack_from(data, at + 21)
        plain = expanded(CODECS[attributes & 7], data[at + 61 : end])
        own_ms = most_ms if attributes & APPEND_TIME else None
        records = list(_records(plain, count, partition, base, first_ms, own_ms, data[at:end]))
        yield attributes, producer, records
        if not records:  # emptied by compaction: its offsets are passed all the same
            yield CONTROL, producer, [Stored(partition, base + last, first_ms, Raw(None, None))]
        at = end


def _records(
    plain: bytes, count: int, partition: int, base: int, first_ms: int, own_ms: int | None, batch_: bytes
) -> Iterator[Stored]:
    at = 0
    for _ in range(count):
        length, at = _varint(plain, at)
        end = at + length
        delta_ms, at = _varint(plain, at + 1)
        delta, at = _varint(plain, at)
        key, at = _bytes(plain, at)
        value, at = _bytes(plain, at)
        number, at = _varint(plain, at)
        headers = []
        for _ in range(number):
            name, at = _bytes(plain, at)
            text, at = _bytes(plain, at)
            headers.append((name or b"", text))
        stamp = _signed(first_ms + delta_ms) if own_ms is None else own_ms
        if value is not None and len(value) > VALUE_BYTES_MAX:
            value = value[:100]
        yield Stored(partition, base + delta, stamp, Raw(key, value, tuple(headers)), batch_)
        at = end


def _signed(number: int) -> int:
    """A sum of two 64-bit numbers as a broker reckons it."""
    return (number + 2**63) % 2**64 - 2**63


def _varint(data: bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = data[at]
        number |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return (number >> 1) ^ -(number & 1), at


def _bytes(data: bytes, at: int) -> tuple[bytes | None, int]:
    length, at = _varint(data, at)
    return (None, at) if length < 0 else (data[at : at + length], at + length)


class Broker:
    """One connection to one broker; used by one thread at a time."""

    def __init__(self, bootstrap: str) -> None:
        self._bootstrap = bootstrap
        self._socket: socket.socket | None = None

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def produce(self, topic: str, partition: int, data: bytes) -> tuple[int, int]:
        """Send one batch as it is: the broker's error code, and the offset of its first record."""
        body = struct.pack(">hhii", -1, -1, 30_000, 1) + _text(topic)
        body += struct.pack(">iii", 1, partition, len(data)) + data
        answer = self._call(PRODUCE, 7, body)
        code, offset = struct.unpack_from(">hq", answer, 4 + 2 + len(topic.encode()) + 4 + 4)
        return code, offset

    def end(self, topic: str, partition: int) -> int:
        """The offset behind the last record, marks of transactions among them."""
        body = struct.pack(">ii", -1, 1) + _text(topic) + struct.pack(">iiq", 1, partition, -1)
        answer = self._call(LIST_OFFSETS, 1, body)
        code, _, offset = struct.unpack_from(">hqq", answer, 4 + 2 + len(topic.encode()) + 4 + 4)
        if code:
            raise AssertionError(f"{topic}/{partition} has no end: error {code}")
        return int(offset)

    def records(self, topic: str, partition: int) -> list[Stored]:
        """Every committed record from the beginning, in order; those of aborted transactions and marks left out."""
        kept: list[Stored] = []
        open_: dict[int, list[Stored]] = {}
        at, end = 0, self.end(topic, partition)
        while at < end:
            for attributes, producer, batch in self._fetch(topic, partition, at):
                at = max(at, batch[-1].offset + 1)
                if attributes & CONTROL:
                    done = open_.pop(producer, [])
                    if batch[0].raw.key and batch[0].raw.key[3] == 1:  # version (2 bytes), type: 0 abort, 1 commit
                        kept += done
                elif attributes & TRANSACTIONAL:
                    open_.setdefault(producer, []).extend(batch)
                else:
                    kept += batch
        return sorted(kept, key=lambda one: one.offset)

    def _fetch(self, topic: str, partition: int, offset: int) -> list[tuple[int, int, list[Stored]]]:
        body = struct.pack(">iiiibi", -1, 500, 1, FETCH_BYTES, 0, 1) + _text(topic)
        body += struct.pack(">iiqi", 1, partition, offset, FETCH_BYTES)
        answer = self._call(FETCH, 4, body)
        at = 4 + 4 + 2 + len(topic.encode()) + 4 + 4
        code, _, _, aborted = struct.unpack_from(">hqqi", answer, at)
        if code:
            raise AssertionError(f"{topic}/{partition} cannot be read: error {code}")
        at += 22 + 16 * max(0, aborted)
        (size,) = struct.unpack_from(">i", answer, at)
        batches = decoded(answer[at + 4 : at + 4 + size], partition)
        return [one for one in batches if one[2][-1].offset >= offset]

    def _call(self, api: int, version: int, body: bytes) -> bytes:
        if self._socket is None:
            self._socket = kafka_clients.connected(self._bootstrap)
        request = struct.pack(">hhi", api, version, 1) + _text("hostile") + body
        self._socket.sendall(struct.pack(">i", len(request)) + request)
        (size,) = struct.unpack(">i", self._read(4))
        return self._read(size)[4:]

    def _read(self, size: int) -> bytes:
        assert self._socket is not None
        parts, left = [], size
        while left:
            part = self._socket.recv(min(left, 1 << 20))
            if not part:
                self.close()
                raise EOFError("the broker closed the connection")
            parts.append(part)
            left -= len(part)
        return b"".join(parts)


def _text(text: str) -> bytes:
    return struct.pack(">h", len(text.encode())) + text.encode()


def encoded(records: Sequence[Raw]) -> bytes:
    """Records one behind the other, as a batch holds them."""
    return b"".join(record(raw, nr) for nr, raw in enumerate(records))
