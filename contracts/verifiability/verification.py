"""Verifies an event (section Verification Protocol): the signature first, and then what its payload says."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from .digests import core_values, digest_of_core, extension_values
from .envelope import Material, pae, read_material
from .extension import CORE, EXTENSION_TYPES, MATERIAL, NEVER_UNSIGNED, PAYLOAD_TYPE, AttributeType, Coverage, Scalar
from .keys import PublicKey
from .payload import read_payload
from .refusals import NotVerifiable

_COVERED: Final = frozenset({*CORE, MATERIAL})
"""The attributes that every signature covers, and the one that carries it."""


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
    material: Material | None = None,
) -> Verified:
    """Verify an event under the keys that are accepted for its source (section Verification Protocol).

    `attributes` and `data` are what the sender sent, to the byte; this project reads them with `contracts.raw_events`.
    One signature under one of the keys is enough (DSSE, Multi-signature Verification, with t = 1).
    `material` is what `read_material` gave for these attributes, for callers that read it before.

    Raises:
        NotVerifiable: with the reason; nothing else escapes, whatever the event holds.
    """
    material = material or read_material(attributes)
    key = _signer(material, keys)
    core_digest, extension_digest, signed = read_payload(material.payload)
    core = core_values(attributes)
    if digest_of_core(core, data) != core_digest:
        remedy = "Send the data to the byte as it was signed; in structured mode, as data_base64."
        raise NotVerifiable("core-digest", "A core attribute or the data is not what was signed.", remedy)
    covered: dict[str, Scalar] = {**core}
    coverage: Coverage = "core"
    if extension_digest is not None:
        coverage = "core and extensions" if set(signed) <= types.keys() else "core, extensions of unknown types skipped"
    if coverage == "core and extensions":
        values, digest = extension_values(attributes, signed, types)
        if digest != extension_digest:
            message = f"One of these attributes is not what was signed: {', '.join(signed)[:200]}."
            raise NotVerifiable("extension-digest", message, "Send each as it was signed, and none that was absent.")
        covered |= values
    else:
        signed = ()
    dropped = _dropped(attributes, signed, never_unsigned)
    return Verified(key.id, hashlib.sha256(material.payload).digest(), coverage, signed, covered, dropped)


def _dropped(attributes: Mapping[str, object], signed: Sequence[str], never_unsigned: Iterable[str]) -> tuple[str, ...]:
    others = attributes.keys() - _COVERED
    if not others:
        return ()
    dropped = tuple(sorted(name for name in others.difference(signed) if attributes[name] not in (None, "")))
    for name in sorted(set(dropped) & set(never_unsigned)):
        message = f"The attribute {name} is there, and the signature does not cover it."
        raise NotVerifiable("unsigned-attribute", message, "Name it in signedextattrs, or leave it out.")
    return dropped


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
