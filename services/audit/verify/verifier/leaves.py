"""The leaf hash of a record, made again from its content: a root that fits proves nothing about rows that nobody read.

The form is that of docs/decisions/0011-what-a-leaf-holds.md, hashed as RFC 6962, section 2.1, hashes a leaf.
"""

import hashlib
import struct
from collections.abc import Callable
from typing import Final

from .strict_forms import MALFORMED, JsonObject, from_hex, whole_number

FIELDS: Final = frozenset({"topic", "partition", "offset", "timestamp", "key", "headers", "value"})
"""All members of a record: any other member would be shown without being proved."""


def leaf_hash(record: JsonObject) -> bytes:
    """The leaf hash of a record in JSON: bytes in hexadecimal, the timestamp in milliseconds.

    Raises one of MALFORMED if it is not a record, or has a member that no leaf proves.
    """
    if record.keys() - {"leaf"} != FIELDS:
        raise ValueError("a record has other members")
    topic = record["topic"].encode()
    packed = [struct.pack(">I", len(record["headers"]))]
    for name, value in record["headers"]:
        raw = name.encode() if isinstance(name, str) else from_hex(name["hex"])
        packed.append(struct.pack(">I", len(raw)) + raw + _sized(value, lambda content: content))
    parts = [b"forcegen.audit.record/1\0", struct.pack(">H", len(topic)), topic]
    parts.append(struct.pack(">iqq", *map(whole_number, (record["partition"], record["offset"], record["timestamp"]))))
    for content in (record["key"], b"".join(packed).hex(), record["value"]):
        parts.append(_sized(content, lambda raw: hashlib.sha256(raw).digest()))
    return hashlib.sha256(b"\0" + b"".join(parts)).digest()


def _sized(digits: str | None, shown: Callable[[bytes], bytes]) -> bytes:
    if digits is None:
        return b"\0"
    content = from_hex(digits)
    return b"\1" + struct.pack(">I", len(content)) + shown(content)


def hash_of_any(record: JsonObject) -> bytes:
    """The leaf hash; for a value that cannot be a record, a value that no tree holds."""
    try:
        return leaf_hash(record)
    except MALFORMED:
        return b"no record"


def name_of(record: JsonObject) -> str:
    """The name of a record in findings."""
    return "/".join(str(record.get(part, "?"))[:300] for part in ("topic", "partition", "offset"))
