"""Missions live by date and close once; an application waits until it is acknowledged or withdrawn."""

from datetime import date
from typing import Any

import pytest

from contracts.vacancies import (
    AcknowledgeApplication,
    ApplicationAcknowledged,
    ApplicationSubmitted,
    ApplicationWithdrawn,
    ChangeMissionStatus,
    MissionRecorded,
    MissionStatusChanged,
    RecordMission,
    SubmitApplication,
    WithdrawApplication,
)
from contracts.words import MissionStatus
from services.vacancies.mission import Mission
from tests.specs.vacancies_events import ESTABLISHED, drawdown, given, mission

record = RecordMission(mission="UNIFIL", name="Interim Force", host_area="Lebanon", established_on=ESTABLISHED)
OFFER: dict[str, Any] = {
    "application": "a-1",
    "contributor": "KAZ",
    "mandate": "kz-2013",
    "categories": ("military_observer",),
    "number": 20,
    "note_verbale": "NV/2014/031",
    "submitted_on": date(2014, 1, 20),
}
submitted = ApplicationSubmitted(**OFFER)
acknowledge = AcknowledgeApplication(application="a-1", reference="DPKO/7", acknowledged_on=date(2014, 2, 1))
acknowledged = ApplicationAcknowledged(application="a-1", reference="DPKO/7", acknowledged_on=date(2014, 2, 1))
withdraw = WithdrawApplication(application="a-1", withdrawn_on=date(2014, 3, 1), reason="plans changed")
withdrawn = ApplicationWithdrawn(application="a-1", withdrawn_on=date(2014, 3, 1), reason="plans changed")


def change(status: MissionStatus, since: date) -> ChangeMissionStatus:
    return ChangeMissionStatus(mission="UNIFIL", status=status, since=since, authority="S/RES/2")


def changed(status: MissionStatus, since: date) -> MissionStatusChanged:
    return MissionStatusChanged(mission="UNIFIL", status=status, since=since, authority="S/RES/2")


def test_a_mission_is_recorded_once() -> None:
    given().when(record).then(
        MissionRecorded(mission="UNIFIL", name="Interim Force", host_area="Lebanon", established_on=ESTABLISHED)
    )
    given(mission).when(record).then_refused("duplicate", "UNIFIL", "1978-03-19")


def test_a_mission_has_its_status_from_its_own_day() -> None:
    given(mission).when(change("drawdown", date(2015, 1, 1))).then(changed("drawdown", date(2015, 1, 1)))
    state = given(mission, changed("closed", date(2016, 1, 1)), changed("drawdown", date(2015, 1, 1))).state(
        "mission/UNIFIL"
    )
    assert isinstance(state, Mission)
    days = (date(1970, 1, 1), ESTABLISHED, date(2015, 6, 1), date(2016, 1, 1), date(2030, 1, 1))
    changes = [state.change_on(day) for day in days]
    assert [change and change.status for change in changes] == [None, "active", "drawdown", "closed", "closed"]


def test_a_mission_in_drawdown_may_become_active_again_but_a_closed_one_may_not() -> None:
    given(mission, drawdown).when(change("active", date(2015, 1, 1))).then(changed("active", date(2015, 1, 1)))
    closed = given(mission, changed("closed", date(2016, 1, 1)))
    closed.when(change("active", date(2017, 1, 1))).then_refused("lifecycle", "closed on 2016-01-01")
    closed.when(change("drawdown", date(2017, 1, 1))).then_refused("lifecycle")


def test_the_same_status_again_is_a_duplicate() -> None:
    given(mission, drawdown).when(change("drawdown", date(2014, 6, 1))).then_refused("duplicate", "2014-03-15")
    given(mission).when(change("active", date(2014, 6, 1))).then_refused("duplicate", "active")


def test_a_status_needs_a_mission_and_a_day_in_its_life() -> None:
    given().when(change("closed", date(2016, 1, 1))).then_refused("unknown", "UNIFIL")
    given(mission).when(change("closed", date(1970, 1, 1))).then_refused("lifecycle", "1978-03-19")


def test_an_application_is_submitted_acknowledged_and_withdrawn() -> None:
    given().when(SubmitApplication(**OFFER)).then(submitted)
    given(submitted).when(acknowledge).then(acknowledged)
    given(submitted).when(withdraw).then(withdrawn)
    given(submitted, acknowledged).when(withdraw).then(withdrawn)


def test_an_application_takes_no_step_twice_and_none_after_its_withdrawal() -> None:
    given(submitted).when(SubmitApplication(**OFFER)).then_refused("duplicate", "2014-01-20")
    given(submitted, acknowledged).when(acknowledge).then_refused("lifecycle", "2014-02-01")
    given(submitted, withdrawn).when(acknowledge).then_refused("lifecycle", "withdrawn on 2014-03-01")
    given(submitted, withdrawn).when(withdraw).then_refused("lifecycle")


@pytest.mark.parametrize("command", [acknowledge, withdraw])
def test_an_application_that_nobody_submitted_is_unknown(
    command: AcknowledgeApplication | WithdrawApplication,
) -> None:
    given().when(command).then_refused("unknown", "a-1")
