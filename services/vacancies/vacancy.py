"""A vacancy and its nominations: announced, filled place by place, ended, reopened at rotation.

Only this module counts places: an acceptance takes one, a unit takes all, and a reopening frees what one tour held.
A vacancy that lapsed or was withdrawn is no longer offered.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal, TypeAlias, assert_never

from contracts import streams
from contracts.vacancies import (
    AnnounceVacancy,
    CandidateNominated,
    LapseVacancy,
    NominationAccepted,
    NominationDeclined,
    NominationLapsed,
    NominationWithdrawn,
    ReopenVacancy,
    UnitNominated,
    VacancyAnnounced,
    VacancyFilled,
    VacancyLapsed,
    VacancyReopened,
    VacancyWithdrawn,
    WithdrawVacancy,
)
from contracts.words import UNIT_CATEGORIES, Event
from kernel.model.decider import Decision, Refusal, States, state_of
from services.vacancies.answers import duplicate, lifecycle, recorded, unknown
from services.vacancies.application import Application, not_waiting
from services.vacancies.mission import takes_nothing_new
from services.vacancies.rule_set import rank_range_reversed

VacancyCommand: TypeAlias = AnnounceVacancy | WithdrawVacancy | LapseVacancy | ReopenVacancy
VacancyStatus = Literal["open", "filled", "withdrawn", "lapsed"]
NominationStatus = Literal["open", "accepted", "declined", "withdrawn", "lapsed"]


@dataclass(frozen=True, slots=True)
class Nomination:
    put_forward: CandidateNominated | UnitNominated
    status: NominationStatus = "open"

    def is_open_on(self, day: date) -> bool:
        """Whether the UN may still answer it on a day; unanswered nominations expire by themselves (rule I7)."""
        return self.status == "open" and day < self.put_forward.valid_until


@dataclass(frozen=True, slots=True)
class Vacancy:
    opening: VacancyAnnounced | None = None
    """None if this service does not know the vacancy."""
    status: VacancyStatus = "open"
    deadline: date | None = None
    """The last day for nominations in the current round."""
    places: int = 0
    taken: int = 0
    nominations: Mapping[str, Nomination] = field(default_factory=dict)
    reopened_for: frozenset[str] = frozenset()
    """The tours whose place has already been freed."""

    def with_nomination(self, put_forward: CandidateNominated | UnitNominated) -> "Vacancy":
        return replace(self, nominations={**self.nominations, put_forward.nomination: Nomination(put_forward)})

    def with_answer(self, nomination: str, status: NominationStatus) -> "Vacancy":
        answered = replace(self.nominations[nomination], status=status)
        return replace(self, nominations={**self.nominations, nomination: answered})


def evolve(state: Vacancy, event: Event) -> Vacancy:
    """The state after one more event."""
    match event:
        case VacancyAnnounced():
            return Vacancy(event, deadline=event.deadline, places=event.number)
        case VacancyWithdrawn():
            return replace(state, status="withdrawn")
        case VacancyLapsed():
            return replace(state, status="lapsed", places=state.taken)
        case VacancyFilled():
            return replace(state, status="filled")
        case VacancyReopened():
            return _reopened(state, event)
        case _:
            return _evolve_nominations(state, event)


def _evolve_nominations(state: Vacancy, event: Event) -> Vacancy:
    match event:
        case CandidateNominated() | UnitNominated():
            return state.with_nomination(event)
        case NominationAccepted():
            taken = state.places if event.category in UNIT_CATEGORIES else state.taken + 1
            return replace(state.with_answer(event.nomination, "accepted"), taken=taken)
        case NominationDeclined():
            return state.with_answer(event.nomination, "declined")
        case NominationWithdrawn():
            return state.with_answer(event.nomination, "withdrawn")
        case NominationLapsed():
            return state.with_answer(event.nomination, "lapsed")
        case _:
            raise TypeError(f"a vacancy's stream holds no {type(event).__name__}")


def _reopened(state: Vacancy, event: VacancyReopened) -> Vacancy:
    """Open the next round; a deadline that has passed by then belongs to the earlier round, and the next has none."""
    over = state.deadline is not None and state.deadline < event.reopened_on
    freed = state.reopened_for if event.tour is None else state.reopened_for | {event.tour}
    return replace(
        state,
        status="open",
        taken=state.taken - event.number,
        deadline=None if over else state.deadline,
        reopened_for=freed,
    )


def decide(command: VacancyCommand, states: States) -> Decision:
    """The events that a command produces, or the reason why it produces none."""
    own = state_of(Vacancy, command.stream, states)
    match command:
        case AnnounceVacancy():
            return _announce(own, command, states)
        case WithdrawVacancy():
            return not_open(own, command.vacancy) or [recorded(VacancyWithdrawn, command)]
        case LapseVacancy():
            return not_open(own, command.vacancy) or _lapse(own, command)
        case ReopenVacancy():
            return _reopen(own, command)
        case _:
            assert_never(command)


def _announce(own: Vacancy, command: AnnounceVacancy, states: States) -> Decision:
    if own.opening is not None:
        reason = f"Vacancy {command.vacancy} was announced on {own.opening.announced_on} already."
        return duplicate(reason, "vacancy", "Give a new vacancy an identifier of its own.")
    return (
        takes_nothing_new(command.mission, command.announced_on, states)
        or _unanswerable(command.application, states)
        or rank_range_reversed(command.rank_min, command.rank_max)
        or [recorded(VacancyAnnounced, command)]
    )


def _unanswerable(application: str | None, states: States) -> Refusal | None:
    """Why a vacancy cannot answer the application that it names; None if it names none."""
    if application is None:
        return None
    return not_waiting(state_of(Application, streams.application(application), states), application)


def unknown_vacancy(vacancy: str) -> Refusal:
    return unknown(f"Vacancy {vacancy}", "vacancy", "Announce the vacancy first, or correct its identifier.")


def not_open(own: Vacancy, vacancy: str) -> Refusal | None:
    """Why the vacancy cannot take nominations or be ended: it does not exist, or is not open."""
    if own.opening is None:
        return unknown_vacancy(vacancy)
    match own.status:
        case "open":
            return None
        case "filled":
            reason = f"Vacancy {vacancy} is filled: all {own.places} places are taken."
            return lifecycle(reason, "vacancy", "Reopen it when a place comes free (ReopenVacancy).")
        case "withdrawn":
            return lifecycle(f"Vacancy {vacancy} was withdrawn by the UN.", "vacancy", "Use another vacancy.")
        case "lapsed":
            return lifecycle(f"Vacancy {vacancy} lapsed with its deadline.", "vacancy", "Use another vacancy.")
        case _:
            assert_never(own.status)


def _lapse(own: Vacancy, command: LapseVacancy) -> Decision:
    if own.deadline is None:
        return lifecycle(f"Vacancy {command.vacancy} has no deadline, so it cannot lapse.", "vacancy")
    if command.ended_on <= own.deadline:
        reason = f"Vacancy {command.vacancy} takes nominations up to and including {own.deadline}."
        return lifecycle(reason, "ended_on", "Let it lapse on a later day.")
    return [recorded(VacancyLapsed, command)]


def _reopen(own: Vacancy, command: ReopenVacancy) -> Decision:
    if own.opening is None:
        return unknown_vacancy(command.vacancy)
    if command.tour is not None and command.tour in own.reopened_for:
        return []  # reopened ahead of the rotation: the tour's departure must not free the place a second time
    if own.status == "withdrawn":
        return not_open(own, command.vacancy) or []
    if own.taken == 0:
        return lifecycle(f"No place of vacancy {command.vacancy} is taken, so none can come free.", "vacancy")
    number = own.taken if own.opening.category in UNIT_CATEGORIES else 1
    return [recorded(VacancyReopened, command, number=number)]
