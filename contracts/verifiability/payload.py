"""The payload that is signed: two digests, and the names of the signed extension attributes (section Signature)."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from .extension import CORE, MATERIAL, SIGNED_NAMES_MAX
from .refusals import NotVerifiable
from .strict_forms import from_base64, from_either_base64, json_object

_ATTRIBUTE = re.compile(r"[a-z0-9]+", re.ASCII)
_USUAL: Final = re.compile(
    rb'\{"core":"([A-Za-z0-9+/]{43}=)"'
    rb'(?:,"ext":"([A-Za-z0-9+/]{43}=)","signedextattrs":\[("[a-z0-9]+"(?:,"[a-z0-9]+")*)\])?\}'
)
"""The payload as `verification_material` writes it. Most are so, and a JSON parser takes three times as long."""


def read_payload(payload: bytes) -> tuple[bytes, bytes | None, tuple[str, ...]]:
    """Core digest, extension digest and names of the signed extension attributes; raises `NotVerifiable`."""
    return _usual(payload) or _parsed(payload)


def _usual(payload: bytes) -> tuple[bytes, bytes | None, tuple[str, ...]] | None:
    """What `_parsed` returns; None if it is for that one to say."""
    if (parts := _USUAL.fullmatch(payload)) is None or (core := from_base64(parts[1].decode())) is None:
        return None
    if parts[2] is None:
        return core, None, ()
    extension = from_base64(parts[2].decode())
    return None if extension is None else (core, extension, _names(parts[3]))


@lru_cache(512)  # a producer signs the same names in one event after another
def _names(listed: bytes) -> tuple[str, ...]:
    return checked_names(listed.decode()[1:-1].split('","'))


def _parsed(payload: bytes) -> tuple[bytes, bytes | None, tuple[str, ...]]:
    document = json_object(payload)
    if isinstance(document, str):
        raise _no_payload(document)
    core, extension, names = _digest(document, "core"), _digest(document, "ext"), document.get("signedextattrs", [])
    if core is None:
        raise _no_payload("core is missing.")
    if not isinstance(names, list) or (not names and "signedextattrs" in document):
        raise _bad_names("signedextattrs is not an array with at least one name.")
    if bool(names) != (extension is not None):
        raise _bad_names("ext and signedextattrs do not stand together.")
    return core, extension, checked_names(names)


def _digest(document: Mapping[str, object], name: str) -> bytes | None:
    if name not in document:
        return None
    encoded = document[name]
    digest = from_either_base64(encoded) if isinstance(encoded, str) else None
    if digest is None or len(digest) != 32:
        raise _no_payload(f"{name} is not the base64 of 32 bytes.")
    return digest


def _no_payload(cause: str) -> NotVerifiable:
    remedy = "Sign the JSON object that section Signature describes."
    return NotVerifiable("payload", f"The signed payload cannot be read: {cause}", remedy)


def checked_names(names: list[object] | list[str]) -> tuple[str, ...]:
    """The rules for `signedextattrs` (section dssematerial), for signers and verifiers alike."""
    if len(names) > SIGNED_NAMES_MAX:
        raise NotVerifiable("size", f"signedextattrs has {len(names)} names.", f"Sign at most {SIGNED_NAMES_MAX}.")
    checked: list[str] = []
    for name in names:
        if not isinstance(name, str) or not _ATTRIBUTE.fullmatch(name):
            raise _bad_names("A name is not made of lower-case letters and digits.")
        if name in (*CORE, MATERIAL, "data"):
            raise _bad_names(f"{name} is not an extension attribute that can be signed.")
        if name in checked:
            raise _bad_names(f"{name[:60]} is there twice.")
        checked.append(name)
    return tuple(checked)


def _bad_names(cause: str) -> NotVerifiable:
    return NotVerifiable("signed-names", cause, "Name each signed extension attribute once, beside ext.")
