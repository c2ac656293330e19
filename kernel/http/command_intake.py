"""Commands of a request as their senders vouch for them: read, believed, decoded.

A request has one sender. If one of its commands claims a source that is not the sender's, nothing of the request is
decided. Each command carries with it what is kept of it (`kernel.model.admitted`).
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias

from contracts.cloudevents import Envelope, from_http
from contracts.raw_events import RawEvent, raw_from_http
from contracts.unreadable import Unreadable
from contracts.verifiability import NotVerifiable
from kernel.decide.decode import unreadable
from kernel.http.problem_details import Problem
from kernel.http.problem_types import NOT_THE_SENDER
from kernel.identity.intake import VERIFIED_AT_ONCE, Arrival, Senders
from kernel.identity.principal import Principal
from kernel.identity.senders import NotTheSender
from kernel.model import admitted
from kernel.model.records import DecodedCommand

DecodeCommand: TypeAlias = Callable[[Envelope, Principal], DecodedCommand]


@dataclass(frozen=True, slots=True)
class Intake:
    """How a service takes commands over HTTP."""

    senders: Senders
    decode: DecodeCommand
    topic: str
    """Where it publishes what it keeps of them."""


async def commands_of(
    headers: Mapping[str, str], body: bytes, caller: Principal, intake: Intake
) -> list[DecodedCommand | Unreadable]:
    """The commands of a request, each decoded; `Unreadable` for one without an identity that could be answered.

    Raises:
        Problem: one of them claims a sender that it is not.
    """
    read, raw = from_http(headers, body), _Raw(headers, body)
    arrival = Arrival(datetime.now(UTC), caller=caller)
    commands: list[DecodedCommand | Unreadable] = []
    for index, one in enumerate(read):
        try:
            commands.append(_command(one, raw.at(index, len(read)), arrival, intake))
        except NotTheSender as failure:
            field = failure.field if len(read) == 1 else f"[{index}].{failure.field}"
            raise Problem(NOT_THE_SENDER, failure.reason, field=field, remedy=failure.remedy) from failure
        if (index + 1) % VERIFIED_AT_ONCE == 0:
            await asyncio.sleep(0)
    return commands


def _command(
    read: Envelope | Unreadable, raw: Callable[[], RawEvent], arrival: Arrival, intake: Intake
) -> DecodedCommand | Unreadable:
    if isinstance(read, Unreadable):
        intake.senders.check_unread(read.source, arrival)
        return unreadable(read) or read
    command = intake.decode(*intake.senders.believe(read, raw, arrival))
    try:
        return admitted.keeping(command, raw(), intake.topic)
    except NotVerifiable as fault:
        return admitted.unreadable(command, fault)


class _Raw:
    """The events of a request as they came, read when the first of them is needed."""

    def __init__(self, headers: Mapping[str, str], body: bytes) -> None:
        self._headers = headers
        self._body = body
        self._events: Sequence[RawEvent | NotVerifiable] | None = None

    def at(self, index: int, number: int) -> Callable[[], RawEvent]:
        """How to read the event at a place of so many."""

        def read() -> RawEvent:
            if self._events is None:
                self._events = raw_from_http(self._headers.items(), self._body)
            if len(self._events) != number:
                raise NotVerifiable("event", "The batch is read in two ways.", "Send a JSON array of events.")
            event = self._events[index]
            if isinstance(event, NotVerifiable):
                raise event
            return event

        return read
