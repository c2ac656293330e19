"""Records as rows of Postgres's binary COPY, each with its leaf hash, made while the server takes the rows before.

The format is that of https://www.postgresql.org/docs/current/sql-copy.html. It is encoded here, in one pass with the
hashing, because both read every byte once and this is the service's hot path (benchmarks/archiving.py).
"""

import struct
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from kernel.messaging.consumer import Records
from services.audit.tlog.leaf import entry, packed
from services.audit.tlog.merkle import leaf_hash

COLUMNS: Final = ("topic", "part", "offset", "timestamp", "key", "headers", "value", "leaf")
ROWS_AT_ONCE: Final = 200
"""Rows to make before the server receives the next piece."""
_BEGIN = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_END = struct.pack(">h", -1)
_NULL = struct.pack(">i", -1)
_FIELDS = struct.pack(">h", len(COLUMNS))
_LENGTH = struct.Struct(">i").pack
_NUMBERS = struct.Struct(">iiiqiq").pack
_LEAF = struct.Struct(">iq").pack


def rows(records: Records, first: int, hashes: list[bytes]) -> Iterator[bytes]:
    """Pieces for COPY; leaves are numbered from `first`, and their hashes are appended to `hashes`."""
    yield _BEGIN
    for nr in range(0, len(records), ROWS_AT_ONCE):
        piece: list[bytes] = []
        for leaf, record in enumerate(records[nr : nr + ROWS_AT_ONCE], first + nr):
            topic, partition, offset, timestamp = record.topic, record.partition, record.offset, record.timestamp
            key, headers, value = record.key, packed(record.headers), record.value
            hashes.append(leaf_hash(entry((topic, partition, offset), timestamp, key, headers, value)))
            piece += (
                _topic(topic),
                _NUMBERS(4, partition, 8, offset, 8, timestamp),
                *((_NULL, b"") if key is None else (_LENGTH(len(key)), key)),
                *(_LENGTH(len(headers)), headers),
                *((_NULL, b"") if value is None else (_LENGTH(len(value)), value)),
                _LEAF(8, leaf),
            )
        yield b"".join(piece)
    yield _END


@lru_cache(maxsize=1_000)
def _topic(topic: str) -> bytes:
    raw = topic.encode()
    return _FIELDS + _LENGTH(len(raw)) + raw
