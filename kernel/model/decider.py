"""The decider interface: three pure functions over frozen states, and the decisions that they return.

`initial(stream)` gives the first state, `evolve(state, event)` folds a recorded event into it, `decide(command,
states)` returns events or a refusal. None of them does I/O or reads a clock: time and ids arrive in the command. The
shell (`kernel.decide.command_handler`) loads, folds, decides and appends; nothing else in the system decides.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, Generic, Protocol, TypeAlias, TypeVar
from uuid import NAMESPACE_URL, UUID, uuid5

from contracts.words import Command, Event
from kernel.identity.person import Person

State = TypeVar("State")
T = TypeVar("T")
Command_co = TypeVar("Command_co", bound=Command, covariant=True)
Command_contra = TypeVar("Command_contra", bound=Command, contravariant=True)
_EVENT_IDS = uuid5(NAMESPACE_URL, "urn:forcegen:event-id")


@dataclass(frozen=True, slots=True)
class ReceivedCommand(Generic[Command_co]):
    """A command as it reached the service: its data and the attributes of its envelope."""

    data: Command_co
    id: str
    source: str
    effective: datetime
    """When the command takes effect, as the sender states; by default the sender's time."""
    actor: str | None = None
    person: Person | None = None
    """Who sent it, where a register of producers was in force; None for a policy, and where nobody is known."""

    @property
    def on(self) -> date:
        """The effective day, in UTC."""
        return self.effective.astimezone(UTC).date()


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """An event on record, as deciders fold it and policies read it."""

    id: UUID
    data: Event
    effective: datetime
    person: Person | None = None
    """Who sent the command that led to it, as it was known then; None where nobody was known."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A rule refuses the command: which rule, why, which field, and the remedy."""

    rule: str
    reason: str
    field: str | None = None
    remedy: str | None = None
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pending:
    """The command depends on an event of another service that has not arrived; it waits until stream `on` gets one."""

    on: str
    reason: str


@dataclass(frozen=True, slots=True)
class Claim:
    """`holder` is taken from `start` until `end` (None: open), whichever stream claims it.

    Claims of one kind and holder never overlap. This is the one rule across streams; an exclusion constraint enforces
    it in the transaction that appends.
    """

    kind: str
    holder: str
    start: date
    end: date | None

    def overlaps(self, other: "Claim") -> bool:
        """Whether both take the same holder on some day."""
        same = self.kind == other.kind and self.holder == other.holder
        return same and (other.end is None or self.start < other.end) and (self.end is None or other.start < self.end)


Decision: TypeAlias = Sequence[Event] | Refusal | Pending
States: TypeAlias = Mapping[str, object]
"""The state of any stream of the service, by the stream's name: the command's own and those on which the decision
depends. Every stream that a decision reads is noted; if one of them has moved before the append, the shell decides
again."""


def state_of(kind: type[T], stream: str, states: States) -> T:
    """The state of a stream, checked to be of the kind that the stream's name implies.

    Raises:
        TypeError: the state is of another kind, which is a defect of the decider.
    """
    state = states[stream]
    if not isinstance(state, kind):
        raise TypeError(f"the state of {stream} is a {type(state).__name__}, not a {kind.__name__}")
    return state


class Decider(Protocol[State, Command_contra]):
    """The interface of a service's `decider` module; its states and its commands are each a union."""

    def initial(self, stream: str, /) -> State:
        """The state of a stream before its first event."""

    def evolve(self, state: State, event: RecordedEvent, /) -> State:
        """The state after one more event."""

    def decide(self, command: ReceivedCommand[Command_contra], states: States, /) -> Decision:
        """The events that a command leads to, or the reason why there are none."""

    def contributors(self, command: ReceivedCommand[Command_contra], states: States, /) -> Collection[str] | None:
        """The States that a command is about, as streams on record say: those of its own stream and of whom it names.

        Empty if no stream says it yet; None if the command concerns every State, whatever is on record.
        Read only for senders who may speak of some States alone; what the command's data says of it is known.
        """

    def as_seen(self, stream: str, state: State, states: States, may_see: Callable[[str], bool], /) -> State:
        """The state of a stream, to a sender who may speak of some States alone: nothing of others is on record.

        Another stream in `states` may say whose it is.
        So a command about a stream of another State is refused like one about a stream that is not on record, and its
        refusal does not tell that the stream is there.
        """

    def claims(self, event: RecordedEvent, state: State, /) -> Mapping[str, tuple[Claim, ...]]:
        """The claims of each owner that `event` touched, after the event (already folded into `state`)."""

    def claimed(self, command: ReceivedCommand[Command_contra], claim: Claim, owner: str | None, /) -> Refusal:
        """The refusal of a command whose `claim` overlaps one of `owner` (None: the sender may not know whose)."""


AnyDecider: TypeAlias = Decider[Any, Any]
"""The decider of any service. `Any`: the shell passes states and commands on without inspecting them, and what it
passes to `decide` fits, because it decodes only the commands of the service's own contract."""

Policy: TypeAlias = Callable[[RecordedEvent], Sequence[Command]]
"""From an event, of this service or another, to the commands that it leads to here."""


def event_id(source: str, command_id: str, index: int) -> UUID:
    """The id of a command's event: the same command always leads to the same ids (UUIDv5).

    No admitted attribute holds a line break; if one did, the length of the source would separate source and id.
    """
    if "\n" in source or "\n" in command_id:
        return uuid5(_EVENT_IDS, f"{len(source)}\n{source}\n{command_id}\n{index}")
    return uuid5(_EVENT_IDS, f"{source}\n{command_id}\n{index}")


def effective_of(event: Event, command_effective: datetime) -> datetime:
    """When an event became true: its own date at midnight UTC, or the command's effective time."""
    if event.effective_field is None:
        return command_effective
    return datetime.combine(getattr(event, event.effective_field), time(), UTC)


def recorded_events(command: ReceivedCommand[Command], events: Sequence[Event]) -> list[RecordedEvent]:
    """The events of a decision with their ids and effective times."""
    return [
        RecordedEvent(
            event_id(command.source, command.id, index),
            event,
            effective_of(event, command.effective),
            command.person,
        )
        for index, event in enumerate(events)
    ]
