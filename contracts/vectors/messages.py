"""What the vectors are made of: test keys, one event, and that event on the wire in every content mode."""

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Final, Literal, TypeAlias
from urllib.parse import quote

from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from contracts.json_object import JsonObject
from contracts.verifiability import MATERIAL, PAYLOAD_TYPE, Coverage, Reason, SigningKey, pae, read_material

Attributes: TypeAlias = dict[str, str | int]


def _seed(name: str) -> bytes:
    return hashlib.sha256(f"forcegen, test key, not secret: {name}".encode()).digest()


def _p256(name: str) -> SigningKey:
    return SigningKey(ec.derive_private_key(int.from_bytes(_seed(name)), ec.SECP256R1()))


KEYS: Final = {
    "ed25519": SigningKey(ed25519.Ed25519PrivateKey.from_private_bytes(_seed("ed25519"))),
    "p256": _p256("p256"),
    "unregistered": SigningKey(ed25519.Ed25519PrivateKey.from_private_bytes(_seed("unregistered"))),
}
"""Keys for tests, made of fixed seeds. The first two are accepted."""
ACCEPTED: Final = ("ed25519", "p256")

ATTRIBUTES: Final[Attributes] = {
    "specversion": "1.0",
    "id": "8f5c4b1e-6f0a-4a55-9d6b-0d6f7a1f7c11",
    "source": "urn:mfa:kz",
    "type": "forcegen.approvals.ApproveMandate",
    "datacontenttype": "application/json",
    "dataschema": "urn:forcegen:approvals.ApproveMandate:1",
    "subject": "mandate/kz-2013",
    "time": "2013-12-20T14:30:00.250+05:00",
    "actor": "төраға 50%",
    "correlationid": "kz-2013-12",
}
DATA: Final = '{"by": "Парламент", "people": 1e2, "note": "\\u00e9"}'.encode()
"""Spelt so that a reader who writes it anew changes a byte."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """What a verifier returns for one event."""

    key: str
    coverage: Coverage
    signed: tuple[str, ...] = ()
    attributes: Attributes = field(default_factory=dict)
    """The attributes that are verified, in canonical form."""
    dropped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Vector:
    """A message, and what a verifier says of each of its events."""

    name: str
    about: str
    transport: Literal["kafka", "http"]
    headers: Sequence[tuple[str, str]]
    body: bytes
    expected: Sequence[Accepted | Reason]
    shown: str | None = None
    """`dssematerial` of its event, if the vector is to show what is in it."""

    def document(self) -> JsonObject:
        """The vector as it is published."""
        written: JsonObject = {
            "name": self.name,
            **({"about": self.about} if self.about else {}),
            "transport": self.transport,
            "headers": [list(one) for one in self.headers],
            "body_base64": base64.b64encode(self.body).decode(),
            "accepted_keys": list(ACCEPTED),
            "expected": [_expected(one) for one in self.expected],
        }
        if self.shown is not None:
            payload = read_material({MATERIAL: self.shown}).payload
            written["steps"] = {
                "payload": payload.decode(),
                "signed_bytes_hex": pae(PAYLOAD_TYPE, payload).hex(),
                "payload_sha256": hashlib.sha256(payload).hexdigest(),
            }
        return written


def _expected(one: Accepted | Reason) -> JsonObject:
    if isinstance(one, str):
        return {"refused": one}
    return {"verified": asdict(one)}


def encoded(raw: bytes) -> str:
    """Standard base64."""
    return base64.b64encode(raw).decode()


def kafka(attributes: Attributes, *more: tuple[str, str]) -> list[tuple[str, str]]:
    """The headers of a record in binary mode."""
    return [
        ("content-type" if name == "datacontenttype" else f"ce_{name}", str(value))
        for name, value in attributes.items()
    ] + list(more)


def http(attributes: Attributes) -> list[tuple[str, str]]:
    """The headers of a request in binary mode, percent-encoded (HTTP binding, section 3.1.3.1)."""
    return [
        ("content-type", str(value)) if name == "datacontenttype" else (f"ce-{name}", quote(str(value), safe=_PLAIN))
        for name, value in attributes.items()
    ]


_PLAIN: Final = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in '"%')


STRUCTURED: Final = [("content-type", "application/cloudevents+json")]
BATCH: Final = [("content-type", "application/cloudevents-batch+json")]


def structured(attributes: Attributes, data: bytes, *, inlined: bool = False) -> bytes:
    """The event in the JSON format: its data in base64, or inlined byte for byte."""
    member = b'"data": %b' % data if inlined else b'"data_base64": "%b"' % base64.b64encode(data)
    return b"%b, %b}" % (json.dumps(attributes, ensure_ascii=False).encode()[:-1], member)


def on_kafka(
    name: str, attributes: Attributes, *expected: Accepted | Reason, about: str = "", data: bytes = DATA
) -> Vector:
    """A vector of one record in binary mode."""
    return Vector(name, about, "kafka", kafka(attributes), data, expected)


def in_json(name: str, body: bytes, *expected: Accepted | Reason, about: str = "") -> Vector:
    """A vector of one record in structured mode."""
    return Vector(name, about, "kafka", STRUCTURED, body, expected)


def sealed(
    payload: bytes,
    key: SigningKey,
    *,
    payload_type: str = PAYLOAD_TYPE,
    keyid: str | None = None,
    signature: bytes | None = None,
) -> str:
    """`dssematerial` over any payload, with any part of it put in the place of the right one."""
    made = key.sign(pae(payload_type, payload)) if signature is None else signature
    signatures = [{"keyid": key.public.id if keyid is None else keyid, "sig": encoded(made)}]
    return enveloped({"payloadType": payload_type, "payload": encoded(payload), "signatures": signatures})


def enveloped(document: JsonObject) -> str:
    """An envelope as the value of `dssematerial`."""
    return encoded(json.dumps(document, separators=(",", ":")).encode())


def opened(material: str) -> JsonObject:
    """The envelope in `dssematerial`."""
    document: JsonObject = json.loads(base64.b64decode(material))
    return document
