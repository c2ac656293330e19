"""The three deciding services in memory, with no I/O: what a command is answered, and what follows from it elsewhere.

Ids are deterministic here as they are in the system, so a rehearsal shows which answers to wait for: those to the
commands of a wave, and those to every command that the services' policies then send.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final, TypeAlias

import services.approvals.app
import services.deployments.app
import services.vacancies.app
from contracts.cloudevents import Envelope
from contracts.outcome import CommandDecided
from contracts.registry import commands_of, type_name
from kernel.command_service import DecidingService, reactions
from kernel.decide import decode
from kernel.decide.batch import LoadedState, SettledBatch, settle
from kernel.model.decider import Claim, RecordedEvent
from kernel.model.records import CommandKey, DecodedCommand, Holder, NewEvent, StoredOutcome, StreamState

SERVICES: Final = (services.approvals.app.SERVICE, services.vacancies.app.SERVICE, services.deployments.app.SERVICE)
COMMAND_BYTES_MAX: Final = 262_144
ROUNDS_MAX: Final = 100
_NO_CLOCK: Final = datetime(2022, 7, 1, tzinfo=UTC)
"""Stands for the time of receipt, which no step of the story rests on: each says when it holds."""

Address: TypeAlias = tuple[str, str, str]
"""Of an answer: service, source of the command, id of the command."""


@dataclass
class InMemoryService:
    """One service's log, answers and claims."""

    service: DecidingService
    streams: dict[str, StreamState] = field(default_factory=dict)
    claims: dict[str, tuple[Claim, ...]] = field(default_factory=dict)
    """By owner."""
    answers: dict[CommandKey, StoredOutcome] = field(default_factory=dict)
    waiting: dict[CommandKey, DecodedCommand] = field(default_factory=dict)
    facts: list[RecordedEvent] = field(default_factory=list)

    def take(self, commands: Sequence[DecodedCommand]) -> Sequence[NewEvent]:
        """Decide in order; the new events."""
        settled = self._settled(commands)
        self.streams |= settled.streams
        self.claims |= settled.batch.claims
        for outcome in settled.batch.outcomes:
            if outcome.is_answer:
                self._note(outcome.command, outcome.body)
        self.facts += [event.event for event in settled.batch.events]
        return settled.batch.events

    def _note(self, command: DecodedCommand, decided: CommandDecided) -> None:
        self.answers[command.key] = StoredOutcome(command.digest, decided)
        self.waiting.pop(command.key, None)
        if decided.status == "pending":
            self.waiting[command.key] = replace(command, was_pending=True)

    def _settled(self, commands: Sequence[DecodedCommand]) -> SettledBatch:
        streams: dict[str, StreamState] = {}
        holders: dict[Holder, Mapping[str, tuple[Claim, ...]]] = {}
        for _ in range(ROUNDS_MAX):
            settled = settle(commands, LoadedState(self.answers, streams, holders), self.service.decider)
            if settled.is_complete:
                if settled.faults:
                    raise RuntimeError(settled.faults[0])
                return settled
            streams |= {s: self._state(s) for s in settled.missing_streams}
            holders |= {holder: self._held(holder) for holder in settled.missing_holders}
        raise RuntimeError(f"{self.service.name} needed new streams in {ROUNDS_MAX} rounds")

    def _state(self, stream: str) -> StreamState:
        return self.streams.get(stream) or StreamState(0, self.service.decider.initial(stream))

    def _held(self, holder: Holder) -> dict[str, tuple[Claim, ...]]:
        of = {owner: tuple(c for c in held if (c.kind, c.holder) == holder) for owner, held in self.claims.items()}
        return {owner: held for owner, held in of.items() if held}


class InMemorySystem:
    """All deciding services; each fact reaches the policies of every service until nothing more follows."""

    def __init__(self) -> None:
        self.services = {service.name: InMemoryService(service) for service in SERVICES}

    def ask(self, envelopes: Iterable[Envelope]) -> Sequence[Address]:
        """Send the commands; the addresses of all answers that they and their consequences lead to."""
        sent: list[Address] = []
        queue = list(envelopes)
        for _ in range(ROUNDS_MAX):
            if not queue:
                return sent
            sent += [(service_of(one), one.source, one.id) for one in queue]
            queue = [reaction for event in self._decide(queue) for reaction in self._reactions(event)]
        raise RuntimeError("the services' policies do not come to rest")

    def answer(self, address: Address) -> CommandDecided:
        """What a command was answered last."""
        service, source, command_id = address
        return self.services[service].answers[(source, command_id)].outcome

    def facts(self) -> Sequence[RecordedEvent]:
        """Every recorded event, service by service."""
        return [fact for service in self.services.values() for fact in service.facts]

    def _decide(self, envelopes: Sequence[Envelope]) -> Sequence[NewEvent]:
        events: list[NewEvent] = []
        for name, service in self.services.items():
            new = [self._admitted(name, one) for one in envelopes if service_of(one) == name]
            events += service.take([*new, *service.waiting.values()])
        return events

    def _admitted(self, service: str, envelope: Envelope) -> DecodedCommand:
        return decode.command(envelope, commands_of(service), received=_NO_CLOCK, bytes_max=COMMAND_BYTES_MAX)

    def _reactions(self, event: NewEvent) -> Iterable[Envelope]:
        cause = replace(event.cause, id=str(event.event.id), type=type_name(type(event.event.data)))
        topic = f"{event.event.data.service}.events"
        for reacting in self.services.values():
            if topic in reacting.service.policies:
                yield from reactions(reacting.service, topic, event.event, cause)


def service_of(envelope: Envelope) -> str:
    """The service that a command's type names: `forcegen.<service>.<Name>`."""
    return envelope.type.split(".")[1]
