"""Every pure reader of foreign bytes, as a function that a fuzzer calls: it returns, or what it read is wrong.

Each takes any bytes. A declared error is an answer; any other exception, and any text that two readers of one format
read differently, is a finding. `tests/hostile/corpus` holds inputs that once led somewhere new.
"""

import base64
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

import orjson

from contracts import event_json
from contracts.cloudevents import from_http, from_kafka, to_kafka, to_structured
from contracts.envelope import Envelope
from contracts.outcome import WaitToken
from contracts.raw_events import raw_from_http
from contracts.registry import COMMANDS, EVENTS
from contracts.unreadable import Unreadable
from contracts.vectors.messages import KEYS, sealed
from contracts.verifiability import MATERIAL, NotVerifiable, verify
from kernel.decide import decode
from kernel.messaging import raw_batches
from services.reporting.lists.run import after
from services.reporting.query.errors import QueryError
from services.reporting.query.keyset import PageQuery
from tests.hostile import wire
from tests.hostile.cut import Cut
from tests.hostile.log_decoders import bundle, files, headers, key, note, proof

MEDIA: Final = (b"application/cloudevents+json", b"application/cloudevents-batch+json", b"application/cloudevents", b"")
RECEIVED: Final = datetime(2024, 1, 1, tzinfo=UTC)


def kafka(data: bytes) -> None:
    """A record in either content mode: key, value, then headers."""
    cut = Cut(data)
    key, value, headers = cut.piece(), cut.piece(), []
    while cut.rest():
        name = cut.piece().decode("utf-8", "surrogateescape")
        headers.append((name, None if cut.number(8) == 0 else cut.piece()))
    try:
        envelope = from_kafka(key or None, value or None, headers)
    except Unreadable as fault:
        _remedied(fault)
        return
    _kept(envelope)
    again = from_kafka(*to_kafka(envelope))
    assert again == envelope, "what is published reads otherwise than what was read"


def _remedied(fault: Unreadable) -> None:
    assert fault.reason and fault.remedy and fault.field
    "".join((fault.reason, fault.remedy, fault.field, fault.id or "", fault.source or "")).encode()


def _kept(envelope: Envelope) -> None:
    """What is read can be written as text that Postgres and Kafka take."""
    for text in (
        envelope.id,
        envelope.source,
        envelope.type,
        envelope.subject or "",
        envelope.actor or "",
        envelope.correlation_id or "",
    ):
        assert "\0" not in text
        text.encode()


def http(data: bytes) -> None:
    """A request in any content mode: headers, then the body."""
    cut = Cut(data)
    headers = {}
    for _ in range(cut.number(16)):
        name = cut.piece().decode("latin-1")
        headers[name] = cut.piece().decode("latin-1")
    for event in from_http(headers, cut.rest()):
        if isinstance(event, Unreadable):
            _remedied(event)
        else:
            _kept(event)


def structured(data: bytes) -> None:
    """CloudEvents' JSON format: what is read, written and read again is the same."""
    cut = Cut(data)
    media_type = MEDIA[cut.number(len(MEDIA))]
    try:
        events = event_json.read(cut.rest(), media_type, "value")
    except Unreadable as fault:
        _remedied(fault)
        return
    for event in events:
        if isinstance(event, Unreadable):
            _remedied(event)
            continue
        _kept(event)
        (again,) = event_json.read(to_structured(event), b"application/cloudevents+json", "value")
        assert isinstance(again, Envelope)
        assert replace(again, data=b"") == replace(event, data=b""), (
            "what is written reads otherwise than what was read"
        )
        assert _value(again.data) == _value(event.data)


def _value(content: bytes) -> object:
    """What data says: white space in it may change on the way."""
    try:
        return repr(orjson.loads(content))
    except orjson.JSONDecodeError:
        return content


def command(data: bytes) -> None:
    """The data of a command or of an event, of any type: read or refused with a field and a remedy."""
    cut = Cut(data)
    words = sorted(COMMANDS)
    type_, subject, content = words[cut.number(len(words))], cut.piece().decode("utf-8", "replace"), cut.rest()
    envelope = Envelope("id", "urn:x", type_, subject, None, None, None, content)
    for bytes_max in (262_144, 16):
        taken = decode.command(envelope, COMMANDS, received=RECEIVED, bytes_max=bytes_max)
        assert len(taken.digest) == 32
        assert taken.digest == decode.digest(envelope)
    names = sorted(EVENTS)
    event = Envelope(
        "00000000-0000-4000-8000-000000000000",
        "urn:x",
        names[len(content) % len(names)],
        subject,
        None,
        None,
        None,
        content,
    )
    try:
        decode.event(event)
    except Unreadable as fault:
        _remedied(fault)


def token(data: bytes) -> None:
    """A wait token: what is taken is written the same again."""
    text = data.decode("utf-8", "replace")
    try:
        read = WaitToken.read(text)
    except ValueError:
        return
    assert str(read) == text
    assert 0 < read.version < 2**31


IDS: Final = "[a-z0-9/-]{1,140}"


def cursor(data: bytes) -> None:
    """Cursors of lists and of reports, plain and as they are given out."""
    for text in (data.decode("utf-8", "replace"), base64.urlsafe_b64encode(data).decode()):
        try:
            last = after(text, "tours", IDS)
            assert last is None or "\0" not in last
        except QueryError:
            pass
        _report_cursor(text)


def _report_cursor(text: str) -> None:
    page = PageQuery.__new__(PageQuery)
    object.__setattr__(page, "key", ("mission", "day"))
    object.__setattr__(page, "name", "strength")
    try:
        values = page.after(text)
    except QueryError:
        return
    assert len(values) == 2
    assert all("\0" not in value for value in values.values())


def batches(data: bytes) -> None:
    """Record batches with a checksum that fits: taken apart, or called broken, as another reading does."""
    list(raw_batches.batches(data))
    cut = Cut(data)
    codec, count, payload = cut.number(6), cut.number(4), cut.rest()
    whole = wire.batch(payload, count, attributes=codec, timestamp_ms=cut.number(256) - 1, producer=(-1, -1, -1))
    (batch,) = raw_batches.batches(whole)
    assert batch.raw == whole
    assert bool(batch.fault) <= (batch.records == ())
    try:
        seen = [one for _, _, records in wire.decoded(whole, 0) for one in records]
    except Exception:  # the tests' own reading is no judge of what is broken
        return
    if batch.fault is None and count:
        for ours, theirs in zip(batch.records, seen, strict=True):
            names = tuple((name.encode("utf-8", "surrogateescape"), held) for name, held in ours.headers)
            assert (ours.offset, ours.timestamp, ours.key, ours.value, names) == (
                *(theirs.offset, theirs.timestamp_ms, theirs.raw.key, theirs.raw.value, theirs.raw.headers),
            )


def signed(data: bytes) -> None:
    """A message with a signature: it is read as the codec reads it, and verified or refused with a reason."""
    cut = Cut(data)
    headers, payload, envelope = {}, cut.piece(), cut.piece()
    for _ in range(cut.number(16)):
        name = cut.piece().decode("latin-1")
        headers[name] = cut.piece().decode("latin-1")
    body = cut.rest()
    by_codec, raw = from_http(headers, body), raw_from_http(headers.items(), body)
    assert len(by_codec) == len(raw)
    materials = (sealed(payload, KEYS["ed25519"]), base64.b64encode(envelope).decode(), envelope.decode("latin-1"))
    for event, whole in zip(by_codec, raw, strict=True):
        if isinstance(whole, NotVerifiable):
            continue
        if isinstance(event, Envelope):
            assert (event.id, event.source) == (whole.attributes["id"], whole.attributes["source"])
        for material in materials:
            try:
                verify({**whole.attributes, MATERIAL: material}, whole.data, [KEYS["ed25519"].public])
            except NotVerifiable as fault:
                assert fault.message and fault.remedy


TARGETS: Final[Mapping[str, Callable[[bytes], None]]] = {
    one.__name__: one
    for one in (
        kafka,
        http,
        structured,
        signed,
        command,
        token,
        cursor,
        note,
        key,
        bundle,
        files,
        headers,
        proof,
        batches,
    )
}
