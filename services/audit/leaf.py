"""What a leaf of the tree says: all of one record, in one way only.

Docs: docs/decisions/0011-what-a-leaf-holds.md. All numbers are big-endian; `bytes?` is `00` for null, else `01`, the
length in 4 bytes and the SHA-256 of the bytes:

    "forcegen.audit.record/1" 00 | length of topic (2) | topic | partition (4) | offset (8) | timestamp, ms (8)
    | key bytes? | headers bytes? | value bytes?

where headers are: their number (4), then for each the length of its name (4), its name, and `00` for null or `01`,
the length (4) and the bytes of its value. Lengths stand before what they measure, so no two records have one entry.
An entry is short whatever the record's size, and shows none of its content.
"""

import hashlib
import struct
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, TypeAlias

DOMAIN: Final = b"forcegen.audit.record/1\0"
NAMES_KEPT: Final = 1_000
"""Names of topics and headers that are not encoded again: they are few, unless somebody sends odd ones."""
Headers: TypeAlias = Sequence[tuple[str, bytes | None]]
_PLACE = struct.Struct(">iqq").pack
_LENGTH = struct.Struct(">I").pack


def entry(
    place: tuple[str, int, int], timestamp_ms: int, key: bytes | None, headers: Headers, value: bytes | None
) -> bytes:
    """The entry of the record at `place`: topic, partition, offset. At most 405 bytes, whatever the record holds."""
    topic, partition, offset = place
    fixed = _topic(topic) + _PLACE(partition, offset, timestamp_ms)
    return fixed + _digest(key) + _digest(packed(headers)) + _digest(value)


def packed(headers: Headers) -> bytes:
    """Headers in their order, with repeats and nulls."""
    parts = [_LENGTH(len(headers))]
    for name, value in headers:
        parts += (_name(name), b"\0") if value is None else (_name(name), b"\1", _LENGTH(len(value)), value)
    return b"".join(parts)


def _digest(content: bytes | None) -> bytes:
    return b"\0" if content is None else b"\1" + _LENGTH(len(content)) + hashlib.sha256(content).digest()


@lru_cache(maxsize=NAMES_KEPT)
def _topic(topic: str) -> bytes:
    raw = topic.encode()
    return DOMAIN + len(raw).to_bytes(2, "big") + raw


@lru_cache(maxsize=NAMES_KEPT)
def _name(name: str) -> bytes:
    raw = name.encode()
    return _LENGTH(len(raw)) + raw
