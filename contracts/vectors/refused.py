"""Events that a verifier refuses, each for one reason: what was changed, stripped or forged."""

import json
from typing import Final, TypeAlias

from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from contracts.json_object import JsonObject
from contracts.vectors.accepted import SIGNED, signed
from contracts.vectors.messages import (
    ATTRIBUTES,
    DATA,
    KEYS,
    Attributes,
    Vector,
    encoded,
    enveloped,
    http,
    in_json,
    kafka,
    on_kafka,
    opened,
    sealed,
    structured,
)
from contracts.verifiability import MATERIAL, PAYLOAD_TYPE, Reason, pae, sign, verification_material

Row: TypeAlias = tuple[str, Reason, Attributes]
"""A vector of Kafka's binary mode: its name, why it is refused, its attributes. The data is `DATA`."""
_PAYLOAD: Final = verification_material(ATTRIBUTES, DATA, SIGNED)
_KEY: Final = KEYS["ed25519"]


def vectors() -> list[Vector]:
    """Every vector of an event that is refused."""
    rows = [*_changed(), *_signers(), *_envelopes(), *_payloads(), *_signed_names()]
    return [*(on_kafka(name, attributes, reason) for name, reason, attributes in rows), *_messages()]


def _with(material: str) -> Attributes:
    return {**ATTRIBUTES, MATERIAL: material}


def _changed() -> list[Row]:
    """Attributes that were changed, added or taken away behind the signature."""
    whole = signed()
    without = {name: value for name, value in whole.items() if name != "actor"}
    only_core = signed(names=())
    as_absent = signed({name: value for name, value in ATTRIBUTES.items() if name not in SIGNED})
    return [
        *((f"changed-{name}", "core-digest", {**whole, name: "x"}) for name in ("id", "source", "type", "subject")),
        ("changed-time", "core-digest", {**whole, "time": "2013-12-20T09:30:01Z"}),
        ("changed-datacontenttype", "core-digest", {**whole, "datacontenttype": "application/json; charset=utf-8"}),
        ("changed-actor", "extension-digest", {**whole, "actor": "someone else"}),
        ("removed-actor", "extension-digest", without),
        ("added-actor-that-was-signed-as-absent", "extension-digest", {**as_absent, "actor": "x"}),
        ("unsigned-actor", "unsigned-attribute", only_core),
        ("empty-subject", "attribute", {**whole, "subject": ""}),
        ("leap-second", "attribute", {**whole, "time": "2016-12-31T23:59:60Z"}),
        ("year-zero", "attribute", {**whole, "time": "0000-01-01T00:00:00Z"}),
        ("stripped", "unsigned", ATTRIBUTES),
        ("stripped-and-empty", "unsigned", _with("")),
    ]


def _signers() -> list[Row]:
    """Signatures that do not hold, or are by nobody who is accepted."""
    p256 = KEYS["p256"]
    right = p256.sign(pae(PAYLOAD_TYPE, _PAYLOAD))
    der = encode_dss_signature(int.from_bytes(right[:32]), int.from_bytes(right[32:]))
    envelope = opened(sealed(_PAYLOAD, _KEY))
    five = enveloped(envelope | {"signatures": envelope["signatures"] * 5})
    bare = sealed(_PAYLOAD, _KEY, signature=_KEY.sign(_PAYLOAD))
    return [
        ("key-that-is-not-registered", "key", _with(sealed(_PAYLOAD, KEYS["unregistered"]))),
        ("keyid-of-another", "signature", _with(sealed(_PAYLOAD, KEYS["unregistered"], keyid=_KEY.public.id))),
        ("keyid-of-another-algorithm", "signature", _with(sealed(_PAYLOAD, p256, keyid=_KEY.public.id))),
        ("signature-over-the-payload-alone", "signature", _with(bare)),
        ("der-in-the-place-of-r-and-s", "signature", _with(sealed(_PAYLOAD, p256, signature=der))),
        ("signature-of-63-bytes", "signature", _with(sealed(_PAYLOAD, p256, signature=right[:-1]))),
        (
            "signature-of-65-bytes",
            "signature",
            _with(sealed(_PAYLOAD, p256, signature=right[:32] + b"\0" + right[32:])),
        ),
        ("five-signatures", "size", _with(five)),
    ]


def _envelopes() -> list[Row]:
    """What `dssematerial` holds is not a DSSE envelope that can be read in one way only."""
    envelope = opened(sealed(_PAYLOAD, _KEY))
    text = json.dumps(envelope)
    twice = text[:-1] + ', "payload": "e30="}'
    keyid_twice = text.replace('"keyid"', '"keyid": "x", "keyid"')
    padded = enveloped(envelope | {"payload": _with_spare_bits(_PAYLOAD)})

    def member(**changes: object) -> Attributes:
        return _with(enveloped(envelope | changes))

    material = enveloped(envelope)
    foreign = sealed(_PAYLOAD, _KEY, payload_type="application/vnd.in-toto+json")
    return [
        ("payload-type-of-another-application", "payload-type", _with(foreign)),
        ("duplicate-member-in-envelope", "envelope", _with(encoded(twice.encode()))),
        ("duplicate-member-in-signature", "envelope", _with(encoded(keyid_twice.encode()))),
        ("envelope-is-an-array", "envelope", _with(encoded(b"[]"))),
        ("envelope-is-not-utf-8", "envelope", _with(encoded(text.encode("utf-16")))),
        ("base64-with-spare-bits", "envelope", _with(padded)),
        ("base64-of-mixed-alphabets", "envelope", member(payload="+-__")),
        ("base64-without-padding", "envelope", member(payload=encoded(b"{}").rstrip("="))),
        ("base64-with-white-space", "envelope", member(payload=f"{envelope['payload']}\n")),
        ("attribute-with-white-space", "envelope", _with(f"{material[:76]} {material[76:]}")),
        ("attribute-is-json", "envelope", _with(text)),
        ("number-that-is-not-json", "envelope", member(more=float("nan"))),
        ("nested-too-deeply", "envelope", _with(encoded(b"[" * 6_000))),
        ("no-signatures", "envelope", member(signatures=[])),
        ("sig-is-absent", "envelope", member(signatures=[{"keyid": _KEY.public.id}])),
        ("larger-than-8-kib", "size", member(more="x" * 8_192)),
    ]


def _with_spare_bits(payload: bytes) -> str:
    """Base64 with a padding bit set, which lenient decoders ignore."""
    while len(payload) % 3 != 1:
        payload += b" "
    text = encoded(payload)
    return f"{text[:-3]}{chr(ord(text[-3]) + 1)}=="


def _sealed_json(content: object) -> Attributes:
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return _with(sealed(raw, _KEY))


def _payloads() -> list[Row]:
    """What is signed is not the JSON object of the specification."""
    material: JsonObject = json.loads(_PAYLOAD)
    twice = _PAYLOAD[:-1] + b',"core":"' + material["core"].encode() + b'"}'
    return [
        ("payload-is-a-bare-digest", "payload", _sealed_json(b"\x01" * 32)),
        ("duplicate-member-in-payload", "payload", _sealed_json(twice)),
        ("core-is-absent", "payload", _sealed_json({})),
        ("core-of-31-bytes", "payload", _sealed_json({"core": encoded(b"\x01" * 31)})),
        ("ext-is-null", "payload", _sealed_json(material | {"ext": None})),
    ]


def _signed_names() -> list[Row]:
    """`signedextattrs` breaks its rules, under a signature that holds."""
    material: JsonObject = json.loads(_PAYLOAD)
    without_ext = {name: value for name, value in material.items() if name != "ext"}
    without_names = {name: value for name, value in material.items() if name != "signedextattrs"}

    def names(*listed: object) -> Attributes:
        return _sealed_json(material | {"signedextattrs": list(listed)})

    return [
        ("name-repeated", "signed-names", names("actor", "actor")),
        ("name-of-a-core-attribute", "signed-names", names("actor", "id")),
        ("name-dssematerial", "signed-names", names("dssematerial")),
        ("name-data", "signed-names", names("data")),
        ("name-in-capitals", "signed-names", names("Actor")),
        ("name-is-a-number", "signed-names", names(1)),
        ("names-without-ext", "signed-names", _sealed_json(without_ext)),
        ("ext-without-names", "signed-names", _sealed_json(without_names)),
        ("no-names-with-ext", "signed-names", names()),
        ("no-names-without-ext", "signed-names", _sealed_json(without_ext | {"signedextattrs": []})),
        ("names-are-a-text", "signed-names", _sealed_json(material | {"signedextattrs": "actor"})),
        ("names-in-another-order", "extension-digest", names(*reversed(SIGNED))),
        ("33-names", "size", names(*(f"a{number}" for number in range(33)))),
    ]


def _messages() -> list[Vector]:
    """Messages whose data or form is another than what was signed."""
    whole = signed()
    respelt = json.dumps(json.loads(DATA)).encode()
    not_base64 = structured(whole, DATA).replace(b'"data_base64": "', b'"data_base64": " ')
    both = structured(whole, DATA)[:-1] + b', "data": {}}'
    numbered = {**ATTRIBUTES, "streamversion": 3}
    numbered[MATERIAL] = sign(numbered, DATA, _KEY, ["actor", "streamversion"])
    an_object = structured(numbered, DATA).replace(b'"streamversion": 3', b'"streamversion": {}')
    id_as_number = structured(signed({**ATTRIBUTES, "id": "1"}), DATA).replace(b'"id": "1"', b'"id": 1')
    percent = signed({**ATTRIBUTES, "actor": "%41"})
    unescaped = [(name, "%41" if name == "ce-actor" else text) for name, text in http(percent)]
    decoded = "A percent sign that stands for itself is sent as %25: read as it is here, it is another text."
    return [
        on_kafka("changed-data", whole, "core-digest", data=DATA.replace(b"1e2", b"1e3")),
        in_json("respelt-data", structured(whole, respelt, inlined=True), "core-digest", about="The same values."),
        in_json("id-as-a-number", id_as_number, "attribute"),
        in_json("data-twice", both, "event"),
        in_json("data-base64-with-white-space", not_base64, "event"),
        in_json("signed-attribute-is-an-object", an_object, "attribute"),
        Vector("header-twice", "", "kafka", [*kafka(whole), ("ce_subject", "mandate/x")], DATA, ["event"]),
        Vector("http-not-percent-encoded", decoded, "http", unescaped, DATA, ["extension-digest"]),
    ]
