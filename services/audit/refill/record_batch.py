"""Archived records as a batch for the producer, encoded byte for byte.

The client's own builder takes header names as text and encodes them as UTF-8, and treats a timestamp of -1 (none) as
not given; Kafka has neither limit. So this module encodes the batch, in the format of Kafka's documentation
(kafka.apache.org/43/implementation/message-format, magic 2), and hands it to the producer, which adds its id and the
sequence number of the batch, so that a repeated send counts once.
"""

import struct
from typing import Final

from aiokafka.producer.message_accumulator import BatchBuilder
from aiokafka.record.util import calc_crc32c

from services.audit.archive.writer import Row
from services.audit.tlog.leaf import NAME_CODEC, unpacked

_HEAD: Final = struct.Struct(">qiibIhiqqqhii")
_CRC: Final = struct.Struct(">I")
_CRC_AT: Final = 17
_CHECKED_FROM: Final = 21
_LENGTH_FROM: Final = 12
_MAGIC: Final = 2
_NOBODY: Final = (-1, -1, -1)
_INT64: Final = range(-(2**63), 2**63)


class ArchivedBatch(BatchBuilder):  # type: ignore[misc]
    """A batch builder for the producer: records at consecutive offsets, as they were archived."""

    def __init__(self, bytes_max: int) -> None:
        self._bytes_max = bytes_max
        self._records: list[bytes] = []
        self._first_time = self._last_time = 0
        self._size = _HEAD.size
        self._producer = _NOBODY
        self._buffer: bytearray | None = None
        self._closed = False

    def take(self, row: Row) -> bool:
        """Add one record if it fits; the first always does."""
        timestamp = row["timestamp"]
        if self._records and timestamp - self._first_time not in _INT64:
            return False
        record = written(row, len(self._records), timestamp - self._first_time if self._records else 0)
        if self._records and self._size + len(record) > self._bytes_max:
            return False
        if not self._records:
            self._first_time = self._last_time = timestamp
        self._last_time = max(self._last_time, timestamp)
        self._records.append(record)
        self._size += len(record)
        return True

    def record_count(self) -> int:
        """The number of records."""
        return len(self._records)

    def size(self) -> int:
        """The size in bytes."""
        return self._size

    def _set_producer_state(self, producer_id: int, producer_epoch: int, base_sequence: int) -> None:
        self._producer = (producer_id, producer_epoch, base_sequence)

    def _build(self) -> bytearray:
        self.close()
        if self._buffer is None:
            body = b"".join(self._records)
            count, times = len(self._records), (self._first_time, self._last_time)
            length = _HEAD.size - _LENGTH_FROM + len(body)
            head = _HEAD.pack(0, length, -1, _MAGIC, 0, 0, count - 1, *times, *self._producer, count)
            self._buffer = bytearray(head + body)
            _CRC.pack_into(self._buffer, _CRC_AT, calc_crc32c(bytes(self._buffer[_CHECKED_FROM:])))
        return self._buffer


def written(row: Row, nr: int, time_delta: int) -> bytes:
    """A record as encoded in a batch, preceded by its length."""
    headers = unpacked(row["headers"])
    parts = [b"\0", _varint(time_delta), _varint(nr), _sized(row["key"]), _sized(row["value"]), _varint(len(headers))]
    for name, value in headers:
        parts += [_sized(name.encode(*NAME_CODEC)), _sized(value)]
    body = b"".join(parts)
    return _varint(len(body)) + body


def _sized(content: bytes | None) -> bytes:
    return _varint(-1) if content is None else _varint(len(content)) + content


def _varint(number: int) -> bytes:
    """Zigzag encoding, seven bits per byte, least significant first."""
    rest = (number << 1) ^ (number >> 63)
    encoded = bytearray()
    while rest > 0x7F:
        encoded.append(rest & 0x7F | 0x80)
        rest >>= 7
    encoded.append(rest)
    return bytes(encoded)
