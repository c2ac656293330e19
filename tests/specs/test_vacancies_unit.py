"""I6: a unit is selected ready and under a pledge that holds, signs within its pledge, and is visited afterwards."""

from datetime import date
from typing import Any

import pytest

from contracts.vacancies import (
    MouSigned,
    PledgeUnit,
    PredeploymentVisitRecorded,
    RecordPredeploymentVisit,
    RecordReadiness,
    RuleSetAdopted,
    SelectUnit,
    SignMou,
    UnitPledged,
    UnitReadinessRecorded,
    UnitSelected,
)
from contracts.words import Command, ReadinessLevel
from tests.specs.vacancies_events import drawdown, given, mission, pledged, rules

SELECTED = date(2014, 3, 10)
MOU: dict[str, Any] = {
    "unit": "inf-1",
    "mission": "UNIFIL",
    "document": "MOU/1",
    "signed_on": date(2014, 5, 1),
    "strength": 120,
}
VISIT: dict[str, Any] = {"unit": "inf-1", "visited_on": date(2014, 6, 1), "passed": True}
select = SelectUnit(unit="inf-1", mission="UNIFIL", selected_on=SELECTED)
selected = UnitSelected(unit="inf-1", mission="UNIFIL", selected_on=SELECTED)


def assessed(level: ReadinessLevel, on: date = date(2014, 2, 1)) -> UnitReadinessRecorded:
    return UnitReadinessRecorded(unit="inf-1", level=level, assessed_on=on)


def pledge(**but: Any) -> PledgeUnit:
    return PledgeUnit(**(dict(pledged) | but))


def test_a_pledge_is_made_renewed_and_not_repeated() -> None:
    given().when(pledge()).then(pledged)
    renewal = {"pledged_on": date(2015, 2, 1), "valid_until": date(2016, 2, 1), "headcount": 130}
    given(pledged).when(pledge(**renewal)).then(UnitPledged(**(dict(pledged) | renewal)))
    given(pledged).when(pledge()).then_refused("duplicate", "inf-1")


def test_a_renewal_keeps_state_and_category_and_i7_a_pledge_holds_for_some_time() -> None:
    given(pledged).when(pledge(category="medical")).then_refused("lifecycle", "infantry")
    given(pledged).when(pledge(contributor="ARM")).then_refused("lifecycle", "KAZ")
    given().when(pledge(valid_until=date(2014, 1, 1))).then_refused("I7", "valid_until")


@pytest.mark.parametrize(
    "command",
    [
        RecordReadiness(unit="inf-1", level="L2", assessed_on=SELECTED),
        select,
        SignMou(**MOU),
        RecordPredeploymentVisit(**VISIT),
    ],
)
def test_a_unit_that_nobody_pledged_is_unknown(command: Command) -> None:
    given(mission).when(command).then_refused("unknown", "inf-1")


@pytest.mark.parametrize("level", ["L2", "L3", "RDL"])
def test_i6_a_unit_is_selected_at_l2_or_above(level: ReadinessLevel) -> None:
    assess = RecordReadiness(unit="inf-1", level=level, assessed_on=date(2014, 2, 1))
    given(pledged).when(assess).then(assessed(level))
    given(mission, pledged, assessed(level)).when(select).then(selected)


def test_i6_a_unit_below_l2_or_not_assessed_by_the_day_is_not_selected() -> None:
    given(mission, pledged, assessed("L1")).when(select).then_refused("I6", "L1", "L2")
    given(mission, pledged).when(select).then_refused("I6", "no assessed readiness")
    later = assessed("L3", date(2014, 3, 11))
    given(mission, pledged, assessed("L1"), later).when(select).then_refused("I6", "L1 since 2014-02-01")


def test_i6_a_rule_set_in_force_may_ask_for_more() -> None:
    stricter = RuleSetAdopted(**(dict(rules) | {"readiness_min": "L3"}))
    given(mission, stricter, pledged, assessed("L2")).when(select).then_refused("I6", "L3 or above")
    future = RuleSetAdopted(**(dict(stricter) | {"in_force_from": date(2014, 4, 1)}))
    given(mission, future, pledged, assessed("L2")).when(select).then(selected)


def test_i7_a_unit_is_selected_only_while_its_pledge_holds() -> None:
    late = SelectUnit(unit="inf-1", mission="UNIFIL", selected_on=date(2015, 1, 1))
    given(mission, pledged, assessed("L2")).when(late).then_refused("I7", "valid until 2015-01-01")
    renewed = UnitPledged(
        **(dict(pledged) | {"pledged_on": date(2014, 12, 1), "valid_until": date(2016, 1, 1)}),
    )
    assert given(mission, pledged, assessed("L2"), renewed).when(late).then_events()


def test_i8_a_unit_is_selected_for_an_active_mission() -> None:
    later = SelectUnit(unit="inf-1", mission="UNIFIL", selected_on=date(2014, 4, 1))
    given(mission, drawdown, pledged, assessed("L2")).when(later).then_refused("I8", "2014-03-15")
    given(pledged, assessed("L2")).when(select).then_refused("unknown", "UNIFIL")
    given(mission, pledged, assessed("L2"), selected).when(select).then_refused("duplicate", "2014-03-10")


def test_i6_the_mou_follows_the_selection_and_stays_within_the_pledge() -> None:
    given(pledged, selected).when(SignMou(**MOU)).then(MouSigned(**MOU, contributor="KAZ"))
    given(pledged, selected).when(SignMou(**(MOU | {"strength": 90}))).then(
        MouSigned(**(MOU | {"strength": 90}), contributor="KAZ")
    )
    given(pledged, selected).when(SignMou(**(MOU | {"strength": 121}))).then_refused("I6", "121", "120")
    given(pledged).when(SignMou(**MOU)).then_refused("lifecycle", "selected")
    given(pledged, selected).when(SignMou(**(MOU | {"mission": "MINURSO"}))).then_refused("lifecycle", "MINURSO")


def test_the_visit_follows_the_selection() -> None:
    given(pledged, selected).when(RecordPredeploymentVisit(**VISIT)).then(
        PredeploymentVisitRecorded(**VISIT, contributor="KAZ")
    )
    given(pledged).when(RecordPredeploymentVisit(**VISIT)).then_refused("lifecycle", "not selected")
    early = VISIT | {"visited_on": date(2014, 3, 9)}
    given(pledged, selected).when(RecordPredeploymentVisit(**early)).then_refused("lifecycle", "2014-03-09")
