"""A file with one event: in the JSON format of CloudEvents, or as a record that the archive gave out."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from contracts.json_object import JsonObject
from contracts.raw_events import RawEvent, raw_from_json, raw_from_kafka
from contracts.strict_json import NotStrict, parsed
from contracts.verifiability import NotVerifiable
from kernel.model.admitted import arrived


@dataclass(frozen=True, slots=True)
class EventFile:
    """An event, and what a bundle of the archive has beside it."""

    event: RawEvent
    arrived: datetime
    """When it reached the system; now, for an event that nobody has sent."""
    is_bundle: bool = False
    """Whether there is a proof that a log holds it."""
    register: str | None = None
    """The register of producers that the bundle brought, as a signed note; nothing of it is believed unverified."""


def event_in(text: bytes) -> EventFile:
    """The event of a file: structured, or a record of Kafka as in a bundle or an export of the archive.

    Raises:
        NotVerifiable: it is neither.
    """
    document = _document(text)
    record = None if document is None else document.get("record", document)
    if document is None or record is None:
        return EventFile(raw_from_json(text), datetime.now(UTC))
    try:
        value, headers = record["value"], list(_headers(record))
        event = raw_from_kafka(None if value is None else bytes.fromhex(value), headers)
        register = document.get("register")
        return EventFile(
            event,
            arrived(str(record["topic"]), int(record.get("timestamp", -1)), headers),
            is_bundle="inclusion" in document,
            register=register if isinstance(register, str) else None,
        )
    except (LookupError, TypeError, ValueError, AttributeError) as fault:
        remedy = "Take it from `/v1/bundles` of the archive, or from an export."
        raise NotVerifiable("event", "This is not a record of the archive.", remedy) from fault


def _document(text: bytes) -> JsonObject | None:
    """A bundle with a record, or the record itself; None if the file holds an event, or nothing that can be read."""
    try:
        document = parsed(text)
    except NotStrict:
        return None
    if not isinstance(document, dict) or "specversion" in document:
        return None
    record = document.get("record", document)
    return document if isinstance(record, dict) and {"topic", "headers", "value"} <= record.keys() else None


def _headers(record: JsonObject) -> Iterator[tuple[str, bytes | None]]:
    for name, content in record["headers"]:
        if isinstance(name, str):  # a name in bytes that are not UTF-8 is never that of an attribute
            yield name, None if content is None else bytes.fromhex(content)
