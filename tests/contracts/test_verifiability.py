"""Signing and verifying: what holds, what is returned, and every byte and attribute that somebody may change."""

import base64
import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.cloudevents import Unreadable, from_kafka
from contracts.raw_events import RawEvent
from contracts.vectors.messages import KEYS, enveloped, kafka, sealed
from contracts.verifiability import (
    CORE,
    MATERIAL,
    PAYLOAD_TYPE,
    AttributeType,
    NotVerifiable,
    sign,
    verification_material,
    verify,
)
from tests.contracts.signed_events import DATA, EVENT, REGISTERED, refusal, signed, verified

texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
members = st.sampled_from(["payload", "signatures", "sig", "keyid", "core", "ext", "signedextattrs"])
names = st.sampled_from([*CORE, "actor", "correlationid", MATERIAL])


def changed(event: RawEvent, **changes: object) -> RawEvent:
    return RawEvent({**event.attributes, **changes}, event.data)


@pytest.mark.parametrize("name", ["ed25519", "p256"])
def test_what_is_signed_verifies_and_says_what_was_signed(name: str) -> None:
    one = verified(signed(name, correlationid="", theirs="x"))
    assert (one.key_id, one.coverage, one.signed) == (KEYS[name].public.id, "core and extensions", ("actor",))
    assert (one.attributes, one.dropped) == (EVENT, ("theirs",))


@given(st.sampled_from(["ed25519", "p256"]), st.integers(0, 8 * len(DATA) - 1))
def test_every_bit_of_the_data_counts(name: str, bit: int) -> None:
    event = signed(name)
    flipped = (int.from_bytes(DATA) ^ 1 << bit).to_bytes(len(DATA))
    assert refusal(lambda: verified(RawEvent(event.attributes, flipped))) == "core-digest"


@given(names, texts)
def test_every_attribute_counts(name: str, text: str) -> None:
    event = signed()
    if event.attributes.get(name) == text or (name == "correlationid"):
        return
    refusal(lambda: verified(changed(event, **{name: text})))


@given(st.integers(0, 10_000))
def test_every_bit_of_the_material_counts_or_changes_nothing(bit: int) -> None:
    """A bit of the envelope is either refused, or one that nobody reads: the same was signed, by the same key."""
    event = signed()
    raw = base64.b64decode(str(event.attributes[MATERIAL]))
    bit %= 8 * len(raw)
    flipped = (int.from_bytes(raw) ^ 1 << bit).to_bytes(len(raw))
    try:
        one = verified(changed(event, **{MATERIAL: base64.b64encode(flipped).decode()}))
    except NotVerifiable:
        return
    assert one == verified(event)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just(base64.b64encode(bytes(32)).decode()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(members | st.text(max_size=5), inner, max_size=3),
)


@given(json_values, st.dictionaries(members, json_values))
def test_any_payload_and_any_envelope_end_in_a_reason(payload: object, document: dict[str, object]) -> None:
    """Whatever an accepted key signed, and whatever nobody signed."""
    event = signed()
    refusal(lambda: verified(changed(event, **{MATERIAL: sealed(json.dumps(payload).encode(), KEYS["ed25519"])})))
    refusal(lambda: verified(changed(event, **{MATERIAL: enveloped({"payloadType": PAYLOAD_TYPE} | document)})))


@pytest.mark.parametrize("name", [*CORE, "actor"])
def test_an_attribute_that_was_taken_away_is_missed(name: str) -> None:
    event = signed(dataschema="urn:x")
    rest = {other: value for other, value in event.attributes.items() if other != name}
    refusal(lambda: verified(RawEvent(rest, event.data)))


def test_the_two_signatures_of_one_payload_are_one_command() -> None:
    """(r, n - s) is accepted, and is not a new command: what names it is the payload."""
    event = signed("p256")
    envelope = json.loads(base64.b64decode(str(event.attributes[MATERIAL])))
    raw = base64.b64decode(envelope["signatures"][0]["sig"])
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    other = raw[:32] + (order - int.from_bytes(raw[32:])).to_bytes(32)
    envelope["signatures"][0]["sig"] = base64.b64encode(other).decode()
    again = changed(event, **{MATERIAL: base64.b64encode(json.dumps(envelope).encode()).decode()})
    assert again != event and verified(again).payload_sha256 == verified(event).payload_sha256


@pytest.mark.parametrize(
    ("sent", "canonical"),
    [
        ("2014-01-31T23:59:59.999999999-00:30", "2014-02-01T00:29:59Z"),
        ("0001-01-01T00:00:00z", "0001-01-01T00:00:00Z"),
        ("0001-01-02T00:00:00+01:00", "0001-01-01T23:00:00Z"),
        ("2014-06-30t12:00:00+05:00", "2014-06-30T07:00:00Z"),
        ("2014-06-30T12:00:00", "2014-06-30T12:00:00Z"),  # without an offset it is in UTC, says the specification
    ],
)
def test_a_time_is_signed_in_utc_and_cut_to_the_second(sent: str, canonical: str) -> None:
    assert verified(signed(time=sent)).attributes["time"] == canonical
    assert verified(changed(signed(time=sent), time=canonical)).attributes["time"] == canonical


@pytest.mark.parametrize(
    "time",
    [
        *("2014-06-30T24:00:00Z", "2014-02-30T00:00:00Z", "0000-01-01T00:00:00Z", "2016-12-31T23:59:60Z", "2014-06-30"),
        *("0001-01-01T00:00:00+01:00", "9999-12-31T23:30:00-01:00", "2014-06-30 12:00:00Z", "２014-06-30T12:00:00Z"),
        *("2014-06-30T12:00:00+24:00", "2014-06-30T12:00:00Z\n", "", "now"),
    ],
)
def test_what_is_no_time_can_be_neither_signed_nor_verified(time: str) -> None:
    assert refusal(lambda: signed(time=time)) == "attribute"
    assert refusal(lambda: verified(changed(signed(), time=time))) == "attribute"


VALUES: list[tuple[AttributeType, object, object, list[object]]] = [
    ("Boolean", True, True, ["true"]),
    ("Boolean", "false", False, [False]),
    ("Integer", -7, -7, ["-7"]),
    ("Integer", "0", 0, [0]),
    ("String", "0", "0", []),
    ("Binary", "AQ==", "AQ==", []),
    ("URI", "urn:x", "urn:x", []),
    ("URI-reference", "/x", "/x", []),
    ("Timestamp", "2014-06-30T12:00:00.5Z", "2014-06-30T12:00:00Z", ["2014-06-30T12:00:00Z"]),
]


@pytest.mark.parametrize(("kind", "value", "canonical", "same"), VALUES)
def test_a_signed_attribute_of_each_type(
    kind: AttributeType, value: object, canonical: object, same: list[Any]
) -> None:
    types: Mapping[str, AttributeType] = {"theirs": kind}
    attributes: dict[str, object] = {**EVENT, "theirs": value}
    attributes[MATERIAL] = sign(attributes, DATA, KEYS["ed25519"], ["theirs", "actor"], {**types, "actor": "String"})
    for spelt in (value, *same):
        whole = verify({**attributes, "theirs": spelt}, DATA, REGISTERED, {**types, "actor": "String"})
        assert whole.attributes["theirs"] == canonical and type(whole.attributes["theirs"]) is type(canonical)


NOT_CANONICAL: dict[AttributeType, list[object]] = {
    "Integer": ["007", "+1", "-0", "1.0", "1e2", " 1", "٣", "9" * 21, 10**5000, 1.0, True],
    "Boolean": ["True", "1", 1, 0],
    "Binary": ["AR==", "AQ", "A-==", 1],
    "String": [1, True, {}, [], "\ud800"],
    "Timestamp": [1],
    "URI": [{}],
}


@pytest.mark.parametrize(
    ("kind", "value"),
    [(kind, value) for kind, values in NOT_CANONICAL.items() for value in values],
    ids=lambda one: one if isinstance(one, str) and one.isalnum() else "",
)
def test_a_value_that_is_not_in_canonical_form_cannot_be_signed(kind: AttributeType, value: object) -> None:
    attributes = {**EVENT, "theirs": value}
    assert refusal(lambda: verification_material(attributes, DATA, ["theirs"], {"theirs": kind})) == "attribute"


def test_an_unsigned_actor_is_refused_and_another_unsigned_attribute_dropped() -> None:
    attributes: dict[str, object] = {**EVENT, "traceparent": "00-x", "position": 7}
    attributes[MATERIAL] = sign(attributes, DATA, KEYS["ed25519"], ["traceparent"])
    assert refusal(lambda: verified(RawEvent(attributes, DATA))) == "unsigned-attribute"
    del attributes["actor"]
    assert verified(RawEvent(attributes, DATA)).dropped == ("position",)


def test_an_effectivetime_is_refused_signed_or_not() -> None:
    """It says when it happened in another convention: the codec refuses it before a signature is looked at."""
    for event in (signed(), signed(effectivetime="2014-01-01T00:00:00Z")):
        attributes: dict[str, Any] = {**event.attributes, "effectivetime": "2014-01-01T00:00:00Z"}
        headers = [(name, text.encode()) for name, text in kafka(attributes)]
        with pytest.raises(Unreadable, match="effectivetime"):
            from_kafka(None, DATA, headers)


def test_the_right_key_of_another_producer_is_not_accepted() -> None:
    event = signed("ed25519")
    assert refusal(lambda: verified(event, [KEYS["p256"].public])) == "key"
    assert refusal(lambda: verified(event, [])) == "key"


def test_a_signer_refuses_what_nobody_could_verify() -> None:
    key = KEYS["ed25519"]
    assert refusal(lambda: signed(id="")) == "attribute"
    assert refusal(lambda: signed(source=None)) == "attribute"
    assert refusal(lambda: signed(datacontenttype=None)) == "attribute"
    assert refusal(lambda: sign(EVENT, DATA, key, ["actor", "actor"])) == "signed-names"
    assert refusal(lambda: sign(EVENT, DATA, key, ["id"])) == "signed-names"
    assert refusal(lambda: sign(EVENT, DATA, key, ["dssematerial"])) == "signed-names"
    assert refusal(lambda: sign(EVENT, DATA, key, ["theirs"])) == "signed-names"


def test_der_is_named_as_such() -> None:
    event = signed("p256")
    envelope = json.loads(base64.b64decode(str(event.attributes[MATERIAL])))
    envelope["signatures"][0]["sig"] = base64.b64encode(b"0\x44" + bytes(68)).decode()
    with pytest.raises(NotVerifiable, match="DER"):
        verified(changed(event, **{MATERIAL: base64.b64encode(json.dumps(envelope).encode()).decode()}))


def test_what_was_sent_is_not_quoted_at_length() -> None:
    for payload_type, keyid in (("x\n" * 2_000, ""), (PAYLOAD_TYPE, "x\n" * 2_000)):
        document = {"payloadType": payload_type, "payload": "", "signatures": [{"sig": "", "keyid": keyid}]}
        with pytest.raises(NotVerifiable) as caught:
            verified(changed(signed(), **{MATERIAL: enveloped(document)}))
        assert len(str(caught.value)) < 500 and "\n" not in str(caught.value)
