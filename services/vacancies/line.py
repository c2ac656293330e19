"""A mandate line as this service knows it from the events of approvals.

A nomination names one line, and rule I2 defines what that line allows on the day (`services/mandate_lines.py`). The
events of an unknown line may still be in transit, so a command that names it waits instead of being refused.
"""

from typing import TypeAlias, assert_never

from contracts import streams
from contracts.vacancies import (
    MandateLineEnded,
    MandateLineRecorded,
    NominateCandidate,
    NominateUnit,
    RecordMandateLine,
    RecordMandateLineEnd,
    VacancyAnnounced,
)
from contracts.words import Event
from kernel.model.decider import Decision, Pending, Refusal, States, state_of
from services.mandate_lines import LineFields, LineGrant, MandateLine, not_covered, of_another_state
from services.vacancies.answers import recorded

LineCommand: TypeAlias = RecordMandateLine | RecordMandateLineEnd
_FIELDS = LineFields(day="line", mission="line", category="line")
"""A nomination can only change its line: the day, mission and category are given."""


def evolve(state: MandateLine, event: Event) -> MandateLine:
    """The line after one more of its events."""
    match event:
        case MandateLineRecorded():
            return state.granted(LineGrant(event.contributor, event.terms), event.since)
        case MandateLineEnded():
            return state.ended(event.ends_on)
        case _:
            raise TypeError(f"a mandate line's stream holds no {type(event).__name__}")


def decide(command: LineCommand, states: States) -> Decision:
    """The events that a command produces, or the reason why it produces none."""
    own = state_of(MandateLine, command.stream, states)
    match command:
        case RecordMandateLine():
            is_known = own.has(LineGrant(command.contributor, command.terms), command.since)
            return [] if is_known else [recorded(MandateLineRecorded, command)]
        case RecordMandateLineEnd():
            if not own.is_known:
                return Pending(own.stream, f"{own.name} is not known here yet.")
            return [] if command.ends_on in own.ends else [recorded(MandateLineEnded, command)]
        case _:
            assert_never(command)


def does_not_cover(
    command: NominateCandidate | NominateUnit, opening: VacancyAnnounced, contributor: str, states: States
) -> Refusal | Pending | None:
    """Rule I2: why a nomination does not fall under the line that it names, or None when it does."""
    line = state_of(MandateLine, streams.line(command.mandate, command.line), states)
    if not line.is_known:
        return Pending(line.stream, f"{line.name} is not known here yet.")
    day = command.nominated_on
    return not_covered(line, day, opening.mission, opening.category, _FIELDS) or of_another_state(
        line, day, contributor, "line"
    )
