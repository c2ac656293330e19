"""Missions and units as deployments knows them, and what others publish about a contributor."""

from datetime import UTC, datetime
from typing import Any

import pytest

from contracts.approvals import WithdrawProposal
from contracts.deployments import (
    MissionStatusRecorded,
    NotePresence,
    OfficialStatementRecorded,
    PresenceNoted,
    RecordMissionStatus,
    RecordOfficialStatement,
    RecordStrengthReturn,
    RecordUnitMou,
    RecordUnitVisit,
    StrengthReturnRecorded,
    TourRef,
)
from services.deployments import decider
from tests.spec import on_record, spec
from tests.specs.deployments_events import LINE, OF, D, mission, mou, opened, visit

A = TourRef(**OF, tour="a")
HERE = NotePresence(mission="MINURSO", **OF, tour="a", present=True, since=D("2014-07-01"))
GONE = HERE.model_copy(update={"present": False})
CLOSED = mission(status="closed", since="2015-01-01")


def status(event: MissionStatusRecorded) -> RecordMissionStatus:
    return RecordMissionStatus(**dict(event))


def test_a_missions_status_is_recorded_once() -> None:
    spec(decider).when(status(mission())).then(mission())
    spec(decider).given(mission()).when(status(mission())).then()


def test_a_mission_has_its_status_from_its_own_day_whenever_it_is_recorded() -> None:
    drawdown = mission(status="drawdown", since="2014-06-01")
    life = spec(decider).given(mission(), CLOSED, drawdown).state("mission/MINURSO")
    days = ("1990-01-01", "1991-04-29", "2014-06-01", "2014-12-31", "2015-01-01")
    recorded = [life.statuses.on(D(day)) for day in days]
    statuses = [status and status.status for status in recorded]
    assert statuses == [None, "active", "drawdown", "drawdown", "closed"]


def test_a_closure_names_whoever_is_there() -> None:
    there = spec(decider).given(mission(), PresenceNoted(**dict(HERE)))
    there.when(status(CLOSED)).then(CLOSED.model_copy(update={"present": (A,)}))
    there.given(PresenceNoted(**dict(GONE))).when(status(CLOSED)).then(CLOSED)
    there.when(status(mission(status="drawdown", since="2014-06-01"))).then(
        mission(status="drawdown", since="2014-06-01")
    )


def test_presence_is_noted_once() -> None:
    spec(decider).given(mission()).when(HERE).then(PresenceNoted(**dict(HERE)))
    spec(decider).given(mission(), PresenceNoted(**dict(HERE))).when(HERE).then()
    spec(decider).given(mission()).when(GONE).then()


def test_whoever_is_noted_after_the_closure_is_named_in_it_too() -> None:
    again = CLOSED.model_copy(update={"present": (A,)})
    story = spec(decider).given(mission(), CLOSED)
    story.when(HERE).then(PresenceNoted(**dict(HERE)), again)
    assert len(story.given(again).state("mission/MINURSO").statuses.values) == 2


def test_a_units_papers_are_recorded_once() -> None:
    for event, command in ((mou(), RecordUnitMou(**dict(mou()))), (visit(), RecordUnitVisit(**dict(visit())))):
        spec(decider).when(command).then(event)
        spec(decider).given(event).when(command).then()


def row(published: int = 2015, **more: Any) -> RecordStrengthReturn:
    data: Any = {
        **{"contributor": "KAZ", "as_of": D("2014-12-31"), "contributor_as_published": "Kazakhstan"},
        **{"mission": "MINURSO", "personnel_type": "experts_on_mission", "male": 4, "female": None, "total": 5},
        **{"published_at": datetime(published, 1, 15, tzinfo=UTC), "source": "UN return"},
    }
    return RecordStrengthReturn(**{**data, **more})


def recorded(command: RecordStrengthReturn) -> StrengthReturnRecorded:
    return StrengthReturnRecorded(**dict(command))


def test_a_row_is_kept_as_published_even_if_it_does_not_add_up() -> None:
    spec(decider).when(row(female=7)).then(recorded(row(female=7)))


def test_every_row_of_a_return_is_kept_restated_contradicting_or_printed_twice() -> None:
    story = spec(decider).given(recorded(row()))
    for other in (row(), row(2016), row(total=6), row(mission="UNIFIL")):
        story.when(other).then(recorded(other))


def test_decades_of_rows_leave_the_state_as_small_as_it_was() -> None:
    rows = (recorded(row(total=number)) for number in range(500))
    assert spec(decider).given(*rows).state("contributor/KAZ") == decider.initial("contributor/KAZ")


def test_an_official_statement_is_recorded_once() -> None:
    command = RecordOfficialStatement(
        contributor="KAZ", statement="s-1", as_of=D("2022-06-30"), measure="present", value=6, source="seed"
    )
    event = OfficialStatementRecorded(**dict(command))
    spec(decider).when(command).then(event)
    spec(decider).given(event).when(command).then_refused("duplicate", "s-1")


@pytest.mark.parametrize("stream", [LINE, "mission/MINURSO", "unit/inf-1", "contributor/KAZ"])
def test_an_event_of_another_stream_is_never_taken_in_silence(stream: str) -> None:
    stray = opened() if stream != LINE else mission()
    with pytest.raises(TypeError, match="stream holds no"):
        decider.evolve(decider.initial(stream), on_record(stray))


def test_a_foreign_stream_or_command_is_an_error() -> None:
    with pytest.raises(ValueError, match="keeps no stream"):
        decider.initial("mandate/kz-2013")
    foreign = WithdrawProposal(mandate="kz-2013", withdrawn_on=D("2014-01-01"), reason="x")
    with pytest.raises(AssertionError, match="WithdrawProposal"):
        spec(decider).given(opened()).when(foreign)
