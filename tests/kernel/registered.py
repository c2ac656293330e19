"""Registers of producers for tests: a text with two producers, and the two operators who sign it."""

from base64 import b64encode
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from contracts.cloudevents import Envelope, to_kafka, to_structured
from contracts.verifiability import MATERIAL, SigningKey, sign
from kernel.identity.register import Register
from kernel.identity.register_text import parse
from kernel.identity.signed_note import Signer
from kernel.identity.signed_note import sign as sign_note

OPERATORS: Final = [Signer("first-operator", b"\x01" * 32), Signer("second-operator", b"\x02" * 32)]
KZ: Final = SigningKey(ed25519.Ed25519PrivateKey.from_private_bytes(b"\x03" * 32))
KZ_P256: Final = SigningKey(ec.derive_private_key(20_240_312, ec.SECP256R1()))
UN: Final = SigningKey(ed25519.Ed25519PrivateKey.from_private_bytes(b"\x04" * 32))
PERIOD: Final = "from 2020-01-01T00:00:00Z"
LINES: Final = (
    "forcegen producers",
    "version 7",
    "",
    "# Kazakhstan's ministry of foreign affairs",
    "producer mfa-kz",
    "source urn:mfa:kz",
    "source urn:mfa:kz:",
    f"key {KZ.public.text} {PERIOD}",
    f"key {KZ_P256.public.text} {PERIOD} until 2199-01-01T00:00:00Z",
    "must-sign",
    "broker mfa-kz",
    "command approvals.*",
    "contributor KZX",
    "",
    "producer un-desk",
    "source https://un.example/desk/",
    f"key {UN.public.text} {PERIOD}",
    "login desk@un",
    "topic approvals.commands.un-desk",
    "command forcegen.approvals.RejectMandate",
    "contributor *",
    "broker un-desk",
)


def text(*lines: str) -> str:
    return "\n".join(lines or LINES) + "\n"


def signed(register_text: str, *signers: Signer) -> str:
    """The register as a signed note."""
    return sign_note(register_text, list(signers) or OPERATORS)


def register(**changes: str) -> Register:
    """The register with some lines replaced: `must_sign=""` takes the line out."""
    replaced = {line.replace("-", "_"): line for line in LINES}
    lines = [changes.get(line.replace("-", "_"), line) for line in replaced.values()]
    return parse(text(*lines))


def shown(key: Signer) -> str:
    return str(key.verifier)


def key_text(raw: bytes) -> str:
    """A public key of 32 bytes as a register writes it."""
    return f"ed25519:{b64encode(raw).decode()}"


def attributes_of(envelope: Envelope) -> dict[str, Any]:
    """The attributes of a binary record, with datacontenttype."""
    _, _, headers = to_kafka(envelope)
    named = {name.removeprefix("ce_"): raw.decode() for name, raw in headers}
    named["datacontenttype"] = named.pop("content-type", "application/json")
    return named


Headers = list[tuple[str, bytes]]


def binary(envelope: Envelope, key: SigningKey | None, **unsigned: str) -> tuple[bytes, bytes, Headers]:
    """Key, value and headers of a record in binary mode, signed if there is a key; `unsigned` is added after that."""
    attributes = attributes_of(envelope)
    if key is not None:
        attributes[MATERIAL] = sign(attributes, envelope.data, key)
    attributes |= unsigned
    headers = [(f"ce_{name}", value.encode()) for name, value in attributes.items() if name != "datacontenttype"]
    return (envelope.subject or "").encode(), envelope.data, [*headers, ("content-type", b"application/json")]


def structured(envelope: Envelope, key: SigningKey | None, **unsigned: str) -> tuple[bytes, bytes, Headers]:
    """The same in structured mode."""
    value = to_structured(envelope)
    attributes = attributes_of(envelope)
    added = dict(unsigned)
    if key is not None:
        added[MATERIAL] = sign(attributes, envelope.data, key)
    members = b"".join(b',"%b":"%b"' % (name.encode(), text_.encode()) for name, text_ in added.items())
    return (
        (envelope.subject or "").encode(),
        value[:-1] + members + b"}",
        [("content-type", b"application/cloudevents+json")],
    )
