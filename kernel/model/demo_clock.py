"""The clock of a demo: commands that name the instant at which they are put on record, in a local system that says so.

A story of ten years that is sent in a minute would be on record in that minute, and nothing would show what was known
when. So a local system may be started with `FORCEGEN_DEMO_CLOCK`: its deciding services then take the extension
attribute `democlock` of a command as the record time of what it leads to, which carries the same attribute as a mark.

It cannot rewrite what is known. A service refuses the attribute unless the setting is on, the setting is refused away
from this machine, an instant later than now is refused, and nothing is put on record before what the true clock has
recorded there: once anything is, the demo's clock has caught up with it.
"""

from dataclasses import replace
from datetime import datetime
from typing import Final

from contracts.envelope import Envelope
from contracts.forms import is_instant_in_range
from kernel.model.records import Batch, Invalid

ATTRIBUTE: Final = "democlock"


def refusal(envelope: Envelope, received: datetime, *, is_on: bool) -> Invalid | None:
    """Why a command may not name the instant at which it is recorded; None if it may, or names none.

    `received` is the true time of its arrival.
    """
    instant = envelope.demo_clock
    if instant is None:
        return None
    if not is_on:
        reason = "This system records by the true clock: the attribute democlock is a demo's."
        return Invalid(reason, ATTRIBUTE, "Leave democlock out; in time you say when it happened.")
    if instant > received:
        reason = f"The attribute democlock is {instant.isoformat()}, which is later than now."
        return Invalid(reason, ATTRIBUTE, "Send an instant that is past, or leave democlock out.")
    if not is_instant_in_range(instant):
        reason = f"The attribute democlock is {instant.isoformat()}, which no calendar here holds."
        return Invalid(reason, ATTRIBUTE, "Send democlock from 1900 on, or leave it out.")
    return None


def of_reaction(cause: Envelope) -> datetime | None:
    """The instant at which what follows from an event is recorded: that of the event, if a demo's clock recorded it."""
    return None if cause.demo_clock is None else cause.recorded_time


def kept(envelope: Envelope, *, is_on: bool) -> Envelope:
    """What the system led to itself, or stored: it goes by the demo's clock only as long as that is on."""
    return envelope if is_on else without(envelope)


def without(envelope: Envelope) -> Envelope:
    """The envelope as one that the true clock records."""
    return envelope if envelope.demo_clock is None else replace(envelope, demo_clock=None)


def records(batch: Batch) -> bool:
    """Whether a demo's clock records all of a batch; one that holds anything else is recorded by the true clock."""
    events = all(event.cause.demo_clock is not None for event in batch.events)
    return events and all(outcome.command.envelope.demo_clock is not None for outcome in batch.outcomes)
