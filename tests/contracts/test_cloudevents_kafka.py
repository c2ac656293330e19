"""Kafka's binary mode: it agrees with the CloudEvents SDK, names what is wrong with bad bytes, and never surprises."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import orjson
import pytest
from cloudevents.core.bindings import kafka as sdk_kafka
from cloudevents.core.v1.event import CloudEvent

from contracts.cloudevents import Envelope, from_kafka, to_kafka, to_structured
from tests.architecture.sources import text
from tests.contracts.one_event import DATA, EVENT, STRUCTURED, Headers, attributes, in_headers, in_json, refused

# The SDK agrees.


def test_the_sdk_reads_what_we_publish() -> None:
    key, value, headers = to_kafka(EVENT)
    read = sdk_kafka.from_kafka_event(sdk_kafka.KafkaMessage(dict(headers), key, value))
    as_text = {"streamversion": "3", "position": "1234", "partitionkey": EVENT.subject}
    assert read.get_attributes() == attributes() | as_text
    assert read.get_data() == DATA
    assert key == b"mandate/kz-2013"


@pytest.mark.parametrize("written", [sdk_kafka.to_binary_event, sdk_kafka.to_structured_event])
def test_we_read_what_the_sdk_writes_to_kafka(written: Any) -> None:
    message = written(CloudEvent(attributes(), DATA))
    read = from_kafka(None, message.value, list(message.headers.items()))
    assert orjson.loads(read.data) == DATA
    assert replace(read, data=EVENT.data) == EVENT


@pytest.mark.parametrize("written", [sdk_kafka.to_binary_event, sdk_kafka.to_structured_event])
def test_the_sdk_sets_a_key_on_request_and_its_partitionkey_is_read(written: Any) -> None:
    """What docs/how-to/send-commands.md shows."""
    keyless = written(CloudEvent(attributes(), DATA))
    assert keyless.key is None
    assert written(CloudEvent(attributes(), DATA), key_mapper=lambda event: event.get_subject()).key == EVENT.subject
    wanted = written(CloudEvent(attributes() | {"partitionkey": EVENT.subject}, DATA))
    assert wanted.key in (EVENT.subject, EVENT.subject.encode() if EVENT.subject else b"")
    structured = to_structured(replace(EVENT, partition_key=None)).replace(b'"actor"', b'"partitionkey":"p","actor"')
    assert from_kafka(None, structured, STRUCTURED).partition_key == "p"
    assert from_kafka(None, EVENT.data, in_headers(ce_partitionkey=b"p")).partition_key == "p"


def test_the_page_for_senders_shows_how_a_key_is_set() -> None:
    page = text(Path("docs/how-to/send-commands.md"))
    for shown in ("key_mapper=lambda event: event.get_subject()", "kafka_sarama.WithMessageKey", "`partitionkey`"):
        assert shown in page


# What is read tolerantly.


def test_binary_data_is_passed_on_byte_for_byte_and_unread() -> None:
    assert from_kafka(None, b' {"a" :1} not json', in_headers()).data == b' {"a" :1} not json'


def test_only_four_attributes_are_needed() -> None:
    four: Headers = [("ce_specversion", b"1.0"), ("ce_id", b"1"), ("ce_source", b"mfa"), ("ce_type", b"t")]
    assert from_kafka(None, b"{}", four) == Envelope("1", "mfa", "t", None, None, None, None, b"{}")


def test_unknown_extensions_empty_extensions_and_repeated_headers_are_let_through() -> None:
    empty = in_headers(ce_actor=b"", ce_position=b"", ce_recordedtime=b"", ce_effectivetime=b"")
    headers = [*empty, ("ce_unknown", b"\xff"), ("other", b"\0")]
    read = from_kafka(None, EVENT.data, [*headers, *headers, ("ce_subject", None)])
    assert read == replace(EVENT, actor=None, position=None, recorded_time=None)


@pytest.mark.parametrize("media_type", ["application/json; charset=utf-8", "application/vnd.un+json", "text/JSON"])
def test_any_json_media_type_is_kept(media_type: str) -> None:
    assert from_kafka(None, b"{}", in_headers(content_type=media_type.encode())).datacontenttype == media_type


@pytest.mark.parametrize(
    "text",
    ["2014-12-20t14:30:00.25z", "2014-12-20T20:30:00.250000999+06:00", "2014-12-20T14:30:00.25-00:00"],
)
def test_times_are_kept_in_utc(text: str) -> None:
    read = from_kafka(None, b"{}", in_headers(ce_time=text.encode())).time
    assert read is not None
    assert (read.date().day, read.microsecond, read.tzinfo) == (20, 250_000, UTC)


def test_times_are_written_in_utc_and_never_without_an_offset() -> None:
    almaty = replace(EVENT, time=datetime(2014, 12, 20, 14, 30, tzinfo=timezone(timedelta(hours=5))))
    assert ("ce_time", b"2014-12-20T09:30:00Z") in to_kafka(almaty)[2]
    with pytest.raises(ValueError, match="offset"):
        to_kafka(replace(EVENT, time=datetime(2014, 12, 20)))


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
        ({"ce_time": b"0000-01-01T00:00:00Z"}, "headers.ce_time", "RFC 3339"),
        ({"ce_time": b"10000-01-01T00:00:00Z"}, "headers.ce_time", "RFC 3339"),
        ({"ce_time": b"2016-12-31T23:59:60Z"}, "headers.ce_time", "RFC 3339"),
        ({"ce_time": b"2014-12-20T24:00:00Z"}, "headers.ce_time", "RFC 3339"),
        ({"ce_time": b"2014-12-20T09:30:00+24:00"}, "headers.ce_time", "RFC 3339"),
        ({"ce_time": b""}, "headers.ce_time", "empty"),
        ({"ce_recordedtime": b"today"}, "headers.ce_recordedtime", "'today'"),
        ({"ce_recordedtime": b"2016-12-31T23:59:60Z"}, "headers.ce_recordedtime", "RFC 3339"),
        ({"ce_effectivetime": b"2014-12-20T09:30:00Z"}, "headers.ce_effectivetime", "in the attribute time"),
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


@pytest.mark.parametrize("twice", ["ce_id", "ce_time", "ce_recordedtime", "content-type"])
def test_a_header_that_says_two_things_is_named(twice: str) -> None:
    fault = refused(EVENT.data, [*in_headers(), (twice, b"other")])
    assert fault.field == f"headers.{twice}"
    assert "twice" in fault.reason


def test_a_dead_letter_keeps_what_could_still_be_read() -> None:
    fault = refused(EVENT.data, in_headers(ce_time=b"noon", ce_source=b"\xff", ce_subject=None))
    assert (fault.id, fault.source, fault.type, fault.subject) == (EVENT.id, None, EVENT.type, "mandate/kz-2013")
    fault = refused(in_json(time="noon"), STRUCTURED)
    assert (fault.id, fault.source, fault.type, fault.subject) == (EVENT.id, EVENT.source, EVENT.type, EVENT.subject)
    fault = refused(b"not json", STRUCTURED, key=b"\xff")
    assert (fault.id, fault.source, fault.type, fault.subject) == (None, None, None, None)
