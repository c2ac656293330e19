"""The three deciding services on the store in memory: answers to commands, and their effects in other services.

Ids are deterministic here as in the system, so a rehearsal shows which answers to wait for: those to the commands of a
wave, and those to every command that the services' policies then send.
"""

from collections.abc import Coroutine, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final, TypeAlias, TypeVar

import services.approvals.app
import services.deployments.app
import services.vacancies.app
from contracts.cloudevents import Envelope, from_kafka
from contracts.outcome import CommandDecided
from contracts.registry import commands_of, type_name
from kernel.command_service import DecidingService, reactions
from kernel.decide import decode
from kernel.decide.command_handler import CommandHandler
from kernel.identity.principal import UNAUTHENTICATED, Principal, system
from kernel.identity.register import Register
from kernel.identity.senders import policy_source
from kernel.model import demo_clock
from kernel.model.decider import RecordedEvent
from kernel.model.records import DecodedCommand, NewEvent
from kernel.store.memory import MemoryStore

SERVICES: Final = (services.approvals.app.SERVICE, services.vacancies.app.SERVICE, services.deployments.app.SERVICE)
COMMAND_BYTES_MAX: Final = 262_144
STREAMS_CACHED_MAX: Final = 10_000
WAITING_MAX: Final = 10_000
ROUNDS_MAX: Final = 100
_NO_CLOCK: Final = datetime(2022, 7, 1, tzinfo=UTC)
"""Replaces the time of receipt, on which no step of the story depends: each states when it takes effect."""

Address: TypeAlias = tuple[str, str, str]
"""The address of an answer: service, source of the command, id of the command."""
T = TypeVar("T")


class InMemoryService:
    """One service with its real rules, on the store in memory."""

    def __init__(self, service: DecidingService, register: Register | None = None) -> None:
        self.service = service
        self._register = register
        self.store = MemoryStore()
        self._commands = commands_of(service.name)
        self._command_handler = CommandHandler(
            service.decider, self.store, service=service.name, streams_cached_max=STREAMS_CACHED_MAX
        )

    def handle(self, envelopes: Iterable[Envelope]) -> Sequence[NewEvent]:
        """Decide commands in order, then those that waited for them; returns the new events."""
        before = len(self.store.events)
        commands = [self._decoded(envelope) for envelope in envelopes]
        for _ in range(ROUNDS_MAX):
            if not commands:
                return self.store.events[before:]
            _at_once(self._command_handler.handle(commands))
            commands = [self._waited(one.envelope) for one in _at_once(self.store.ready(WAITING_MAX))]
        raise RuntimeError(f"commands of {self.service.name} wait for one another")

    def answer(self, source: str, command_id: str) -> CommandDecided:
        """The last answer to a command."""
        key = (source, command_id)
        return _at_once(self.store.outcomes_of([key]))[key].outcome

    def waiting(self) -> Sequence[Mapping[str, object]]:
        """Commands that wait for an event that has not come."""
        return _at_once(self.store.waiting((datetime.min.replace(tzinfo=UTC), "", ""), WAITING_MAX))

    def _decoded(self, envelope: Envelope) -> DecodedCommand:
        name = self.service.name
        principal = system(name) if envelope.source == policy_source(name) else _sender(envelope, self._register)
        return decode.command(
            demo_clock.without(envelope),
            self._commands,
            received=_NO_CLOCK,
            bytes_max=COMMAND_BYTES_MAX,
            principal=principal,
        )

    def _waited(self, text: bytes) -> DecodedCommand:
        envelope = from_kafka(None, text, [("content-type", b"application/cloudevents+json")])
        return replace(self._decoded(envelope), was_pending=True)


def _sender(envelope: Envelope, register: Register | None) -> Principal:
    """Who sends a command, as a service knows it by its signature; nobody where no register is in force."""
    producer = None if register is None else register.owner(envelope.source)
    if register is None or producer is None:
        return UNAUTHENTICATED
    return Principal(
        "app_user" if producer.names_officials and envelope.actor else "service_account",
        producer.name,
        contributors=producer.contributors,
        register=register.reference,
        commands=producer.commands,
    )


def _at_once(work: Coroutine[object, None, T]) -> T:
    """Run a coroutine that never suspends, because the store in memory answers at once; returns its result."""
    try:
        work.send(None)
    except StopIteration as ended:
        result: T = ended.value
        return result
    raise RuntimeError("the store in memory waited")


class InMemorySystem:
    """All deciding services; each event reaches the policies of every service until nothing more follows."""

    def __init__(self, register: Register | None = None) -> None:
        """`register` is the register of producers in force; each sender then is who it says, and two people decide."""
        self.has_register = register is not None
        self.services = {service.name: InMemoryService(service, register) for service in SERVICES}

    def ask(self, envelopes: Iterable[Envelope]) -> Sequence[Address]:
        """Send commands; returns the addresses of all answers to them and to the commands that follow."""
        sent: list[Address] = []
        queue = list(envelopes)
        for _ in range(ROUNDS_MAX):
            if not queue:
                return sent
            sent += [(service_of(one), one.source, one.id) for one in queue]
            queue = [reaction for event in self._decide(queue) for reaction in self._reactions(event)]
        raise RuntimeError("the services' policies do not come to rest")

    def answer(self, address: Address) -> CommandDecided:
        """The last answer to a command."""
        service, source, command_id = address
        return self.services[service].answer(source, command_id)

    def version(self, service: str, stream: str) -> int:
        """How many events a stream has."""
        return sum(event.event.data.stream == stream for event in self.services[service].store.events)

    def facts(self) -> Sequence[RecordedEvent]:
        """Every recorded event, service by service."""
        return [event.event for service in self.services.values() for event in service.store.events]

    def _decide(self, envelopes: Sequence[Envelope]) -> Sequence[NewEvent]:
        return [
            event
            for name, service in self.services.items()
            for event in service.handle(one for one in envelopes if service_of(one) == name)
        ]

    def _reactions(self, event: NewEvent) -> Iterable[Envelope]:
        cause = replace(event.cause, id=str(event.event.id), type=type_name(type(event.event.data)))
        topic = f"{event.event.data.service}.events"
        for reacting in self.services.values():
            if topic in reacting.service.policies:
                yield from reactions(reacting.service, topic, event.event, cause)


def service_of(envelope: Envelope) -> str:
    """The service that a command's type names: `forcegen.<service>.<Name>`."""
    return envelope.type.split(".")[1]
