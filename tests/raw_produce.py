"""Kafka's produce request by hand: batches that no client library makes, but any program on the network may send."""

import socket
import struct
import time
from collections.abc import Callable, Sequence
from typing import TypeAlias

from aiokafka.record.util import calc_crc32c

from tests import kafka_clients

Headers: TypeAlias = Sequence[tuple[bytes, bytes | None]]
RawMessage: TypeAlias = tuple[bytes | None, bytes | None, Headers]
"""Key, value and headers, all of them bytes."""
PRODUCE_VERSION = 7
"""The first version that accepts zstd."""


def varint(number: int) -> bytes:
    zigzag = ((number << 1) ^ (number >> 63)) & (2**64 - 1) if number < 0 else number << 1
    written = b""
    while zigzag > 0x7F:
        written += bytes((zigzag & 0x7F | 0x80,))
        zigzag >>= 7
    return written + bytes((zigzag,))


def sized(part: bytes | None) -> bytes:
    return varint(-1) if part is None else varint(len(part)) + part


def record(message: RawMessage, offset_delta: int = 0, time_delta: int = 0) -> bytes:
    key, value, headers = message
    body = b"\0" + varint(time_delta) + varint(offset_delta) + sized(key) + sized(value) + varint(len(headers))
    body += b"".join(varint(len(name)) + name + sized(held) for name, held in headers)
    return varint(len(body)) + body


def batch(
    messages: Sequence[RawMessage],
    *,
    timestamp: int | None = None,
    codec: int = 0,
    pack: Callable[[bytes], bytes] = bytes,
    base: int = 0,
) -> bytes:
    """A record batch; `pack` encodes its records as the codec says, or as something else."""
    inside = pack(b"".join(record(message, nr) for nr, message in enumerate(messages)))
    when = int(time.time() * 1000) if timestamp is None else timestamp
    tail = struct.pack(">hiqqqhii", codec, len(messages) - 1, when, when, -1, -1, -1, len(messages)) + inside
    head = struct.pack(">ib", -1, 2) + struct.pack(">I", calc_crc32c(tail)) + tail
    return struct.pack(">qi", base, len(head)) + head


def produce(address: str, topic: str, partition: int, data: bytes) -> tuple[int, int]:
    """Send a batch as it is; returns the broker's error code and the offset of the first record."""
    body = struct.pack(">hhi", -1, -1, 10_000) + struct.pack(">i", 1) + _text(topic) + struct.pack(">i", 1)
    body += struct.pack(">i", partition) + struct.pack(">i", len(data)) + data
    answer = _call(address, 0, PRODUCE_VERSION, body)
    at = 4 + 2 + len(topic.encode()) + 4
    _, error, offset = struct.unpack(">ihq", answer[at : at + 14])
    return error, offset


def _text(text: str) -> bytes:
    raw = text.encode()
    return struct.pack(">h", len(raw)) + raw


def _call(address: str, api: int, version: int, body: bytes) -> bytes:
    with kafka_clients.connected(address) as connection:
        request = struct.pack(">hhi", api, version, 1) + _text("by-hand") + body
        connection.sendall(struct.pack(">i", len(request)) + request)
        (length,) = struct.unpack(">i", _read(connection, 4))
        return _read(connection, length)[4:]


def _read(connection: socket.socket, size: int) -> bytes:
    read = b""
    while len(read) < size:
        piece = connection.recv(size - len(read))
        if not piece:
            raise EOFError("the broker closed the connection")
        read += piece
    return read
