"""Kafka's produce request by hand (version 3, record batches of version 2): records that no client library sends.

Written from the protocol's documentation. Header names are bytes and need not be text.
"""

import struct
import time
from collections.abc import Sequence
from typing import TypeAlias

from aiokafka.record.util import calc_crc32c

from tests import kafka_clients

Raw: TypeAlias = tuple[bytes | None, bytes | None, Sequence[tuple[bytes, bytes | None]]]
"""Key, value and headers."""


def produce(address: str, topic: str, partition: int, records: Sequence[Raw], *, attributes: int = 0) -> int:
    """Send one batch and return its offset. The lowest bits of `attributes` state its compression."""
    sent = _batch(records, attributes)
    name = topic.encode()
    body = struct.pack(">hhi", -1, -1, 10_000)
    body += struct.pack(">ih", 1, len(name)) + name + struct.pack(">iii", 1, partition, len(sent)) + sent
    answer = _called(address, body)
    _, error, offset = struct.unpack_from(">ihq", answer, 4 + 2 + len(name) + 4)
    assert error == 0, f"Kafka refuses the batch: {error}"
    return int(offset)


def _batch(records: Sequence[Raw], attributes: int) -> bytes:
    now = int(time.time() * 1000)
    body = b"".join(_record(nr, *record) for nr, record in enumerate(records))
    tail = struct.pack(">hiqqqhii", attributes, len(records) - 1, now, now, -1, -1, -1, len(records)) + body
    head = struct.pack(">ibI", -1, 2, calc_crc32c(tail)) + tail
    return struct.pack(">qi", 0, len(head)) + head


def _record(nr: int, key: bytes | None, value: bytes | None, headers: Sequence[tuple[bytes, bytes | None]]) -> bytes:
    encoded_headers = b"".join(_varint(len(name)) + name + _sized(held) for name, held in headers)
    body = b"\0" + _varint(0) + _varint(nr) + _sized(key) + _sized(value) + _varint(len(headers)) + encoded_headers
    return _varint(len(body)) + body


def _varint(number: int) -> bytes:
    left, out = (number << 1) ^ (number >> 63), bytearray()
    while left >= 0x80:
        out.append(left & 0x7F | 0x80)
        left >>= 7
    return bytes([*out, left])


def _sized(raw: bytes | None) -> bytes:
    return _varint(-1) if raw is None else _varint(len(raw)) + raw


def _called(address: str, body: bytes) -> bytes:
    """Send a request to a broker (Produce is key 0), and return what follows the correlation id in its response."""
    client = b"by-hand"
    request = struct.pack(">hhih", 0, 3, 1, len(client)) + client + body
    with kafka_clients.connected(address) as connection:
        connection.sendall(struct.pack(">i", len(request)) + request)
        with connection.makefile("rb") as answers:
            (length,) = struct.unpack(">i", answers.read(4))
            return answers.read(length)[4:]
