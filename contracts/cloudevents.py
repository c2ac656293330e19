"""CloudEvents 1.0 over Kafka and HTTP: reads envelopes from the wire and writes them to it.

Reading accepts every content mode of both bindings (CloudEvents 1.0.2, Kafka and HTTP protocol bindings); publication
is always binary, so that the value is only the data and any Kafka tool can read it. In binary mode the data is passed
on byte for byte, unparsed: its contract decodes it, once.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final
from urllib.parse import unquote_to_bytes

from contracts import event_json
from contracts.envelope import NAMES, Envelope, Place, envelope, optional
from contracts.unreadable import Unreadable, empty

__all__ = ["Envelope", "Unreadable", "from_http", "from_kafka", "to_kafka", "to_structured"]

_MEDIA_TYPE: Final = "datacontenttype"  # the one attribute whose header is not prefixed
_KAFKA: Final = {f"ce_{name}": name for name in NAMES if name != _MEDIA_TYPE} | {
    "content-type": _MEDIA_TYPE,
    "Content-Type": _MEDIA_TYPE,
}
_HTTP: Final = {f"ce-{name}": name for name in NAMES if name != _MEDIA_TYPE} | {"content-type": _MEDIA_TYPE}
_QUOTED_PAIR = re.compile(r"\\(.)", re.DOTALL)


def from_kafka(key: bytes | None, value: bytes | None, headers: Sequence[tuple[str, bytes | None]]) -> Envelope:
    """Read a record in either content mode; raises `Unreadable`.

    The key is not an attribute: it only indicates the stream that an unreadable record most likely belongs to.
    """
    attributes, doubled = _collected(headers, _KAFKA)
    media_type = attributes.get(_MEDIA_TYPE, b"")
    try:
        _check_names(headers)
        if _structured(media_type):
            return _from_kafka_json(value, media_type, doubled)
        if doubled:
            raise _doubled(_kafka_place(doubled[0]))
        if not value:
            raise empty("value")
        return envelope(_decoded(attributes, _kafka_place), value, _kafka_place)
    except Unreadable as fault:
        if not _structured(media_type) or (fault.id is None and "id" in attributes):  # structured may have headers too
            fault.salvage(_sure(attributes, doubled), value)
        fault.subject = fault.subject or Unreadable("", "", "").salvage({"subject": key}).subject
        raise


def _check_names(headers: Sequence[tuple[str, bytes | None]]) -> None:
    """Check that header names are UTF-8; the reader decoded other bytes with `surrogateescape`."""
    if any(not name.isascii() and any("\ud800" <= letter <= "\udfff" for letter in name) for name, _ in headers):
        reason = "The name of a header is not UTF-8, so that no two clients read the same."
        fault = Unreadable(reason, "headers", "Name every header in UTF-8; those of CloudEvents are ASCII.")
        fault.is_foreign = True
        raise fault


def _from_kafka_json(value: bytes | None, media_type: bytes, doubled: Collection[str]) -> Envelope:
    if _MEDIA_TYPE in doubled:
        raise event_json.salvaged(_doubled(_kafka_place(_MEDIA_TYPE)), value or b"")
    if media_type.lower().startswith(b"application/cloudevents-batch"):
        raise Unreadable("Kafka carries no batches.", _kafka_place(_MEDIA_TYPE), "Send one record an event.")
    if not value:
        raise empty("value")
    (event,) = event_json.read(value, media_type, "value")
    if isinstance(event, Unreadable):
        raise event
    return event


def from_http(headers: Mapping[str, str], body: bytes) -> list[Envelope | Unreadable]:
    """Read a request in any content mode: one result for each event, so that the good events of a batch go on.

    Never raises `Unreadable`: a request that is not a CloudEvent at all gives a list of one.
    """
    lowered = [(name.lower(), text) for name, text in headers.items()]
    attributes, doubled = _collected([(name, octets(name, text)) for name, text in lowered if name in _HTTP], _HTTP)
    media_type = attributes.get(_MEDIA_TYPE, b"")
    structured = _structured(media_type)
    try:
        if _MEDIA_TYPE in doubled or (doubled and not structured):
            raise _doubled(_http_place(_MEDIA_TYPE if _MEDIA_TYPE in doubled else doubled[0]))
        if not body:
            raise empty("body")
        if structured:
            return event_json.read(body, media_type, "body")
        return [envelope(_decoded(attributes, _http_place), body, _http_place)]
    except Unreadable as fault:
        if not structured or (fault.id is None and "id" in attributes):
            fault.salvage(_sure(attributes, doubled), body)
        return [fault]


def to_kafka(event: Envelope) -> tuple[bytes, bytes, list[tuple[str, bytes]]]:
    """Key, value and headers of a record in binary mode; the key is the subject. The attributes are not checked."""
    headers = [
        ("ce_specversion", b"1.0"),
        ("ce_id", event.id.encode()),
        ("ce_source", event.source.encode()),
        ("ce_type", event.type.encode()),
    ]
    headers += [("ce_" + name, str(value).encode()) for name, value in optional(event)]
    if event.datacontenttype:
        headers.append(("content-type", event.datacontenttype.encode()))
    return (event.subject or "").encode(), event.data, headers


def to_structured(event: Envelope) -> bytes:
    """One event as application/cloudevents+json, its data inlined byte for byte (in base64 where it is not JSON)."""
    return event_json.write(event)


def _structured(media_type: bytes) -> bool:
    # The check that the Kafka binding specifies (section 3): by the prefix of the media type, case-insensitive.
    return media_type[: len(event_json.ANY)].lower() == event_json.ANY


def _collected(
    headers: Iterable[tuple[str, bytes | None]], names: Mapping[str, str]
) -> tuple[dict[str, bytes], Sequence[str]]:
    """The known attributes, and those that occur twice with different values; a null header counts as absent."""
    attributes: dict[str, bytes] = {}
    doubled = []
    for header, raw in headers:
        name = names.get(header)
        if name is not None and raw is not None and attributes.setdefault(name, raw) != raw:
            doubled.append(name)
    return attributes, doubled


def _sure(attributes: Mapping[str, bytes], doubled: Collection[str]) -> Mapping[str, bytes]:
    """The attributes with a single value."""
    return {name: raw for name, raw in attributes.items() if name not in doubled}


def _decoded(attributes: Mapping[str, bytes], place: Place) -> dict[str, str]:
    try:
        return {name: raw.decode() for name, raw in attributes.items()}
    except UnicodeDecodeError as fault:
        name = next(name for name, raw in attributes.items() if raw == fault.object)
        reason = f"Byte {fault.start} of the header is not UTF-8."
        raise Unreadable(reason, place(name), "Encode header values as UTF-8.") from fault


def octets(header: str, text: str) -> bytes:
    """The UTF-8 bytes of an attribute in an HTTP header (HTTP binding, 3.1.3.2); the media type is plain."""
    if header == "content-type":
        return _sent(text)
    if len(text) >= 2 and text[0] == text[-1] == '"':
        text = _QUOTED_PAIR.sub(r"\1", text[1:-1])
    return unquote_to_bytes(_sent(text))


def _sent(text: str) -> bytes:
    """The bytes of header text as sent: servers pass them on as Latin-1."""
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode(errors="surrogatepass")  # text that was never bytes; lone surrogates are refused later


def _kafka_place(name: str) -> str:
    return "headers.content-type" if name == _MEDIA_TYPE else f"headers.ce_{name}"


def _http_place(name: str) -> str:
    return "headers.content-type" if name == _MEDIA_TYPE else f"headers.ce-{name}"


def _doubled(field: str) -> Unreadable:
    return Unreadable("The header comes twice, with different values.", field, "Send it once.")
