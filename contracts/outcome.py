"""The answer to a command. A refusal is an answer, not an error. It is stored, published, and repeated on a retry."""

import re
from collections.abc import Sequence
from typing import Annotated, ClassVar, Final, Literal, NamedTuple

from pydantic import Field

from contracts.limits import BIGINT_MAX, INTEGER_MAX
from contracts.words import WHOLE, Contract, EventId, Message

_TOKEN: Final = re.compile(r"(?P<service>[a-z]{1,40}):(?P<stream>[!-~]{1,200}):(?P<version>[1-9][0-9]{0,8})")
Status = Literal["accepted", "refused", "pending", "invalid", "conflict"]


class EventRef(Contract):
    """An event that a command led to."""

    id: EventId
    type: str
    stream: str
    version: Annotated[int, Field(ge=0, le=INTEGER_MAX), WHOLE]
    position: Annotated[int, Field(ge=0, le=BIGINT_MAX), WHOLE]
    """The event's place in its service's log, without gaps and in commit order."""


class WaitToken(NamedTuple):
    """A version of a stream. A command leads to events of one stream: a reader that has seen the last has seen all."""

    service: str
    stream: str
    version: int

    def __str__(self) -> str:
        return f"{self.service}:{self.stream}:{self.version}"

    @classmethod
    def after(cls, events: Sequence[EventRef]) -> "WaitToken | None":
        """The token of a command that led to these events."""
        return cls(events[-1].type.split(".")[1], events[-1].stream, events[-1].version) if events else None

    @classmethod
    def read(cls, text: str) -> "WaitToken":
        """Parse a token. Raises ValueError if the text is not one."""
        match = _TOKEN.fullmatch(text)
        if match is None:
            raise ValueError("it is not the token of an outcome, as deployments:line/kz-2013/observers:17")
        return cls(match["service"], match["stream"], int(match["version"]))


class CommandDecided(Message):
    """What a service answered to a command.

    `accepted`: the events are on record. `refused`: a rule said no. `pending`: it waits for an event of another
    service. `invalid`: it does not fit its contract. `conflict`: its id was used before for another body.
    """

    service: ClassVar[str] = "outcomes"
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
    token: str | None = None
    """What to send as `wait_for` to be answered from views that hold these events; none where nothing was recorded."""

    @property
    def stream(self) -> str:
        """An outcome is keyed like the command that it answers."""
        return self.command_stream
