"""The answer to a command: a refusal is one, not an error. It is stored, published, and given again on a repeat."""

from typing import ClassVar, Literal
from uuid import UUID

from contracts.words import Contract, Message

Status = Literal["accepted", "refused", "pending", "invalid", "conflict"]


class EventRef(Contract):
    """An event that a command led to."""

    id: UUID
    type: str
    stream: str
    version: int
    position: int
    """The event's place in its room's log, without gaps and in commit order."""


class CommandDecided(Message):
    """What a room answered to a command.

    `accepted`: the events are on record. `refused`: a rule said no. `pending`: it waits for a fact of another room.
    `invalid`: it does not fit its contract. `conflict`: its id was used before for another body.
    """

    room: ClassVar[str] = "outcomes"
    command_id: str
    command_source: str
    command_type: str
    command_stream: str
    status: Status
    rule: str | None = None
    """The rule that refused, by its name (`I1` … `I12`, or a word such as `lifecycle`)."""
    reason: str | None = None
    field: str | None = None
    """Where one field is at fault, its path."""
    remedy: str | None = None
    details: tuple[str, ...] = ()
    """Where several criteria failed, each of them."""
    waits_for: str | None = None
    """The stream that a pending command waits for."""
    events: tuple[EventRef, ...] = ()

    @property
    def stream(self) -> str:
        """An outcome is keyed like the command that it answers."""
        return self.command_stream
