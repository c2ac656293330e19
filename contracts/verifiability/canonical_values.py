"""The canonical form of an attribute's value, and its SHA-256 (section Canonical Value Serialization)."""

import hashlib
import re
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache

from .extension import AttributeType, Scalar
from .refusals import NotVerifiable
from .strict_forms import from_base64

_INTEGER = re.compile(r"0|-?[1-9][0-9]*", re.ASCII)
_TIME = re.compile(  # hours, minutes and seconds in their bounds: later versions of Python read 24:00
    r"(\d{4}-\d\d-\d\d)[Tt]((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)(?:\.\d+)?([Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)?",
    re.ASCII,
)


def canonical(name: str, value: object, kind: AttributeType) -> tuple[Scalar, bytes]:
    """A value as it is returned, and the SHA-256 of its canonical bytes.

    Raises:
        NotVerifiable: it is not of the type.
    """
    match kind:
        case "Integer" if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**19:
            return value, hashed(name, str(value))
        case "Integer" if isinstance(value, str) and _INTEGER.fullmatch(value) and len(value) <= 20:
            return int(value), hashed(name, value)
        case "Boolean" if isinstance(value, bool) or value in ("true", "false"):
            is_true = value in (True, "true")
            return is_true, hashed(name, "true" if is_true else "false")
        case "Binary" if isinstance(value, str) and (raw := from_base64(value)) is not None:
            return value, hashlib.sha256(raw).digest()
        case "Timestamp" if isinstance(value, str):
            text = timestamp(name, value)
            return text, hashed(name, text)
        case "String" | "URI" | "URI-reference" if isinstance(value, str):
            return value, hashed(name, value)
    raise misfit(name, f"not of the type {kind}", "Send it in the canonical form of its type.")


def timestamp(name: str, text: str) -> str:
    """RFC 3339 in UTC with `Z`, cut to the second; a time without an offset is in UTC."""
    if match := _TIME.fullmatch(text):
        day, clock, offset = match.groups("Z")
        with suppress(ValueError, OverflowError):  # no such day, or outside of the calendar
            instant = datetime.fromisoformat(f"{day}T{clock}{offset.upper()}")
            if offset in "Zz":
                return f"{day}T{clock}Z"
            return instant.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    raise misfit(name, "no time of RFC 3339", "Send e.g. 2024-03-12T09:30:00Z, without a leap second.")


@lru_cache(512)  # most attributes are the same in one event after another
def hashed(name: str, text: str) -> bytes:
    """The SHA-256 of an attribute's canonical text."""
    try:
        return hashlib.sha256(text.encode()).digest()
    except UnicodeEncodeError as fault:
        raise misfit(name, "not Unicode text: it holds half of a surrogate pair", "Send UTF-8.") from fault


def misfit(name: str, fault: str, remedy: str) -> NotVerifiable:
    """The refusal of an attribute, to be raised."""
    return NotVerifiable("attribute", f"The attribute {name} is {fault}.", remedy)
