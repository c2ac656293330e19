"""The rows that a service stores in one transaction, frozen. Shared by the pure core and both stores."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, TypeAlias
from uuid import UUID

from contracts.cloudevents import Envelope
from contracts.outcome import CommandDecided
from contracts.words import Command
from kernel.identity.principal import UNAUTHENTICATED, Principal
from kernel.model.decider import Claim, ReceivedCommand, RecordedEvent, Refusal

CommandKey: TypeAlias = tuple[str, str]
"""A command's identity, as CloudEvents defines it: (source, id)."""
Holder: TypeAlias = tuple[str, str]
"""The object of a claim: (kind, holder)."""
Partition: TypeAlias = tuple[str, int]
"""(topic, partition)."""
LoadOffsets: TypeAlias = Callable[[str, Collection[Partition]], Awaitable[Mapping[Partition, int]]]
"""The stored offset of each partition, for a consumer."""
DECIDED: Final = frozenset({"accepted", "refused", "pending"})
"""The statuses of commands that a decider, or a permit, has answered; `invalid` ones could not be read."""
ClaimsByHolder: TypeAlias = Mapping[Holder, Mapping[str, tuple[Claim, ...]]]
"""The claims on each holder, by owner. A holder that was looked up and is free has an empty entry."""


@dataclass(frozen=True, slots=True)
class Invalid:
    """A message that has an identity but does not fit its contract."""

    reason: str
    field: str | None = None
    remedy: str | None = None
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AdmittedCommand:
    """What is kept of a command that came over HTTP: the event as it came, in Kafka's binary content mode."""

    topic: str
    """Where the service publishes it, e.g. `approvals.admitted`."""
    headers: tuple[tuple[str, str], ...]
    """Every attribute that was sent, known or not, `dssematerial` among them."""
    data: bytes
    """Byte for byte: a signature covers these."""


@dataclass(frozen=True, slots=True)
class DecodedCommand:
    """A command after decoding: its data, or the reason why that cannot be read."""

    envelope: Envelope
    command: ReceivedCommand[Command] | Invalid | Refusal
    """A refusal if its sender may not send it, whatever its data."""
    digest: bytes
    """Hash of the command's content; the same id with another digest is a conflict."""
    principal: Principal = UNAUTHENTICATED
    """Who sent it, as the door has verified."""
    place: str | None = None
    """The record that it came in: topic, partition and offset; of a command over HTTP that was kept before, its topic
    and position (`kernel.model.admitted.places_of`)."""
    was_pending: bool = False
    """Whether it was pending, and is now retried."""
    admitted: AdmittedCommand | None = None
    """What is kept of it, if it came over HTTP."""

    @property
    def key(self) -> CommandKey:
        return (self.envelope.source, self.envelope.id)

    @property
    def stream(self) -> str:
        """The stream that the command is for; its own id if it names none."""
        return self.envelope.subject or f"command/{self.envelope.id}"


@dataclass(frozen=True, slots=True)
class StreamState:
    """A stream at a version."""

    version: int
    state: object
    """Frozen; only the service's decider looks inside."""


@dataclass(frozen=True, slots=True)
class StoredOutcome:
    """The earlier answer to a command id."""

    digest: bytes
    outcome: CommandDecided


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event that a decision leads to, with its version in the stream and the message that led to it."""

    event: RecordedEvent
    version: int
    cause: Envelope
    json: str
    """Its data, stored and published byte for byte."""
    principal: Principal = UNAUTHENTICATED
    """Who sent that message."""
    place: str | None = None
    """The record that brought it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """An answer. Its events' positions are relative to the batch's first; the append adds the position of that."""

    command: DecodedCommand
    body: CommandDecided
    is_answer: bool = True
    """False for a conflict and for a repeat: the first answer stands."""
    is_placed: bool = False
    """True for an answer of an earlier batch: its events already have their positions."""
    waits_after: int = 0

    @property
    def is_kept(self) -> bool:
        """Whether the command is kept as it came: it came over HTTP, and was decided now for the first time."""
        return self.is_answer and self.command.admitted is not None and self.body.status in DECIDED


@dataclass(frozen=True, slots=True)
class Origin:
    """The location of a record: topic, partition, offset."""

    topic: str
    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.topic}/{self.partition}/{self.offset}"


@dataclass(frozen=True, slots=True)
class WaitingCommand:
    """A command that waits, as it is stored."""

    envelope: bytes
    """A structured CloudEvent."""
    principal: str | None
    """Who sent it (`kernel.identity.recorded`); None if an earlier version stored it."""
    place: str | None


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A record that cannot be read, with the reason and its origin."""

    origin: Origin
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]
    reason: str
    field: str | None = None
    remedy: str | None = None


@dataclass(frozen=True, slots=True)
class HeldEvent:
    """An event of another service that waits: it is newer than this program, or follows such an event in its stream."""

    origin: Origin
    stream: str
    version: int
    """Its version in its stream, from 1."""
    type: str
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]
    reason: str


StreamOf: TypeAlias = tuple[str, str]
"""(topic, stream): the scope in which held events keep their order."""


Reason: TypeAlias = Literal["deleted", "transaction mark", "aborted transaction", "compacted", "kept whole"]
"""Why offsets are passed over: `deleted` by retention or by hand before they were read, a `transaction mark` of the
broker, records of an `aborted transaction`, `compacted` away, or `kept whole` with their batch, which cannot be decoded
and whose bytes are kept at the batch's first offset."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A range of offsets of a partition that hold nothing to read (`end` excluded), and why."""

    topic: str
    partition: int
    start: int
    end: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class OffsetAdvance:
    """A consumer's advance by one batch: for each partition, the offset before and the offset after."""

    consumer: str
    steps: Mapping[Partition, tuple[int, int]]
    passages: Sequence[Passage] = ()
    """Offsets in between that hold no record, each with the reason."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Everything that one transaction writes."""

    events: Sequence[NewEvent] = ()
    outcomes: Sequence[Outcome] = ()
    claims: Mapping[str, tuple[Claim, ...]] = field(default_factory=dict)
    """By owner: all claims that it holds from now on."""
    read_set: Mapping[str, int] = field(default_factory=dict)
    """Every stream that a decision read, and the version it saw."""
    dead_letters: Sequence[DeadLetter] = ()
    held: Sequence[HeldEvent] = ()
    released: Sequence[Origin] = ()
    """Events that were held and are released: the commands that they lead to are in this batch."""
    offsets: OffsetAdvance | None = None


@dataclass(frozen=True, slots=True)
class Appended:
    """The position at which a batch was appended."""

    first_position: int
    """The position before the batch's first event."""
    outcomes: Sequence[CommandDecided]
    recorded: datetime


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event as it is read back for folding."""

    stream: str
    version: int
    event: RecordedEvent


class ConcurrencyConflict(Exception):
    """Another process appended to a stream, answered a command or took a claim that this batch read: decide again."""


class EventIdsTaken(Exception):
    """Events on record, or others of the batch, have these ids already: deciding again would give the same ids."""

    def __init__(self, ids: Collection[UUID]) -> None:
        super().__init__(f"{len(ids)} event ids are taken")
        self.ids = frozenset(ids)


class ReleasedMeanwhile(Exception):
    """Another process released an event that was held: nothing is left to do."""


class Fenced(Exception):
    """Another process reads these partitions now: drop the batch and start from the stored offsets."""
