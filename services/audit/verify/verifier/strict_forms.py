"""JSON, hexadecimal digits and base64 in one spelling only: what two readers could read in two ways is refused."""

import base64
import binascii
import json
import struct
from typing import Any, Final, TypeAlias

MALFORMED: Final = (AttributeError, LookupError, RecursionError, TypeError, ValueError, struct.error)
"""The errors that malformed JSON causes in this folder."""
JsonObject: TypeAlias = dict[str, Any]  # `Any`: arbitrary JSON of a server or a file; other forms raise MALFORMED


def json_in(text: bytes | str) -> Any:  # as for JsonObject
    """Parse JSON without duplicate members: which of the two counts would be the reader's choice."""

    def members(pairs: list[tuple[str, object]]) -> JsonObject:
        members_ = dict(pairs)
        if len(members_) != len(pairs):
            raise ValueError("a member comes twice")
        return members_

    return json.loads(text, object_pairs_hook=members)


def list_in(value: object) -> list[Any]:  # as for JsonObject
    """The value, if it is a list; raises TypeError otherwise."""
    if not isinstance(value, list):
        raise TypeError("no list where there should be one")
    return value


def whole_number(value: object) -> int:
    """The value, if it is an integer; raises ValueError otherwise."""
    if type(value) is int:  # true and 1.0 are not
        return value
    raise ValueError("no whole number")


def from_hex(digits: str) -> bytes:
    """The bytes in their one spelling; raises ValueError or TypeError otherwise."""
    content = bytes.fromhex(digits)
    if content.hex() != digits:
        raise ValueError("bytes are written in small hexadecimal digits without spaces")
    return content


def from_base64(encoded: str) -> bytes:
    """Decode the canonical spelling (RFC 4648, section 4): without white space, with padding, with no bit left over.

    Raises:
        ValueError: it is spelt in another way, or is no base64.
    """
    try:
        raw = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as fault:
        raise ValueError("what should be base64 is none") from fault
    if base64.b64encode(raw).decode() != encoded:
        raise ValueError("what should be base64 is spelt in another way than its own")
    return raw
