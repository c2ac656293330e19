"""The JSON format of CloudEvents 1.0.2: one event, or a batch of them, as JSON text.

Reading decodes the whole text, so the data is serialized again (same values, our own white space); the archive keeps
the record as it came.
"""

from base64 import b64decode, b64encode
from typing import Final

import orjson

from contracts import fragments
from contracts.envelope import NAMES, Attributes, Envelope, Place, envelope, optional
from contracts.strict_json import NotStrict, TooDeep, elements, parsed
from contracts.unreadable import Unreadable, empty

ANY: Final = b"application/cloudevents"
"""The prefix of every media type of a structured or batched event."""
BATCH: Final = b"application/cloudevents-batch+json"
_SINGLE: Final = frozenset({ANY, b"application/cloudevents+json"})


def read(text: bytes, media_type: bytes, field: str) -> list[Envelope | Unreadable]:
    """The events of a text, one result each; raises `Unreadable` if the text as a whole is at fault.

    `field` names the place that carried the text.
    """
    kind = media_type.partition(b";")[0].strip().lower()
    if kind != BATCH and kind not in _SINGLE:
        reason = f"The event format {kind.decode(errors='replace')[:60]!r} is not read here."
        raise salvaged(Unreadable(reason, "headers.content-type", "Send application/cloudevents+json."), text)
    try:
        document = parsed(text)
    except NotStrict as fault:
        if kind == BATCH and (pieces := elements(text)):
            return [_alone(piece, f"[{index}]") for index, piece in enumerate(pieces)]
        at = "data" if isinstance(fault, TooDeep) else field
        raise salvaged(Unreadable(fault.reason, at, fault.remedy), text) from fault
    if kind != BATCH:
        return [_attempted(document, "", field)]
    if not isinstance(document, list):
        raise Unreadable("A batch is a JSON array.", field, "Send an array, or application/cloudevents+json.")
    return [_attempted(one, f"[{index}]", field) for index, one in enumerate(document)]


def _alone(text: bytes, at: str) -> Envelope | Unreadable:
    """Read one event of a batch that is at fault as a whole: the fault of one event does not affect the others."""
    try:
        return _attempted(parsed(text), at, at)
    except NotStrict as fault:
        return salvaged(Unreadable(fault.reason, at, fault.remedy), text)


def write(event: Envelope) -> bytes:
    """One event as application/cloudevents+json, its data inlined byte for byte (in base64 where it is not JSON)."""
    document: dict[str, object] = {"specversion": "1.0", "id": event.id, "source": event.source, "type": event.type}
    document.update(optional(event))
    if event.datacontenttype:
        document["datacontenttype"] = event.datacontenttype
    if _inlines(event.data):
        document["data"] = orjson.Fragment(event.data)
    else:
        document["data_base64"] = b64encode(event.data).decode()
    return orjson.dumps(document)


def _inlines(data: bytes) -> bool:
    # Data in binary mode was never parsed: bytes that are not one JSON value would break or forge the document.
    try:
        return orjson.loads(data) is not None  # `null` would read as no data
    except orjson.JSONDecodeError:
        return False


def salvaged(fault: Unreadable, text: bytes) -> Unreadable:
    """The fault, with the attributes that can be read of a text that is not JSON, so that its sender is answered."""
    return fault.salvage(fragments.strings(text, NAMES), text)


def _attempted(document: object, at: str, field: str) -> Envelope | Unreadable:
    try:
        return _event(document, at, field)
    except Unreadable as fault:
        return fault


def _event(document: object, at: str, field: str) -> Envelope:
    """Read an event in the JSON format; `at` is its place in a batch."""

    def place(name: str) -> str:
        return f"{at}.{name}" if at else name

    if not isinstance(document, dict):
        raise Unreadable("The event is not a JSON object.", at or field, "Send one JSON object an event.")
    attributes = {name: document[name] for name in NAMES if document.get(name) is not None}
    data = None
    try:
        data = _data(document, place)
        return envelope(attributes, data, place)
    except Unreadable as fault:
        raise fault.salvage(attributes, data) from None


def _data(document: Attributes, place: Place) -> bytes:
    plain, encoded = document.get("data"), document.get("data_base64")
    if plain is not None and encoded is not None:
        raise Unreadable("data and data_base64 are both there.", place("data_base64"), "Send one of them.")
    if plain is not None:
        return orjson.dumps(plain)
    try:
        decoded = b64decode(encoded or "", validate=True)
    except (TypeError, ValueError) as fault:
        raise Unreadable("data_base64 is not base64.", place("data_base64"), "Encode it (RFC 4648).") from fault
    if not decoded:
        raise empty(place("data"))
    return decoded
