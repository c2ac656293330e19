"""Who sent a command that came in from outside: by its signature, by the topic that it came on, or by who called.

Everything is decided here, before the command is looked up. Behind it principals are compared, never verified.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, TypeVar

from contracts import command_topics
from contracts.envelope import Envelope
from contracts.raw_events import RawEvent
from contracts.verifiability import MATERIAL, NotVerifiable, verify
from kernel.identity.checked_ahead import CheckedAhead
from kernel.identity.principal import UNAUTHENTICATED, Principal, PrincipalKind, Role
from kernel.identity.register import Producer, Register
from kernel.identity.senders import NotTheSender, check_source

T = TypeVar("T")
VERIFIED_AT_ONCE: Final = 50
"""How many commands are verified before other work gets its turn: a signature takes about 0.1 ms of the loop."""
_ROLES: Final[frozenset[Role]] = frozenset({"producer"})
_FIELDS: Final = {
    "correlationid": "correlation_id",
    "causationid": "causation_id",
    "traceparent": "traceparent",
    "streamversion": "stream_version",
    "position": "position",
    "partitionkey": "partition_key",
    "democlock": "demo_clock",
}
"""Attributes of an envelope that a signature may leave out, and that are dropped then."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """When and by which door a command came in."""

    at: datetime
    """When it reached the system: by this a key counts or does not."""
    topic: str | None = None
    """The topic of its record; None over HTTP."""
    caller: Principal = UNAUTHENTICATED
    """Over HTTP: who sent the request."""


class Senders:
    """Believes the senders of commands by the register of producers that is in force; without one, by their word."""

    def __init__(
        self,
        register: Callable[[], Register | None] = lambda: None,
        read_again: Callable[[], Register | None] | None = None,
    ) -> None:
        """`register` gives the register in force; `read_again` first looks whether another one was put in its place.

        Whoever is not believed may have been registered a moment ago: then the register is read again, and decides.
        """
        self._register = register
        self._read_again = read_again or register

    def believe(self, envelope: Envelope, raw: Callable[[], RawEvent], arrival: Arrival) -> tuple[Envelope, Principal]:
        """The command as its sender vouches for it, and the sender. `raw` reads the message as it came.

        Raises:
            NotTheSender: its source is not the sender's.
        """
        check_source(envelope)
        if envelope.acted_by is not None or envelope.cause_place is not None:  # anybody may write anything there
            envelope = replace(envelope, acted_by=None, cause_place=None)
        return self._by_register(lambda register: _believed(register, envelope, raw, arrival))

    async def check_ahead(self, events: Iterable[RawEvent], checks: CheckedAhead) -> None:
        """Check the signatures of commands, in threads; who sent them is decided by `believe`, as without."""
        register = self._register()
        if register is not None:
            await checks.check(register, events)

    def has_register(self) -> bool:
        """Whether a register of producers is in force: then everybody is known, and two people decide."""
        return self._register() is not None

    def acts_as(self, caller: Principal) -> frozenset[str]:
        """The names under which commands of this caller are on record: its own, and those of producers it acts as."""
        register = self._register()
        producers = register.producers.values() if register else ()
        return frozenset({caller.id, *(one.name for one in producers if one.is_login(caller))})

    def check_unread(self, source: str | None, arrival: Arrival) -> None:
        """Raise `NotTheSender` unless the sender of a message that cannot be read may be answered under its source."""
        check_source(_Unread(source))
        if source is not None:
            self._by_register(lambda register: _check_unread(register, source, arrival))

    def _by_register(self, judge: Callable[[Register | None], T]) -> T:
        register = self._register()
        try:
            return judge(register)
        except NotTheSender:
            newer = self._read_again()
            if newer is register:
                raise
            return judge(newer)


@dataclass(frozen=True, slots=True)
class _Unread:
    source: str | None


def _believed(
    register: Register | None, envelope: Envelope, raw: Callable[[], RawEvent], arrival: Arrival
) -> tuple[Envelope, Principal]:
    if register is None:
        return envelope, arrival.caller
    producer = _owner(register, envelope.source, arrival.topic)
    try:
        event = raw()
        if event.attributes.get(MATERIAL) not in (None, ""):
            return _verified(envelope, event, producer, register, arrival)
    except NotVerifiable as failure:
        raise NotTheSender(f"{failure.reason}: {failure.message}", MATERIAL, failure.remedy) from failure
    sender = _unsigned(producer, register, arrival)
    if sender.kind == "user":  # who signed in is named, whoever else the command names
        envelope = replace(envelope, actor=arrival.caller.id)
    return envelope, sender


def _check_unread(register: Register | None, source: str, arrival: Arrival) -> None:
    if register is not None:
        _unsigned(_owner(register, source, arrival.topic), register, arrival)


def _owner(register: Register, source: str, topic: str | None) -> Producer:
    """The producer to which a source belongs; a topic of a producer's own takes that one's sources alone."""
    producer = register.owner(source)
    if producer is None:
        reason = f"No registered producer has the source {source[:80]!r}."
        raise NotTheSender(reason, "source", "Ask the operators to register it (register of producers).")
    whose = None if topic is None else command_topics.producer_of(topic)
    if whose not in (None, producer.name):
        reason = f"{topic} is the topic of {whose}, and the source {source[:80]!r} belongs to {producer.name}."
        raise NotTheSender(reason, "source", "Send it on a topic of your own, or signed on the one that all share.")
    return producer


def _verified(
    envelope: Envelope, event: RawEvent, producer: Producer, register: Register, arrival: Arrival
) -> tuple[Envelope, Principal]:
    """What the signature covers, and no more: other attributes are dropped, and a time is cut to the second."""
    verified = verify(event.attributes, event.data, producer.keys_at(arrival.at), material=event.material)
    time, signed = envelope.time, envelope
    if time is not None and time.microsecond:
        time = time.replace(microsecond=0)
    if verified.dropped or time is not envelope.time or event.data != envelope.data or envelope.recorded_time:
        unsigned = {_FIELDS[name]: None for name in verified.dropped if name in _FIELDS}
        signed = replace(envelope, time=time, data=event.data, recorded_time=None, **unsigned)  # type: ignore[arg-type]  # by name
    if signed.demo_clock is not None:
        signed = replace(signed, demo_clock=signed.demo_clock.replace(microsecond=0))
    kind: PrincipalKind = "app_user" if producer.names_officials and signed.actor else "service_account"
    return signed, _principal(producer, register, kind, verified.key_id, verified.payload_sha256)


def _unsigned(producer: Producer, register: Register, arrival: Arrival) -> Principal:
    """The sender of a command without a signature, as its topic or its caller shows it."""
    if producer.must_sign:
        remedy = "Sign it: docs/how-to/sign-events.md."
        raise NotTheSender(f"Commands of {producer.name} are signed, and this one is not.", MATERIAL, remedy)
    if arrival.topic is None:
        if not producer.is_login(arrival.caller):
            reason = f"The caller does not act as {producer.name}, to which the source belongs."
            raise NotTheSender(reason, "source", "Call as that producer, or sign the command.")
        return _principal(producer, register, arrival.caller.kind)
    if arrival.topic not in producer.topics:
        reason = f"{producer.name} sends no unsigned commands on {arrival.topic}."
        raise NotTheSender(reason, MATERIAL, "Sign the command, or send it on the topic that is registered for you.")
    return _principal(producer, register, "service_account")  # by the brokers' ACLs, nobody else writes there


def _principal(
    producer: Producer,
    register: Register,
    kind: PrincipalKind,
    key: str | None = None,
    proof: bytes | None = None,
) -> Principal:
    return Principal(
        kind,
        producer.name,
        roles=_ROLES,
        contributors=producer.contributors,
        key=key,
        proof=proof,
        register=register.reference,
        commands=producer.commands,
    )
