"""The envelope that every binding reads, and the one place that checks which attributes can be kept.

An envelope that is refused here could not be stored, ordered or answered. Everything else is left to the contract of
its type, and for commands to `contracts.admission`. Unknown attributes are ignored, so that a producer may add its own.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

from contracts.limits import ATTRIBUTE_LENGTH_MAX, BIGINT_MAX
from contracts.unreadable import Unreadable

SPEC_VERSION: Final = "1.0"
NUMBER_MAX: Final = BIGINT_MAX
"""The largest stream version or position."""

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)", re.ASCII)
_JSON = re.compile(r"[a-z0-9.-]+/(?:[a-z0-9.+-]+\+)?json\s*(?:;.*)?", re.ASCII | re.IGNORECASE | re.DOTALL)

AUTH: Final = ("authtype", "authid", "authkey", "authproof", "authregister", "authonbehalfof")
"""The attributes that say who acted, in the order of the fields of `ActedBy`."""
NAMES: Final = (
    *("specversion", "id", "source", "type", "subject", "time", "dataschema", "datacontenttype"),
    *("recordedtime", "correlationid", "causationid", "actor", "traceparent", "streamversion", "position"),
    *("partitionkey", "effectivetime"),
    *(*AUTH, "causeplace", "democlock"),
)
"""Every attribute that is read: those of CloudEvents 1.0, its extensions and ours; `effectivetime` to refuse it."""

Place = Callable[[str], str]
"""The place where a binding carries an attribute, e.g. `headers.ce_time` for `time`."""


@dataclass(frozen=True, slots=True)
class ActedBy:
    """Who acted: CloudEvents' extension Auth Context, and attributes of our own beside it.

    Trusted only in events and outcomes that a service published: anybody may write anything into a command.
    """

    type: str
    """Extension `authtype`: the kind of principal."""
    id: str | None = None
    """Extension `authid`: the principal, unique for its kind."""
    key: str | None = None
    """Extension `authkey`: the id of the key that signed the command."""
    proof: str | None = None
    """Extension `authproof`: the SHA-256 of the payload that the signature covers, in hexadecimal."""
    register: str | None = None
    """Extension `authregister`: version and SHA-256 of the register of producers by which it was verified."""
    on_behalf_of: str | None = None
    """Extension `authonbehalfof`: the principal whose command led to this one, if a policy sent it."""

    @property
    def values(self) -> tuple[str | None, ...]:
        """The values of the attributes `AUTH`."""
        return self.type, self.id, self.key, self.proof, self.register, self.on_behalf_of


@dataclass(frozen=True, slots=True)
class Envelope:
    """A CloudEvent as read: its attributes, and its data not yet decoded. Times are in UTC."""

    id: str
    source: str
    type: str
    subject: str | None
    """The stream."""
    time: datetime | None
    """When the occurrence happened: when the statement of the data became true."""
    dataschema: str | None
    datacontenttype: str | None
    data: bytes
    """The JSON of the data."""
    recorded_time: datetime | None = None
    """Extension `recordedtime`: when the event was put on record. Trusted only in events that a service published."""
    correlation_id: str | None = None
    causation_id: str | None = None
    actor: str | None = None
    traceparent: str | None = None
    """W3C Trace Context."""
    stream_version: int | None = None
    position: int | None = None
    partition_key: str | None = None
    """Extension `partitionkey` (CloudEvents' Partitioning): the record key that the sender intends."""
    acted_by: ActedBy | None = None
    cause_place: str | None = None
    """Extension `causeplace`: the record that led to this event or outcome, as `topic/partition/offset`; or as
    `<service>.admitted#<position>`, if that command came over HTTP."""
    demo_clock: datetime | None = None
    """Extension `democlock`: the instant of the demo's clock at which a command is to be put on record, and of an event
    or outcome the mark that it was (FORCEGEN_DEMO_CLOCK)."""


Attributes: TypeAlias = Mapping[str, Any]
"""Attributes by name, as sent. `Any`: JSON may hold anything there until `_check` has run."""


def envelope(attributes: Attributes, data: bytes, place: Place) -> Envelope:
    """Check the attributes and build the envelope; raises `Unreadable` for the first that is at fault.

    Values are text; numbers may also be JSON integers.
    """
    get = attributes.get
    if get("specversion") != SPEC_VERSION or not (get("id") and get("source") and get("type")):
        raise _incomplete(attributes, place)
    if _doubtful(attributes):
        for name, value in attributes.items():
            _check(name, value, place)
    if get("effectivetime"):
        raise _effective_time(place)
    media_type = get("datacontenttype")
    if media_type is not None and media_type != "application/json" and not _JSON.fullmatch(media_type):
        reason = f"The data is {media_type[:60]!r}."
        raise Unreadable(reason, place("datacontenttype"), "Send the data as application/json.")
    return Envelope(
        attributes["id"],
        attributes["source"],
        attributes["type"],
        get("subject"),
        _instant("time", get("time"), place),
        get("dataschema"),
        media_type,
        data,
        _instant("recordedtime", get("recordedtime"), place),
        get("correlationid") or None,
        get("causationid") or None,
        get("actor") or None,
        get("traceparent") or None,
        _number("streamversion", get("streamversion"), place),
        _number("position", get("position"), place),
        get("partitionkey") or None,
        _acted_by(attributes) if "authtype" in attributes else None,
        get("causeplace") or None,
        _instant("democlock", get("democlock"), place),
    )


def _acted_by(attributes: Attributes) -> ActedBy | None:
    kind, *rest = (attributes.get(name) or None for name in AUTH)
    return ActedBy(kind, *rest) if kind else None


def _incomplete(attributes: Attributes, place: Place) -> Unreadable:
    version = attributes.get("specversion")
    if version is not None and version != SPEC_VERSION:
        return Unreadable(f"specversion is {str(version)[:60]!r}.", place("specversion"), 'Send CloudEvents "1.0".')
    missing = next(name for name in ("specversion", "id", "source", "type") if not attributes.get(name))
    return Unreadable(
        f"The attribute {missing} is missing or empty.",
        place(missing),
        "Send specversion, id, source and type with every event: in headers (binary mode),"
        " or in the value with content-type application/cloudevents+json (structured mode).",
    )


def _effective_time(place: Place) -> Unreadable:
    """The refusal of an attribute of another convention: to ignore it would record the event on another day."""
    return Unreadable(
        "The attribute effectivetime is not read here.",
        place("effectivetime"),
        "Say when it happened in the attribute time, as CloudEvents does, and leave effectivetime out.",
    )


def _doubtful(attributes: Attributes) -> bool:
    """Whether one of them needs a separate check: one check of all together takes a fraction of the time."""
    try:
        together = "".join(attributes.values())
    except TypeError:
        return True
    return len(together) > ATTRIBUTE_LENGTH_MAX or "\0" in together or "" in attributes.values()


_NUMBERS: Final = frozenset({"streamversion", "position"})
_NEVER_EMPTY: Final = frozenset({"subject", "time", "dataschema", "datacontenttype"})


def _check(name: str, value: object, place: Place) -> None:
    """Raise if one attribute is at fault; an empty extension counts as absent."""
    if isinstance(value, int) and not isinstance(value, bool) and name in _NUMBERS:
        return
    if not isinstance(value, str):
        wanted = "a whole number" if name in _NUMBERS else "a string"
        raise Unreadable(f"The attribute {name} is not {wanted}.", place(name), f"Send {wanted}.")
    if len(value) > ATTRIBUTE_LENGTH_MAX:
        reason = f"The attribute {name} has {len(value)} characters."
        raise Unreadable(reason, place(name), f"Send at most {ATTRIBUTE_LENGTH_MAX}.")
    if "\0" in value:
        raise Unreadable(f"The attribute {name} contains a NUL character.", place(name), "Send it without U+0000.")
    if not value and name in _NEVER_EMPTY:
        raise Unreadable(f"The attribute {name} is empty.", place(name), "Give it a value or leave it out.")


def _instant(name: str, text: str | None, place: Place) -> datetime | None:
    if not text:
        return None
    reason = f"The attribute {name} is {text[:60]!r}."
    remedy = "Send an RFC 3339 time with its offset, e.g. 2024-03-12T09:30:00Z."
    if not _RFC3339.fullmatch(text):
        raise Unreadable(reason, place(name), remedy)
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError) as fault:  # no such day or hour, or outside the calendar in UTC
        raise Unreadable(reason, place(name), remedy) from fault


def _number(name: str, value: str | int | None, place: Place) -> int | None:
    if value is None or value == "":
        return None
    # Only ASCII digits: int() would also accept signs, spaces, underscores and other scripts' digits.
    whole = int(value) if isinstance(value, int) or (value.isascii() and value.isdigit() and len(value) <= 19) else -1
    if 0 <= whole <= NUMBER_MAX:
        return whole
    raise Unreadable(
        f"The attribute {name} is {str(value)[:60]!r}.", place(name), "Send a whole number, 0 or greater, in digits."
    )


def optional(event: Envelope) -> list[tuple[str, str | int]]:
    """The optional attributes that have a value, as on the wire; datacontenttype has a separate place there."""
    pairs: tuple[tuple[str, str | int | None], ...] = (
        ("subject", event.subject),
        ("time", _rfc3339(event.time)),
        ("dataschema", event.dataschema),
        ("recordedtime", _rfc3339(event.recorded_time)),
        ("correlationid", event.correlation_id),
        ("causationid", event.causation_id),
        ("actor", event.actor),
        ("traceparent", event.traceparent),
        ("streamversion", event.stream_version),
        ("position", event.position),
        ("causeplace", event.cause_place),
        ("democlock", _rfc3339(event.demo_clock)),
    )
    if event.acted_by is not None:
        pairs += tuple(zip(AUTH, event.acted_by.values, strict=True))
    return [(name, value) for name, value in pairs if value is not None and value != ""]


def _rfc3339(when: datetime | None) -> str | None:
    if when is None:
        return None
    if when.tzinfo is None:
        raise ValueError(f"{when} has no offset: every time in an envelope is aware")
    return f"{when.astimezone(UTC).isoformat()[:-6]}Z"
