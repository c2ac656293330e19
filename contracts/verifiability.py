"""Signs and verifies CloudEvents: the extension Verifiability (`dssematerial`), in one file that can be taken alone.

It needs Python 3.11 and the package `cryptography`, and nothing else of this project. The extension is
`cloudevents/extensions/verifiability.md` of cloudevents/spec ("v0.1", June 2026); "section" below means its headings.
The envelope and what is signed are DSSE 1.0.2 (`protocol.md`, `envelope.md` of secure-systems-lab/dsse).

An event is read in one way, or refused: no check tries a second spelling of an attribute or of the data.

    key = SigningKey.from_pem(Path("producer.key").read_bytes())
    attributes["dssematerial"] = sign(attributes, data, key)

    event = raw_from_kafka(value, headers)
    verified = verify(event.attributes, event.data, [PublicKey.parse("ed25519:…")])
"""

import binascii
import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from typing import Final, Literal, NoReturn, Self, TypeAlias

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

MATERIAL: Final = "dssematerial"
"""The attribute that carries the DSSE envelope; its type is Binary, so it is base64 text in headers and in JSON."""
PAYLOAD_TYPE: Final = "https://cloudevents.io/verifiability/dsse/v0.1"
CORE: Final = ("id", "source", "specversion", "type", "datacontenttype", "dataschema", "subject", "time")
"""The context attributes of the core digest, in the order of section Signing Protocol; the data comes after them."""
MATERIAL_BYTES_MAX: Final = 8_192
"""Bytes of `dssematerial`, as base64 text."""
SIGNATURES_MAX: Final = 4
SIGNED_NAMES_MAX: Final = 32

AttributeType: TypeAlias = Literal["Boolean", "Integer", "String", "Binary", "URI", "URI-reference", "Timestamp"]
"""The types of CloudEvents 1.0.2, section Type System."""
Scalar: TypeAlias = str | int | bool
EXTENSION_TYPES: Final[Mapping[str, AttributeType]] = {
    "actor": "String",
    "causationid": "String",
    "correlationid": "String",
    "partitionkey": "String",
    "position": "Integer",
    "recordedtime": "Timestamp",
    "streamversion": "Integer",
    "traceparent": "String",
    "tracestate": "String",
}
"""The extension attributes that Forcegen knows. A signed one of another name: only the core is verified."""
NEVER_UNSIGNED: Final = frozenset({"actor"})
"""Extension attributes that a signed event may not carry outside of its signature. Others are dropped instead."""

Reason: TypeAlias = Literal[
    "unsigned",  # there is no `dssematerial`
    "size",  # more bytes, signatures or names than are read
    "event",  # the message cannot be read as a CloudEvent, so there is nothing to verify
    "envelope",  # `dssematerial` is not the base64 of a DSSE envelope in JSON
    "payload-type",  # another payloadType than that of the extension
    "key",  # no signature names a key that is accepted
    "signature",  # no signature holds under an accepted key
    "payload",  # the signed payload is not the JSON object of the extension
    "signed-names",  # `signedextattrs` breaks its rules, or stands without `ext`
    "attribute",  # the value of a signed attribute has no canonical form
    "core-digest",  # a core attribute or the data is not what was signed
    "extension-digest",  # a signed extension attribute is not what was signed
    "unsigned-attribute",  # an attribute of NEVER_UNSIGNED is there and not signed
]
Coverage: TypeAlias = Literal["core", "core and extensions", "core, extensions of unknown types skipped"]
"""What was verified (section Verification Protocol, last paragraph)."""

_ATTRIBUTE = re.compile(r"[a-z0-9]+", re.ASCII)
_INTEGER = re.compile(r"0|-?[1-9][0-9]*", re.ASCII)
_TIME = re.compile(  # hours, minutes and seconds in their bounds: later versions of Python read 24:00
    r"(\d{4}-\d\d-\d\d)[Tt]((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)(?:\.\d+)?([Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)?",
    re.ASCII,
)


class NotVerifiable(Exception):
    """An event that is not verified, or that cannot be signed; its text says what to do about it."""

    def __init__(self, reason: Reason, message: str, remedy: str) -> None:
        super().__init__(f"{message} {remedy}")
        self.reason: Final = reason
        self.message: Final = message
        self.remedy: Final = remedy


class KeyRefused(ValueError):
    """A text that is not a key, or a key under which a signature would prove nothing."""


# Keys. The algorithm belongs to the key, never to the message.

_ECDSA: Final = ec.ECDSA(SHA256())
_P: Final = 2**255 - 19
_D: Final = -121665 * pow(121666, -1, _P) % _P
_Y8: Final = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
_SMALL_ORDER: Final = frozenset({0, 1, _P - 1, _Y8, _P - _Y8})
"""The y of the points of edwards25519 whose order divides 8: under such a key, one signature holds for any message."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key that verifies: Ed25519 (RFC 8032), or ECDSA over P-256 with SHA-256 and signatures as r and s, 64 bytes."""

    text: str
    """`ed25519:` and the base64 of its 32 bytes, or `p256:` and that of the uncompressed point, 65 bytes."""
    id: str
    """The `keyid` of its signatures: usually the first 32 hexadecimal digits of the SHA-256 of its text. It narrows the
    choice of a key and proves nothing."""
    _key: ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey = field(repr=False, compare=False)

    @classmethod
    def parse(cls, text: str, keyid: str | None = None) -> Self:
        """Read the text of a key; `keyid` if its producer uses another id than the usual one.

        Raises:
            KeyRefused: it is not a key, not in its only spelling, or is a point of small order.
        """
        algorithm, _, encoded = text.partition(":")
        raw = _base64(encoded)
        key: ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey
        if algorithm == "ed25519" and raw is not None and len(raw) == 32:
            _check_point(raw)
            key = ed25519.Ed25519PublicKey.from_public_bytes(raw)
        elif algorithm == "p256" and raw is not None and len(raw) == 65:
            try:
                key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw)
            except ValueError as fault:
                raise KeyRefused("These 65 bytes are not a point of P-256. Copy the key again.") from fault
        else:
            raise KeyRefused(
                "A public key is `ed25519:` or `p256:` with base64, as `forcegen keys show FILE` prints it."
            )
        return cls(text, hashlib.sha256(text.encode()).hexdigest()[:32] if keyid is None else keyid, key)

    def holds(self, signature: bytes, message: bytes) -> bool:
        """Whether it is this key's signature of the message."""
        if len(signature) != 64:
            return False
        try:
            if isinstance(self._key, ed25519.Ed25519PublicKey):
                self._key.verify(signature, message)
            else:
                r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
                self._key.verify(encode_dss_signature(r, s), message, _ECDSA)
        except InvalidSignature:
            return False
        return True


def _check_point(raw: bytes) -> None:
    """Refuse 32 bytes that are not a public key of Ed25519 that can be relied on (RFC 8032, section 5.1.3)."""
    y = int.from_bytes(raw, "little") & ~(1 << 255)
    if y >= _P:
        raise KeyRefused("The key is spelt in a non-canonical way. Register it as `forcegen keys show` prints it.")
    if y in _SMALL_ORDER:
        raise KeyRefused("The key is a point of small order: anybody can sign with it. Make a new key.")
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    if pow(square, (_P - 1) // 2, _P) != 1:
        raise KeyRefused("These 32 bytes are not a point of edwards25519. Copy the key again.")


@dataclass(frozen=True, repr=False)
class SigningKey:
    """A private key of Ed25519 or P-256. `cryptography` makes a new one, or `forcegen keys new`."""

    private: ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey

    @classmethod
    def from_pem(cls, pem: bytes) -> Self:
        """Read a private key in PEM, not encrypted: of `forcegen keys new`, or of `openssl genpkey`.

        Raises:
            KeyRefused: it is none, or of another algorithm. The text does not quote the file.
        """
        try:
            key = serialization.load_pem_private_key(pem, password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            key = None
        if isinstance(key, ed25519.Ed25519PrivateKey):
            return cls(key)
        if isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1):
            return cls(key)
        raise KeyRefused(
            "This is not a private key of Ed25519 or P-256 in PEM without a password: `forcegen keys new`."
        )

    def to_pem(self) -> bytes:
        """The key as PKCS #8 in PEM, not encrypted: for a file that only its owner can read."""
        return self.private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    @cached_property
    def public(self) -> PublicKey:
        """Its public half."""
        if isinstance(self.private, ed25519.Ed25519PrivateKey):
            return PublicKey.parse(f"ed25519:{_encoded(self.private.public_key().public_bytes_raw())}")
        point = self.private.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        return PublicKey.parse(f"p256:{_encoded(point)}")

    def sign(self, message: bytes) -> bytes:
        """The signature of a message, 64 bytes; the same each time (RFC 8032; RFC 6979)."""
        if isinstance(self.private, ed25519.Ed25519PrivateKey):
            return self.private.sign(message)
        r, s = decode_dss_signature(self.private.sign(message, ec.ECDSA(SHA256(), deterministic_signing=True)))
        return r.to_bytes(32) + s.to_bytes(32)


# Signing.


def sign(
    attributes: Mapping[str, object],
    data: bytes,
    key: SigningKey,
    signedextattrs: Sequence[str] | None = None,
    types: Mapping[str, AttributeType] = EXTENSION_TYPES,
) -> str:
    """The value of `dssematerial` for an event: base64 text, for a header or for JSON (section Signing Protocol).

    `attributes` and `data` are what the consumer will read, to the byte. `signedextattrs` names the extension
    attributes to sign, absent ones too; None stands for those that are there and whose type is known.

    Raises:
        NotVerifiable: the event could not be verified by its consumers.
    """
    if signedextattrs is None:
        signedextattrs = sorted(name for name in types if attributes.get(name) not in (None, ""))
    payload = verification_material(attributes, data, signedextattrs, types)
    signature = key.sign(pae(PAYLOAD_TYPE, payload))
    return dsse_envelope(payload, [(key.public.id, signature)])


def verification_material(
    attributes: Mapping[str, object],
    data: bytes,
    signedextattrs: Sequence[str],
    types: Mapping[str, AttributeType] = EXTENSION_TYPES,
) -> bytes:
    """The payload to sign, `VERIFICATION_MATERIAL` of section Signature, for signers that keep their key elsewhere.

    Raises:
        NotVerifiable: the event could not be verified by its consumers.
    """
    _check_signed_names(list(signedextattrs))
    for name in sorted(set(signedextattrs) - types.keys()):
        remedy = "Give its type in `types`, or leave it unsigned."
        raise NotVerifiable("signed-names", f"The type of the attribute {name} is not known.", remedy)
    if data and attributes.get("datacontenttype") is None:
        remedy = "Set it, e.g. application/json: a bridge that adds it later would break the signature."
        raise NotVerifiable("attribute", "The attribute datacontenttype is missing.", remedy)
    material: dict[str, object] = {"core": _encoded(_core_digest(_core(attributes), data))}
    if signedextattrs:
        _, digest = _extensions(attributes, signedextattrs, types)
        material |= {"ext": _encoded(digest), "signedextattrs": list(signedextattrs)}
    return json.dumps(material, separators=(",", ":")).encode()


def pae(payload_type: str, payload: bytes) -> bytes:
    """The bytes that are signed: DSSE's pre-authentication encoding (protocol.md, Signature Definition)."""
    return b"DSSEv1 %d %s %d %s" % (len(payload_type.encode()), payload_type.encode(), len(payload), payload)


def dsse_envelope(payload: bytes, signatures: Sequence[tuple[str, bytes]]) -> str:
    """The value of `dssematerial` for a payload and its signatures, each as key id and bytes."""
    written = [{"keyid": keyid, "sig": _encoded(signature)} for keyid, signature in signatures]
    document = {"payloadType": PAYLOAD_TYPE, "payload": _encoded(payload), "signatures": written}
    return _encoded(json.dumps(document, separators=(",", ":")).encode())


# Verification.


@dataclass(frozen=True, slots=True)
class Material:
    """What `dssematerial` says. Nothing of it is true until a signature is verified."""

    payload: bytes
    signatures: tuple[tuple[str, bytes], ...]
    """Key id, empty where none is given, and signature."""


@dataclass(frozen=True, slots=True)
class Verified:
    """An event whose signature holds, as section Consumer Behavior Configuration has it for the mode `strict`."""

    key_id: str
    """The id of the accepted key that signed."""
    payload_sha256: bytes
    """SHA-256 of the signed payload. It names what was signed; a signature does not, for there may be two of it."""
    coverage: Coverage
    signed: tuple[str, ...]
    """The names of the extension attributes that the signature covers, present or not, in its order."""
    attributes: Mapping[str, Scalar]
    """The attributes that the signature covers, in canonical form: times in UTC, cut to the second."""
    dropped: tuple[str, ...]
    """The names of the extension attributes that the event carries and the signature does not cover."""


def verify(
    attributes: Mapping[str, object],
    data: bytes,
    keys: Sequence[PublicKey],
    types: Mapping[str, AttributeType] = EXTENSION_TYPES,
    never_unsigned: Iterable[str] = NEVER_UNSIGNED,
) -> Verified:
    """Verify an event under the keys that are accepted for its source (section Verification Protocol).

    `attributes` and `data` are what the sender sent, see `raw_from_kafka`, `raw_from_http` and `raw_from_json`. One
    signature under one of the keys is enough (DSSE, Multi-signature Verification, with t = 1).

    Raises:
        NotVerifiable: with the reason; nothing else escapes, whatever the event holds.
    """
    material = read_material(attributes)
    key = _signer(material, keys)
    core_digest, extension_digest, signed = read_payload(material.payload)
    covered: dict[str, Scalar] = dict(_core(attributes))
    if _core_digest(covered, data) != core_digest:
        remedy = "Send the data to the byte as it was signed; in structured mode, as data_base64."
        raise NotVerifiable("core-digest", "A core attribute or the data is not what was signed.", remedy)
    coverage: Coverage = "core"
    if extension_digest is not None:
        coverage = "core and extensions" if set(signed) <= types.keys() else "core, extensions of unknown types skipped"
    if coverage == "core and extensions":
        values, digest = _extensions(attributes, signed, types)
        if digest != extension_digest:
            message = f"One of these attributes is not what was signed: {', '.join(signed)[:200]}."
            raise NotVerifiable("extension-digest", message, "Send each as it was signed, and none that was absent.")
        covered |= values
    else:
        signed = ()
    dropped = _dropped(attributes, signed, never_unsigned)
    return Verified(key.id, hashlib.sha256(material.payload).digest(), coverage, signed, covered, dropped)


def _dropped(attributes: Mapping[str, object], signed: Sequence[str], never_unsigned: Iterable[str]) -> tuple[str, ...]:
    known = {*CORE, MATERIAL, *signed}
    dropped = tuple(sorted(name for name, value in attributes.items() if name not in known and value not in (None, "")))
    for name in sorted(set(dropped) & set(never_unsigned)):
        message = f"The attribute {name} is there, and the signature does not cover it."
        raise NotVerifiable("unsigned-attribute", message, "Name it in signedextattrs, or leave it out.")
    return dropped


def read_material(attributes: Mapping[str, object]) -> Material:
    """What `dssematerial` says, unverified; raises `NotVerifiable`."""
    if (text := attributes.get(MATERIAL)) in (None, ""):
        raise NotVerifiable("unsigned", "The event is not signed.", "Sign it, and send the attribute dssematerial.")
    if isinstance(text, str) and len(text) > MATERIAL_BYTES_MAX:
        raise NotVerifiable("size", f"dssematerial has {len(text):,} bytes.", f"Send at most {MATERIAL_BYTES_MAX:,}.")
    raw = _base64(text) if isinstance(text, str) else None
    if raw is None:
        raise _no_envelope("It is not base64 (RFC 4648, section 4).")
    envelope = _object(raw)
    if isinstance(envelope, str):
        raise _no_envelope(envelope)
    payload_type, encoded, signatures = (envelope.get(name) for name in ("payloadType", "payload", "signatures"))
    if not isinstance(payload_type, str) or not isinstance(encoded, str) or not isinstance(signatures, list):
        raise _no_envelope("payload, payloadType or signatures is missing or of another type.")
    if not signatures:
        raise _no_envelope("signatures is empty.")
    if payload_type != PAYLOAD_TYPE:
        raise NotVerifiable("payload-type", f"payloadType is {payload_type[:80]!a}.", f"Sign with {PAYLOAD_TYPE}.")
    payload = _base64_of_both_alphabets(encoded)
    if payload is None:
        raise _no_envelope("payload is not base64.")
    if len(signatures) > SIGNATURES_MAX:
        raise NotVerifiable("size", f"There are {len(signatures)} signatures.", f"Send at most {SIGNATURES_MAX}.")
    return Material(payload, tuple(_signature(one) for one in signatures))


def _signature(one: object) -> tuple[str, bytes]:
    keyid, encoded = (one.get("keyid", ""), one.get("sig")) if isinstance(one, dict) else (None, None)
    signature = _base64_of_both_alphabets(encoded) if isinstance(encoded, str) else None
    if not isinstance(keyid, str) or signature is None:
        raise _no_envelope("A signature is not an object with sig in base64 and, where there is one, keyid as text.")
    return keyid, signature


def _no_envelope(cause: str) -> NotVerifiable:
    remedy = "Send the base64 of a DSSE envelope in JSON (DSSE 1.0.2, envelope.md)."
    return NotVerifiable("envelope", f"dssematerial cannot be read: {cause}", remedy)


def _signer(material: Material, keys: Sequence[PublicKey]) -> PublicKey:
    """The first accepted key under which a signature holds."""
    message = pae(PAYLOAD_TYPE, material.payload)
    tried = False
    for keyid, signature in material.signatures:
        for key in keys:
            if keyid in ("", key.id):
                tried = True
                if key.holds(signature, message):
                    return key
    if not tried:
        named = ", ".join(f"{keyid[:64]!a}" for keyid, _ in material.signatures)
        cause = f"No signature is by a key that is accepted; the key ids are: {named}."
        raise NotVerifiable("key", cause, "Sign with a key that is registered for this source, at this time.")
    if any(signature[:1] == b"0" and 68 <= len(signature) <= 72 for _, signature in material.signatures):
        cause, remedy = "The signature looks like DER.", "Send r and s as 32 bytes each, one behind the other."
    else:
        cause = "No signature holds under the key that it names."
        remedy = "Sign the pre-authentication encoding of DSSE over the payload's bytes, with the key of this id."
    raise NotVerifiable("signature", cause, remedy)


def read_payload(payload: bytes) -> tuple[bytes, bytes | None, tuple[str, ...]]:
    """Core digest, extension digest and names of the signed extension attributes; raises `NotVerifiable`."""
    document = _object(payload)
    if isinstance(document, str):
        raise _no_payload(document)
    core, extension, names = _digest(document, "core"), _digest(document, "ext"), document.get("signedextattrs", [])
    if core is None:
        raise _no_payload("core is missing.")
    if not isinstance(names, list) or (not names and "signedextattrs" in document):
        raise _bad_names("signedextattrs is not an array with at least one name.")
    if bool(names) != (extension is not None):
        raise _bad_names("ext and signedextattrs do not stand together.")
    return core, extension, _check_signed_names(names)


def _digest(document: Mapping[str, object], name: str) -> bytes | None:
    if name not in document:
        return None
    encoded = document[name]
    digest = _base64_of_both_alphabets(encoded) if isinstance(encoded, str) else None
    if digest is None or len(digest) != 32:
        raise _no_payload(f"{name} is not the base64 of 32 bytes.")
    return digest


def _no_payload(cause: str) -> NotVerifiable:
    remedy = "Sign the JSON object that section Signature describes."
    return NotVerifiable("payload", f"The signed payload cannot be read: {cause}", remedy)


def _check_signed_names(names: list[object] | list[str]) -> tuple[str, ...]:
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


# Digests (sections Signature and Canonical Value Serialization).

_ABSENT: Final = hashlib.sha256(b"").digest()


def _core(attributes: Mapping[str, object]) -> dict[str, str]:
    """The core attributes that are there, canonical. An empty one is refused: it hashes like an absent one."""
    core: dict[str, str] = {}
    for name in CORE:
        value = attributes.get(name)
        if value is None and name not in CORE[:4]:
            continue
        if not isinstance(value, str) or not value:
            raise _misfit(name, "missing, empty or not text", "Give it a value; leave an optional one out.")
        core[name] = _timestamp(name, value) if name == "time" else value
    return core


def _core_digest(core: Mapping[str, Scalar], data: bytes) -> bytes:
    parts = [_hashed(name, str(core[name])) if name in core else _ABSENT for name in CORE]
    return hashlib.sha256(b"".join([*parts, hashlib.sha256(data).digest()])).digest()


def _extensions(
    attributes: Mapping[str, object], names: Sequence[str], types: Mapping[str, AttributeType]
) -> tuple[dict[str, Scalar], bytes]:
    """The named extension attributes that are there, canonical, and the digest over all that are named."""
    values: dict[str, Scalar] = {}
    parts = []
    for name in names:
        value, digest = attributes.get(name), _ABSENT
        if value is not None and value != "":
            values[name], digest = _canonical(name, value, types[name])
        parts.append(digest)
    return values, hashlib.sha256(b"".join(parts)).digest()


def _canonical(name: str, value: object, kind: AttributeType) -> tuple[Scalar, bytes]:
    """A value as it is returned, and the SHA-256 of its canonical bytes."""
    match kind:
        case "Integer" if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**19:
            return value, _hashed(name, str(value))
        case "Integer" if isinstance(value, str) and _INTEGER.fullmatch(value) and len(value) <= 20:
            return int(value), _hashed(name, value)
        case "Boolean" if isinstance(value, bool) or value in ("true", "false"):
            is_true = value in (True, "true")
            return is_true, _hashed(name, "true" if is_true else "false")
        case "Binary" if isinstance(value, str) and (raw := _base64(value)) is not None:
            return value, hashlib.sha256(raw).digest()
        case "Timestamp" if isinstance(value, str):
            text = _timestamp(name, value)
            return text, _hashed(name, text)
        case "String" | "URI" | "URI-reference" if isinstance(value, str):
            return value, _hashed(name, value)
    raise _misfit(name, f"not of the type {kind}", "Send it in the canonical form of its type.")


def _timestamp(name: str, text: str) -> str:
    """RFC 3339 in UTC with `Z`, cut to the second; a time without an offset is in UTC."""
    if match := _TIME.fullmatch(text):
        day, clock, offset = match.groups("Z")
        with suppress(ValueError, OverflowError):  # no such day, or outside of the calendar
            instant = datetime.fromisoformat(f"{day}T{clock}{offset.upper()}")
            if offset in "Zz":
                return f"{day}T{clock}Z"
            return instant.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    raise _misfit(name, "no time of RFC 3339", "Send e.g. 2024-03-12T09:30:00Z, without a leap second.")


@lru_cache(512)  # most attributes are the same in one event after another
def _hashed(name: str, text: str) -> bytes:
    try:
        return hashlib.sha256(text.encode()).digest()
    except UnicodeEncodeError as fault:
        raise _misfit(name, "not Unicode text: it holds half of a surrogate pair", "Send UTF-8.") from fault


def _misfit(name: str, fault: str, remedy: str) -> NotVerifiable:
    return NotVerifiable("attribute", f"The attribute {name} is {fault}.", remedy)


# Strict base64 and JSON: what two readers could read in two ways is refused.


def _encoded(raw: bytes) -> str:
    return binascii.b2a_base64(raw, newline=False).decode()


def _base64(text: str) -> bytes | None:
    """The bytes of base64 with its padding, and without a bit to spare (RFC 4648, sections 3.5 and 4)."""
    try:
        raw = binascii.a2b_base64(text)
    except ValueError:  # binascii.Error is one
        return None
    return raw if _encoded(raw) == text else None  # a2b_base64 passes over what is not base64


def _base64_of_both_alphabets(text: str) -> bytes | None:
    """The same, or base64url: DSSE's verifiers accept either. A text that mixes them is refused."""
    if "-" in text or "_" in text:
        return None if "+" in text or "/" in text else _base64(text.replace("-", "+").replace("_", "/"))
    return _base64(text)


def _members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("A member is there twice.")
    return members


def _constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON.")


_STRICT: Final = json.JSONDecoder(object_pairs_hook=_members, parse_constant=_constant)


def _object(raw: bytes) -> dict[str, object] | str:
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
