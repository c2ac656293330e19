"""What a service stores in one transaction, as plain frozen rows. Shared by the pure core and both stores."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

from contracts.cloudevents import Envelope
from contracts.outcome import CommandDecided
from contracts.words import Command
from kernel.model.decider import Claim, ReceivedCommand, RecordedEvent

CommandKey: TypeAlias = tuple[str, str]
"""A command's identity, as CloudEvents has it: (source, id)."""
Holder: TypeAlias = tuple[str, str]
"""What a claim is on: (kind, holder)."""
Partition: TypeAlias = tuple[str, int]
"""(topic, partition)."""
LoadOffsets: TypeAlias = Callable[[str, Collection[Partition]], Awaitable[Mapping[Partition, int]]]
"""The stored offset of each partition, for a consumer."""
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
class DecodedCommand:
    """A command as the service takes it in: what it asks, or why that cannot be read."""

    envelope: Envelope
    command: ReceivedCommand[Command] | Invalid
    digest: bytes
    """Hash of all that makes the command what it is; the same id with another digest is a conflict."""
    was_pending: bool = False
    """It was pending, and is tried again."""

    @property
    def key(self) -> CommandKey:
        return (self.envelope.source, self.envelope.id)

    @property
    def stream(self) -> str:
        """The stream that the command is for; its own id where it names none."""
        return self.envelope.subject or f"command/{self.envelope.id}"


@dataclass(frozen=True, slots=True)
class StreamState:
    """A stream at a version."""

    version: int
    state: object
    """Frozen; only the service's decider looks inside."""


@dataclass(frozen=True, slots=True)
class StoredOutcome:
    """What a command id was answered before."""

    digest: bytes
    outcome: CommandDecided


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event that a decision leads to, with its place in its stream and the message that led to it."""

    event: RecordedEvent
    version: int
    cause: Envelope
    json: str
    """Its data as it is stored, and published byte for byte."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """An answer. The positions of its events are counted from the batch's first; the append adds where that is."""

    command: DecodedCommand
    body: CommandDecided
    is_answer: bool = True
    """False for a conflict and for a repeat: the first answer stands."""
    is_placed: bool = False
    """True for an answer of an earlier batch: its events have their positions already."""
    waits_after: int = 0


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a record stands: topic, partition, offset."""

    topic: str
    partition: int
    offset: int


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A record that cannot be read, with the reason and where it came from."""

    origin: Origin
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]
    reason: str
    field: str | None = None
    remedy: str | None = None


@dataclass(frozen=True, slots=True)
class HeldEvent:
    """An event of another service that waits: it is newer than this program, or follows one that is in its stream."""

    origin: Origin
    stream: str
    version: int
    """Its place in its stream, from 1."""
    type: str
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]
    reason: str


StreamOf: TypeAlias = tuple[str, str]
"""(topic, stream): whose events keep their order among those that are held."""


Reason: TypeAlias = Literal["deleted", "transaction mark", "aborted transaction", "compacted", "kept whole"]
"""Why offsets are passed over: `deleted` by retention or by hand before they were read, a `transaction mark` of the
broker's, records of an `aborted transaction`, `compacted` away, or `kept whole` with the batch that they are in, whose
bytes stand at the batch's first offset because nobody can take it apart."""


@dataclass(frozen=True, slots=True)
class Passage:
    """Offsets of a partition that hold nothing to read, from the first to before `end`, and why."""

    topic: str
    partition: int
    start: int
    end: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class OffsetAdvance:
    """How far a consumer has come with one batch: per partition the offset it was at and the one it goes to."""

    consumer: str
    steps: Mapping[Partition, tuple[int, int]]
    passages: Sequence[Passage] = ()
    """Offsets on the way that hold no record, each with the reason."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Everything that one transaction writes."""

    events: Sequence[NewEvent] = ()
    outcomes: Sequence[Outcome] = ()
    claims: Mapping[str, tuple[Claim, ...]] = field(default_factory=dict)
    """By owner: all that it holds from now on."""
    read_set: Mapping[str, int] = field(default_factory=dict)
    """Every stream that a decision looked at, and the version it saw."""
    dead_letters: Sequence[DeadLetter] = ()
    held: Sequence[HeldEvent] = ()
    released: Sequence[Origin] = ()
    """HeldEvent before, and held no more: what they lead to is in this batch."""
    offsets: OffsetAdvance | None = None


@dataclass(frozen=True, slots=True)
class Appended:
    """Where a batch landed."""

    first_position: int
    """The position before the batch's first event."""
    outcomes: Sequence[CommandDecided]
    recorded: datetime


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event as it is read back to be folded."""

    stream: str
    version: int
    event: RecordedEvent


class ConcurrencyConflict(Exception):
    """Somebody else appended to a stream, answered a command or took a claim that this batch had read: decide anew."""


class ReleasedMeanwhile(Exception):
    """Somebody else took up an event that was held: nothing is left to do."""


class Fenced(Exception):
    """Another process reads these partitions now: drop the batch and start from the stored offsets."""
