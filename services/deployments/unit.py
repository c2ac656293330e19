"""A unit's clearance for arrival: a signed MOU for the mission and a passed visit (I6)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeAlias, assert_never

from contracts.deployments import RecordUnitMou, RecordUnitVisit, UnitMouRecorded, UnitVisitRecorded
from contracts.words import Event
from kernel.model.decider import Decision, Refusal, States, state_of
from kernel.model.effective_dated import EffectiveDated

UnitCommand: TypeAlias = RecordUnitMou | RecordUnitVisit
_NO_MOUS: EffectiveDated[UnitMouRecorded] = EffectiveDated()


@dataclass(frozen=True, slots=True)
class Clearance:
    """The papers under which a unit may arrive."""

    mous: Mapping[str, EffectiveDated[UnitMouRecorded]] = field(default_factory=dict)
    """By mission, from the day of signature."""
    visits: EffectiveDated[UnitVisitRecorded] = field(default_factory=EffectiveDated)
    contributor: str | None = None
    """The State that pledged the unit; None if no event says so."""

    def mous_for(self, mission: str) -> EffectiveDated[UnitMouRecorded]:
        """The MOUs for a mission."""
        return self.mous.get(mission, _NO_MOUS)


def evolve(state: Clearance, event: Event) -> Clearance:
    """The clearance after one more event of the unit."""
    match event:
        case UnitMouRecorded():
            mous = state.mous_for(event.mission).with_value(event.signed_on, event)
            return replace(
                state, mous={**state.mous, event.mission: mous}, contributor=event.contributor or state.contributor
            )
        case UnitVisitRecorded():
            visits = state.visits.with_value(event.visited_on, event)
            return replace(state, visits=visits, contributor=event.contributor or state.contributor)
        case _:
            raise TypeError(f"a unit's stream holds no {type(event).__name__}")


def decide(command: UnitCommand, states: States) -> Decision:
    """The events that a command produces, or the reason why it produces none."""
    own = state_of(Clearance, command.stream, states)
    match command:
        case RecordUnitMou():
            mou = UnitMouRecorded(**dict(command))
            return [] if mou in own.mous_for(mou.mission).values else [mou]
        case RecordUnitVisit():
            visit = UnitVisitRecorded(**dict(command))
            return [] if visit in own.visits.values else [visit]
        case _:
            assert_never(command)


def may_arrive(own: Clearance, unit: str, mission: str, day: date, headcount: int) -> Refusal | None:
    """I6: a signed MOU for the mission, a passed visit, and at most the MOU's strength."""
    mou, visit = own.mous_for(mission).on(day), own.visits.on(day)
    missing = []
    if mou is None:
        missing.append(f"no MOU or memorandum for {mission} signed by {day}")
    elif headcount > mou.strength:
        missing.append(f"{headcount} people, but MOU {mou.document} allows {mou.strength}")
    if visit is None:
        missing.append(f"no pre-deployment visit by {day}")
    elif not visit.passed:
        missing.append(f"the pre-deployment visit of {visit.visited_on} was not passed")
    if not missing:
        return None
    reason = f"Unit {unit} may not arrive in {mission} on {day}: {'; '.join(missing)}."
    return Refusal("I6", reason, "unit", "Record the MOU and the passed visit, or bring fewer people.", tuple(missing))
