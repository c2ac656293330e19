"""What is kept of a command that came over HTTP: the event exactly as its sender sent it, as a record of Kafka.

A command on a topic is archived as it came, so its signature can be verified for ever. One that came over HTTP is in no
topic of commands: it is kept as a row of the service's fourth log, in the transaction of its events and its outcome,
and published on `<service>.admitted`. So both doors lead to the same proof.

The record is in the binary content mode (CloudEvents 1.0.2, Kafka binding, section 3.2), whichever mode the request
had: attributes as headers, and the data byte for byte, which is what a signature covers.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from contracts.raw_events import RawEvent
from contracts.verifiability import NotVerifiable
from kernel.model.records import AdmittedCommand, CommandKey, DecodedCommand, Invalid, Outcome

ATTRIBUTES_MAX: Final = 100
"""How many attributes a command over HTTP may have."""
ATTRIBUTES_BYTES_MAX: Final = 65_536
"""Bytes of all names and values of them: with the largest data they fit a record of a topic."""
DATA_BYTES_MAX: Final = 900_000
"""Bytes of the data as they were sent, white space included; no setting admits a larger command."""
SUFFIX: Final = ".admitted"
"""How the names of the topics end on which services publish what they kept."""
RECORDED: Final = "admitted-recorded"
"""The header of a kept command that says when its service put it on record."""
_MEDIA_TYPE: Final = "datacontenttype"
_FIRST: Final = ("specversion", "id", "source", "type", "subject", "time", "dataschema")


def keeping(command: DecodedCommand, event: RawEvent, topic: str) -> DecodedCommand:
    """The command with what is kept of it; `invalid` if its event cannot be kept.

    A command that is `invalid` anyway leads to nothing, and is not kept.
    """
    if isinstance(command.command, Invalid):
        return command
    kept = _kept(event, topic)
    return replace(command, command=kept) if isinstance(kept, Invalid) else replace(command, admitted=kept)


def unreadable(command: DecodedCommand, fault: NotVerifiable) -> DecodedCommand:
    """The command as `invalid`: what came can be read in two ways, so that nothing could be kept of it."""
    if isinstance(command.command, Invalid):
        return command
    return replace(command, command=Invalid(fault.message, remedy=fault.remedy))


def _kept(event: RawEvent, topic: str) -> AdmittedCommand | Invalid:
    attributes = {name: _text(value) for name, value in event.attributes.items()}
    size = sum(len(name) + len(value.encode()) for name, value in attributes.items())
    if len(attributes) > ATTRIBUTES_MAX or size > ATTRIBUTES_BYTES_MAX:
        reason = f"The event has {len(attributes):,} attributes of {size:,} bytes."
        return Invalid(reason, remedy=f"Send at most {ATTRIBUTES_MAX} with {ATTRIBUTES_BYTES_MAX:,} bytes in all.")
    if len(event.data) > DATA_BYTES_MAX:
        reason = f"The data has {len(event.data):,} bytes as it was sent."
        return Invalid(reason, "data", f"Send at most {DATA_BYTES_MAX:,}, and no white space in between.")
    media_type = attributes.pop(_MEDIA_TYPE, "")
    if media_type.lower().startswith("application/cloudevents"):
        reason = f"The data is {media_type[:60]!r}, an event within an event."
        return Invalid(reason, _MEDIA_TYPE, "Send the data as application/json.")
    ordered = {name: attributes[name] for name in _FIRST if name in attributes} | attributes
    headers = [(f"ce_{name}", value) for name, value in ordered.items()]
    if media_type:
        headers.append(("content-type", media_type))
    return AdmittedCommand(topic, tuple(headers), event.data)


def _text(value: object) -> str:
    """A value in the text form of its type (CloudEvents 1.0.2, section Type System), as a header carries it."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def admitted_of(outcomes: Sequence[Outcome]) -> list[DecodedCommand]:
    """The commands that are kept, in the order of the log: they came over HTTP, and are answered the first time."""
    return [outcome.command for outcome in outcomes if outcome.is_kept]


def places_of(admitted: Sequence[DecodedCommand], before: int) -> Mapping[CommandKey, str]:
    """How events and outcomes refer to each: `approvals.admitted#17`, by the position in the log.

    `before` is the position before the first. The partition and offset are not known when a command is decided.
    """
    return {
        command.key: f"{command.admitted.topic}#{before + number}"
        for number, command in enumerate(admitted, 1)
        if command.admitted is not None
    }


def place_of(command: DecodedCommand, places: Mapping[CommandKey, str]) -> str | None:
    """The record of a command: its own, or the one that is kept of it."""
    return command.place or places.get(command.key)


def arrived(topic: str, timestamp_ms: int, headers: Iterable[tuple[str, bytes | None]]) -> datetime:
    """When a command reached the system, by which its key counts or does not.

    Of a command over HTTP, as its service says; of any other record, whose headers are its sender's, as it is stamped.
    If that cannot be read, the beginning of time, when no key counts.
    """
    is_kept = topic.endswith(SUFFIX)
    stated = next((value for name, value in headers if name == RECORDED and value), b"") if is_kept else None
    try:
        if stated is not None:
            return datetime.fromisoformat(stated.decode()).astimezone(UTC)
        return datetime.fromtimestamp(timestamp_ms / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.min.replace(tzinfo=UTC)
