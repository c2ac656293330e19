"""The register of producers: who may send commands, under which sources, with which keys, and what each may ask for.

One text, versioned, that two operators sign (`forcegen producers sign`). It counts whole or not at all: a text with one
wrong line says nothing that can be relied on. `docs/how-to/register-a-producer.md` shows one.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from contracts import command_topics
from contracts.registry import COMMANDS
from contracts.verifiability import PublicKey
from kernel.identity.principal import Principal

OPERATORS_MIN: Final = 2
"""How many operators sign it: nobody can register a producer alone."""


class RegisterRefused(ValueError):
    """The register may not be used; the message names the line, where one is at fault, and the remedy."""


@dataclass(frozen=True, slots=True)
class RegisteredKey:
    """A key of a producer, and when its signatures count: from `start` on, before `end` and before `revoked`."""

    public: PublicKey
    start: datetime
    end: datetime | None = None
    revoked: datetime | None = None

    def counts_at(self, at: datetime) -> bool:
        """Whether a signature counts that reached the system at this instant."""
        return self.start <= at and not self.is_over(at)

    def is_over(self, at: datetime) -> bool:
        """Whether its period has ended, or it is revoked, at this instant."""
        return (self.end is not None and self.end <= at) or (self.revoked is not None and self.revoked <= at)


@dataclass(frozen=True, slots=True)
class Producer:
    """Who may send commands, and which."""

    name: str
    sources: tuple[str, ...]
    """Exact, or, with a `/` or `:` at the end, all that begin so."""
    keys: tuple[RegisteredKey, ...] = ()
    brokers: frozenset[str] = frozenset()
    """Its user names at the brokers."""
    logins: frozenset[str] = frozenset()
    """The ids of principals over HTTP that act as this producer, beside the one that has its name."""
    must_sign: bool = False
    names_officials: bool = False
    """Whether `actor` of its signed commands is the official who acts: then its officials are different people."""
    commands: frozenset[str] = frozenset()
    """The types of the commands that it may send."""
    contributors: frozenset[str] | None = frozenset()
    """The States that its commands may be about; None stands for every State."""
    topics: frozenset[str] = frozenset()
    """The topics of its own, on which its commands may come unsigned."""

    def writes_at(self, at: datetime) -> frozenset[str]:
        """The topics that its users at the brokers write: its own, and those that all who sign share while it may sign.

        A key that counts only later is one already, so that nobody waits for rights on its first day.
        """
        signs = any(not key.is_over(at) for key in self.keys)
        services = {COMMANDS[name].service for name in self.commands} if signs else ()
        return self.topics.union(map(command_topics.shared, services))

    def keys_at(self, at: datetime) -> tuple[PublicKey, ...]:
        """The keys whose signatures count at an instant."""
        return tuple(key.public for key in self.keys if key.counts_at(at))

    def is_login(self, principal: Principal) -> bool:
        """Whether a principal over HTTP acts as this producer."""
        return principal.kind != "unauthenticated" and (principal.id == self.name or principal.id in self.logins)


@dataclass(frozen=True, slots=True)
class Register:
    """A version of the register."""

    version: int
    sha256: str
    """Of its text, in hexadecimal; the signatures below the text are no part of it."""
    producers: Mapping[str, Producer]
    """By name."""
    _exact: Mapping[str, Producer] = field(init=False, repr=False, compare=False)
    _prefixes: tuple[tuple[str, Producer], ...] = field(init=False, repr=False, compare=False)
    reference: str = field(init=False, repr=False, compare=False)
    """Version and digest, as events name the register that held for their command."""

    def __post_init__(self) -> None:
        named = [(source, producer) for producer in self.producers.values() for source in producer.sources]
        object.__setattr__(self, "_exact", {source: one for source, one in named if not is_prefix(source)})
        object.__setattr__(self, "_prefixes", tuple((source, one) for source, one in named if is_prefix(source)))
        object.__setattr__(self, "reference", f"{self.version}:{self.sha256}")

    def owner(self, source: str) -> Producer | None:
        """The producer to which a source belongs; None if it is nobody's."""
        return self._exact.get(source) or next(
            (producer for start, producer in self._prefixes if source.startswith(start)), None
        )

    def follows(self, before: "Register") -> None:
        """Check that this register may take the place of another one.

        Raises:
            RegisterRefused: its version is lower, or the same with another text.
        """
        if self.version < before.version:
            reason = f"version {self.version} is lower than {before.version}, which was in force"
            raise RegisterRefused(f"line 2: {reason}. Give the text a higher version, and let the operators sign it.")
        if self.version == before.version and self.sha256 != before.sha256:
            reason = f"version {self.version} was in force with another text"
            raise RegisterRefused(f"line 2: {reason}. Give each text a version of its own.")


def is_prefix(source: str) -> bool:
    """Whether a source of the register stands for all that begin so."""
    return source.endswith(("/", ":"))


def difference(before: Register, after: Register) -> Mapping[str, tuple[Collection[str], Collection[str]]]:
    """What changes from one register to another: by producer, the lines that go and those that come."""
    names = sorted({*before.producers, *after.producers})
    changes = {name: (_lines(before.producers.get(name)), _lines(after.producers.get(name))) for name in names}
    return {
        name: ([one for one in old if one not in new], [one for one in new if one not in old])
        for name, (old, new) in changes.items()
        if old != new
    }


def _lines(producer: Producer | None) -> list[str]:
    return [] if producer is None else lines_of(producer)


def lines_of(producer: Producer) -> list[str]:
    """A producer as it stands in the text, in one order; comments are left out."""
    states = ["*"] if producer.contributors is None else sorted(producer.contributors)
    return [
        f"producer {producer.name}",
        *(f"source {source}" for source in producer.sources),
        *(f"key {_key(key)}" for key in producer.keys),
        *(["must-sign"] if producer.must_sign else []),
        *(["names-officials"] if producer.names_officials else []),
        *(f"broker {name}" for name in sorted(producer.brokers)),
        *(f"login {name}" for name in sorted(producer.logins)),
        *(f"topic {name}" for name in sorted(producer.topics)),
        *(f"command {name}" for name in sorted(producer.commands)),
        *(f"contributor {state}" for state in states),
    ]


def _key(key: RegisteredKey) -> str:
    periods = (("from", key.start), ("until", key.end), ("revoked", key.revoked))
    stated = [f"{word} {at:%Y-%m-%dT%H:%M:%SZ}" for word, at in periods if at is not None]
    return " ".join([key.public.text, *stated])
