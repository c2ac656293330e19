"""The JSON format, in Kafka's structured mode and over HTTP: the SDK agrees, and each fault is named."""

from base64 import b64encode
from dataclasses import replace
from typing import Any

import orjson
import pytest
from cloudevents.core.bindings import http as sdk_http
from cloudevents.core.bindings import kafka as sdk_kafka
from cloudevents.core.v1.event import CloudEvent

from contracts import event_json
from contracts.cloudevents import Envelope, Unreadable, from_http, from_kafka, to_structured
from contracts.strict_json import elements
from tests.contracts.one_event import DATA, EVENT, STRUCTURED, attributes, in_json, refused

# The SDK agrees.


def test_the_sdk_reads_what_we_write_as_json() -> None:
    message = sdk_kafka.KafkaMessage({"content-type": b"application/cloudevents+json"}, None, to_structured(EVENT))
    read = sdk_kafka.from_kafka_event(message)
    assert read.get_attributes() == attributes()
    assert read.get_data() == DATA


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


def test_headers_of_a_structured_record_are_not_attributes() -> None:
    headers = [*STRUCTURED, ("ce_id", b"other"), ("ce_id", b"another")]
    assert from_kafka(None, to_structured(EVENT), headers) == EVENT


@pytest.mark.parametrize(
    "media_type", [b"application/cloudevents", b"Application/CloudEvents+JSON", b"application/cloudevents+json;a=b"]
)
def test_the_structured_mode_is_known_by_its_media_type_in_any_case(media_type: bytes) -> None:
    assert from_kafka(None, to_structured(EVENT), [("content-type", media_type)]) == EVENT


def test_numbers_may_be_digits_in_json_too() -> None:
    assert from_kafka(None, in_json(position="1234"), STRUCTURED) == EVENT


def test_data_that_is_not_json_cannot_forge_attributes() -> None:
    forged = replace(EVENT, data=b'1,"id":"forged"')
    assert from_kafka(None, to_structured(forged), STRUCTURED) == forged


def test_data_is_inlined_byte_for_byte() -> None:
    assert b'"data":{"a" : 1}' in to_structured(replace(EVENT, data=b'{"a" : 1}'))


# What is unreadable, and what is said of it.


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


# HTTP.

BATCH = {"content-type": "application/cloudevents-batch+json"}


def test_the_good_events_of_a_batch_go_on() -> None:
    events = from_http(BATCH, b"[%b,%b,7,%b]" % (in_json(), in_json(id=""), in_json(id="z")))
    assert [events[0], events[3]] == [EVENT, replace(EVENT, id="z")]
    bad = [one for one in events if isinstance(one, Unreadable)]
    assert [(one.field, one.type) for one in bad] == [("[1].id", EVENT.type), ("[2]", None)]


def test_an_empty_batch_has_no_events() -> None:
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


@pytest.mark.parametrize(
    "fault",
    [b"[" * 300 + b"]" * 300, b'"\\ud800"', b"1e400", b'{"a":1,"a":2}'],
    ids=["deep", "half", "infinite", "twice"],
)
def test_an_element_that_is_no_strict_json_costs_its_neighbours_in_a_batch_nothing(fault: bytes) -> None:
    good = b'{"specversion":"1.0","id":"%d","source":"urn:x","type":"t","data":{"a":":"}}'
    bad = b'{"specversion":"1.0","id":"2","source":"urn:x","type":"t","data":' + fault + b"}"
    batch = b" [ " + good % 1 + b" , " + bad + b"," + good % 3 + b"] "
    first, second, third = event_json.read(batch, event_json.BATCH, "body")
    assert isinstance(first, Envelope) and isinstance(third, Envelope)
    assert (first.id, third.id) == ("1", "3")
    assert isinstance(second, Unreadable)
    assert second.field == "[1]"


@pytest.mark.parametrize("text", [b'[{"a":1]', b"[1,]", b"[1] 2", b"[1", b"[", b"", b"\xef\xbb\xbf[1]", b"[,1]", b"{}"])
def test_a_batch_that_is_no_array_is_at_fault_as_a_whole(text: bytes) -> None:
    assert elements(text) == []
