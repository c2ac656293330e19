"""From bytes to commands and events: validates, and names the field at fault and the remedy.

A message that has an identity (source and id) but does not fit its contract is answered `invalid`. Bytes without an
identity become a dead letter, since there is no sender to answer.
"""

import difflib
import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final, TypeVar
from uuid import UUID

import orjson
from pydantic import ValidationError

from contracts.admission import misfit
from contracts.cloudevents import Envelope
from contracts.fault_text import fault_text
from contracts.forms import RECORDED
from contracts.registry import COMMANDS, EVENTS, schema_version, source_of
from contracts.strict_json import NotStrict, canonical
from contracts.text import is_admissible
from contracts.unreadable import Unreadable
from contracts.words import Command, Message
from kernel.identity import permits
from kernel.identity.person import Person, person_of
from kernel.identity.principal import UNAUTHENTICATED, Principal
from kernel.model import demo_clock
from kernel.model.decider import ReceivedCommand, RecordedEvent
from kernel.model.records import DecodedCommand, Invalid

Word = TypeVar("Word", bound=Message)
_DETAILS_MAX: Final = 20
UNKNOWN_TYPE: Final = "unknown"
"""The type that an outcome names if the type of its command cannot be read."""
KEY_REMEDY: Final = "Set the record's key to the same text as the subject: it keeps the order of a stream."
"""The remedy for a sender who set a different key, or none."""


def command(
    envelope: Envelope,
    words: Mapping[str, type[Command]],
    *,
    received: datetime,
    bytes_max: int,
    principal: Principal = UNAUTHENTICATED,
    has_demo_clock: bool = False,
) -> DecodedCommand:
    """Decode an envelope into a command of `principal`; `received` is the effective time if the sender gives none.

    `has_demo_clock`: whether the service is a demo's, whose commands may name the instant to record them at.
    """
    if (wrong := demo_clock.refusal(envelope, received, is_on=has_demo_clock)) is not None:
        return _answerable(envelope, wrong, digest(envelope))
    if (fault := misfit(envelope)) is not None:
        return _answerable(envelope, Invalid(fault.reason, fault.attribute, fault.remedy), digest(envelope))
    body = _received(envelope, words, received, bytes_max, principal)
    try:
        hashed = _hashed(envelope, canonical(envelope.data))
    except NotStrict as loose:
        invalid = Invalid(f"data: {loose.reason}", "data", f"{loose.remedy} Send the command under a new id.")
        return DecodedCommand(envelope, body if isinstance(body, Invalid) else invalid, digest(envelope))
    refusal = None if isinstance(body, Invalid) else permits.refusal(principal, body.data)
    return DecodedCommand(envelope, refusal or body, hashed, principal)


def unreadable(fault: Unreadable) -> DecodedCommand | None:
    """The `invalid` command that stands for an unreadable message; None if its identity cannot be read.

    The envelope holds only what can be stored, published and queried; its data is empty.
    """
    if fault.id is None or fault.source is None:
        return None
    return _answerable(
        Envelope(
            id=fault.id,
            source=fault.source,
            type=fault.type or UNKNOWN_TYPE,
            subject=fault.subject,
            time=None,
            dataschema=None,
            datacontenttype=None,
            data=b"",
            correlation_id=fault.correlation_id,
        ),
        Invalid(fault.reason, fault.field, fault.remedy),
        fault.digest,
    )


def _answerable(envelope: Envelope, invalid: Invalid, digest: bytes) -> DecodedCommand:
    """A command that can only be answered, under its own identity.

    Attributes that are unfit to be a key or a header are replaced. The identity alone is kept as it came, so that the
    sender recognizes the answer.
    """
    name = envelope.id if is_admissible(envelope.id) else f"sha256:{hashlib.sha256(envelope.id.encode()).hexdigest()}"
    correlation = envelope.correlation_id or ""
    safe = Envelope(
        id=envelope.id,
        source=envelope.source,
        type=envelope.type if is_admissible(envelope.type) else UNKNOWN_TYPE,
        subject=envelope.subject if envelope.subject and is_admissible(envelope.subject) else f"command/{name}",
        time=None,
        dataschema=None,
        datacontenttype=None,
        data=b"",
        correlation_id=correlation if correlation and is_admissible(correlation) else name,
    )
    return DecodedCommand(safe, invalid, digest)


def keyed(command: DecodedCommand, key: bytes | None) -> DecodedCommand:
    """The same command, or its refusal if the Kafka key does not name the stream that the command is for.

    A record without a key is admitted if the attribute `partitionkey` names the stream: its sender has stated where it
    belongs. Such commands are ordered among themselves by the order in which their partitions are read.
    """
    if not isinstance(command.command, ReceivedCommand) or key == command.stream.encode():
        return command
    wanted = command.envelope.partition_key
    if not key and wanted == command.stream:
        return command
    difference = f"has the key {key[:80].decode('utf-8', 'backslashreplace')!r}" if key else "has no key"
    difference += f" and the partitionkey {wanted[:80]!r}" if wanted and not key else ""
    reason = f"The record {difference}, but its subject is {command.stream!r}."
    return replace(command, command=Invalid(reason, "key", KEY_REMEDY))


def digest(envelope: Envelope) -> bytes:
    """Hash of the content of a command. The order of JSON members and white space do not count.

    Nor does `time`: source and id identify an event, and CloudEvents libraries stamp each attempt with their clock.
    """
    try:
        data = orjson.dumps(orjson.loads(envelope.data), option=orjson.OPT_SORT_KEYS)
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):  # not JSON, or nested too deeply to be written
        data = envelope.data
    return _hashed(envelope, data)


def _hashed(envelope: Envelope, data: bytes) -> bytes:
    attributes = (envelope.type, envelope.subject, envelope.dataschema, "")  # empty: earlier digests stay the same
    lines = "{}\n{}\n{}\n{}\n".format(*attributes)
    if "None" in attributes or lines.count("\n") != len(attributes):  # another command could have the same lines
        return hashlib.sha256(b"\n\n" + orjson.dumps(attributes) + b"\n" + data).digest()
    return hashlib.sha256(lines.encode() + data).digest()


def _received(
    envelope: Envelope, words: Mapping[str, type[Command]], received: datetime, bytes_max: int, principal: Principal
) -> ReceivedCommand[Command] | Invalid:
    if len(envelope.data) > bytes_max:
        reason = f"The data has {len(envelope.data):,} bytes; a command may have {bytes_max:,}."
        return Invalid(reason, "data", "Send less in one command, e.g. a document's hash instead of the document.")
    data = read(envelope, words, "command")
    if isinstance(data, Invalid):
        return data
    effective = envelope.time or received
    person = person_of(principal.kind, principal.id, envelope.actor, principal.register)
    return ReceivedCommand(data, envelope.id, envelope.source, effective.astimezone(UTC), envelope.actor, person)


def read(envelope: Envelope, words: Mapping[str, type[Word]], kind: str) -> Word | Invalid:
    """The data as the model of its type and version, or the reason why it does not fit."""
    word = words.get(envelope.type)
    if word is None:
        return _unknown_type(envelope.type, words, kind)
    version = schema_version(envelope.dataschema)
    if version is None or version > word.schema_version:
        reason = f"{envelope.dataschema!r} is not a version of {envelope.type} that is known here."
        return Invalid(reason, "dataschema", f"Use the versions 1 to {word.schema_version}, or leave dataschema out.")
    try:
        message = word.model_validate_json(envelope.data, context=RECORDED if kind == "event" else None)
    except ValidationError as error:
        return _misfit(error, envelope.type)
    if envelope.subject != message.stream:
        reason = f"The subject is {envelope.subject!r}, but the data belongs to the stream {message.stream!r}."
        return Invalid(reason, "subject", f"Set the subject (and the Kafka key) to {message.stream!r}.")
    return message


def _unknown_type(name: str, words: Mapping[str, type[Word]], kind: str) -> Invalid:
    near = difflib.get_close_matches(name[:200], words, n=1)
    elsewhere = next((w.service for w in [*COMMANDS.values()] if name == f"forcegen.{w.service}.{w.__name__}"), None)
    if elsewhere is not None and kind == "command":
        return Invalid(f"{name} is a command of another service.", "type", f"Send it to {elsewhere}.commands.")
    remedy = f"Did you mean {near[0]}?" if near else f"The {kind}s known here: {', '.join(sorted(words))}."
    return Invalid(f"{name[:200]!r} is not a {kind} that is known here.", "type", remedy)


def _misfit(error: ValidationError, name: str) -> Invalid:
    """An answer with the first error, and all of them as details; it does not repeat the sender's values."""
    misfits = [(".".join(("data", *map(str, e["loc"]))), fault_text(e)) for e in error.errors(include_url=False)]
    field, message = misfits[0]
    details = tuple(f"{where}: {what}" for where, what in misfits[:_DETAILS_MAX])
    remedy = f"Correct {field} as the schema of {name} says, and send the command under a new id."
    return Invalid(f"{field}: {message}.", field, remedy, details)


def check_publisher(topic: str, envelope: Envelope) -> None:
    """Raise `Unreadable` if the event is not one that the topic's service published: nobody else records there."""
    service = topic.partition(".")[0]
    if envelope.source != source_of(service):
        reason = f"The source is {envelope.source[:80]!r}; only {source_of(service)} publishes on {topic}."
        raise Unreadable(reason, "headers.ce_source", f"Send a command to {service}.commands instead.")


def _person(envelope: Envelope) -> Person | None:
    by = envelope.acted_by
    return None if by is None else person_of(by.type, by.id, envelope.actor, by.register)


def event(envelope: Envelope) -> RecordedEvent:
    """An event of another service, as a policy reads it.

    Raises:
        Unreadable: it is not an event known here.
    """
    data = read(envelope, EVENTS, "event")
    if isinstance(data, Invalid):
        raise Unreadable(data.reason, data.field or "data", data.remedy or "")
    if envelope.time is None:
        raise Unreadable("There is no time.", "headers.ce_time", "Give the event the time when it happened.")
    try:
        return RecordedEvent(UUID(envelope.id), data, envelope.time, _person(envelope))
    except ValueError as error:
        raise Unreadable(
            "The id is not a UUID.", "headers.ce_id", "Events carry the UUID that their service gave them."
        ) from error
