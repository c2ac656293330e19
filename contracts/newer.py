"""Events written by a newer program: well-formed events of ours whose type or version this program does not know yet.

During an upgrade, readers may be older than writers for a while. Such an event is not junk: it is stored whole, with
the events behind it in its stream, until a program that knows it applies them. A foreign record is never held: the
record must be in every other respect an event of the service whose topic it is in.
"""

import re
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import orjson

from contracts.envelope import Envelope
from contracts.registry import EVENTS, source_of
from contracts.text import is_admissible

_TYPE: Final = re.compile(r"forcegen\.(?P<service>[a-z]+)\.(?P<name>[A-Z][A-Za-z]*)")
_SCHEMA: Final = re.compile(r"urn:forcegen:(?P<service>[a-z]+)\.(?P<name>[A-Za-z]+):(?P<version>[1-9][0-9]{0,3})")


class NewerThanProgram(Exception):
    """A newer version of this program wrote it; only an upgrade helps."""


@dataclass(frozen=True, slots=True)
class UnreadEvent:
    """The unparsed data of an event, in place of its model."""

    type: str
    schema_version: int
    text: str
    """The JSON of the data."""
    why: Exception

    def model_dump_json(self) -> str:
        """The JSON, by the same method as a message model's."""
        return self.text

    def text_of(self, field: str) -> str | None:
        """None: this program does not know its fields."""
        return None


def newer(type_: str, schema_version: int) -> NewerThanProgram:
    """The error for an event that waits for an upgrade."""
    return NewerThanProgram(f"{type_} in version {schema_version} is newer than this program")


def is_known(type_: str, schema_version: int) -> bool:
    """Whether this program reads events of this type and version."""
    word = EVENTS.get(type_)
    return word is not None and schema_version <= word.schema_version


def newer_event(topic: str, envelope: Envelope) -> UnreadEvent | None:
    """The data of an event that is newer than this program; None for anything else, including known events.

    Its source, type and dataschema are those of the topic's service; it has a UUID, a stream, its version in the stream
    and position in the log, both times, and a JSON object as its data.
    """
    service = topic.removesuffix(".events")
    named, schema = _TYPE.fullmatch(envelope.type), _SCHEMA.fullmatch(envelope.dataschema or "")
    if named is None or schema is None or envelope.source != source_of(service):
        return None
    if named["service"] != service or (schema["service"], schema["name"]) != (service, named["name"]):
        return None
    version = int(schema["version"])
    if is_known(envelope.type, version) or not _is_placed(envelope):
        return None
    text = _json_object(envelope.data)
    return None if text is None else UnreadEvent(envelope.type, version, text, newer(envelope.type, version))


def _is_placed(envelope: Envelope) -> bool:
    try:
        UUID(envelope.id)
    except ValueError:
        return False
    has_place = bool(envelope.stream_version) and bool(envelope.position)
    has_times = envelope.time is not None and envelope.recorded_time is not None
    return has_place and has_times and bool(envelope.subject) and is_admissible(envelope.subject or "")


def _json_object(data: bytes) -> str | None:
    try:
        return data.decode() if isinstance(orjson.loads(data), dict) else None
    except (orjson.JSONDecodeError, UnicodeDecodeError):
        return None
