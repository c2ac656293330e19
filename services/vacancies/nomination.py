"""Nominations of candidates and units: the one place where rules I2, I5, I7, I8 and I12 are all checked.

This service's own data is checked first, then the mandate line, whose events may still be in transit from approvals.
"""

from datetime import date, timedelta
from typing import TypeAlias, assert_never

from contracts import streams
from contracts.vacancies import (
    CandidateNominated,
    NominateCandidate,
    NominateUnit,
    RuleSetAdopted,
    UnitNominated,
    VacancyAnnounced,
)
from kernel.model.decider import Decision, Refusal, States, state_of
from services.mandate_lines import wrong_kind
from services.vacancies.answers import duplicate, lifecycle, recorded, unknown
from services.vacancies.candidate import standing_on
from services.vacancies.eligibility import failed_criteria
from services.vacancies.line import does_not_cover
from services.vacancies.mission import takes_nothing_new
from services.vacancies.rule_set import none_in_force, rules_on
from services.vacancies.unit import Unit, pledge_held_on
from services.vacancies.vacancy import Vacancy, not_open, unknown_vacancy

NominationCommand: TypeAlias = NominateCandidate | NominateUnit


def decide(command: NominationCommand, states: States) -> Decision:
    """The events that a command produces, or the reason why it produces none."""
    own = state_of(Vacancy, command.stream, states)
    if own.opening is None:
        return unknown_vacancy(command.vacancy)
    if refusal := (
        _round_is_over(own, command, own.opening)
        or _nominated_already(own, command)
        or takes_nothing_new(own.opening.mission, command.nominated_on, states)
    ):
        return refusal
    match command:
        case NominateCandidate():
            return _nominate_candidate(command, own.opening, states)
        case NominateUnit():
            return _nominate_unit(command, own.opening, states)
        case _:
            assert_never(command)


def _round_is_over(own: Vacancy, command: NominationCommand, opening: VacancyAnnounced) -> Refusal | None:
    if refusal := not_open(own, command.vacancy):
        return refusal
    if command.nominated_on < opening.announced_on:
        reason = f"Vacancy {command.vacancy} was announced on {opening.announced_on}, after {command.nominated_on}."
        return lifecycle(reason, "nominated_on", "Check the date.")
    if own.deadline is not None and command.nominated_on > own.deadline:
        reason = f"The deadline of vacancy {command.vacancy} was {own.deadline}; {command.nominated_on} is too late."
        return Refusal("I7", reason, "nominated_on", "Nominate for another vacancy, or ask the UN to announce it anew.")
    return None


def _nominated_already(own: Vacancy, command: NominationCommand) -> Refusal | None:
    if command.nomination in own.nominations:
        reason = f"Nomination {command.nomination} exists in vacancy {command.vacancy} already."
        return duplicate(reason, "nomination", "Give a new nomination an identifier of its own.")
    nominee = _nominee(command)
    for identifier, other in own.nominations.items():
        if _nominee(other.put_forward) == nominee and other.is_open_on(command.nominated_on):
            reason = f"{nominee} is nominated for vacancy {command.vacancy} by {identifier}, which is still open."
            return duplicate(reason, "person" if isinstance(command, NominateCandidate) else "unit")
    return None


def _nominee(of: NominationCommand | CandidateNominated | UnitNominated) -> str:
    return of.person if isinstance(of, NominateCandidate | CandidateNominated) else of.unit


def _nominate_candidate(command: NominateCandidate, opening: VacancyAnnounced, states: States) -> Decision:
    if refusal := wrong_kind(opening.category, "person", "person"):
        return refusal
    standing = standing_on(command.person, command.nominated_on, states)
    if isinstance(standing, Refusal):
        return standing
    if uncovered := does_not_cover(command, opening, standing.contributor, states):
        return uncovered
    rules = rules_on(command.nominated_on, states)
    if rules is None:
        return none_in_force(command.nominated_on)
    if failed := failed_criteria(rules, opening, standing):
        return _ineligible(command, rules, failed)
    event = recorded(
        CandidateNominated,
        command,
        mission=opening.mission,
        contributor=standing.contributor,
        category=opening.category,
        rank=standing.rank,
        rule_set=rules.version,
        valid_until=_valid_until(command.nominated_on, rules),
    )
    return [event]


def _ineligible(command: NominateCandidate, rules: RuleSetAdopted, failed: tuple[str, ...]) -> Refusal:
    count = "1 criterion" if len(failed) == 1 else f"{len(failed)} criteria"
    reason = f"On {command.nominated_on} {command.person} fails {count} of rule set {rules.version}."
    return Refusal("I5", reason, "person", "Record what is missing, or nominate another candidate.", failed)


def _nominate_unit(command: NominateUnit, opening: VacancyAnnounced, states: States) -> Decision:
    unit = state_of(Unit, streams.unit(command.unit), states)
    if not unit.pledges:
        return unknown(f"Unit {command.unit}", "unit", "Pledge the unit first.")
    pledge = pledge_held_on(unit, command.unit, command.nominated_on)
    if isinstance(pledge, Refusal):
        return pledge
    if pledge.category != opening.category:
        reason = f"Unit {command.unit} is {pledge.category}, but vacancy {command.vacancy} needs {opening.category}."
        return Refusal("I2", reason, "unit", "Nominate for a vacancy of the same category.")
    if no_fit := too_many(pledge.headcount, opening) or does_not_cover(command, opening, pledge.contributor, states):
        return no_fit
    rules = rules_on(command.nominated_on, states)
    if rules is None:
        return none_in_force(command.nominated_on)
    event = recorded(
        UnitNominated,
        command,
        mission=opening.mission,
        contributor=pledge.contributor,
        category=pledge.category,
        headcount=pledge.headcount,
        rule_set=rules.version,
        valid_until=_valid_until(command.nominated_on, rules),
    )
    return [event]


def too_many(headcount: int, opening: VacancyAnnounced) -> Refusal | None:
    """Why a unit does not fit a vacancy: its whole headcount counts."""
    if headcount <= opening.number:
        return None
    reason = f"The unit counts {headcount} people, but vacancy {opening.vacancy} is for {opening.number}."
    return lifecycle(reason, "unit", "Pledge the unit with fewer people, or ask the UN for a larger requirement.")


def _valid_until(nominated_on: date, rules: RuleSetAdopted) -> date:
    return nominated_on + timedelta(days=rules.nomination_valid_days)
