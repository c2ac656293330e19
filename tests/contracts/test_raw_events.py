"""Raw events: the sender's bytes to the byte, the same reading as the codec's, and no other end than an answer."""

import json
from collections.abc import Sequence
from contextlib import suppress

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contracts.cloudevents import Envelope, Unreadable, from_http, from_kafka
from contracts.envelope import NAMES
from contracts.raw_events import RawEvent, envelope_of, raw_from_http, raw_from_json, raw_from_kafka
from contracts.verifiability import MATERIAL, NotVerifiable, verify
from tests.contracts.signed_events import REGISTERED, refusal, signed, verified
from tests.contracts.test_cloudevents_properties import documents, kafka_names, plausible, texts

Headers = list[tuple[str, bytes | None]]
STRUCTURED: Headers = [("content-type", b"application/cloudevents+json")]
REQUIRED = {"specversion": "1.0", "id": "1", "source": "s", "type": "t"}


def inlined(data: str) -> bytes:
    return f'{{"data_": [{{"data": 1}}], "data" :\n {data}\t, "id": "1"}}'.encode()


@pytest.mark.parametrize(
    "data",
    ["1e2", '"\\u00e9"', "12345678901234567890123", '{"data": [1,  2]}', "[]", "-0.0", '{"b": 1, "a": "}"}', '"é"'],
)
def test_inlined_data_is_taken_as_it_is_written(data: str) -> None:
    assert raw_from_json(inlined(data)) == RawEvent({"id": "1"}, data.encode())


def test_data_in_base64_is_taken_as_its_bytes() -> None:
    assert raw_from_json(b'{"data_base64": "AQ==", "data": null}') == RawEvent({}, b"\1")
    for encoded in (b'"AR=="', b'"AQ"', b'" AQ=="', b'"A_=="', b"1", b"{}"):
        assert refusal(lambda encoded=encoded: raw_from_json(b'{"data_base64": %b}' % encoded)) == "event"  # type: ignore[misc]


def test_unknown_attributes_are_kept_and_null_ones_are_absent() -> None:
    text = b'{"id": "1", "theirs": {"a": 1}, "more": true, "time": null, "Not_one": 1, "streamversion": 3}'
    assert raw_from_json(text).attributes == {"id": "1", "theirs": {"a": 1}, "more": True, "streamversion": 3}


def test_attributes_of_a_record_are_its_headers() -> None:
    headers: Headers = [("ce_id", b"1"), ("ce_theirs", "ә".encode()), ("ce_x", None), ("other", b"\xff")]
    headers += [
        ("Content-Type", b"application/json"),
        ("ce_datacontenttype", b"no"),
        ("ce_data", b"no"),
        ("CE_id", b"no"),
    ]
    assert raw_from_kafka(None, [*headers, ("ce_id", b"1")]) == RawEvent(
        {"id": "1", "theirs": "ә", "datacontenttype": "application/json"}, b""
    )
    assert refusal(lambda: raw_from_kafka(b"", [*headers, ("ce_theirs", b"2")])) == "event"
    assert refusal(lambda: raw_from_kafka(b"", [("ce_id", b"\xff")])) == "event"
    assert refusal(lambda: raw_from_kafka(b"{}", [("content-type", b"Application/CloudEvents-batch+json")])) == "event"


def test_attributes_of_a_request_are_percent_decoded_but_for_its_content_type() -> None:
    headers = {
        "CE-Id": "a%20b",
        "ce-actor": '"\\"%41"',
        "Content-Type": "application/json; x=%41",
        "ce-datacontenttype": "x",
    }
    (event,) = raw_from_http(headers.items(), b"{}")
    expected = {"id": "a b", "actor": '"A', "datacontenttype": "application/json; x=%41"}
    assert event == RawEvent(expected, b"{}")


def test_one_faulty_event_of_a_batch_leaves_the_others() -> None:
    good = json.dumps({**signed().attributes, "data": {}}).encode()
    headers = [("content-type", "application/cloudevents-batch+json")]
    for faulty in (b'{"a": 1, "a": 2}', b"[NaN]", b"1" * 5_000):
        first, second, third = raw_from_http(headers, b"[%b, %b ,%b]" % (good, faulty, good))
        assert isinstance(first, RawEvent) and first == third and isinstance(second, NotVerifiable)
        one, two, three = from_http(dict(headers), b"[%b, %b ,%b]" % (good, faulty, good))
        assert isinstance(one, Envelope) and one == three and isinstance(two, Unreadable)
    assert raw_from_http(headers, b" [ ] ") == []
    (fault,) = raw_from_http(headers, b"{}")
    assert isinstance(fault, NotVerifiable)


def same(event: Envelope, raw: RawEvent) -> None:
    """What the signature covers is what is decided."""
    assert (event.id, event.source, event.type) == tuple(raw.attributes[name] for name in ("id", "source", "type"))
    for name, value in (("subject", event.subject), ("actor", event.actor), ("dataschema", event.dataschema)):
        assert (raw.attributes.get(name) or None) == value
    assert raw.attributes.get("datacontenttype") == event.datacontenttype
    assert (event.time is None) == (raw.attributes.get("time") in (None, ""))
    assert raw.data == event.data or orjson.loads(raw.data) == orjson.loads(event.data)


def check_both(value: bytes | None, headers: Headers) -> None:
    event = raw = None
    with suppress(Unreadable):
        event = from_kafka(None, value, headers)
    try:
        raw = raw_from_kafka(value, headers)
    except NotVerifiable as fault:
        assert fault.reason == "event"
    if raw is not None:
        is_quick = raw.is_binary and all(name.isascii() for name, _ in headers)
        assert envelope_of(raw, headers) == (event if is_quick else None)
    if event is not None and raw is not None:
        same(event, raw)


@given(documents)
def test_a_document_is_read_as_the_codec_reads_it(document: dict[str, object]) -> None:
    check_both(orjson.dumps(REQUIRED | document), STRUCTURED)


@given(
    st.lists(
        st.tuples(
            kafka_names | st.just("\udcff") | st.just(f"ce_{MATERIAL}"), st.none() | plausible | texts.map(str.encode)
        ),
        max_size=6,
    ),
    texts.map(str.encode),
)
def test_headers_are_read_as_the_codec_reads_them(headers: Headers, value: bytes) -> None:
    check_both(value, [*((f"ce_{name}", text.encode()) for name, text in REQUIRED.items()), *headers])


@given(st.lists(documents.map(orjson.dumps) | st.binary(max_size=9), max_size=4), st.sampled_from([b",", b" ,\n", b""]))
@example([b"1" * 5_000, b"{}"], b",")
def test_a_batch_has_as_many_results_as_the_codec_gives(elements: Sequence[bytes], between: bytes) -> None:
    headers = {"content-type": "application/cloudevents-batch+json"}
    body = b"[%b]" % between.join(elements)
    assert len(raw_from_http(headers.items(), body)) == len(from_http(headers, body))


@given(st.binary(max_size=300), st.sampled_from(["json", "batch+json", "binary"]), st.binary(max_size=60))
@example(b"[]", "json", b"")
@example(b"[" * 100_000, "json", b"")
@example(b"[" * 100_000, "batch+json", b"[" * 8_000)
@example(b'{"data": %b}' % (b"1" * 5_000), "json", b'{"payload": %b}' % (b"9" * 5_000))
def test_any_bytes_end_in_a_result_or_a_reason(body: bytes, mode: str, material: bytes) -> None:
    kind = {"json": "cloudevents+json", "batch+json": "cloudevents-batch+json", "binary": "json"}[mode]
    headers = {f"ce-{name}": text for name, text in REQUIRED.items()}
    headers |= {"content-type": f"application/{kind}", f"ce-{MATERIAL}": material.decode("latin-1")}
    for event in raw_from_http(headers.items(), body):
        if isinstance(event, RawEvent):
            refusal(lambda event=event: verified(event))  # type: ignore[misc]


scalars: st.SearchStrategy[object] = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9)
)
attribute_sets: st.SearchStrategy[dict[str, object]] = st.dictionaries(
    st.sampled_from([*NAMES, MATERIAL]), st.text() | scalars | st.lists(scalars) | st.just({})
)


@given(attribute_sets, st.binary(max_size=9))
def test_any_attributes_end_in_a_reason(some: dict[str, object], data: bytes) -> None:
    whole = signed().attributes
    for attributes in (some, {**some, MATERIAL: whole[MATERIAL]}):
        refusal(lambda attributes=attributes: verify(attributes, data, REGISTERED))  # type: ignore[misc]
