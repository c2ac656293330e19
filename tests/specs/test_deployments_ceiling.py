"""I1: at every instant the people under a line are at most its ceiling, and so in each mission with a sub-ceiling."""

from typing import Any

from contracts.deployments import (
    CorrectTour,
    ExtendTour,
    LineAmended,
    ScheduleTour,
    TourCancelled,
    TransferTour,
    WaiverRecorded,
)
from tests.spec import Story
from tests.specs.deployments_events import (
    IN_FORCE,
    OF,
    D,
    arrive,
    arrived,
    departed,
    given,
    mou,
    plan,
    planned,
    terms,
    visit,
)

DECIDED = D("2014-06-01")


def waiver(mission: str | None = None, extra: int = 1, until: str = "2014-10-01") -> WaiverRecorded:
    data: Any = {"waiver": f"w-{mission or 'line'}".lower(), "mission": mission, "legal_reference": "D/1"}
    return WaiverRecorded(**OF, **data, extra=extra, valid_from=D("2014-07-01"), valid_until=D(until))


def amended(ceiling: int, since: str) -> LineAmended:
    new = terms(ceiling=ceiling, sub_ceilings=())
    return LineAmended(**OF, contributor="KAZ", terms=new, since=D(since))


def full() -> Story:
    return given(*(event for t in "abc" for event in (planned(t), arrived(t))))


def test_the_last_place_is_given_and_the_next_refused_with_the_numbers() -> None:
    command = plan("c")
    given(planned("a"), planned("b")).when(command).then(planned("c"))
    story = given(planned("a"), planned("b"), planned("c")).when(plan("d", "2015-06-30", "2016-06-30"))
    refusal = story.then_refused("I1", "2015-06-30", "4 people", "is 3", "1 too many")
    assert refusal.field == "planned_from"


def test_a_rotation_takes_the_place_on_the_day_on_which_it_becomes_free() -> None:
    given(planned("a"), planned("b"), planned("c")).when(plan("d", "2015-07-01", "2016-07-01")).then(
        planned("d", "2015-07-01", "2016-07-01")
    )


def test_one_crowded_day_in_the_middle_of_a_plan_is_found() -> None:
    day = ("2014-09-10", "2014-09-11")
    story = given(planned("a", *day), planned("b", *day), planned("c", *day)).when(plan("d"))
    story.then_refused("I1", "2014-09-10")


def test_a_cancelled_tour_leaves_its_place() -> None:
    gone = TourCancelled(**OF, tour="c", cancelled_on=DECIDED, reason="ill")
    given(planned("a"), planned("b"), planned("c"), gone).when(plan("d")).then(planned("d"))


def test_a_sub_ceiling_holds_while_the_line_has_headroom() -> None:
    there: Any = {"mission": "UNIFIL"}
    story = given(planned("a", **there), planned("b", **there))
    story.when(plan("c", **there)).then_refused("I1", "sub-ceiling for UNIFIL is 2", "3 people")
    story.when(plan("c")).then(planned("c"))


def test_a_unit_counts_its_headcount() -> None:
    given(planned("a")).when(plan("u", unit="inf-1", headcount=2)).then(planned("u", unit="inf-1", headcount=2))
    given(planned("a")).when(plan("u", unit="inf-1", headcount=3)).then_refused("I1", "4 people")


def test_about_is_enforced_like_max() -> None:
    about = LineAmended(**OF, contributor="KAZ", terms=terms(qualifier="about"), since=IN_FORCE)
    given(about, planned("a"), planned("b"), planned("c")).when(plan("d")).then_refused("I1", "is 3")


def test_an_arrival_is_counted_with_everybody_whose_departure_is_not_on_record() -> None:
    there = [event for t in "abc" for event in (planned(t), arrived(t))]
    late = given(*there, planned("d", "2016-01-01", "2017-01-01"))
    late.when(arrive("d", "2016-01-01")).then_refused("I1", "2016-01-01", "4 people")
    home = late.given(departed("a", "2016-01-01")).when(arrive("d", "2016-01-01")).then_events()
    assert len(home) == 1


def test_an_arrival_reported_late_is_checked_against_the_past() -> None:
    past = [event for t in "abc" for event in (planned(t), arrived(t), departed(t, "2014-09-01"))]
    story = given(*past, planned("d", "2014-10-01", "2015-10-01"))
    story.when(arrive("d", "2014-08-31")).then_refused("I1", "2014-08-31")
    assert story.when(arrive("d", "2014-09-01")).then_events()


def test_more_people_than_planned_need_headroom_too() -> None:
    events = (planned("a"), arrived("a"), planned("u", unit="inf-1", headcount=2), mou(9), visit())
    assert given(*events).when(arrive("u", unit="inf-1")).then_events()
    given(*events).when(arrive("u", unit="inf-1", headcount=3)).then_refused("I1", "4 people")


def test_a_waiver_lifts_the_lines_own_ceiling_while_it_holds() -> None:
    story = given(planned("a"), planned("b"), planned("c"), waiver())
    story.when(plan("d", end="2014-10-01")).then(planned("d", end="2014-10-01"))
    story.when(plan("d", end="2014-10-02")).then_refused("I1", "2014-10-01")


def test_a_waiver_for_a_mission_lifts_only_its_sub_ceiling() -> None:
    two = (planned("a", mission="UNIFIL"), planned("b", mission="UNIFIL"))
    third = plan("c", end="2014-10-01", mission="UNIFIL")
    assert given(*two, waiver("UNIFIL")).when(third).then_events()
    given(*two, waiver()).when(third).then_refused("I1", "sub-ceiling for UNIFIL")
    given(*two, planned("c"), waiver("UNIFIL")).when(plan("d", end="2014-10-01")).then_refused("I1", "the line")


def test_a_lowered_ceiling_binds_new_people_and_lets_the_present_ones_be() -> None:
    story = full().given(amended(2, "2015-01-01"))
    story.when(plan("d", "2015-02-01", "2015-03-01")).then_refused("I1", "2015-02-01", "is 2")
    fewer = CorrectTour(
        **OF, tour="a", corrects=story.past[4].id, field="arrived_on", value=D("2015-02-01"),
        corrected_on=D("2015-03-01"), reason="typing error",
    )  # fmt: skip
    assert story.when(fewer).then_events()


def test_a_plan_that_begins_before_the_ceiling_falls_is_refused_for_the_day_on_which_it_falls() -> None:
    story = given(planned("a"), planned("b"), amended(2, "2015-01-01"))
    story.when(plan("c", "2014-07-01", "2015-07-01")).then_refused("I1", "2015-01-01", "3 people", "is 2")


def test_moved_dates_need_headroom_at_their_new_place() -> None:
    story = given(*(planned(t) for t in "abc"), planned("d", "2015-07-01", "2016-07-01"))
    earlier: Any = {"tour": "d", "decided_by": "UN", "decided_on": DECIDED, "departs_on": D("2016-07-01")}
    story.when(ScheduleTour(**OF, **earlier, arrives_on=D("2015-06-01"))).then_refused("I1", "2015-06-01")
    assert story.when(ScheduleTour(**OF, **earlier, arrives_on=D("2015-08-01"))).then_events()


def test_an_extension_needs_headroom_in_the_days_that_it_adds() -> None:
    story = full().given(planned("d", "2015-07-10", "2016-07-10"))
    more: Any = {"tour": "a", "decided_on": DECIDED, "reason": "the successor is late"}
    assert story.when(ExtendTour(**OF, **more, until=D("2015-08-01"))).then_events()
    crowded = story.given(planned("e", "2015-07-10", "2016-07-10"), planned("f", "2015-07-10", "2016-07-10"))
    crowded.when(ExtendTour(**OF, **more, until=D("2015-08-01"))).then_refused("I1", "2015-07-10")


def test_a_transfer_needs_headroom_in_the_mission_and_none_on_the_line() -> None:
    def move(day: str) -> TransferTour:
        return TransferTour(**OF, tour="a", to_mission="UNIFIL", transferred_on=D(day), reason="need")

    assert full().when(move("2014-08-01")).then_events()
    there = [event for t in "bc" for event in (planned(t, mission="UNIFIL"), arrived(t, mission="UNIFIL"))]
    story = given(planned("a"), arrived("a"), *there)
    story.when(move("2014-08-01")).then_refused("I1", "sub-ceiling for UNIFIL", "3 people")


def test_a_correction_needs_headroom_on_the_days_that_it_adds() -> None:
    past = [event for t in "abc" for event in (planned(t), arrived(t), departed(t, "2014-09-01"))]
    story = given(*past, planned("d", "2014-09-01", "2015-09-01"), arrived("d", "2014-09-01"))
    arrival = story.past[-1].id
    more: Any = {"tour": "d", "corrects": arrival, "field": "arrived_on", "corrected_on": D("2014-10-01")}
    story.when(CorrectTour(**OF, **more, value=D("2014-08-30"), reason="log book")).then_refused("I1", "2014-08-30")
    assert story.when(CorrectTour(**OF, **more, value=D("2014-09-02"), reason="log book")).then_events()
