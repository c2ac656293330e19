"""Before arrival: which line (I2), which mission (I8), which person and post (I4), and the consents and dates."""

from typing import Any

import pytest
from pydantic import ValidationError

from contracts.deployments import (
    CancelTour,
    ConsentRecorded,
    LineClosed,
    RecordConsent,
    ScheduleTour,
    TourCancelled,
    TourRescheduled,
    TourScheduled,
)
from kernel.model.decider import Claim
from services.deployments import decider
from tests.spec import on_record, spec
from tests.specs.deployments_events import (
    LINE,
    OF,
    D,
    arrived,
    given,
    mission,
    opened,
    plan,
    planned,
)

CONSENT: dict[str, Any] = {
    **{**OF, "tour": "a", "kind": "un_structure", "given_by": "UN Secretariat", "document": "UN/1"},
    "given_on": D("2014-06-01"),
}
DATES: dict[str, Any] = {**OF, "tour": "a", "decided_by": "UN", "decided_on": D("2014-06-01")}


def test_a_plan_waits_for_its_line_and_for_its_mission() -> None:
    spec(decider).given(mission()).when(plan("a")).then_pending(LINE)
    spec(decider).given(opened()).when(plan("a")).then_pending("mission/MINURSO")


def test_a_tour_is_planned_once() -> None:
    given(planned("a")).when(plan("a")).then_refused("duplicate", "a")


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (plan("a", "2013-07-01"), ("only from 2014-01-01",)),
        (plan("a", "2024-01-01", "2025-01-01"), ("valid until 2024-01-01",)),
        (plan("a", category="staff_officer"), ("staff_officer", "category")),
        (plan("a", category="infantry"), ("needs a unit",)),
        (plan("a", unit="inf-1", category="military_observer"), ("needs a person",)),
        (plan("a", contributor="MNG"), ("KAZ", "MNG")),
    ],
)
def test_a_tour_needs_a_line_in_force_that_covers_it(command: Any, words: tuple[str, ...]) -> None:
    given().when(command).then_refused("I2", *words)


def test_a_line_covers_only_its_missions() -> None:
    given(mission("UNMIL")).when(plan("a", mission="UNMIL")).then_refused("I2", "UNMIL", "MINURSO, UNIFIL")


def test_a_closed_line_takes_nobody_from_that_day_on() -> None:
    closed = LineClosed(**OF, ends_on=D("2014-08-01"), reason="revoked")
    given(closed).when(plan("a", "2014-08-01")).then_refused("I2", "ended on 2014-08-01")
    given(closed).when(plan("a", "2014-07-31")).then(planned("a", "2014-07-31"))


@pytest.mark.parametrize("status", ["drawdown", "closed"])
def test_nothing_new_goes_to_a_mission_in_drawdown_or_closed(status: str) -> None:
    story = given(mission("MINURSO", status, "2014-07-01"))
    story.when(plan("a", "2014-07-01")).then_refused("I8", f"MINURSO is {status} on 2014-07-01")
    story.when(plan("a", "2014-06-30")).then(planned("a", "2014-06-30"))


def test_nothing_goes_to_a_mission_before_it_is_established() -> None:
    story = spec(decider).given(opened(), mission("MINURSO", since="2014-08-01"))
    story.when(plan("a")).then_refused("I8", "not yet established")


def test_a_person_has_one_tour_at_a_time_on_a_line() -> None:
    story = given(planned("a", person="p-1"))
    story.when(plan("b", "2015-06-30", "2016-01-01", person="p-1")).then_refused("I4", "p-1", f"{LINE}/a")
    assert story.when(plan("b", "2015-07-01", "2016-01-01", person="p-1")).then_events()


def test_a_unit_has_one_tour_at_a_time_on_a_line() -> None:
    given(planned("a", unit="inf-1")).when(plan("b", unit="inf-1")).then_refused("I4", "inf-1")


def test_a_post_has_one_incumbent_apart_from_a_declared_handover() -> None:
    story = given(planned("a", post="mo-1"))
    successor: dict[str, Any] = {"start": "2015-06-20", "end": "2016-06-20", "post": "mo-1"}
    story.when(plan("b", **successor)).then_refused("I4", "mo-1", "two incumbents")
    story.when(plan("b", **successor, handover_until=D("2015-06-30"))).then_refused("I4", "mo-1")
    assert story.when(plan("b", **successor, handover_until=D("2015-07-01"))).then_events()


def test_a_handover_ends_within_the_tour() -> None:
    given().when(plan("b", post="mo-1", handover_until=D("2015-07-01"))).then_refused("I4", "handover")


def test_a_consent_is_recorded_once() -> None:
    event = ConsentRecorded(**CONSENT)
    given(planned("a")).when(RecordConsent(**CONSENT)).then(event)
    given(planned("a"), event).when(RecordConsent(**CONSENT)).then_refused("duplicate", "UN/1")


def test_a_consent_ends_after_it_is_given() -> None:
    given(planned("a")).when(RecordConsent(**CONSENT, valid_until=D("2014-06-01"))).then_refused("I7", "2014-06-01")


def test_only_a_tour_that_waits_is_scheduled_cancelled_or_consented_to() -> None:
    dates = ScheduleTour(**DATES, arrives_on=D("2014-07-01"), departs_on=D("2015-07-01"))
    end = CancelTour(**OF, tour="a", cancelled_on=D("2014-06-15"), reason="ill")
    for command in (dates, end, RecordConsent(**CONSENT)):
        given().when(command).then_refused("unknown", "a")
        given(planned("a"), arrived("a")).when(command).then_refused("lifecycle", "arrived")


def test_a_moved_date_keeps_the_old_ones() -> None:
    first = ScheduleTour(**DATES, arrives_on=D("2014-07-10"), departs_on=D("2015-07-10"))
    fixed = TourScheduled(**dict(first))
    given(planned("a")).when(first).then(fixed)
    second = ScheduleTour(**DATES, arrives_on=D("2014-08-01"), departs_on=D("2015-08-01"), reason="visas")
    old: dict[str, Any] = {"old_arrives_on": D("2014-07-10"), "old_departs_on": D("2015-07-10")}
    given(planned("a"), fixed).when(second).then(TourRescheduled(**dict(second), **old))
    given(planned("a"), fixed).when(first).then_refused("duplicate", "2014-07-10")


def test_dates_are_in_order_and_in_force() -> None:
    backwards = ScheduleTour(**DATES, arrives_on=D("2014-07-10"), departs_on=D("2014-07-10"))
    given(planned("a")).when(backwards).then_refused("lifecycle", "2014-07-10")
    too_late = ScheduleTour(**DATES, arrives_on=D("2024-07-10"), departs_on=D("2025-07-10"))
    given(planned("a")).when(too_late).then_refused("I2", "2024-01-01")


def test_a_tour_is_cancelled_before_arrival_and_names_its_vacancy() -> None:
    command = CancelTour(**OF, tour="a", cancelled_on=D("2014-06-15"), reason="ill")
    given(planned("a", vacancy="v-1")).when(command).then(TourCancelled(**dict(command), vacancy="v-1"))


def test_a_plan_claims_its_person_and_its_post_after_the_handover() -> None:
    event = planned("a", post="mo-1", handover_until=D("2014-07-10"))
    recorded = on_record(event)
    state = given(event).state(LINE)
    start, end = D("2014-07-01"), D("2015-07-01")
    person, post = Claim("person", "p-a", start, end), Claim("post", "mo-1", D("2014-07-10"), end)
    assert decider.claims(recorded, state) == {f"{LINE}/a": (person, post)}


def test_a_cancelled_tour_claims_nothing() -> None:
    gone = TourCancelled(**OF, tour="a", cancelled_on=D("2014-06-15"), reason="ill")
    assert decider.claims(on_record(gone), given(planned("a"), gone).state(LINE)) == {f"{LINE}/a": ()}


def test_facts_that_move_nobody_claim_nothing() -> None:
    story = given(planned("a"), ConsentRecorded(**CONSENT))
    assert decider.claims(story.past[-1], story.state(LINE)) == {}
    assert decider.claims(on_record(opened()), story.state(LINE)) == {}


def test_a_plan_names_one_of_person_and_unit() -> None:
    with pytest.raises(ValidationError, match="either person or unit"):
        plan("a", person=None)
