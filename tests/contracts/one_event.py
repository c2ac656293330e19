"""One event in every form that the codec's tests begin from: an envelope, Kafka headers, JSON, the SDK's attributes."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from contracts.cloudevents import Envelope, Unreadable, from_kafka, to_kafka, to_structured

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
    recorded_time=datetime(2014, 12, 22, 8, tzinfo=UTC),
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
        "recordedtime": "2014-12-22T08:00:00Z",
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
