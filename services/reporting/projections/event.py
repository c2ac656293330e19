"""An event as the reporting service receives it: what happened, when it was true, when it was recorded, and where."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from contracts.envelope import AUTH, ActedBy
from contracts.newer import UnreadEvent
from contracts.words import Event

SAID_BY: Final = (*AUTH, "causeplace", "democlock")
"""The columns that say who said an event, and by which clock it is on record, named as its attributes."""


@dataclass(frozen=True, slots=True)
class ConsumedEvent:
    """A decoded record of an events topic."""

    id: UUID
    type: str
    stream: str
    version: int
    """The position in its stream, from 1, without gaps."""
    position: int
    """The position in its service's log."""
    service: str
    """Part of a stream's identity: `line/…`, `mission/…` and `unit/…` are different streams in each service."""
    effective: datetime
    recorded: datetime
    data: Event | UnreadEvent
    """An `UnreadEvent` waits until a program that knows its type applies it."""
    correlation_id: str | None
    causation_id: str | None
    actor: str | None
    topic: str
    partition: int
    offset: int
    acted_by: ActedBy | None = None
    """Who said it, as its service has verified that; None in events of services that did not know yet."""
    cause_place: str | None = None
    """The record that led to it (`causeplace`)."""
    demo_clock: datetime | None = None
    """Set if a demo's clock recorded it (`democlock`)."""

    @property
    def said_by(self) -> tuple[str | datetime | None, ...]:
        """The values of the columns `SAID_BY`."""
        by = (None,) * len(AUTH) if self.acted_by is None else self.acted_by.values
        return *by, self.cause_place, self.demo_clock
