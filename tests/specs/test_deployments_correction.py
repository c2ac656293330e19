"""I10: a correction names the event that was wrong, keeps the old value, and has to hold under the same rules."""

from typing import Any
from uuid import UUID

import pytest

from contracts.deployments import CorrectTour, TourCancelled, TourCorrected, TourTransferred
from tests.spec import Story
from tests.specs.deployments_events import (
    LINE,
    OF,
    D,
    arrived,
    departed,
    document,
    given,
    mission,
    mou,
    planned,
    required,
    visit,
)


def correct(corrects: UUID, field: str, value: Any, tour: str = "a") -> CorrectTour:
    more: Any = {"field": field, "value": value, "corrected_on": D("2014-09-01"), "reason": "log book"}
    return CorrectTour(**OF, tour=tour, corrects=corrects, **more)


def corrected(corrects: UUID, field: str, value: Any, old: Any) -> TourCorrected:
    return TourCorrected(**dict(correct(corrects, field, value)), old_value=old)


PLANNED, ARRIVED, DEPARTED = 3, 4, 5
"""Where the events of tour `a` are in the story."""


def gone() -> Story:
    return given(planned("a", rank="major"), arrived("a"), departed("a", "2014-08-01"))


@pytest.mark.parametrize(
    ("place", "field", "value", "old"),
    [
        (ARRIVED, "arrived_on", D("2014-07-02"), D("2014-07-01")),
        (DEPARTED, "departed_on", D("2014-08-02"), D("2014-08-01")),
        (PLANNED, "mission", "UNIFIL", "MINURSO"),
        (ARRIVED, "mission", "UNIFIL", "MINURSO"),
        (PLANNED, "rank", "captain", "major"),
    ],
)
def test_a_correction_keeps_the_value_that_was_wrong(place: int, field: str, value: Any, old: Any) -> None:
    named = gone().past[place].id
    gone().when(correct(named, field, value)).then(corrected(named, field, value, old))


def test_a_correction_can_itself_be_corrected() -> None:
    first = gone().past[ARRIVED].id
    story = gone().given(corrected(first, "arrived_on", D("2014-07-02"), D("2014-07-01")))
    again = story.past[-1].id
    corrected_event = corrected(again, "arrived_on", D("2014-07-03"), D("2014-07-02"))
    story.when(correct(again, "arrived_on", D("2014-07-03"))).then(corrected_event)
    stay = story.given(corrected_event).state(LINE).tours["a"].actual()[0]
    assert stay.start == D("2014-07-03")


@pytest.mark.parametrize(("place", "field"), [(PLANNED, "arrived_on"), (ARRIVED, "departed_on"), (0, "mission")])
def test_a_correction_names_the_event_that_set_the_field(place: int, field: str) -> None:
    gone().when(correct(gone().past[place].id, field, D("2014-07-02"))).then_refused("I10", field, "corrects")


def test_a_planned_headcount_is_not_behind_the_count_that_arrived() -> None:
    story = given(planned("a", unit="inf-1", headcount=2), arrived("a", headcount=2), mou(4), visit())
    story.when(correct(story.past[PLANNED].id, "headcount", 1)).then_refused("I10")
    assert story.when(correct(story.past[ARRIVED].id, "headcount", 1)).then_events()
    story.when(correct(story.past[ARRIVED].id, "headcount", 4)).then_refused("I1", "4 people")


@pytest.mark.parametrize(
    ("place", "field", "value"),
    [
        (ARRIVED, "arrived_on", 5),
        (ARRIVED, "headcount", 2),
        (PLANNED, "rank", "admiral"),
        (PLANNED, "mission", 7),
        (ARRIVED, "arrived_on", D("2014-07-01")),
    ],
)
def test_a_value_has_to_fit_its_field_and_to_change_it(place: int, field: str, value: Any) -> None:
    gone().when(correct(gone().past[place].id, field, value)).then_refused("I10", "value")


def test_corrected_days_stay_in_order() -> None:
    gone().when(correct(gone().past[ARRIVED].id, "arrived_on", D("2014-08-01"))).then_refused("lifecycle", "order")


def test_a_corrected_day_or_mission_has_to_be_on_the_line_and_have_its_papers() -> None:
    arrival = gone().past[ARRIVED].id
    gone().when(correct(arrival, "arrived_on", D("2013-12-31"))).then_refused("I2", "2014-01-01")
    gone().when(correct(arrival, "mission", "UNMIL")).then_refused("I2", "UNMIL")
    papers = (required(), document("un_mandate", "2014-07-01"), document("status_of_forces", "2014-06-01"))
    gone().given(*papers).when(correct(arrival, "arrived_on", D("2014-06-30"))).then_refused("I3", "un_mandate")


def test_i8_a_corrected_arrival_or_mission_was_active_then() -> None:
    arrival = gone().past[ARRIVED].id
    ended = gone().given(mission("MINURSO", "drawdown", "2014-07-05"), mission("UNIFIL", "drawdown", "2014-07-05"))
    assert ended.when(correct(arrival, "arrived_on", D("2014-07-04"))).then_events()
    ended.when(correct(arrival, "arrived_on", D("2014-07-05"))).then_refused("I8", "MINURSO", "drawdown", "value")
    assert ended.when(correct(arrival, "mission", "UNIFIL")).then_events()
    earlier = gone().given(mission("UNIFIL", "drawdown", "2014-07-01"))
    earlier.when(correct(arrival, "mission", "UNIFIL")).then_refused("I8", "UNIFIL", "drawdown", "value")


def test_a_correction_of_a_departure_or_a_rank_needs_nothing_of_the_mission() -> None:
    closed = gone().given(mission("MINURSO", "closed", "2014-07-01"))
    assert closed.when(correct(closed.past[DEPARTED].id, "departed_on", D("2014-07-20"))).then_events()
    assert closed.when(correct(closed.past[PLANNED].id, "rank", "captain")).then_events()


UNIT_THERE = (planned("a", unit="inf-1", headcount=2), arrived("a", headcount=2), visit())


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("arrived_on", D("2014-06-30"), "signed by 2014-06-30"),
        ("mission", "UNIFIL", "for UNIFIL"),
        ("headcount", 3, "allows 2"),
    ],
)
def test_i6_a_corrected_arrival_of_a_unit_was_cleared_for_it(field: str, value: Any, words: str) -> None:
    story = given(*UNIT_THERE, mou(signed="2014-07-01"))
    command = correct(story.past[ARRIVED].id, field, value)
    story.when(command).then_refused("I6", words)
    cleared = (mou(3, "2014-06-30"), mou(3, "2014-06-30", "UNIFIL"))
    assert given(*UNIT_THERE, *cleared).when(command).then_events()


def test_i6_fewer_people_than_recorded_need_no_new_clearance() -> None:
    story = given(*UNIT_THERE)
    assert story.when(correct(story.past[ARRIVED].id, "headcount", 1)).then_events()


def test_a_corrected_plan_of_a_unit_waits_for_its_arrival_to_be_cleared() -> None:
    story = given(UNIT_THERE[0])
    assert story.when(correct(story.past[PLANNED].id, "mission", "UNIFIL")).then_events()
    ended = story.given(mission("UNIFIL", "drawdown", "2014-07-01"))
    ended.when(correct(story.past[PLANNED].id, "mission", "UNIFIL")).then_refused("I8", "UNIFIL")


def test_a_corrected_departure_does_not_overlap_the_next_tour() -> None:
    later = (planned("b", "2015-08-01", "2016-08-01", person="p-a"), arrived("b", "2015-08-01"))
    story = gone().given(*later)
    command = correct(story.past[DEPARTED].id, "departed_on", D("2015-08-02"))
    story.when(command).then_refused("I4", "present elsewhere")


def test_the_mission_after_a_transfer_is_corrected_by_naming_the_transfer() -> None:
    moved = TourTransferred(
        **OF, tour="a", to_mission="UNIFIL", transferred_on=D("2014-08-01"), reason="need", from_mission="MINURSO"
    )
    story = given(planned("a"), arrived("a"), moved)
    corrected_event = corrected(story.past[-1].id, "mission", "MINURSO", "UNIFIL")
    story.when(correct(story.past[-1].id, "mission", "MINURSO")).then(corrected_event)
    assert story.given(corrected_event).state(LINE).tours["a"].mission == "MINURSO"


def test_a_tour_that_is_unknown_or_cancelled_is_not_corrected() -> None:
    named = gone().past[PLANNED].id
    given().when(correct(named, "rank", "captain")).then_refused("unknown", "a")
    off = TourCancelled(**OF, tour="a", cancelled_on=D("2014-06-15"), reason="ill")
    given(planned("a"), off).when(correct(named, "rank", "captain")).then_refused("lifecycle", "cancelled")
