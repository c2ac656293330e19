"""Whatever bytes come, the codec answers or says `Unreadable`; whatever it writes, it reads back the same."""

from contextlib import suppress
from datetime import UTC, datetime

import orjson
from hypothesis import example, given
from hypothesis import strategies as st

from contracts.cloudevents import Envelope, Unreadable, from_http, from_kafka, to_kafka, to_structured
from contracts.envelope import NAMES, NUMBER_MAX

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=40)
times = st.datetimes(min_value=datetime(1, 1, 2), timezones=st.just(UTC))
numbers = st.integers(min_value=0, max_value=NUMBER_MAX)
scalars = st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False, allow_infinity=False) | texts
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3))


def perhaps(strategy: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.none() | strategy


envelopes = st.builds(
    Envelope,
    id=texts,
    source=texts,
    type=texts,
    subject=perhaps(texts),
    time=perhaps(times),
    dataschema=perhaps(texts),
    datacontenttype=perhaps(st.sampled_from(["application/json", "application/un+json; charset=utf-8"])),
    data=values.map(orjson.dumps),
    recorded_time=perhaps(times),
    correlation_id=perhaps(texts),
    causation_id=perhaps(texts),
    actor=perhaps(texts),
    traceparent=perhaps(texts),
    stream_version=perhaps(numbers),
    position=perhaps(numbers),
)
kafka_names = st.sampled_from([*(f"ce_{name}" for name in NAMES), "content-type"]) | st.text(max_size=10)
plausible = st.sampled_from(
    [b"1.0", b"1", b"2014-12-20T09:30:00Z", b"application/json", b"application/cloudevents+json", b"9" * 30, b"\xff"]
)
documents = st.dictionaries(st.sampled_from([*NAMES, "data", "data_base64"]) | texts, st.none() | values)


@given(envelopes)
def test_what_is_written_to_kafka_is_read_back(event: Envelope) -> None:
    key, value, headers = to_kafka(event)
    assert from_kafka(key, value, headers) == event


@given(envelopes)
def test_what_is_written_as_json_is_read_back(event: Envelope) -> None:
    text = to_structured(event)
    assert from_kafka(None, text, [("content-type", b"application/cloudevents+json")]) == event
    assert from_http({"Content-Type": "application/cloudevents-batch+json"}, b"[%b]" % text) == [event]


@given(
    st.none() | st.binary(max_size=20),
    st.none() | st.binary(max_size=50) | documents.map(orjson.dumps),
    st.lists(st.tuples(kafka_names, st.none() | plausible | st.binary(max_size=20)), max_size=20),
)
@example(None, b"[" * 2000, [("content-type", b"application/cloudevents+json")])
def test_no_record_breaks_the_reader(
    key: bytes | None, value: bytes | None, headers: list[tuple[str, bytes | None]]
) -> None:
    with suppress(Unreadable):
        assert from_kafka(key, value, headers).id


@given(
    st.dictionaries(
        st.sampled_from([*(f"Ce-{name}" for name in NAMES), "Content-Type"]) | st.text(max_size=10),
        plausible.map(lambda raw: raw.decode("latin-1")) | st.text(max_size=20),
    ),
    st.binary(max_size=50) | documents.map(orjson.dumps) | st.lists(documents, max_size=3).map(orjson.dumps),
)
def test_no_request_breaks_the_reader(headers: dict[str, str], body: bytes) -> None:
    assert all(isinstance(one, Envelope | Unreadable) for one in from_http(headers, body))


@given(documents)
def test_no_json_object_breaks_the_reader(document: dict[str, object]) -> None:
    with suppress(Unreadable):
        assert from_kafka(None, orjson.dumps(document), [("content-type", b"application/cloudevents")]).data
