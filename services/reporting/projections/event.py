"""An event as the reporting service receives it: what happened, when it was true, when it was learned, where."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contracts.newer import UnreadEvent
from contracts.words import Event


@dataclass(frozen=True, slots=True)
class ConsumedEvent:
    """A decoded record of an events topic."""

    id: UUID
    type: str
    stream: str
    version: int
    """Its place in its stream, from 1, without gaps."""
    position: int
    """Its place in its service's log."""
    service: str
    """Part of the identity of a stream: `line/…`, `mission/…` and `unit/…` are other streams in another service."""
    effective: datetime
    recorded: datetime
    data: Event | UnreadEvent
    """`UnreadEvent`: it waits, until a program that knows it takes it up."""
    correlation_id: str | None
    causation_id: str | None
    actor: str | None
    topic: str
    partition: int
    offset: int
