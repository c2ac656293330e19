"""The parts of this service's decisions: an event that repeats its command's data, or one of three general refusals.

A domain rule refuses under its own name (`I2`, `I5`, …); the refusals below are for cases without a rule number.
"""

from typing import TypeVar

from contracts.words import Command, Event
from kernel.model.decider import Refusal

E = TypeVar("E", bound=Event)


def recorded(kind: type[E], command: Command, **more: object) -> E:
    """The event that records a command's data, with what the service adds."""
    return kind(**(dict(command) | more))


def unknown(what: str, field: str, remedy: str) -> Refusal:
    """Refuse a command that names something that does not exist here."""
    return Refusal("unknown", f"{what} is not on record here.", field, remedy)


def duplicate(reason: str, field: str, remedy: str | None = None) -> Refusal:
    """Refuse a command that would create something that already exists."""
    return Refusal("duplicate", reason, field, remedy)


def lifecycle(reason: str, field: str | None = None, remedy: str | None = None) -> Refusal:
    """Refuse a command that does not fit the current state of its subject."""
    return Refusal("lifecycle", reason, field, remedy)
