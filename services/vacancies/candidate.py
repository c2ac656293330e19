"""A person who may be nominated, known by an opaque reference: effective-dated ranks and screenings, and any bar.

Ranks and screenings apply from their day on; a bar or a withdrawal applies from the moment it is recorded, so that a
back-dated nomination cannot evade it.
"""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeAlias, assert_never

from contracts import streams
from contracts.vacancies import (
    BarCandidate,
    CandidateBarred,
    CandidatePlacedInReserve,
    CandidatePromoted,
    CandidateRegistered,
    CandidateScreened,
    CandidateWithdrawn,
    PlaceInReserve,
    RecordPromotion,
    RecordScreening,
    RegisterCandidate,
    WithdrawCandidate,
)
from contracts.words import Event, Rank
from kernel.model.decider import Decision, Refusal, States, state_of
from kernel.model.effective_dated import EffectiveDated
from services.vacancies.answers import duplicate, lifecycle, recorded, unknown
from services.vacancies.eligibility import Standing

CandidateCommand: TypeAlias = (
    RegisterCandidate | RecordScreening | RecordPromotion | PlaceInReserve | WithdrawCandidate | BarCandidate
)


@dataclass(frozen=True, slots=True)
class Candidate:
    registered: CandidateRegistered | None = None
    """None if the person is not registered; a bar may still be on record."""
    ranks: EffectiveDated[Rank] = field(default_factory=EffectiveDated)
    screenings: EffectiveDated[CandidateScreened] = field(default_factory=EffectiveDated)
    """By day of screening; each screening replaces the earlier ones entirely."""
    reserve_since: date | None = None
    withdrawn_on: date | None = None
    bars: tuple[CandidateBarred, ...] = ()


def evolve(state: Candidate, event: Event) -> Candidate:
    """The state after one more event."""
    match event:
        case CandidateRegistered():
            return replace(state, registered=event, ranks=EffectiveDated((event.registered_on,), (event.rank,)))
        case CandidateScreened():
            return replace(state, screenings=state.screenings.with_value(event.screened_on, event))
        case CandidatePromoted():
            return replace(state, ranks=state.ranks.with_value(event.since, event.rank))
        case CandidatePlacedInReserve():
            return replace(state, reserve_since=event.since)
        case CandidateWithdrawn():
            return replace(state, withdrawn_on=event.withdrawn_on)
        case CandidateBarred():
            return replace(state, bars=(*state.bars, event))
        case _:
            raise TypeError(f"a candidate's stream holds no {type(event).__name__}")


def decide(command: CandidateCommand, states: States) -> Decision:
    """The events that a command produces, or the reason why it produces none."""
    own = state_of(Candidate, command.stream, states)
    match command:
        case RegisterCandidate():
            return _register(own, command)
        case RecordScreening():
            return _not_available(own, command.person) or [recorded(CandidateScreened, command)]
        case RecordPromotion():
            return _not_available(own, command.person) or _promote(own, command)
        case PlaceInReserve():
            return _not_available(own, command.person) or _place_in_reserve(own, command)
        case WithdrawCandidate():
            return _not_available(own, command.person) or [recorded(CandidateWithdrawn, command)]
        case BarCandidate():
            # Also for an unregistered person: a bar must never be lost, and a later registration keeps it.
            known = any(bar.tour == command.tour for bar in own.bars)
            return [] if known else [recorded(CandidateBarred, command)]
        case _:
            assert_never(command)


def _not_available(own: Candidate, person: str) -> Refusal | None:
    if own.registered is None:
        return unknown(f"Candidate {person}", "person", "Register the candidate first.")
    if own.withdrawn_on is not None:
        return lifecycle(f"Candidate {person} was withdrawn on {own.withdrawn_on}.", "person")
    return None


def _register(own: Candidate, command: RegisterCandidate) -> Decision:
    if own.registered is not None:
        reason = f"Candidate {command.person} is on the register since {own.registered.registered_on}."
        return duplicate(reason, "person", "Record what changed as a promotion or a screening.")
    return [recorded(CandidateRegistered, command)]


def _promote(own: Candidate, command: RecordPromotion) -> Decision:
    held = own.ranks.on(command.since)
    if held is None:
        reason = f"Candidate {command.person} had no rank on record on {command.since}, before the registration."
        return lifecycle(reason, "since", "Give a day on or after the registration.")
    if held == command.rank:
        return lifecycle(f"Candidate {command.person} holds the rank {held} on {command.since} already.", "rank")
    return [recorded(CandidatePromoted, command)]


def _place_in_reserve(own: Candidate, command: PlaceInReserve) -> Decision:
    if own.reserve_since is not None:
        return duplicate(f"Candidate {command.person} is in the reserve since {own.reserve_since}.", "person")
    if not own.screenings:
        reason = f"Candidate {command.person} has not been screened; only a screened candidate enters the reserve."
        return lifecycle(reason, "person", "Record a screening first.")
    return [recorded(CandidatePlacedInReserve, command)]


def cannot_serve(person: str, states: States) -> Refusal | None:
    """Why a person can be neither nominated nor accepted: barred (rule I12), not on the register, or withdrawn."""
    state = state_of(Candidate, streams.candidate(person), states)
    if state.bars:
        bar = state.bars[0]
        reason = f"{person} is barred from nomination since {bar.since} by tour {bar.tour} ({bar.reason})."
        return Refusal("I12", reason, "person", "Nominate another candidate.")
    return _not_available(state, person)


def standing_on(person: str, day: date, states: States) -> Standing | Refusal:
    """A candidate's standing on the day of nomination, or why the person cannot be nominated at all."""
    if refusal := cannot_serve(person, states):
        return refusal
    state = state_of(Candidate, streams.candidate(person), states)
    rank = state.ranks.on(day)
    if state.registered is None or rank is None:
        return lifecycle(f"{person} was not on the register on {day} yet.", "nominated_on", "Check the date.")
    return Standing(day, state.registered.contributor, rank, state.screenings.on(day))
