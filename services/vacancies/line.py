"""A mandate line as this room knows it: its terms by date, carried over from the approvals room.

A nomination names one line, and rule I2 asks what that line allowed on the day. A line that is not known here may
simply not have arrived yet, so a command that cites it waits instead of being refused.
"""

from dataclasses import dataclass, replace
from datetime import date
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
from kernel.model.decider import Decision, Pending, Refusal, States
from services.vacancies.answers import recorded

LineCommand: TypeAlias = RecordMandateLine | RecordMandateLineEnd
REMEDY = "Nominate under a line that is in force on that day and covers the mission and the category."


@dataclass(frozen=True, slots=True)
class Line:
    terms: tuple[MandateLineRecorded, ...] = ()
    """In order of `since`; empty: the line is not known here."""
    ends: tuple[date, ...] = ()

    def terms_on(self, day: date) -> MandateLineRecorded | None:
        """The terms that a decision of parliament had set by that day."""
        begun = [terms for terms in self.terms if terms.since <= day]
        return begun[-1] if begun else None

    def ended_on(self, day: date) -> date | None:
        """The day on which the line ended, where that is not after `day`."""
        return min((end for end in self.ends if end <= day), default=None)


def evolve(state: Line, event: Event) -> Line:
    match event:
        case MandateLineRecorded():
            terms = (*state.terms, event)
            return replace(state, terms=tuple(sorted(terms, key=lambda one: one.since)))
        case MandateLineEnded():
            return replace(state, ends=(*state.ends, event.ends_on))
        case _:
            raise TypeError(f"a mandate line's stream holds no {type(event).__name__}")


def decide(command: LineCommand, states: States) -> Decision:
    own: Line = states[command.stream]
    match command:
        case RecordMandateLine():
            event = recorded(MandateLineRecorded, command)
            return [] if event in own.terms else [event]
        case RecordMandateLineEnd():
            if not own.terms:
                return Pending(command.stream, f"Line {command.line} of mandate {command.mandate} is not known yet.")
            return [] if command.ends_on in own.ends else [recorded(MandateLineEnded, command)]
        case _:
            assert_never(command)


def does_not_cover(
    state: Line, asked: NominateCandidate | NominateUnit, opening: VacancyAnnounced, contributor: str
) -> Refusal | Pending | None:
    """Rule I2: why a nomination does not fall under the line that it names, or None when it does."""
    name = f"Line {asked.line} of mandate {asked.mandate}"
    if not state.terms:
        return Pending(streams.line(asked.mandate, asked.line), f"{name} is not known here yet.")
    found = _terms_in_force(state, name, asked.nominated_on)
    if isinstance(found, Refusal):
        return found
    if opening.mission not in found.terms.missions:
        reason = f"{name} covers {', '.join(found.terms.missions)}, not {opening.mission}."
        return Refusal("I2", reason, "line", REMEDY)
    if opening.category not in found.terms.categories:
        reason = f"{name} covers {', '.join(found.terms.categories)}, not {opening.category}."
        return Refusal("I2", reason, "line", REMEDY)
    if contributor != found.contributor:
        reason = f"{name} is a mandate of {found.contributor}, but the nominee belongs to {contributor}."
        return Refusal("I2", reason, "line", "Nominate under a mandate of the nominee's own State.")
    return None


def _terms_in_force(state: Line, name: str, day: date) -> MandateLineRecorded | Refusal:
    found = state.terms_on(day)
    if found is None or day < found.terms.valid_from:
        begins = state.terms[0].since if found is None else found.terms.valid_from
        return Refusal("I2", f"{name} is in force only from {begins}, not yet on {day}.", "line", REMEDY)
    if (ended := state.ended_on(day)) is not None:
        return Refusal("I2", f"{name} ended on {ended}, so it is not in force on {day}.", "line", REMEDY)
    if found.terms.valid_until is not None and day >= found.terms.valid_until:
        reason = f"{name} was valid until {found.terms.valid_until}, so it is not in force on {day}."
        return Refusal("I2", reason, "line", REMEDY)
    return found
