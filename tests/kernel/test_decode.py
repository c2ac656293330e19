"""Whatever has a readable id and source is answered, also where nothing else of it can be read or admitted."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from contracts.approvals import RejectMandate
from contracts.cloudevents import Envelope, from_http, from_kafka
from contracts.limits import ATTRIBUTE_BYTES_MAX
from contracts.registry import type_name
from contracts.text import is_admissible
from contracts.unreadable import Unreadable
from kernel.decide import decode
from kernel.model.decider import ReceivedCommand, event_id
from kernel.model.records import DecodedCommand, Invalid
from tests.contracts.one_event import EVENT, STRUCTURED, Headers, in_headers, in_json


def answered(value: bytes | None, headers: Headers, key: bytes | None = b"mandate/kz-2013") -> DecodedCommand | None:
    """What becomes of a record that cannot be read."""
    with pytest.raises(Unreadable) as caught:
        from_kafka(key, value, headers)
    return decode.unreadable(caught.value)


LONE = in_json().replace(b'"kz-2013"', b'"\\ud800"')
DEEP = in_json().replace(b'"data":{', b'"data":{"x":' + b"[" * 2000 + b"]" * 2000 + b",")


@pytest.mark.parametrize(
    ("value", "headers", "field"),
    [
        (EVENT.data, in_headers(ce_time=b"2024-03-12T09:30Z"), "headers.ce_time"),
        (EVENT.data, in_headers(ce_time=b"2024-03-12T09:30:00GMT"), "headers.ce_time"),
        (EVENT.data, in_headers(ce_time=b"2024-03-12T09:30:60Z"), "headers.ce_time"),
        (EVENT.data, in_headers(ce_time=b"0000-01-01T00:00:00Z"), "headers.ce_time"),
        (EVENT.data, in_headers(ce_time=b"9999-12-31T23:59:59-01:00"), "headers.ce_time"),
        (EVENT.data, in_headers(ce_time=b"\xff"), "headers.ce_time"),
        (EVENT.data, in_headers(ce_recordedtime=b"noon"), "headers.ce_recordedtime"),
        (EVENT.data, in_headers(ce_effectivetime=b"2014-12-20T00:00:00Z"), "headers.ce_effectivetime"),
        (in_json(effectivetime="2014-12-20T00:00:00Z"), STRUCTURED, "effectivetime"),
        (EVENT.data, [*in_headers(), ("ce_recordedtime", b"2014-12-20T09:31:00Z")], "headers.ce_recordedtime"),
        (EVENT.data, in_headers(ce_specversion=None), "headers.ce_specversion"),
        (EVENT.data, in_headers(ce_specversion=b"0.3"), "headers.ce_specversion"),
        (EVENT.data, in_headers(ce_type=None), "headers.ce_type"),
        (EVENT.data, in_headers(ce_subject=b""), "headers.ce_subject"),
        (EVENT.data, in_headers(ce_actor=b"a\0b"), "headers.ce_actor"),
        (EVENT.data, in_headers(content_type=b"text/plain"), "headers.content-type"),
        (EVENT.data, in_headers(content_type=b"application/cloudevents+avro"), "headers.content-type"),
        (EVENT.data, [*in_headers(), ("ce_time", b"2014-12-20T09:31:00Z")], "headers.ce_time"),
        (None, in_headers(), "value"),
        (b"", in_headers(), "value"),
        (in_json(time="noon"), STRUCTURED, "time"),
        (in_json(time=7), STRUCTURED, "time"),
        (in_json(specversion="2.0"), STRUCTURED, "specversion"),
        (in_json(data=None), STRUCTURED, "data"),
        (in_json(data_base64="?", data=None), STRUCTURED, "data_base64"),
        (LONE, STRUCTURED, "value"),
        (DEEP, STRUCTURED, "value"),
        (in_json().replace(b'"kz-2013"', b"NaN"), STRUCTURED, "value"),
        (in_json().replace(b'"kz-2013"', b'"\xff"'), STRUCTURED, "value"),
        (in_json()[:-3], STRUCTURED, "value"),
        (b"\xef\xbb\xbf" + in_json(), STRUCTURED, "value"),
        (in_json(), [*STRUCTURED, ("content-type", b"application/json")], "headers.content-type"),
    ],
)
def test_a_readable_identity_is_answered_with_the_field_and_the_remedy(
    value: bytes | None, headers: Headers, field: str
) -> None:
    command = answered(value, headers)
    assert command is not None
    assert command.key == (EVENT.source, EVENT.id)
    assert command.stream == "mandate/kz-2013"
    assert isinstance(command.command, Invalid)
    assert command.command.field == field
    assert command.command.reason
    assert command.command.remedy


@pytest.mark.parametrize(
    ("value", "headers"),
    [
        (EVENT.data, in_headers(ce_id=None)),
        (EVENT.data, in_headers(ce_id=b"\xff")),
        (EVENT.data, in_headers(ce_source=b"a\0b")),
        (EVENT.data, [*in_headers(), ("ce_id", b"another"), ("ce_time", b"now")]),
        (in_json(id=7), STRUCTURED),
        (in_json(source="x" * 2049), STRUCTURED),
        (b"[" + in_json() + b"]", [("content-type", b"application/cloudevents-batch+json")]),
        (b'{"id":"1","id":"2","source":"s","x":NaN}', STRUCTURED),
        (b"not json", STRUCTURED),
    ],
)
def test_who_cannot_be_known_cannot_be_answered(value: bytes, headers: Headers) -> None:
    assert answered(value, headers) is None


def test_a_repeat_is_known_and_another_body_is_not_it() -> None:
    bad = in_headers(ce_time=b"noon")
    first, again, other = (answered(value, bad) for value in (EVENT.data, EVENT.data, b"{}"))
    assert first is not None
    assert again is not None
    assert other is not None
    assert first.digest == again.digest != other.digest
    (over_http,) = from_http({n.replace("ce_", "ce-"): (v or b"").decode("latin-1") for n, v in bad}, EVENT.data)
    assert isinstance(over_http, Unreadable)
    assert over_http.digest == first.digest


@pytest.mark.parametrize("unfit", ["a\nb", "é" * 1000, "\ufffe"])
def test_an_identity_that_is_no_name_is_answered_under_itself_but_names_nothing(unfit: str) -> None:
    command = answered(in_json(id=unfit, subject=unfit, type=unfit, correlationid=unfit, time="noon"), STRUCTURED, None)
    assert command is not None
    assert command.envelope.id == unfit
    assert command.envelope.correlation_id
    assert all(is_admissible(name) for name in (command.stream, command.envelope.type, command.envelope.correlation_id))
    assert orjson.dumps([command.stream, command.envelope.type])


# What is admitted.

NOW = datetime(2024, 3, 12, tzinfo=UTC)
WORDS = {type_name(RejectMandate): RejectMandate}
DATA = b'{"mandate":"kz-1","decision":{"act_number":"1","decided_on":"2022-06-30"}}'
GOOD = Envelope("c-1", "urn:test", type_name(RejectMandate), "mandate/kz-1", NOW, None, None, DATA)
LONGEST = "\N{GRINNING FACE}" * (ATTRIBUTE_BYTES_MAX // 4)
NOT_OF_STRING_TYPE = ["a\nb", "\tb", "\x7f", "a\x85", "\x9f", "a\ufdd0", "\uffff", "\U0001fffe", "\U0010ffff"]


def admitted(envelope: Envelope) -> DecodedCommand:
    return decode.command(envelope, WORDS, received=NOW, bytes_max=10_000)


def field_at_fault(command: DecodedCommand) -> str | None:
    assert isinstance(command.command, Invalid), command
    assert command.command.reason
    assert command.command.remedy
    return command.command.field


ATTRIBUTES = {
    **{"id": "id", "source": "source", "type": "type", "subject": "subject", "dataschema": "dataschema"},
    **{"correlation_id": "correlationid", "causation_id": "causationid", "actor": "actor"},
    **{"traceparent": "traceparent", "datacontenttype": "datacontenttype", "partition_key": "partitionkey"},
}


@pytest.mark.parametrize("name", ATTRIBUTES)
@pytest.mark.parametrize("unfit", [*NOT_OF_STRING_TYPE, LONGEST + "x", "Я" * 2048])
def test_an_attribute_that_the_system_cannot_hold_is_answered_and_named(name: str, unfit: str) -> None:
    change: dict[str, Any] = {name: unfit}
    command = admitted(replace(GOOD, **change))
    assert field_at_fault(command) == ATTRIBUTES[name]
    assert command.key == (unfit if name == "source" else "urn:test", unfit if name == "id" else "c-1")
    held = (command.stream, command.envelope.type, command.envelope.correlation_id or "c-1")
    assert all(is_admissible(text) for text in held)


@pytest.mark.parametrize("name", ["id", "source", "correlation_id", "causation_id", "actor", "traceparent"])
@pytest.mark.parametrize("fit", [LONGEST, "a\xa0b", "\u2028", "\u200b", "\ue000", "\U000e0001", "e\u0301", "͸"])
def test_every_other_text_is_admitted_as_it_is(name: str, fit: str) -> None:
    change: dict[str, Any] = {name: fit}
    command = admitted(replace(GOOD, **change))
    assert isinstance(command.command, ReceivedCommand)
    assert getattr(command.envelope, name) == fit


@pytest.mark.parametrize("year", [1, 1899, 2200, 9999])
def test_an_instant_beyond_the_calendar_of_the_system_is_answered_and_named(year: int) -> None:
    assert field_at_fault(admitted(replace(GOOD, time=datetime(year, 1, 1, tzinfo=UTC)))) == "time"


def effective(envelope: Envelope) -> datetime:
    received = admitted(envelope).command
    assert isinstance(received, ReceivedCommand)
    return received.effective


def test_a_command_is_effective_when_it_happened_and_without_a_time_when_it_was_received() -> None:
    happened = datetime(2022, 7, 1, 9, tzinfo=UTC)
    assert effective(replace(GOOD, time=happened)) == happened
    assert effective(replace(GOOD, time=None)) == NOW
    to_come = NOW + timedelta(days=30)  # a decision may take effect later than it is entered
    assert effective(replace(GOOD, time=to_come)) == to_come


@pytest.mark.parametrize("year", [1, 2000, 2014, 9999])
def test_a_producers_recordedtime_changes_nothing(year: int) -> None:
    """The extension lets a producer say when it wrote its event; what the service records it dates itself."""
    claimed = replace(GOOD, recorded_time=datetime(year, 1, 1, tzinfo=UTC))
    assert admitted(claimed).command == admitted(GOOD).command
    assert decode.digest(claimed) == decode.digest(GOOD)


def test_a_repeat_that_its_library_stamped_with_another_time_is_the_same_command() -> None:
    for time in (None, NOW + timedelta(seconds=1), NOW + timedelta(days=1)):
        assert decode.digest(replace(GOOD, time=time)) == decode.digest(GOOD)


def test_a_line_break_cannot_make_one_command_of_two() -> None:
    for source, id_ in (("urn:x", "a\nb"), ("urn:x\na", "b")):
        assert field_at_fault(admitted(replace(GOOD, source=source, id=id_))) in ("id", "source")
    assert event_id("urn:x", "a\nb", 0) != event_id("urn:x\na", "b", 0)
    one, two = (replace(GOOD, type=t, subject=s) for t, s in (("t\nu", "v"), ("t", "u\nv")))
    assert decode.digest(one) != decode.digest(two)
    assert decode.digest(replace(GOOD, dataschema=None)) != decode.digest(replace(GOOD, dataschema="None"))


def test_ids_and_digests_of_what_was_recorded_before_stay_the_same() -> None:
    """Of main at fa691d2: a retry of an old command must find its answer, and lead to the same events."""
    assert str(event_id("urn:x", "a", 0)) == "70c01a0c-2d67-5584-9fe8-79d54e5ccce5"
    assert decode.digest(GOOD).hex() == "358711f09f30df445fe06f7ba96e84f336c6b0025bd6da9b09be527e2a983606"


# The data.


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (DATA.replace(b'"kz-1"', b'"kz-1","mandate":"kz-1"'), "twice"),
        (DATA.replace(b'"1"', b'"1","act_\\u006eumber":"2"'), "twice"),
        (DATA.replace(b'"kz-1"', b'"kz-1","x":{"a":{"b\\u003a":1,"b:":2}}'), "twice"),
        (DATA.replace(b'"kz-1"', b'"kz-1","x":NaN'), "JSON"),
        (DATA.replace(b'"kz-1"', b'"kz-1","x":-Infinity'), "JSON"),
        (DATA.replace(b'"kz-1"', b'"kz-1","x":1e999'), "JSON"),
        (DATA.replace(b'"kz-1"', b'"kz-1","x":"\\ud800"'), "JSON"),
        (DATA.replace(b'"kz-1"', b'"kz-1","x":"\xff"'), "JSON"),
        (b"\xef\xbb\xbf" + DATA, "JSON"),
        (DATA.replace(b'"kz-1"', b'"kz-1","x":' + b"[" * 300 + b"]" * 300), "recursion"),
        (DATA.replace(b'"kz-1"', b'"kz-1","x":' + b"[" * 3000 + b"]" * 3000), "recursion"),
        (DATA.replace(b'"kz-1"', b'"kz-1","x":' + b"9" * 5000), "out of range"),
        (DATA + b"{}", "JSON"),
        (DATA.replace(b'"1"', b'"a\\u0000b"'), "NUL"),
        (DATA.replace(b'"1"', b'"a\\nb"'), "line breaks"),
    ],
)
def test_json_that_means_two_things_or_none_is_answered(data: bytes, expected: str) -> None:
    command = admitted(replace(GOOD, data=data))
    assert (field_at_fault(command) or "").startswith("data")
    assert isinstance(command.command, Invalid)
    assert expected in command.command.reason


def test_an_escaped_backslash_before_u0000_is_six_characters_and_no_nul() -> None:
    word = DATA.replace(b'"1"', b'"C:\\\\u0000"')
    received = admitted(replace(GOOD, data=word)).command
    assert isinstance(received, ReceivedCommand)
    assert isinstance(received.data, RejectMandate)
    assert received.data.decision.act_number == "C:\\u0000"


# The record's key.


@pytest.mark.parametrize(
    ("key", "wanted", "is_taken"),
    [
        (b"mandate/kz-1", None, True),
        (b"mandate/kz-1", "elsewhere", True),
        (None, "mandate/kz-1", True),
        (b"", "mandate/kz-1", True),
        (None, None, False),
        (None, "mandate/kz-2", False),
        (b"mandate/kz-2", "mandate/kz-1", False),
        (b"\xff" * 1_000_000, None, False),
    ],
)
def test_a_record_without_a_key_is_taken_where_its_partitionkey_names_the_stream(
    key: bytes | None, wanted: str | None, is_taken: bool
) -> None:
    command = decode.keyed(admitted(replace(GOOD, partition_key=wanted)), key)
    assert isinstance(command.command, ReceivedCommand) == is_taken
    if isinstance(command.command, Invalid):
        assert command.command.field == "key"
        assert len(command.command.reason) < 1000
