"""Putting a candidate or a unit forward: the one place where the rules I2, I5, I7, I8 and I12 meet.

First what this room knows for certain, then the mandate line, which may still be on its way from the approvals room.
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
from contracts.words import UNIT_CATEGORIES
from kernel.model.decider import Decision, Refusal, States
from services.vacancies.answers import duplicate, lifecycle, recorded, unknown
from services.vacancies.candidate import Candidate, standing_on
from services.vacancies.eligibility import failed_criteria
from services.vacancies.line import does_not_cover
from services.vacancies.mission import takes_nothing_new
from services.vacancies.rule_set import RULE_SET, RuleSets, none_in_force
from services.vacancies.unit import Unit, pledge_held_on
from services.vacancies.vacancy import Vacancy, not_open, unknown_vacancy

NominationCommand: TypeAlias = NominateCandidate | NominateUnit


def decide(command: NominationCommand, states: States) -> Decision:
    own: Vacancy = states[command.stream]
    if own.opening is None:
        return unknown_vacancy(command.vacancy)
    mission = own.opening.mission
    if no := (
        _round_is_over(command, own, own.opening)
        or _nominated_already(command, own)
        or takes_nothing_new(states[streams.mission(mission)], mission, command.nominated_on)
    ):
        return no
    match command:
        case NominateCandidate():
            return _nominate_candidate(command, own.opening, states)
        case NominateUnit():
            return _nominate_unit(command, own.opening, states)
        case _:
            assert_never(command)


def _round_is_over(command: NominationCommand, own: Vacancy, opening: VacancyAnnounced) -> Refusal | None:
    if no := not_open(own, command.vacancy):
        return no
    if command.nominated_on < opening.announced_on:
        reason = f"Vacancy {command.vacancy} was announced on {opening.announced_on}, after {command.nominated_on}."
        return lifecycle(reason, "nominated_on", "Check the date.")
    if own.deadline is not None and command.nominated_on > own.deadline:
        reason = f"The deadline of vacancy {command.vacancy} was {own.deadline}; {command.nominated_on} is too late."
        return Refusal("I7", reason, "nominated_on", "Nominate for another vacancy, or ask the UN to announce it anew.")
    return None


def _nominated_already(command: NominationCommand, own: Vacancy) -> Refusal | None:
    if command.nomination in own.nominations:
        reason = f"Nomination {command.nomination} exists in vacancy {command.vacancy} already."
        return duplicate(reason, "nomination", "Give a new nomination an identifier of its own.")
    nominee = _nominee(command)
    for known, one in own.nominations.items():
        if _nominee(one.put_forward) == nominee and one.is_open_on(command.nominated_on):
            reason = f"{nominee} is nominated for vacancy {command.vacancy} by {known}, which is still open."
            return duplicate(reason, "person" if isinstance(command, NominateCandidate) else "unit")
    return None


def _nominee(of: NominationCommand | CandidateNominated | UnitNominated) -> str:
    return of.person if isinstance(of, NominateCandidate | CandidateNominated) else of.unit


def _nominate_candidate(command: NominateCandidate, opening: VacancyAnnounced, states: States) -> Decision:
    if opening.category in UNIT_CATEGORIES:
        reason = f"Vacancy {command.vacancy} asks for a unit ({opening.category}), not for a person."
        return Refusal("I2", reason, "person", "Nominate a unit (NominateUnit).")
    candidate: Candidate = states[streams.candidate(command.person)]
    standing = standing_on(candidate, command.person, command.nominated_on)
    if isinstance(standing, Refusal):
        return standing
    line = states[streams.line(command.mandate, command.line)]
    if no := does_not_cover(line, command, opening, standing.contributor):
        return no
    rules = _rules_on(states, command.nominated_on)
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
    unit: Unit = states[streams.unit(command.unit)]
    if not unit.pledges:
        return unknown(f"Unit {command.unit}", "unit", "Pledge the unit first.")
    pledge = pledge_held_on(unit, command.unit, command.nominated_on)
    if isinstance(pledge, Refusal):
        return pledge
    if pledge.category != opening.category:
        reason = f"Unit {command.unit} is {pledge.category}, but vacancy {command.vacancy} asks for {opening.category}."
        return Refusal("I2", reason, "unit", "Nominate for a vacancy of the same category.")
    line = states[streams.line(command.mandate, command.line)]
    if no := too_many(pledge.headcount, opening):
        return no
    if uncovered := does_not_cover(line, command, opening, pledge.contributor):
        return uncovered
    rules = _rules_on(states, command.nominated_on)
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
    """Why a unit does not fit a vacancy: it counts its whole headcount."""
    if headcount <= opening.number:
        return None
    reason = f"The unit counts {headcount} people, but vacancy {opening.vacancy} asks for {opening.number}."
    return lifecycle(reason, "unit", "Pledge the unit with fewer people, or ask the UN for a larger requirement.")


def _rules_on(states: States, day: date) -> RuleSetAdopted | None:
    rule_sets: RuleSets = states[RULE_SET]
    return rule_sets.in_force_on(day)


def _valid_until(nominated_on: date, rules: RuleSetAdopted) -> date:
    return nominated_on + timedelta(days=rules.nomination_valid_days)
