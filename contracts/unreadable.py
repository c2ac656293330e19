"""The error for bytes that could not be read; it lets their sender correct them and keeps a dead letter searchable.

It is the one exception of every binding and for every fault: readers of the wire catch this and nothing else.
"""

import hashlib
from collections.abc import Mapping
from typing import Final

import orjson

from contracts.limits import ATTRIBUTE_LENGTH_MAX
from contracts.text import is_storable

__all__ = ["ATTRIBUTE_LENGTH_MAX", "Unreadable", "empty"]

_IDENTIFYING: Final = ("id", "source", "type", "subject", "correlationid")


class Unreadable(Exception):
    """The bytes are not a CloudEvent that the system can keep: reason, field, remedy, and the readable parts."""

    def __init__(self, reason: str, field: str, remedy: str) -> None:
        super().__init__(f"{field}: {reason} {remedy}")
        self.reason = reason
        self.field = field
        self.remedy = remedy
        self.id: str | None = None
        self.source: str | None = None
        self.type: str | None = None
        self.subject: str | None = None
        self.correlation_id: str | None = None
        self.is_foreign = False
        """Client libraries cannot decode the record at all: it is answered, and also kept as a dead letter."""
        self.digest = b""
        """Hash of what was sent, by which a repeat is recognised; empty if no identity was read."""

    def salvage(self, attributes: Mapping[str, object], data: bytes | None = None) -> "Unreadable":
        """Keep those of the identifying attributes (as text or UTF-8 bytes) that are valid by themselves.

        With `source` and `id` the sender can be answered; `attributes` and `data` are then hashed as they came.
        """
        self.id, self.source, self.type, self.subject, self.correlation_id = (
            _salvaged(attributes.get(name)) for name in _IDENTIFYING
        )
        if self.id is not None and self.source is not None:
            self.digest = _digest(attributes, data)
        return self


def _salvaged(value: object) -> str | None:
    if isinstance(value, bytes):
        value = value.decode(errors="replace")
        if "\N{REPLACEMENT CHARACTER}" in value:
            return None
    good = isinstance(value, str) and 0 < len(value) <= ATTRIBUTE_LENGTH_MAX and is_storable(value)
    return value if good and isinstance(value, str) else None


def _digest(attributes: Mapping[str, object], data: bytes | None) -> bytes:
    """Hash each part preceded by its length, so that no two sets of attributes give the same input."""
    digest = hashlib.sha256()
    for name, value in sorted(attributes.items()):
        raw = _octets(value)
        digest.update(b"%b:%d:%b;" % (name.encode(), len(raw), raw))
    digest.update(b"data;" if data is None else b"data:%d:%b;" % (len(data), data))
    return digest.digest()


def _octets(value: object) -> bytes:
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return value.encode(errors="surrogatepass")
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:  # nested too deeply to be written: no attribute is
        return type(value).__name__.encode()


def empty(field: str) -> Unreadable:
    """The error for missing data."""
    return Unreadable("There is no data.", field, "Send the data as a JSON object; an empty record deletes nothing.")
