"""Strict base64 and JSON: what two readers could read in two ways is refused."""

import binascii
import json
from typing import Final, NoReturn


def to_base64(raw: bytes) -> str:
    """Base64 with its padding (RFC 4648, section 4)."""
    return binascii.b2a_base64(raw, newline=False).decode()


def from_base64(text: str) -> bytes | None:
    """The bytes of base64 with its padding, and without a bit to spare (RFC 4648, sections 3.5 and 4)."""
    try:
        raw = binascii.a2b_base64(text)
    except ValueError:  # binascii.Error is one
        return None
    return raw if to_base64(raw) == text else None  # a2b_base64 passes over what is not base64


def from_either_base64(text: str) -> bytes | None:
    """The same, or base64url: DSSE's verifiers accept either. A text that mixes them is refused."""
    if "-" in text or "_" in text:
        return None if "+" in text or "/" in text else from_base64(text.replace("-", "+").replace("_", "/"))
    return from_base64(text)


def _members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("A member is there twice.")
    return members


def _constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON.")


_STRICT: Final = json.JSONDecoder(object_pairs_hook=_members, parse_constant=_constant)


def json_object(raw: bytes) -> dict[str, object] | str:
    """The JSON object of a text, or why it is none."""
    try:
        document = _STRICT.decode(raw.decode())
    except UnicodeDecodeError:
        return "It is not UTF-8."
    except (json.JSONDecodeError, RecursionError):
        return "It is not JSON."
    except ValueError as fault:
        return str(fault)
    return document if isinstance(document, dict) else "It is not a JSON object."
