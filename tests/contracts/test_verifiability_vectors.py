"""The published vectors, read from the file as a stranger reads them, and those of the specifications that hold."""

import base64
import hashlib
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from contracts.publish import PUBLISHED, VECTORS
from contracts.raw_events import RawEvent, raw_from_http, raw_from_json, raw_from_kafka
from contracts.verifiability import (
    MATERIAL,
    NotVerifiable,
    PublicKey,
    SigningKey,
    pae,
    read_material,
    read_payload,
    verification_material,
    verify,
)

DOCUMENT: dict[str, Any] = json.loads((PUBLISHED / VECTORS).read_bytes())
BY_NAME: dict[str, dict[str, Any]] = {one["name"]: one for one in DOCUMENT["vectors"]}


def events_of(vector: dict[str, Any]) -> list[RawEvent | NotVerifiable]:
    body = base64.b64decode(vector["body_base64"])
    headers = [(name, text) for name, text in vector["headers"]]
    if vector["transport"] == "http":
        return raw_from_http(headers, body)
    try:
        return [raw_from_kafka(body, [(name, text.encode()) for name, text in headers])]
    except NotVerifiable as fault:
        return [fault]


def said_of(event: RawEvent | NotVerifiable, keys: dict[str, PublicKey]) -> dict[str, Any]:
    """What the verifier says of an event, in the words of the file."""
    if isinstance(event, NotVerifiable):
        return {"refused": event.reason}
    try:
        one = verify(event.attributes, event.data, list(keys.values()))
    except NotVerifiable as fault:
        return {"refused": fault.reason}
    name = next(name for name, key in keys.items() if key.id == one.key_id)
    listed = {"signed": list(one.signed), "attributes": dict(one.attributes), "dropped": list(one.dropped)}
    return {"verified": {"key": name, "coverage": one.coverage, **listed}}


@pytest.mark.parametrize("name", BY_NAME)
def test_a_published_vector_is_read_as_it_says(name: str) -> None:
    vector = BY_NAME[name]
    keys = {one: PublicKey.parse(DOCUMENT["test_keys"][one]["public"]) for one in vector["accepted_keys"]}
    assert [said_of(event, keys) for event in events_of(vector)] == vector["expected"]


def test_a_replay_in_another_content_mode_is_the_same_command() -> None:
    """What was signed is the same over every transport, so that a repeat is known by it."""
    names = (
        "kafka-binary",
        "kafka-structured",
        "kafka-structured-inlined",
        "http-binary",
        "http-structured",
        "http-batch",
    )
    keys = [PublicKey.parse(DOCUMENT["test_keys"]["ed25519"]["public"])]
    events = [events_of(BY_NAME[name])[0] for name in names]
    payloads = {verify(one.attributes, one.data, keys).payload_sha256 for one in events if isinstance(one, RawEvent)}
    assert len(events) == 6 and payloads == {bytes.fromhex(BY_NAME["kafka-binary"]["steps"]["payload_sha256"])}


def test_the_test_keys_are_what_the_file_says() -> None:
    for key in DOCUMENT["test_keys"].values():
        public = SigningKey.from_pem(key["private_pem"].encode()).public
        assert (public.text, public.id) == (key["public"], key["keyid"])


@pytest.mark.parametrize("name", ["kafka-binary", "p256"])
def test_the_published_digests_follow_from_the_specification_alone(name: str) -> None:
    """Section Signature, written out once more with nothing but SHA-256."""

    def sha(raw: bytes) -> bytes:
        return hashlib.sha256(raw).digest()

    vector = BY_NAME[name]
    headers = {n.removeprefix("ce_"): text.encode() for n, text in vector["headers"]}
    core = [headers["id"], headers["source"], headers["specversion"], headers["type"], headers["content-type"]]
    core += [headers["dataschema"], headers["subject"], b"2013-12-20T09:30:00Z"]
    digest = sha(b"".join(map(sha, core)) + sha(base64.b64decode(vector["body_base64"])))
    extensions = sha(sha(headers["actor"]) + sha(headers["correlationid"]))
    material = {"core": digest, "ext": extensions}
    written = {n: base64.b64encode(raw).decode() for n, raw in material.items()}
    payload = json.dumps(written | {"signedextattrs": ["actor", "correlationid"]}, separators=(",", ":"))
    assert vector["steps"]["payload"] == payload
    kind = DOCUMENT["payload_type"]
    assert bytes.fromhex(vector["steps"]["signed_bytes_hex"]).decode() == (
        f"DSSEv1 {len(kind)} {kind} {len(payload)} {payload}"
    )


# The specifications' own. Of the eight cases of Verifiability's section Test Vectors, only case 5 holds to its end: 1
# and 2 sign a bare digest, 3, 4 and 7 sign a core that does not follow from their event, and the payloads of 6a and 6b
# end in a broken base64.

X = 46950820868899156662930047687818585632848591499744589407958293238635476079160
Y = 5640078356564379163099075877009565129882514886557779369047442380624545832820
D = 97358161215184420915383655311931858321456579547487070936769975997791359926199
SPECIFIED = PublicKey.parse(
    "p256:" + base64.b64encode(b"\4" + X.to_bytes(32) + Y.to_bytes(32)).decode(), keyid="testkey"
)
CASE_5 = (
    "eyJwYXlsb2FkVHlwZSI6Imh0dHBzOi8vY2xvdWRldmVudHMuaW8vdmVyaWZpYWJpbGl0eS9kc3NlL3YwLjEiLCJwYXlsb2FkIjoiZXlKamIzSmxJ"
    "am9pY1VOVFpXbGFhMU1yYUVnNVYybERiR1p4Tm5Cc1puRlpUbFo1TW10MmVGZFNabTlDY2t4RmVtOUVhejBpZlE9PSIsInNpZ25hdHVyZXMiOlt7"
    "ImtleWlkIjoidGVzdGtleSIsInNpZyI6IkYyaXAweG1nSlgzdWdIWkM2dE1ycjdBMkVxYWkwOHJhR3JUd2R5aC9PR0RJSXJGN0J5TTJ5SVRMS3FO"
    "ckYzZHpaR1IybzBDczlmRUJGZEx4Uk9VeUVRPT0ifV19"
)


def test_case_5_of_the_specification_verifies() -> None:
    event = {
        **{"specversion": "1.0", "id": "1", "source": "example/uri", "type": "example.type.binary"},
        **{"datacontenttype": "application/octet-stream", "data_base64": "8J+koQ==", MATERIAL: CASE_5},
    }
    raw = raw_from_json(json.dumps(event).encode())
    assert verify(raw.attributes, raw.data, [SPECIFIED]).coverage == "core"


def test_our_signature_of_case_5_is_that_of_the_specification() -> None:
    """The payload, signed again with the published private key: RFC 6979 makes the same signature."""
    material = read_material({MATERIAL: CASE_5})
    key = SigningKey(ec.derive_private_key(D, ec.SECP256R1()))
    kind = "https://cloudevents.io/verifiability/dsse/v0.1"
    assert material.signatures == (("testkey", key.sign(pae(kind, material.payload))),)


@pytest.mark.parametrize(
    ("values", "ext"),
    [
        (["value1"], "kU1P8bDaEnyNhglWzdTJNHh77khNWSZebBUxufVM2pU="),
        (["value1", "value2"], "HB1pe431FoQZRsJbyLNMq0QaAvqPtmhdi8dHGShbJAU="),
    ],
)
def test_the_extension_digests_of_cases_6_and_7_are_ours(values: list[str], ext: str) -> None:
    names = ["exta", "extb"][: len(values)]
    required = {"specversion": "1.0", "id": "1", "source": "example/uri", "type": "example.type"}
    attributes = required | dict(zip(names, values, strict=True))
    payload = verification_material(attributes, b"", names, dict.fromkeys(names, "String"))
    assert json.loads(payload)["ext"] == ext
    assert read_payload(payload)[1:] == (base64.b64decode(ext), tuple(names))


def test_the_example_of_dsse_verifies_and_is_signed_alike() -> None:
    message = pae("http://example.com/HelloWorld", b"hello world")
    assert message == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    published = "A3JqsQGtVsJ2O2xqrI5IcnXip5GToJ3F+FnZ+O88SjtR6rDAajabZKciJTfUiHqJPcIAriEGAHTVeCUjW2JIZA=="
    assert SPECIFIED.holds(base64.b64decode(published), message)
    assert SigningKey(ec.derive_private_key(D, ec.SECP256R1())).sign(message) == base64.b64decode(published)
