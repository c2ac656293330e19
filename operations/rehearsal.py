"""The three deciding rooms in memory, with no I/O: what a command is answered, and what follows from it elsewhere.

Ids are deterministic here as they are in the house, so a rehearsal tells which answers to wait for: those to the
commands of a wave, and those to every command that the rooms' policies then send.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final, TypeAlias

from contracts.cloudevents import Envelope
from contracts.outcome import CommandDecided
from contracts.registry import commands_of, type_name
from kernel.command_service import DecidingService, reactions
from kernel.decide import decode
from kernel.decide.batch import LoadedState, SettledBatch, settle
from kernel.model.decider import Claim, RecordedEvent
from kernel.model.records import CommandKey, DecodedCommand, Holder, NewEvent, StoredOutcome, StreamState
from services.approvals.app import SERVICE as APPROVALS
from services.deployments.app import SERVICE as DEPLOYMENTS
from services.vacancies.app import SERVICE as VACANCIES

ROOMS: Final = (APPROVALS, VACANCIES, DEPLOYMENTS)
COMMAND_BYTES_MAX: Final = 262_144
ROUNDS_MAX: Final = 100
_NO_CLOCK: Final = datetime(2022, 7, 1, tzinfo=UTC)
"""Stands for the time of receipt, which no step of the story rests on: each says when it holds."""

Address: TypeAlias = tuple[str, str, str]
"""Of an answer: room, source of the command, id of the command."""


@dataclass
class InMemoryService:
    """One room's log, answers and claims."""

    room: DecidingService
    streams: dict[str, StreamState] = field(default_factory=dict)
    claims: dict[str, tuple[Claim, ...]] = field(default_factory=dict)
    """By owner."""
    answers: dict[CommandKey, StoredOutcome] = field(default_factory=dict)
    waiting: dict[CommandKey, DecodedCommand] = field(default_factory=dict)
    facts: list[RecordedEvent] = field(default_factory=list)

    def take(self, asked: Sequence[DecodedCommand]) -> Sequence[NewEvent]:
        """Decide in order; the new events."""
        settled = self._settled(asked)
        self.streams |= settled.streams
        self.claims |= settled.batch.claims
        for outcome in settled.batch.outcomes:
            if outcome.is_answer:
                self._note(outcome.incoming, outcome.decided)
        self.facts += [event.fact for event in settled.batch.events]
        return settled.batch.events

    def _note(self, asked: DecodedCommand, decided: CommandDecided) -> None:
        self.answers[asked.key] = StoredOutcome(asked.digest, decided)
        self.waiting.pop(asked.key, None)
        if decided.status == "pending":
            self.waiting[asked.key] = replace(asked, waited=True)

    def _settled(self, asked: Sequence[DecodedCommand]) -> SettledBatch:
        streams: dict[str, StreamState] = {}
        holders: dict[Holder, Mapping[str, tuple[Claim, ...]]] = {}
        for _ in range(ROUNDS_MAX):
            settled = settle(asked, LoadedState(self.answers, streams, holders), self.room.decider)
            if settled.is_complete:
                if settled.faults:
                    raise RuntimeError(settled.faults[0])
                return settled
            streams |= {s: self._folded(s) for s in settled.missing_streams}
            holders |= {holder: self._held(holder) for holder in settled.missing_holders}
        raise RuntimeError(f"{self.room.name} looked at new streams in {ROUNDS_MAX} rounds")

    def _folded(self, stream: str) -> StreamState:
        return self.streams.get(stream) or StreamState(0, self.room.decider.initial(stream))

    def _held(self, holder: Holder) -> dict[str, tuple[Claim, ...]]:
        of = {owner: tuple(c for c in held if (c.kind, c.holder) == holder) for owner, held in self.claims.items()}
        return {owner: held for owner, held in of.items() if held}


class InMemorySystem:
    """All deciding rooms; each fact reaches the policies of every room until nothing more follows."""

    def __init__(self) -> None:
        self.rooms = {room.name: InMemoryService(room) for room in ROOMS}

    def ask(self, envelopes: Iterable[Envelope]) -> Sequence[Address]:
        """Send the commands; the addresses of all answers that they and their consequences lead to."""
        sent: list[Address] = []
        queue = list(envelopes)
        for _ in range(ROUNDS_MAX):
            if not queue:
                return sent
            sent += [(room_of(one), one.source, one.id) for one in queue]
            queue = [reaction for event in self._decide(queue) for reaction in self._reactions(event)]
        raise RuntimeError("the rooms' policies do not come to rest")

    def answer(self, address: Address) -> CommandDecided:
        """What a command was answered last."""
        room, source, command_id = address
        return self.rooms[room].answers[(source, command_id)].outcome

    def facts(self) -> Sequence[RecordedEvent]:
        """Every recorded event, room by room."""
        return [fact for room in self.rooms.values() for fact in room.facts]

    def _decide(self, envelopes: Sequence[Envelope]) -> Sequence[NewEvent]:
        events: list[NewEvent] = []
        for name, room in self.rooms.items():
            new = [self._admitted(name, one) for one in envelopes if room_of(one) == name]
            events += room.take([*new, *room.waiting.values()])
        return events

    def _admitted(self, room: str, envelope: Envelope) -> DecodedCommand:
        return decode.command(envelope, commands_of(room), received=_NO_CLOCK, bytes_max=COMMAND_BYTES_MAX)

    def _reactions(self, event: NewEvent) -> Iterable[Envelope]:
        cause = replace(event.cause, id=str(event.fact.id), type=type_name(type(event.fact.data)))
        topic = f"{event.fact.data.room}.events"
        for room in self.rooms.values():
            if topic in room.room.policies:
                yield from reactions(room.room, topic, event.fact, cause)


def room_of(envelope: Envelope) -> str:
    """The room that a command's type names: `forcegen.<room>.<Name>`."""
    return envelope.type.split(".")[1]
