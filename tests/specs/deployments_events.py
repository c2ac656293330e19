"""The events that stories of deployments begin with: one line for two missions, three people at one time."""

from datetime import date
from typing import Any

from contracts.deployments import (
    DocumentRecorded,
    DocumentsRequired,
    LineOpened,
    MissionStatusRecorded,
    PlanTour,
    RecordArrival,
    RecordDeparture,
    TourArrived,
    TourDeparted,
    TourPlanned,
    UnitMouRecorded,
    UnitVisitRecorded,
)
from contracts.words import LineTerms, SubCeiling
from services.deployments import decider
from tests.spec import Story, spec

D = date.fromisoformat
OF: dict[str, Any] = {"mandate": "kz-2013", "line": "all"}
LINE = "line/kz-2013/all"
IN_FORCE = D("2014-01-01")
TERMS = LineTerms(
    line="all",
    missions=("MINURSO", "UNIFIL"),
    categories=("military_observer", "infantry"),
    ceiling=3,
    sub_ceilings=(SubCeiling(mission="UNIFIL", ceiling=2),),
    valid_from=IN_FORCE,
    valid_until=D("2024-01-01"),
)


def terms(**more: Any) -> LineTerms:
    return LineTerms(**{**dict(TERMS), **more})


def opened(**more: Any) -> LineOpened:
    return LineOpened(**{**OF, "contributor": "KAZ", "terms": TERMS, "since": IN_FORCE, **more})


def mission(acronym: str = "MINURSO", status: str = "active", since: str = "1991-04-29") -> MissionStatusRecorded:
    data: Any = {"mission": acronym, "status": status, "since": D(since), "authority": f"S/RES {acronym}"}
    return MissionStatusRecorded(**data)


def _plan(tour: str, start: str, end: str, **more: Any) -> dict[str, Any]:
    who = {"person": f"p-{tour}"} if "unit" not in more else {"category": "infantry"}
    return {
        **{**OF, "tour": tour, "contributor": "KAZ", "mission": "MINURSO", "category": "military_observer"},
        **{"planned_from": D(start), "planned_until": D(end), **who, **more},
    }


def plan(tour: str, start: str = "2014-07-01", end: str = "2015-07-01", **more: Any) -> PlanTour:
    return PlanTour(**_plan(tour, start, end, **more))


def planned(tour: str, start: str = "2014-07-01", end: str = "2015-07-01", **more: Any) -> TourPlanned:
    return TourPlanned(**_plan(tour, start, end, **more))


def arrive(tour: str, day: str = "2014-07-01", **more: Any) -> RecordArrival:
    return RecordArrival(**{**OF, "tour": tour, "arrived_on": D(day), **more})


def arrived(tour: str, day: str = "2014-07-01", **more: Any) -> TourArrived:
    data = {**OF, "tour": tour, "arrived_on": D(day), "headcount": 1, "mission": "MINURSO"}
    return TourArrived(**{**data, "category": "infantry" if "headcount" in more else "military_observer", **more})


def depart(tour: str, day: str) -> RecordDeparture:
    return RecordDeparture(**OF, tour=tour, departed_on=D(day), reason="end_of_tour", payer="un")


def departed(tour: str, day: str) -> TourDeparted:
    who = {"person": f"p-{tour}", "mission": "MINURSO"}
    return TourDeparted(**OF, tour=tour, departed_on=D(day), reason="end_of_tour", payer="un", **who)


def mou(strength: int = 2, signed: str = "2014-05-01", mission: str = "MINURSO") -> UnitMouRecorded:
    day = D(signed)
    return UnitMouRecorded(unit="inf-1", mission=mission, document="MOU/1", signed_on=day, strength=strength)


def visit(day: str = "2014-06-01", passed: bool = True) -> UnitVisitRecorded:
    return UnitVisitRecorded(unit="inf-1", visited_on=D(day), passed=passed)


def document(kind: str, day: str = "2014-06-01", mission: str = "MINURSO") -> DocumentRecorded:
    more: Any = {"kind": kind, "mission": mission}
    return DocumentRecorded(**OF, document=f"D/{kind}", dated=D(day), **more)


def required(mission: str = "MINURSO") -> DocumentsRequired:
    return DocumentsRequired(
        **OF, mission=mission, kinds=("un_mandate", "status_of_forces"), required_from=D("2014-01-01")
    )


def given(*events: Any) -> Story:
    """An open line and two active missions, and then `events`."""
    return spec(decider).given(opened(), mission("MINURSO"), mission("UNIFIL"), *events)
