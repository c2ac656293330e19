"""A unit as this room knows it: cleared for arrival by a signed MOU for the mission and a passed visit (I6)."""

from dataclasses import dataclass, replace
from datetime import date

from contracts.deployments import RecordUnitMou, RecordUnitVisit, UnitMouRecorded, UnitVisitRecorded
from kernel.model.decider import Decision, RecordedEvent, Refusal


@dataclass(frozen=True, slots=True)
class Clearance:
    """What a unit may arrive under, in the order in which it was recorded."""

    mous: tuple[UnitMouRecorded, ...] = ()
    visits: tuple[UnitVisitRecorded, ...] = ()

    def mou_on(self, day: date, mission: str) -> UnitMouRecorded | None:
        """The MOU for a mission that was signed last by a day."""
        held = [(m.signed_on, i) for i, m in enumerate(self.mous) if m.mission == mission and m.signed_on <= day]
        return self.mous[max(held)[1]] if held else None

    def visit_on(self, day: date) -> UnitVisitRecorded | None:
        """The last visit by a day."""
        held = [(v.visited_on, i) for i, v in enumerate(self.visits) if v.visited_on <= day]
        return self.visits[max(held)[1]] if held else None


def evolve(state: Clearance, fact: RecordedEvent) -> Clearance:
    """The unit after one more of its facts."""
    match fact.data:
        case UnitMouRecorded() as e:
            return replace(state, mous=(*state.mous, e))
        case UnitVisitRecorded() as e:
            return replace(state, visits=(*state.visits, e))
        case other:
            raise TypeError(f"{type(other).__name__} is not a fact of a unit")


def record_mou(own: Clearance, asked: RecordUnitMou) -> Decision:
    event = UnitMouRecorded(**dict(asked))
    return [] if event in own.mous else [event]


def record_visit(own: Clearance, asked: RecordUnitVisit) -> Decision:
    event = UnitVisitRecorded(**dict(asked))
    return [] if event in own.visits else [event]


def may_arrive(own: Clearance, unit: str, mission: str, day: date, headcount: int) -> Refusal | None:
    """I6: a signed MOU for the mission, a passed visit, and at most the MOU's strength."""
    mou, visit = own.mou_on(day, mission), own.visit_on(day)
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
