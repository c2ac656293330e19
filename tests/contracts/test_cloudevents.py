"""The envelope codec: it agrees with the CloudEvents SDK, names what is wrong with bad bytes, and never surprises."""

from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import orjson
import pytest
from cloudevents.core.bindings import http as sdk_http
from cloudevents.core.bindings import kafka as sdk_kafka
from cloudevents.core.v1.event import CloudEvent

from contracts.cloudevents import Envelope, Unreadable, from_http, from_kafka, to_kafka, to_structured

Headers = list[tuple[str, bytes | None]]

DATA: dict[str, Any] = {"mandate": "kz-2013", "reason": "Парламенттің шешімі"}
EVENT = Envelope(
    id="8f5c4b1e-6f0a-5a55-9d6b-0d6f7a1f7c11",
    source="urn:forcegen:approvals",
    type="forcegen.approvals.MandateExpired",
    subject="mandate/kz-2013",
    time=datetime(2014, 12, 20, 9, 30, 0, 250_000, UTC),
    dataschema="urn:forcegen:approvals.MandateExpired:1",
    datacontenttype="application/json",
    data=orjson.dumps(DATA),
    effective=datetime(2014, 12, 20, tzinfo=UTC),
    correlation_id="c-1",
    causation_id="c-2",
    actor="әкімші",
    traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    stream_version=3,
    position=1234,
)
STRUCTURED: Headers = [("content-type", b"application/cloudevents+json; charset=UTF-8")]


def attributes() -> dict[str, Any]:
    """The same event as the SDK holds it."""
    return {
        "specversion": "1.0",
        "id": EVENT.id,
        "source": EVENT.source,
        "type": EVENT.type,
        "subject": EVENT.subject,
        "time": EVENT.time,
        "dataschema": EVENT.dataschema,
        "datacontenttype": EVENT.datacontenttype,
        "effectivetime": "2014-12-20T00:00:00Z",
        "correlationid": EVENT.correlation_id,
        "causationid": EVENT.causation_id,
        "actor": EVENT.actor,
        "traceparent": EVENT.traceparent,
        "streamversion": 3,
        "position": 1234,
    }


def in_headers(**changes: bytes | None) -> Headers:
    """The headers of the event in Kafka's binary mode, with some changed, added or (None) taken away."""
    headers: dict[str, bytes | None] = dict(to_kafka(EVENT)[2])
    headers |= {name.replace("content_type", "content-type"): value for name, value in changes.items()}
    return [(name, value) for name, value in headers.items() if value is not None]


def in_json(**changes: object) -> bytes:
    return orjson.dumps(orjson.loads(to_structured(EVENT)) | changes)


def refused(value: bytes | None, headers: Headers, key: bytes | None = b"mandate/kz-2013") -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        from_kafka(key, value, headers)
    return caught.value


# The SDK agrees.


def test_the_sdk_reads_what_we_publish() -> None:
    key, value, headers = to_kafka(EVENT)
    read = sdk_kafka.from_kafka_event(sdk_kafka.KafkaMessage(dict(headers), key, value))
    as_text = {"streamversion": "3", "position": "1234", "partitionkey": EVENT.subject}
    assert read.get_attributes() == attributes() | as_text
    assert read.get_data() == DATA
    assert key == b"mandate/kz-2013"


def test_the_sdk_reads_what_we_write_as_json() -> None:
    message = sdk_kafka.KafkaMessage({"content-type": b"application/cloudevents+json"}, None, to_structured(EVENT))
    read = sdk_kafka.from_kafka_event(message)
    assert read.get_attributes() == attributes()
    assert read.get_data() == DATA


@pytest.mark.parametrize("written", [sdk_kafka.to_binary_event, sdk_kafka.to_structured_event])
def test_we_read_what_the_sdk_writes_to_kafka(written: Any) -> None:
    message = written(CloudEvent(attributes(), DATA))
    read = from_kafka(None, message.value, list(message.headers.items()))
    assert orjson.loads(read.data) == DATA
    assert replace(read, data=EVENT.data) == EVENT


@pytest.mark.parametrize("written", [sdk_http.to_binary_event, sdk_http.to_structured_event])
def test_we_read_what_the_sdk_sends_over_http(written: Any) -> None:
    message = written(CloudEvent(attributes(), DATA))
    (read,) = from_http({name.title(): value for name, value in message.headers.items()}, message.body)
    assert isinstance(read, Envelope), read
    assert orjson.loads(read.data) == DATA
    assert replace(read, data=EVENT.data) == EVENT


def test_we_read_binary_data_that_the_sdk_puts_into_json() -> None:
    message = sdk_kafka.to_structured_event(CloudEvent(attributes(), EVENT.data))
    assert b"data_base64" in message.value
    assert from_kafka(None, message.value, list(message.headers.items())) == EVENT


# What is read tolerantly.


def test_binary_data_is_passed_on_byte_for_byte_and_unread() -> None:
    assert from_kafka(None, b' {"a" :1} not json', in_headers()).data == b' {"a" :1} not json'


def test_only_four_attributes_are_needed() -> None:
    four: Headers = [("ce_specversion", b"1.0"), ("ce_id", b"1"), ("ce_source", b"mfa"), ("ce_type", b"t")]
    assert from_kafka(None, b"{}", four) == Envelope("1", "mfa", "t", None, None, None, None, b"{}")


def test_unknown_extensions_empty_extensions_and_repeated_headers_are_let_through() -> None:
    headers = in_headers(ce_actor=b"", ce_position=b"", ce_effectivetime=b"", ce_unknown=b"\xff", other=b"\0")
    read = from_kafka(None, EVENT.data, [*headers, *headers, ("ce_subject", None)])
    assert read == replace(EVENT, actor=None, position=None, effective=None)


def test_headers_of_a_structured_record_are_not_attributes() -> None:
    headers = [*STRUCTURED, ("ce_id", b"other"), ("ce_id", b"another")]
    assert from_kafka(None, to_structured(EVENT), headers) == EVENT


@pytest.mark.parametrize(
    "media_type", [b"application/cloudevents", b"Application/CloudEvents+JSON", b"application/cloudevents+json;a=b"]
)
def test_the_structured_mode_is_known_by_its_media_type_in_any_case(media_type: bytes) -> None:
    assert from_kafka(None, to_structured(EVENT), [("content-type", media_type)]) == EVENT


@pytest.mark.parametrize("media_type", ["application/json; charset=utf-8", "application/vnd.un+json", "text/JSON"])
def test_any_json_media_type_is_kept(media_type: str) -> None:
    assert from_kafka(None, b"{}", in_headers(content_type=media_type.encode())).datacontenttype == media_type


@pytest.mark.parametrize("text", ["2014-12-20t14:30:00.25z", "2014-12-20T20:30:00.250000999+06:00"])
def test_times_are_kept_in_utc(text: str) -> None:
    read = from_kafka(None, b"{}", in_headers(ce_time=text.encode())).time
    assert read is not None
    assert (read.date().day, read.microsecond, read.tzinfo) == (20, 250_000, UTC)


def test_times_are_written_in_utc_and_never_without_an_offset() -> None:
    almaty = replace(EVENT, time=datetime(2014, 12, 20, 14, 30, tzinfo=timezone(timedelta(hours=5))))
    assert ("ce_time", b"2014-12-20T09:30:00Z") in to_kafka(almaty)[2]
    with pytest.raises(ValueError, match="offset"):
        to_kafka(replace(EVENT, time=datetime(2014, 12, 20)))


def test_numbers_may_be_digits_in_json_too() -> None:
    assert from_kafka(None, in_json(position="1234"), STRUCTURED) == EVENT


def test_data_that_is_not_json_cannot_forge_attributes() -> None:
    forged = replace(EVENT, data=b'1,"id":"forged"')
    assert from_kafka(None, to_structured(forged), STRUCTURED) == forged


def test_data_is_inlined_byte_for_byte() -> None:
    assert b'"data":{"a" : 1}' in to_structured(replace(EVENT, data=b'{"a" : 1}'))


# What is unreadable, and what is said of it.


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"ce_specversion": b"0.3"}, "headers.ce_specversion", "'0.3'"),
        ({"ce_specversion": None}, "headers.ce_specversion", "missing"),
        ({"ce_id": None}, "headers.ce_id", "missing"),
        ({"ce_id": b""}, "headers.ce_id", "empty"),
        ({"ce_source": None}, "headers.ce_source", "missing"),
        ({"ce_type": b""}, "headers.ce_type", "empty"),
        ({"ce_subject": b""}, "headers.ce_subject", "empty"),
        ({"ce_dataschema": b""}, "headers.ce_dataschema", "empty"),
        ({"ce_actor": b"\xffx"}, "headers.ce_actor", "Byte 0"),
        ({"ce_actor": b"a\0b"}, "headers.ce_actor", "NUL"),
        ({"ce_subject": b"x" * 2049}, "headers.ce_subject", "2049"),
        ({"ce_time": b"2014-12-20T09:30:00"}, "headers.ce_time", "RFC 3339"),
        ({"ce_time": b"2014-12-20"}, "headers.ce_time", "RFC 3339"),
        ({"ce_time": b"20141220T093000Z"}, "headers.ce_time", "RFC 3339"),
        ({"ce_time": b"2014-02-30T09:30:00Z"}, "headers.ce_time", "RFC 3339"),
        ({"ce_time": b"0001-01-01T00:00:00+05:00"}, "headers.ce_time", "RFC 3339"),
        ({"ce_effectivetime": b"today"}, "headers.ce_effectivetime", "'today'"),
        ({"ce_position": b"1.0"}, "headers.ce_position", "'1.0'"),
        ({"ce_position": b"-1"}, "headers.ce_position", "'-1'"),
        ({"ce_position": b"9223372036854775808"}, "headers.ce_position", "whole number"),
        ({"ce_streamversion": "٣".encode()}, "headers.ce_streamversion", "whole number"),
        ({"content_type": b"application/avro"}, "headers.content-type", "application/json"),
        ({"content_type": b"\xff"}, "headers.content-type", "UTF-8"),
        ({"content_type": b"application/cloudevents-batch+json"}, "headers.content-type", "one record an event"),
        ({"content_type": b"application/cloudevents+avro"}, "headers.content-type", "cloudevents+json"),
    ],
)
def test_a_bad_attribute_is_named(changes: dict[str, bytes | None], field: str, words: str) -> None:
    fault = refused(EVENT.data, in_headers(**changes))
    assert fault.field == field
    assert words in str(fault)
    assert fault.reason
    assert fault.remedy


@pytest.mark.parametrize("value", [None, b""])
@pytest.mark.parametrize("headers", [in_headers(), STRUCTURED])
def test_an_empty_record_is_not_a_command(value: bytes | None, headers: Headers) -> None:
    assert refused(value, headers).field == "value"


@pytest.mark.parametrize("twice", ["ce_id", "content-type"])
def test_a_header_that_says_two_things_is_named(twice: str) -> None:
    fault = refused(EVENT.data, [*in_headers(), (twice, b"other")])
    assert fault.field == f"headers.{twice}"
    assert "twice" in fault.reason


@pytest.mark.parametrize(
    ("value", "field", "words"),
    [
        (b'{"id": "1"', "value", "line 1, column 11"),
        (b'{"id": "\xff"}', "value", "Byte 8"),
        (b'{"id": "\\ud800"}', "value", "Not JSON"),
        (b"[]", "value", "not a JSON object"),
        (in_json(id=None), "id", "missing"),
        (in_json(id=5), "id", "not a string"),
        (in_json(id=[]), "id", "empty"),
        (in_json(specversion=1.0), "specversion", "1.0"),
        (in_json(source="\0"), "source", "NUL"),
        (in_json(subject="x" * 2049), "subject", "2049"),
        (in_json(time=5), "time", "not a string"),
        (in_json(time="noon"), "time", "RFC 3339"),
        (in_json(position=True), "position", "not a whole number"),
        (in_json(position=1.0), "position", "not a whole number"),
        (in_json(position=-1), "position", "whole number"),
        (in_json(datacontenttype="text/xml"), "datacontenttype", "application/json"),
        (in_json(data=None), "data", "no data"),
        (in_json(data_base64="e30="), "data_base64", "both"),
        (in_json(data=None, data_base64="e30"), "data_base64", "not base64"),
        (in_json(data=None, data_base64="é"), "data_base64", "not base64"),
        (in_json(data=None, data_base64={}), "data", "no data"),
        (in_json(data=None, data_base64=[1]), "data_base64", "not base64"),
        (in_json(data=None, data_base64=""), "data", "no data"),
        (in_json(data=0).replace(b'"data":0', b'"data":' + b"[" * 500 + b"]" * 500), "data", "less deeply"),
    ],
)
def test_a_bad_structured_event_is_named(value: bytes, field: str, words: str) -> None:
    fault = refused(value, STRUCTURED)
    assert fault.field == field
    assert words in str(fault)


def test_a_dead_letter_keeps_what_could_still_be_read() -> None:
    fault = refused(EVENT.data, in_headers(ce_time=b"noon", ce_source=b"\xff", ce_subject=None))
    assert (fault.id, fault.source, fault.type, fault.subject) == (EVENT.id, None, EVENT.type, "mandate/kz-2013")
    fault = refused(in_json(time="noon"), STRUCTURED)
    assert (fault.id, fault.source, fault.type, fault.subject) == (EVENT.id, EVENT.source, EVENT.type, EVENT.subject)
    fault = refused(b"not json", STRUCTURED, key=b"\xff")
    assert (fault.id, fault.source, fault.type, fault.subject) == (None, None, None, None)


# HTTP.

BATCH = {"content-type": "application/cloudevents-batch+json"}


def test_the_good_events_of_a_batch_go_on() -> None:
    events = from_http(BATCH, b"[%b,%b,7,%b]" % (in_json(), in_json(id=""), in_json(id="z")))
    assert [events[0], events[3]] == [EVENT, replace(EVENT, id="z")]
    bad = [one for one in events if isinstance(one, Unreadable)]
    assert [(one.field, one.type) for one in bad] == [("[1].id", EVENT.type), ("[2]", None)]


def test_an_empty_batch_asks_nothing() -> None:
    assert from_http(BATCH, b"[]") == []


def test_http_attributes_are_percent_decoded_once_and_unquoted() -> None:
    headers = {"CE-SpecVersion": "1.0", "Ce-Id": "a%2520%E2%82%AC", "cE-source": '"say \\"hi\\""', "ce-type": "t"}
    (read,) = from_http(headers, b"{}")
    assert isinstance(read, Envelope), read
    assert (read.id, read.source) == ("a%20€", 'say "hi"')


@pytest.mark.parametrize(
    ("headers", "body", "field"),
    [
        ({"content-type": "application/json"}, b"{}", "headers.ce-specversion"),
        ({"ce-specversion": "1.0", "ce-id": "%00"}, b"{}", "headers.ce-source"),
        ({"ce-specversion": "1.0", "ce-id": "%00", "ce-source": "s", "ce-type": "t"}, b"{}", "headers.ce-id"),
        ({"ce-specversion": "1.0", "ce-id": "\xe9", "ce-source": "s", "ce-type": "t"}, b"{}", "headers.ce-id"),
        ({"ce-specversion": "1.0", "ce-id": "\ud800", "ce-source": "s", "ce-type": "t"}, b"{}", "headers.ce-id"),
        ({"ce-id": "1", "Ce-Id": "2"}, b"{}", "headers.ce-id"),
        ({"content-type": "a/b", "Content-Type": "c/d"}, b"{}", "headers.content-type"),
        ({}, b"", "body"),
        (BATCH, b"{}", "body"),
        (BATCH, b"[", "body"),
        ({"content-type": "application/cloudevents+json"}, b"[]", "body"),
        ({"content-type": "application/cloudevents+xml"}, b"<event/>", "headers.content-type"),
    ],
)
def test_an_unreadable_request_is_answered_not_raised(headers: dict[str, str], body: bytes, field: str) -> None:
    (fault,) = from_http(headers, body)
    assert isinstance(fault, Unreadable), fault
    assert fault.field == field


def test_base64_over_http_gives_the_bytes_of_the_data() -> None:
    body = in_json(data=None, data_base64=b64encode(EVENT.data).decode())
    assert from_http({"content-type": "application/cloudevents+json"}, body) == [EVENT]
