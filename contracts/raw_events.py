"""What a message carried, as its sender sent it: every attribute, known or not, and the exact bytes of the data.

A signature covers these, and not what an envelope keeps of them: `contracts.cloudevents` forgets attributes that it
does not know, and writes inlined data anew. Both read the same headers and the same JSON, so that what is verified is
what is decided (`tests/contracts/test_raw_events.py`).
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from json import JSONDecoder
from typing import Final

from contracts.cloudevents import octets
from contracts.envelope import NAMES, Envelope, envelope
from contracts.strict_json import NotStrict, elements, parsed
from contracts.unreadable import Unreadable
from contracts.verifiability import MATERIAL, Material, NotVerifiable, read_material

_STRUCTURED: Final = b"application/cloudevents"
_BATCH: Final = b"application/cloudevents-batch"
_MEDIA_TYPE: Final = "datacontenttype"
_KNOWN: Final = frozenset(NAMES)
_NAME: Final = re.compile(r"[a-z0-9]+", re.ASCII)
_BLANKS: Final = re.compile(r"[ \t\n\r]*")
_ENDS: Final = JSONDecoder()
"""Finds the end of a value of a text that was read before."""


@dataclass(frozen=True, slots=True)
class RawEvent:
    """The attributes and the data of one event, before anything but its form is checked."""

    attributes: Mapping[str, object]
    """By name: text in binary mode, the value of the member in structured mode, where null stands for absent."""
    data: bytes
    """The value or body; in structured mode the bytes of `data` as they are written, or what `data_base64` holds."""

    is_binary: bool = field(default=False, compare=False)
    """Whether it came in binary mode: every attribute is a header's text."""
    _material: Material | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def material(self) -> Material:
        """What its `dssematerial` says, unverified and read once; raises `NotVerifiable`."""
        if (material := self._material) is None:
            material = read_material(self.attributes)
            object.__setattr__(self, "_material", material)
        return material


def raw_from_kafka(value: bytes | None, headers: Iterable[tuple[str, bytes | None]]) -> RawEvent:
    """The event of a record in either content mode (Kafka binding of CloudEvents 1.0.2, section 3).

    Raises:
        NotVerifiable: it cannot be read in one way only.
    """
    collected = _collected("ce_", headers)
    media_type = collected.get(_MEDIA_TYPE, b"").lower()
    if media_type.startswith(_BATCH):
        raise _no_event("Kafka carries no batches.")
    if media_type.startswith(_STRUCTURED):
        return raw_from_json(value or b"")
    return RawEvent(_texts(collected), value or b"", is_binary=True)


def envelope_of(event: RawEvent, headers: Iterable[tuple[str, bytes | None]]) -> Envelope | None:
    """What `from_kafka` returns for the record of an event, without reading its headers again.

    None in structured mode and for whatever that one refuses: it says why.
    """
    if not event.is_binary or not event.data or not "".join([name for name, _ in headers]).isascii():
        return None
    attributes = dict(event.attributes)
    attributes.pop(MATERIAL, None)
    if not attributes.keys() <= _KNOWN:
        attributes = {name: text for name, text in attributes.items() if name in _KNOWN}
    try:
        return envelope(attributes, event.data, str)
    except Unreadable:
        return None


def raw_from_http(headers: Iterable[tuple[str, str]], body: bytes) -> list[RawEvent | NotVerifiable]:
    """The events of a request in any content mode (HTTP binding, section 3): one result for each event.

    The texts of headers are as servers pass them on, in Latin-1. Values are percent-decoded (section 3.1.3.2), but for
    Content-Type, the one header that carries datacontenttype. A request that cannot be read gives a list of one.
    """
    try:
        lowered = [(name.lower(), text) for name, text in headers]
        ours = [(name, text) for name, text in lowered if name == "content-type" or name.startswith("ce-")]
        collected = _collected("ce-", ((name, octets(name, text)) for name, text in ours))
        media_type = collected.get(_MEDIA_TYPE, b"").lower()
        if media_type.startswith(_BATCH):
            return _batch(body)
        if media_type.startswith(_STRUCTURED):
            return [raw_from_json(body)]
        return [RawEvent(_texts(collected), body)]
    except NotVerifiable as fault:
        return [fault]


def raw_from_json(text: bytes) -> RawEvent:
    """The event of a text in the JSON format of CloudEvents 1.0.2, section 3.

    Raises:
        NotVerifiable: it cannot be read in one way only.
    """
    try:
        document = parsed(text)
    except NotStrict as fault:
        raise _no_event(str(fault)) from fault
    if not isinstance(document, dict):
        raise _no_event("The event is not a JSON object.")
    attributes = {
        name: value
        for name, value in document.items()
        if value is not None and name != "data" and _NAME.fullmatch(name)
    }
    plain, encoded = document.get("data"), document.get("data_base64")
    if plain is not None and encoded is not None:
        raise _no_event("data and data_base64 are both there.")
    return RawEvent(attributes, _written(text, "data") if plain is not None else _decoded(encoded))


def _batch(body: bytes) -> list[RawEvent | NotVerifiable]:
    texts = elements(body)
    if not texts and body.translate(None, b" \t\n\r") != b"[]":
        raise _no_event("A batch is a JSON array in UTF-8.")
    results: list[RawEvent | NotVerifiable] = []
    for text in texts:
        try:
            results.append(raw_from_json(text))
        except NotVerifiable as fault:
            results.append(fault)
    return results


def _written(text: bytes, wanted: str) -> bytes:
    """The value of a member as it is written; the text is known to be a JSON object that has the member once."""
    whole = text.decode()
    at = _behind(whole, _behind(whole, 0) + 1)  # behind the brace
    while True:
        name, at = _ENDS.raw_decode(whole, at)
        begin = _behind(whole, _behind(whole, at) + 1)  # behind the colon
        _, end = _ENDS.raw_decode(whole, begin)
        if name == wanted:
            return whole[begin:end].encode()
        at = _behind(whole, _behind(whole, end) + 1)  # behind the comma


def _behind(text: str, at: int) -> int:
    """The end of the blanks that begin at `at`."""
    blanks = _BLANKS.match(text, at)
    return blanks.end() if blanks else at


def _decoded(encoded: object) -> bytes:
    """The bytes of `data_base64`, none if it is absent; no bit may be left over (RFC 4648, sections 3.5 and 4)."""
    try:
        data = b64decode("" if encoded is None else encoded, validate=True)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        data = None
    if data is None or (encoded is not None and b64encode(data).decode() != encoded):
        raise _no_event("data_base64 is not base64 (RFC 4648).")
    return data


def _collected(prefix: str, headers: Iterable[tuple[str, bytes | None]]) -> dict[str, bytes]:
    """The attributes among the headers. A null one is absent; one with two values cannot be read in one way only."""
    collected: dict[str, bytes] = {}
    for header, raw in headers:
        name = _attribute(prefix, header)
        if name and raw is not None and collected.setdefault(name, raw) != raw:
            raise _no_event(f"The header {header[:60]} comes twice, with different values.")
    return collected


@lru_cache(512)  # senders use the same names again and again
def _attribute(prefix: str, header: str) -> str:
    """The attribute that a header carries; empty if it carries none."""
    if header in ("content-type", "Content-Type"):
        return _MEDIA_TYPE
    name = header.removeprefix(prefix) if header.startswith(prefix) else ""
    return name if _NAME.fullmatch(name) and name not in (_MEDIA_TYPE, "data") else ""


def _texts(collected: Mapping[str, bytes]) -> dict[str, str]:
    try:
        return {name: raw.decode() for name, raw in collected.items()}
    except UnicodeDecodeError as fault:
        raise _no_event("The value of a header is not UTF-8.") from fault


def _no_event(cause: str) -> NotVerifiable:
    remedy = "Send a CloudEvent in one of its content modes."
    return NotVerifiable("event", f"There is no event to verify: {cause}", remedy)
