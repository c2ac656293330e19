"""A unit that the State holds ready: pledged, assessed, selected, under an MOU, visited (rules I6, I7 and I8).

Pledges and assessments are effective-dated, because a selection depends on those that held on its day.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeAlias, assert_never

from contracts.vacancies import (
    MouSigned,
    PledgeUnit,
    PredeploymentVisitRecorded,
    RecordPredeploymentVisit,
    RecordReadiness,
    SelectUnit,
    SignMou,
    UnitPledged,
    UnitReadinessRecorded,
    UnitSelected,
)
from contracts.words import READINESS_LEVELS, Event
from kernel.model.decider import Decision, Refusal, States, state_of
from kernel.model.effective_dated import EffectiveDated
from services.vacancies.answers import duplicate, lifecycle, recorded, unknown
from services.vacancies.mission import takes_nothing_new
from services.vacancies.rule_set import READINESS_MIN_OF_UN, rules_on

UnitCommand: TypeAlias = PledgeUnit | RecordReadiness | SelectUnit | SignMou | RecordPredeploymentVisit


@dataclass(frozen=True, slots=True)
class Unit:
    pledges: EffectiveDated[UnitPledged] = field(default_factory=EffectiveDated)
    """By day of pledge; each replaces the one before and may have expired. Empty if the unit is not known here."""
    assessments: EffectiveDated[UnitReadinessRecorded] = field(default_factory=EffectiveDated)
    selected_on: Mapping[str, date] = field(default_factory=dict)
    """By mission."""


def evolve(state: Unit, event: Event) -> Unit:
    """The state after one more event."""
    match event:
        case UnitPledged():
            return replace(state, pledges=state.pledges.with_value(event.pledged_on, event))
        case UnitReadinessRecorded():
            return replace(state, assessments=state.assessments.with_value(event.assessed_on, event))
        case UnitSelected():
            return replace(state, selected_on={**state.selected_on, event.mission: event.selected_on})
        case MouSigned() | PredeploymentVisitRecorded():
            return state  # deployments keeps these: they limit an arrival, not a nomination
        case _:
            raise TypeError(f"a unit's stream holds no {type(event).__name__}")


def decide(command: UnitCommand, states: States) -> Decision:
    """The events that a command produces, or the reason why it produces none."""
    own = state_of(Unit, command.stream, states)
    if not own.pledges and not isinstance(command, PledgeUnit):
        return unknown(f"Unit {command.unit}", "unit", "Pledge the unit first.")
    match command:
        case PledgeUnit():
            return _pledge(own, command)
        case RecordReadiness():
            return [recorded(UnitReadinessRecorded, command)]
        case SelectUnit():
            return _select(own, command, states)
        case SignMou():
            return _sign(own, command)
        case RecordPredeploymentVisit():
            return _visit(own, command)
        case _:
            assert_never(command)


def _pledge(own: Unit, command: PledgeUnit) -> Decision:
    if command.valid_until <= command.pledged_on:
        reason = f"A pledge of {command.pledged_on} that is valid until {command.valid_until} never holds."
        return Refusal("I7", reason, "valid_until", "Give a later last day.")
    event = recorded(UnitPledged, command)
    if event in own.pledges.values:
        return duplicate(f"Unit {command.unit} was pledged on {command.pledged_on} on the same terms.", "unit")
    first = own.pledges.values[0] if own.pledges else event
    if (command.contributor, command.category) != (first.contributor, first.category):
        reason = f"Unit {command.unit} is pledged by {first.contributor} as {first.category}; a renewal keeps both."
        return lifecycle(reason, "category", "Pledge another unit under its own identifier.")
    return [event]


def _select(own: Unit, command: SelectUnit, states: States) -> Decision:
    if command.mission in own.selected_on:
        since = own.selected_on[command.mission]
        return duplicate(f"Unit {command.unit} was selected for {command.mission} on {since} already.", "mission")
    if refusal := takes_nothing_new(command.mission, command.selected_on, states):
        return refusal
    pledge = pledge_held_on(own, command.unit, command.selected_on)
    if isinstance(pledge, Refusal):
        return pledge
    return _not_ready(own, command, states) or [recorded(UnitSelected, command)]


def pledge_held_on(state: Unit, unit: str, day: date) -> UnitPledged | Refusal:
    """Rule I7: the pledge that holds on a day, or why none does."""
    pledge = state.pledges.on(day)
    if pledge is None:
        reason = f"Unit {unit} was pledged only on {state.pledges.first_days[0]}, after {day}."
        return Refusal("I7", reason, "unit", "Check the date.")
    if day >= pledge.valid_until:
        reason = f"The pledge of unit {unit} was valid until {pledge.valid_until}, so it does not hold on {day}."
        return Refusal("I7", reason, "unit", "Renew the pledge first (PledgeUnit).")
    return pledge


def _not_ready(own: Unit, command: SelectUnit, states: States) -> Refusal | None:
    rules = rules_on(command.selected_on, states)
    least = rules.readiness_min if rules else READINESS_MIN_OF_UN
    assessment = own.assessments.on(command.selected_on)
    if assessment is not None and READINESS_LEVELS.index(assessment.level) >= READINESS_LEVELS.index(least):
        return None
    has = f"is at {assessment.level} since {assessment.assessed_on}" if assessment else "has no assessed readiness"
    reason = f"On {command.selected_on} unit {command.unit} {has}; a unit is selected only at {least} or above."
    return Refusal("I6", reason, "unit", f"Record an assessment at {least} or above first (RecordReadiness).")


def _sign(own: Unit, command: SignMou) -> Decision:
    if command.mission not in own.selected_on:
        reason = f"Unit {command.unit} has not been selected for {command.mission}, so there is nothing to sign."
        return lifecycle(reason, "mission", "Record the selection first (SelectUnit).")
    pledged = own.pledges.on(command.signed_on) or own.pledges.values[0]
    if command.strength > pledged.headcount:
        reason = f"A strength of {command.strength} is above the {pledged.headcount} people pledged."
        return Refusal("I6", reason, "strength", "Sign for at most the pledged headcount, or pledge more people.")
    return [recorded(MouSigned, command, contributor=pledged.contributor)]


def _visit(own: Unit, command: RecordPredeploymentVisit) -> Decision:
    if not any(day <= command.visited_on for day in own.selected_on.values()):
        reason = f"Unit {command.unit} was not selected by {command.visited_on}; the visit follows the selection."
        return lifecycle(reason, "visited_on", "Record the selection first (SelectUnit).")
    return [recorded(PredeploymentVisitRecorded, command, contributor=own.pledges.values[0].contributor)]
