"""The DSSE envelope in `dssematerial`, written and read (DSSE 1.0.2: protocol.md, envelope.md)."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from .extension import MATERIAL, MATERIAL_BYTES_MAX, PAYLOAD_TYPE, SIGNATURES_MAX
from .refusals import NotVerifiable
from .strict_forms import from_base64, from_either_base64, json_object, to_base64

_USUAL: Final = re.compile(
    rb'\{"payloadType":"%b","payload":"([A-Za-z0-9+/]+=*)",'
    rb'"signatures":\[\{"keyid":"([0-9a-f]*)","sig":"([A-Za-z0-9+/]+=*)"\}\]\}' % re.escape(PAYLOAD_TYPE).encode()
)
"""The envelope as `dsse_envelope` writes it with one signature. Most are so, and a JSON parser takes twice as long."""


def pae(payload_type: str, payload: bytes) -> bytes:
    """The bytes that are signed: DSSE's pre-authentication encoding (protocol.md, Signature Definition)."""
    return b"DSSEv1 %d %s %d %s" % (len(payload_type.encode()), payload_type.encode(), len(payload), payload)


def dsse_envelope(payload: bytes, signatures: Sequence[tuple[str, bytes]]) -> str:
    """The value of `dssematerial` for a payload and its signatures, each as key id and bytes."""
    written = [{"keyid": keyid, "sig": to_base64(signature)} for keyid, signature in signatures]
    document = {"payloadType": PAYLOAD_TYPE, "payload": to_base64(payload), "signatures": written}
    return to_base64(json.dumps(document, separators=(",", ":")).encode())


@dataclass(frozen=True, slots=True)
class Material:
    """What `dssematerial` says. Nothing of it is true until a signature is verified."""

    payload: bytes
    signatures: tuple[tuple[str, bytes], ...]
    """Key id, empty where none is given, and signature."""


def read_material(attributes: Mapping[str, object]) -> Material:
    """What `dssematerial` says, unverified; raises `NotVerifiable`."""
    if (text := attributes.get(MATERIAL)) in (None, ""):
        raise NotVerifiable("unsigned", "The event is not signed.", "Sign it, and send the attribute dssematerial.")
    if isinstance(text, str) and len(text) > MATERIAL_BYTES_MAX:
        raise NotVerifiable("size", f"dssematerial has {len(text):,} bytes.", f"Send at most {MATERIAL_BYTES_MAX:,}.")
    raw = from_base64(text) if isinstance(text, str) else None
    if raw is None:
        raise _no_envelope("It is not base64 (RFC 4648, section 4).")
    return _usual(raw) or _parsed(raw)


def _usual(raw: bytes) -> Material | None:
    """What `_parsed` returns; None if it is for that one to say."""
    if (parts := _USUAL.fullmatch(raw)) is None:
        return None
    payload, signature = from_base64(parts[1].decode()), from_base64(parts[3].decode())
    return None if payload is None or signature is None else Material(payload, ((parts[2].decode(), signature),))


def _parsed(raw: bytes) -> Material:
    envelope = json_object(raw)
    if isinstance(envelope, str):
        raise _no_envelope(envelope)
    payload_type, encoded, signatures = (envelope.get(name) for name in ("payloadType", "payload", "signatures"))
    if not isinstance(payload_type, str) or not isinstance(encoded, str) or not isinstance(signatures, list):
        raise _no_envelope("payload, payloadType or signatures is missing or of another type.")
    if not signatures:
        raise _no_envelope("signatures is empty.")
    if payload_type != PAYLOAD_TYPE:
        raise NotVerifiable("payload-type", f"payloadType is {payload_type[:80]!a}.", f"Sign with {PAYLOAD_TYPE}.")
    payload = from_either_base64(encoded)
    if payload is None:
        raise _no_envelope("payload is not base64.")
    if len(signatures) > SIGNATURES_MAX:
        raise NotVerifiable("size", f"There are {len(signatures)} signatures.", f"Send at most {SIGNATURES_MAX}.")
    return Material(payload, tuple(_signature(one) for one in signatures))


def _signature(one: object) -> tuple[str, bytes]:
    keyid, encoded = (one.get("keyid", ""), one.get("sig")) if isinstance(one, dict) else (None, None)
    signature = from_either_base64(encoded) if isinstance(encoded, str) else None
    if not isinstance(keyid, str) or signature is None:
        raise _no_envelope("A signature is not an object with sig in base64 and, where there is one, keyid as text.")
    return keyid, signature


def _no_envelope(cause: str) -> NotVerifiable:
    remedy = "Send the base64 of a DSSE envelope in JSON (DSSE 1.0.2, envelope.md)."
    return NotVerifiable("envelope", f"dssematerial cannot be read: {cause}", remedy)
