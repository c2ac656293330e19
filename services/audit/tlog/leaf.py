"""The content of a leaf of the tree: all of one record, in a single canonical encoding.

Docs: docs/decisions/0011-what-a-leaf-holds.md. All numbers are big-endian; `bytes?` is `00` for null, else `01`, the
length in 4 bytes and the SHA-256 of the bytes:

    "forcegen.audit.record/1" 00 | length of topic (2) | topic | partition (4) | offset (8) | timestamp, ms (8)
    | key bytes? | headers bytes? | value bytes?

where headers are: their number (4), then for each the length of its name (4), its name, and `00` for null or `01`,
the length (4) and the bytes of its value. A length precedes what it measures, so no two records share an entry.
An entry is short whatever the record's size, and reveals none of its content.

Header names in Kafka are bytes that most clients treat as UTF-8. A name that is not UTF-8 is text here, in which a lone
surrogate (U+DC80 to U+DCFF) stands for an undecodable byte (PEP 383), so that it maps back to the same bytes.
"""

import struct
from collections.abc import Iterator, Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Final, TypeAlias

DOMAIN: Final = b"forcegen.audit.record/1\0"
NAMES_KEPT: Final = 1_000
"""A cache of encoded topic and header names: there are few, unless somebody sends odd ones."""
NAME_CODEC: Final = ("utf-8", "surrogateescape")
"""The codec between a header's name and its bytes, in both directions."""
Headers: TypeAlias = Sequence[tuple[str, bytes | None]]
_PLACE = struct.Struct(">iqq").pack
_PLACE_AND_DIGESTS = struct.Struct(">iqq BI32s BI32s BI32s").pack
_LENGTH = struct.Struct(">I").pack
_LENGTH_BYTES = 4
SHORT: Final = 1_024
_SHORT = [_LENGTH(size) for size in range(SHORT)]


def entry(
    place: tuple[str, int, int], timestamp_ms: int, key: bytes | None, headers: bytes, value: bytes | None
) -> bytes:
    """The entry of the record at `place`: topic, partition, offset. At most 405 bytes, whatever the record holds."""
    topic, partition, offset = place
    if key is None or value is None:
        return digested(place, timestamp_ms, *map(_digest, (key, headers, value)))
    # The same as `digested`, in one call: archiving spends most of its time here.
    return _topic(topic) + _PLACE_AND_DIGESTS(
        *(partition, offset, timestamp_ms),
        *(1, len(key), sha256(key).digest()),
        *(1, len(headers), sha256(headers).digest()),
        *(1, len(value), sha256(value).digest()),
    )


def digested(place: tuple[str, int, int], timestamp_ms: int, key: bytes, headers: bytes, value: bytes) -> bytes:
    """The entry from the encoded key, headers and value: `bytes?`, as above."""
    topic, partition, offset = place
    return _topic(topic) + _PLACE(partition, offset, timestamp_ms) + key + headers + value


def packed(headers: Headers) -> bytes:
    """Headers in order, with repeats and nulls, in the form in which they are hashed and archived."""
    parts = [_LENGTH(len(headers))]
    for name, value in headers:
        if value is None:
            parts.append(_nothing(name))
        else:  # most lengths are short and encoded in advance
            size = len(value)
            parts += (_named(name), _SHORT[size] if size < SHORT else _LENGTH(size), value)
    return b"".join(parts)


def unpacked(raw: bytes) -> Headers:
    """The inverse of `packed`; other bytes become the value of a header without a name, so that they are visible."""
    try:
        headers = list(_unpacked(raw))
        whole = packed(headers) == raw
    except struct.error:
        whole = False
    return headers if whole else [("", raw)]


def _unpacked(raw: bytes) -> Iterator[tuple[str, bytes | None]]:
    at = _LENGTH_BYTES
    while at < len(raw):
        name, at = _sized(raw, at)
        value, at = (None, at + 1) if raw[at : at + 1] == b"\0" else _sized(raw, at + 1)
        yield name.decode(*NAME_CODEC), value


def _sized(raw: bytes, at: int) -> tuple[bytes, int]:
    """The bytes after their length, and the offset of their end."""
    begin = at + _LENGTH_BYTES
    (length,) = struct.unpack(">I", raw[at:begin])
    return raw[begin : begin + length], begin + length


def _digest(content: bytes | None) -> bytes:
    return b"\0" if content is None else b"\1" + _LENGTH(len(content)) + sha256(content).digest()


@lru_cache(maxsize=NAMES_KEPT)
def _topic(topic: str) -> bytes:
    raw = topic.encode()
    return DOMAIN + len(raw).to_bytes(2, "big") + raw


@lru_cache(maxsize=NAMES_KEPT)
def _named(name: str) -> bytes:
    raw = name.encode(*NAME_CODEC)
    return _LENGTH(len(raw)) + raw + b"\1"


def _nothing(name: str) -> bytes:
    return _named(name)[:-1] + b"\0"
