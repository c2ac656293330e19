"""Our own decoder of Kafka's record batches: it reads byte for byte what a client library cannot decode.

A client library requires header names in UTF-8 and payloads that its own decompressor accepts, and raises every time
if they are not. This module reads the format that Kafka's documentation gives for record batches
(kafka.apache.org/43/implementation/message-format, magic 2) and refuses nothing that has a length: header names that
are not UTF-8 become text with `surrogateescape`, and a batch whose content cannot be decoded is passed on whole.
Pure: bytes in, batches out.
"""

import struct
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import cramjam
from aiokafka.record.util import calc_crc32c

_HEAD: Final = struct.Struct(">qiibIhiqqqhii")
"""Base offset, length, epoch, magic, CRC, attributes, last offset delta, two times, three of the producer, count."""
_CHECKED_FROM: Final = 21
"""The checksum covers everything from the attributes on."""
_LENGTH_FROM: Final = 12
"""The length field counts only the bytes after it; the base offset and the length itself come before."""
_MAGIC: Final = 2
_CODEC: Final = 0x07
_LOG_APPEND_TIME: Final = 0x08
_TRANSACTIONAL: Final = 0x10
_CONTROL: Final = 0x20
_SNAPPY_MAGIC: Final = b"\x82SNAPPY\x00"
_VARINT_BYTES_MAX: Final = 10
UNPACKED_BYTES_MAX: Final = 16 * 1024 * 1024
"""A batch may decompress to this much; Kafka limits only compressed bytes, so a small batch could fill the memory."""


@dataclass(frozen=True, slots=True)
class RawRecord:
    """A record as it stands in a batch: bytes stay bytes."""

    offset: int
    timestamp: int
    """Milliseconds, as the batch says (any 64-bit number)."""
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]
    """A name that is not UTF-8 is decoded with `surrogateescape`, so that it can be encoded back to the same bytes."""


@dataclass(frozen=True, slots=True)
class RawBatch:
    """A batch: its offsets, its attributes and its records."""

    base_offset: int
    next_offset: int
    """The offset behind the batch, even if its last records were compacted away."""
    is_control: bool
    is_transactional: bool
    producer_id: int
    records: tuple[RawRecord, ...]
    fault: str | None
    """Why the content cannot be decoded; `records` is then empty and only `raw` is left."""
    raw: bytes
    timestamp: int
    """The first timestamp of the batch, in milliseconds."""


class BrokenBatch(ValueError):
    """The content of a batch does not follow the format."""


def batches(data: bytes) -> Iterator[RawBatch]:
    """The batches of a fetch response, in order; a batch that is cut off at the end is left for the next fetch."""
    at = 0
    while at + _HEAD.size <= len(data):
        base, length = struct.unpack_from(">qi", data, at)
        end = at + _LENGTH_FROM + length
        if length < _HEAD.size - _LENGTH_FROM or end > len(data):
            return
        yield _batch(data[at:end], base)
        at = end


def _batch(raw: bytes, base: int) -> RawBatch:
    _, _, _, magic, crc, attributes, last_delta, first_time, max_time, producer, _, _, count = _HEAD.unpack_from(raw)
    next_offset = base + max(last_delta, 0) + 1
    appended = max_time if attributes & _LOG_APPEND_TIME else None
    records: tuple[RawRecord, ...] = ()
    fault = None
    if magic != _MAGIC:
        fault = f"the batch has the format {magic}, not {_MAGIC}"
    elif calc_crc32c(raw[_CHECKED_FROM:]) != crc:
        fault = "the checksum of the batch does not fit its bytes"
    else:
        try:
            inside = unpacked(attributes & _CODEC, raw[_HEAD.size :])
            records = tuple(_records(inside, base, first_time, appended, count))
        except BrokenBatch as broken:
            fault = str(broken)
        except Exception as broken:  # a decompressor may raise anything; the bytes are kept
            fault = f"the batch cannot be unpacked ({type(broken).__name__})"
    is_control, is_transactional = bool(attributes & _CONTROL), bool(attributes & _TRANSACTIONAL)
    return RawBatch(base, next_offset, is_control, is_transactional, producer, records, fault, raw, first_time)


def _records(inside: bytes, base: int, first_time: int, appended: int | None, count: int) -> Iterator[RawRecord]:
    at = 0
    for _ in range(count):
        length, at = _varint(inside, at)
        end = at + length
        if length < 0 or end > len(inside):
            raise BrokenBatch("a record is longer than its batch")
        yield _record(inside[at:end], base, first_time, appended)
        at = end
    if at != len(inside):
        raise BrokenBatch("there are bytes behind the last record")


def _record(body: bytes, base: int, first_time: int, appended: int | None) -> RawRecord:
    time_delta, at = _varint(body, 1)  # the first byte holds attributes that nobody uses
    offset_delta, at = _varint(body, at)
    key, at = _sized(body, at)
    value, at = _sized(body, at)
    count, at = _varint(body, at)
    if not 0 <= count <= len(body):
        raise BrokenBatch(f"a record says that it has {count} headers")
    headers = []
    for _ in range(count):
        name, at = _sized(body, at)
        held, at = _sized(body, at)
        headers.append(((name or b"").decode(errors="surrogateescape"), held))
    if at != len(body):
        raise BrokenBatch("there are bytes behind the headers of a record")
    timestamp = _signed(first_time + time_delta) if appended is None else appended
    return RawRecord(base + offset_delta, timestamp, key, value, tuple(headers))


def _signed(number: int) -> int:
    """Wrap a sum that exceeds 64 bits, as the broker does."""
    return (number + 2**63) % 2**64 - 2**63


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """A zigzag number and where it ends."""
    number = shift = 0
    for place in range(at, min(at + _VARINT_BYTES_MAX, len(data))):
        number |= (data[place] & 0x7F) << shift
        if data[place] < 0x80:
            return (number >> 1) ^ -(number & 1), place + 1
        shift += 7
    raise BrokenBatch("a number does not end")


def _sized(data: bytes, at: int) -> tuple[bytes | None, int]:
    """Bytes after their length, and where they end; a length of -1 stands for null."""
    length, at = _varint(data, at)
    if length < 0:
        return None, at
    if at + length > len(data):
        raise BrokenBatch("a part is longer than its record")
    return data[at : at + length], at + length


def unpacked(codec: int, packed: bytes) -> bytes:
    """Decompress the content of a batch by its codec number (0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd).

    Raises:
        BrokenBatch: the codec is unknown, the stream is cut off, or its content is too large.
        Exception: whatever a decompressor raises if the bytes are not in its format.
    """
    unpack = _CODECS.get(codec)
    if unpack is None:
        raise BrokenBatch(f"the compression {codec} is not known")
    return unpack(packed)


def _gzip(packed: bytes) -> bytes:
    """Concatenated gzip members; bytes after the last one are ignored, as the broker does."""
    parts: list[bytes] = []
    size, rest = 0, packed
    while rest[:2] == b"\x1f\x8b":
        member = zlib.decompressobj(wbits=31)
        part = member.decompress(rest, UNPACKED_BYTES_MAX - size + 1)
        size += len(part)
        _check_size(size)
        if not member.eof:
            raise BrokenBatch("the gzip stream is cut off")
        parts.append(part)
        rest = member.unused_data
    if not parts:
        raise BrokenBatch("there is no gzip stream")
    return b"".join(parts)


def _snappy(packed: bytes) -> bytes:
    """Kafka has its own framing of snappy blocks; other clients send one plain block."""
    if not packed.startswith(_SNAPPY_MAGIC):
        return _plain_snappy(packed)
    parts, at, size = [], 16, 0
    while at < len(packed):
        (length,) = struct.unpack_from(">i", packed, at)
        if length < 0 or at + 4 + length > len(packed):
            raise BrokenBatch("a snappy block is cut off")
        parts.append(_plain_snappy(packed[at + 4 : at + 4 + length]))
        size += len(parts[-1])
        _check_size(size)
        at += 4 + length
    return b"".join(parts)


def _plain_snappy(packed: bytes) -> bytes:
    size = shift = 0
    for place in packed[:5]:  # the block begins with its size
        size |= (place & 0x7F) << shift
        shift += 7
        if place < 0x80:
            break
    _check_size(size)
    return bytes(cramjam.snappy.decompress_raw(packed))


def _lz4(packed: bytes) -> bytes:
    return _bounded(cramjam.lz4.decompress_into, packed)


def _zstd(packed: bytes) -> bytes:
    return _bounded(cramjam.zstd.decompress_into, packed)


def _bounded(unpack_into: Callable[[bytes, bytearray], int], packed: bytes) -> bytes:
    """Decompress into a buffer that grows up to the bound: these streams do not state their size beforehand."""
    capacity = max(16 * len(packed), 65_536)
    while True:
        unpacked = bytearray(min(capacity, UNPACKED_BYTES_MAX + 1))
        try:
            size = unpack_into(packed, unpacked)
        except Exception:
            if capacity > UNPACKED_BYTES_MAX:
                raise
            capacity *= 8
            continue
        _check_size(size)
        return bytes(unpacked[:size])


def _check_size(size: int) -> None:
    if size > UNPACKED_BYTES_MAX:
        raise BrokenBatch(f"the batch unpacks to more than {UNPACKED_BYTES_MAX:,} bytes")


_CODECS: Final[Mapping[int, Callable[[bytes], bytes]]] = {
    0: lambda packed: packed,
    1: _gzip,
    2: _snappy,
    3: _lz4,
    4: _zstd,
}
