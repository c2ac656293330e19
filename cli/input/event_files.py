"""A file with one event: in the JSON format of CloudEvents, or as a record that the archive gave out."""

from collections.abc import Iterator

from contracts.json_object import JsonObject
from contracts.raw_events import RawEvent, raw_from_json, raw_from_kafka
from contracts.strict_json import NotStrict, parsed
from contracts.verifiability import NotVerifiable


def event_in(text: bytes) -> RawEvent:
    """The event of a file: structured, or a record of Kafka as in a bundle or an export of the archive.

    Raises:
        NotVerifiable: it is neither.
    """
    record = _record(text)
    if record is None:
        return raw_from_json(text)
    try:
        value = record["value"]
        return raw_from_kafka(None if value is None else bytes.fromhex(value), list(_headers(record)))
    except (LookupError, TypeError, ValueError, AttributeError) as fault:
        remedy = "Take it from `/v1/bundles` of the archive, or from an export."
        raise NotVerifiable("event", "This is not a record of the archive.", remedy) from fault


def _record(text: bytes) -> JsonObject | None:
    """The record in a bundle, or the record itself; None if the file holds an event, or nothing that can be read."""
    try:
        document = parsed(text)
    except NotStrict:
        return None
    if not isinstance(document, dict) or "specversion" in document:
        return None
    record = document.get("record", document)
    return record if isinstance(record, dict) and {"topic", "headers", "value"} <= record.keys() else None


def _headers(record: JsonObject) -> Iterator[tuple[str, bytes | None]]:
    for name, content in record["headers"]:
        if isinstance(name, str):  # a name in bytes that are not UTF-8 is never that of an attribute
            yield name, None if content is None else bytes.fromhex(content)
