"""Whatever has a readable id and source is answered, also where nothing else of it can be read."""

import orjson
import pytest

from contracts.cloudevents import from_http, from_kafka
from contracts.text import is_admissible
from contracts.unreadable import Unreadable
from kernel import incoming
from kernel.records import Incoming, Invalid
from tests.contracts.one_event import EVENT, STRUCTURED, Headers, in_headers, in_json


def answered(value: bytes | None, headers: Headers, key: bytes | None = b"mandate/kz-2013") -> Incoming | None:
    """What becomes of a record that cannot be read."""
    with pytest.raises(Unreadable) as caught:
        from_kafka(key, value, headers)
    return incoming.unreadable(caught.value)


LONE = in_json().replace(b'"kz-2013"', b'"\\ud800"')
DEEP = in_json().replace(b'"data":{', b'"data":{"x":' + b"[" * 2000 + b"]" * 2000 + b",")


@pytest.mark.parametrize(
    ("value", "headers", "field"),
    [
        (EVENT.data, in_headers(ce_time=b"2024-03-12T09:30Z"), "headers.ce_time"),
        (EVENT.data, in_headers(ce_time=b"2024-03-12T09:30:00GMT"), "headers.ce_time"),
        (EVENT.data, in_headers(ce_time=b"2024-03-12T09:30:60Z"), "headers.ce_time"),
        (EVENT.data, in_headers(ce_time=b"\xff"), "headers.ce_time"),
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
    found = answered(value, headers)
    assert found is not None
    assert found.key == (EVENT.source, EVENT.id)
    assert found.stream == "mandate/kz-2013"
    assert isinstance(found.asked, Invalid)
    assert found.asked.field == field
    assert found.asked.reason
    assert found.asked.remedy


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
    found = answered(in_json(id=unfit, subject=unfit, type=unfit, correlationid=unfit, time="noon"), STRUCTURED, None)
    assert found is not None
    assert found.envelope.id == unfit
    assert found.envelope.correlation_id
    assert all(is_admissible(name) for name in (found.stream, found.envelope.type, found.envelope.correlation_id))
    assert orjson.dumps([found.stream, found.envelope.type])
