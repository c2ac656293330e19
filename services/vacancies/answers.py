"""What every decision of this service is made of: an event that repeats its command, or one of three plain refusals.

Rules of the field refuse by their own name (`I2`, `I5` …); the words below are for what has no number.
"""

from typing import TypeVar

from contracts.words import Command, Event
from kernel.model.decider import Refusal

E = TypeVar("E", bound=Event)


def recorded(kind: type[E], command: Command, **more: object) -> E:
    """The event that records a command's data, with what the service adds."""
    return kind(**(dict(command) | more))


def unknown(what: str, field: str, remedy: str) -> Refusal:
    """The command names something that does not exist here."""
    return Refusal("unknown", f"{what} is not on record here.", field, remedy)


def duplicate(reason: str, field: str, remedy: str | None = None) -> Refusal:
    """What the command would make exists already."""
    return Refusal("duplicate", reason, field, remedy)


def lifecycle(reason: str, field: str | None = None, remedy: str | None = None) -> Refusal:
    """The thing is not in a state in which the command makes sense."""
    return Refusal("lifecycle", reason, field, remedy)
