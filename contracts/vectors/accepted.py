"""Events that a verifier accepts: each content mode, and each freedom that the specification leaves to signers."""

from base64 import b64decode
from typing import Final

from contracts.vectors.messages import (
    ATTRIBUTES,
    BATCH,
    DATA,
    KEYS,
    STRUCTURED,
    Accepted,
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
from contracts.verifiability import MATERIAL, SigningKey, sign, verification_material

SIGNED: Final = ("actor", "correlationid")
CANONICAL: Final[Attributes] = ATTRIBUTES | {"time": "2013-12-20T09:30:00Z"}
WHOLE: Final = Accepted("ed25519", "core and extensions", SIGNED, CANONICAL)
P256_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def signed(
    attributes: Attributes = ATTRIBUTES,
    data: bytes = DATA,
    key: SigningKey = KEYS["ed25519"],
    names: tuple[str, ...] = SIGNED,
) -> Attributes:
    """The attributes with `dssematerial`."""
    return {**attributes, MATERIAL: sign(attributes, data, key, names)}


def vectors() -> list[Vector]:
    """Every vector of an event that is accepted."""
    return [*_content_modes(), *_keys(), *_attributes(), *_times(), *_envelopes()]


def _content_modes() -> list[Vector]:
    whole = signed()
    value = structured(whole, DATA)
    inlined = structured(whole, DATA, inlined=True)
    batch = b"[%b,\n %b]" % (value, structured(whole, DATA + b" "))
    about = "The data is the value, byte for byte. The time is signed in UTC, cut to the second."
    slices = "The bytes that are signed are those of the member data as it is written: 1e2 and \\u00e9 stay."
    alone = "Each event of a batch is verified alone: the second was changed after it was signed."
    return [
        Vector("kafka-binary", about, "kafka", kafka(whole), DATA, [WHOLE], str(whole[MATERIAL])),
        in_json("kafka-structured", value, WHOLE, about="data_base64 holds the bytes that are signed."),
        in_json("kafka-structured-inlined", inlined, WHOLE, about=slices),
        Vector("http-binary", "Attributes are percent-decoded first.", "http", http(whole), DATA, [WHOLE]),
        Vector("http-structured", "As on Kafka.", "http", STRUCTURED, value, [WHOLE]),
        Vector("http-batch", alone, "http", BATCH, batch, [WHOLE, "core-digest"]),
    ]


def _keys() -> list[Vector]:
    whole = signed(key=KEYS["p256"])
    expected = Accepted("p256", "core and extensions", SIGNED, CANONICAL)
    envelope = opened(str(whole[MATERIAL]))
    raw = b64decode(envelope["signatures"][0]["sig"])
    envelope["signatures"][0]["sig"] = encoded(raw[:32] + (P256_ORDER - int.from_bytes(raw[32:])).to_bytes(32))
    about = "ECDSA over P-256 with SHA-256; the signature is r and s, 32 bytes each, big-endian."
    other = "n - s in the place of s verifies too: a signature is not an identity, and this is the same command."
    return [
        Vector("p256", about, "kafka", kafka(whole), DATA, [expected], str(whole[MATERIAL])),
        on_kafka("p256-other-s", _with(enveloped(envelope)), expected, about=other),
    ]


def _attributes() -> list[Vector]:
    required = {name: value for name, value in ATTRIBUTES.items() if name in ("specversion", "id", "source", "type")}
    required["datacontenttype"] = "application/json; charset=utf-8"
    absent = {name: value for name, value in ATTRIBUTES.items() if name not in SIGNED}
    without = {name: value for name, value in CANONICAL.items() if name not in SIGNED}
    numbered = {**ATTRIBUTES, "streamversion": 3, "theirs": "of no type that is known"}
    unknown = {**absent, "theirs": "x"}
    unknown[MATERIAL] = sign(unknown, DATA, KEYS["ed25519"], ["theirs"], {"theirs": "String"})
    names = (*SIGNED, "streamversion")
    covered = {**CANONICAL, "streamversion": 3}
    skipped = Accepted("ed25519", "core, extensions of unknown types skipped", (), without, ("theirs",))
    return [
        on_kafka(
            "required-attributes-only",
            signed(required, names=()),
            Accepted("ed25519", "core", (), required),
            about="An absent attribute counts as SHA-256 of no bytes. No extension is signed: neither ext nor names.",
        ),
        on_kafka(
            "signed-as-absent",
            signed(absent),
            Accepted("ed25519", "core and extensions", SIGNED, without),
            about="signedextattrs names attributes that the event does not carry: nobody can add them later.",
        ),
        in_json(
            "integer-and-unsigned-attribute",
            structured(signed(numbered, names=names), DATA),
            Accepted("ed25519", "core and extensions", names, covered, ("theirs",)),
            about="An Integer is signed as its decimal digits. An attribute that is not signed is dropped.",
        ),
        on_kafka(
            "signed-attribute-of-unknown-type",
            unknown,
            skipped,
            about="The type of `theirs` is not known: only the core is verified, and every extension dropped.",
        ),
    ]


def _times() -> list[Vector]:
    about = "RFC 3339 allows small letters and any offset; the instant is the same to the second."
    other = {**signed(), "time": "2013-12-20t09:30:00.999z"}
    return [on_kafka("time-in-another-spelling", other, WHOLE, about=about)]


def _envelopes() -> list[Vector]:
    payload = verification_material(ATTRIBUTES, DATA, SIGNED)
    envelope = opened(sealed(payload, KEYS["ed25519"]))
    (signature,) = envelope["signatures"]
    (foreign,) = opened(sealed(payload, KEYS["unregistered"]))["signatures"]
    url_safe = {"payload": _url_safe(envelope["payload"]), "signatures": [{"sig": _url_safe(signature["sig"])}]}
    spaced = payload.replace(b",", b",\n ").replace(b"{", b'{"more": {"1": [1]}, ')
    more = opened(sealed(spaced, KEYS["ed25519"])) | {"more": None}
    return [
        on_kafka(
            "envelope-in-base64url-without-keyid",
            _with(enveloped(envelope | url_safe)),
            WHOLE,
            about="DSSE: both alphabets are accepted, and an absent keyid is as an empty one.",
        ),
        on_kafka(
            "envelope-and-payload-with-more-members",
            _with(enveloped(more)),
            WHOLE,
            about="Members that nobody knows are ignored; the payload is signed as it is written.",
        ),
        on_kafka(
            "second-signature-by-an-accepted-key",
            _with(enveloped(envelope | {"signatures": [foreign, signature]})),
            WHOLE,
            about="One signature under an accepted key is enough.",
        ),
        on_kafka(
            "second-signature-by-an-unknown-key",
            _with(enveloped(envelope | {"signatures": [signature, foreign]})),
            WHOLE,
            about="In any order.",
        ),
    ]


def _with(material: str) -> Attributes:
    return {**ATTRIBUTES, MATERIAL: material}


def _url_safe(text: str) -> str:
    return text.replace("+", "-").replace("/", "_")
