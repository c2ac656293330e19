"""Once present: extended, moved (I2, I3, I8), ordered home, departed; and present(t) = arrived less departed (I9)."""

from datetime import date, timedelta

from contracts.deployments import (
    ExtendTour,
    OrderReturn,
    ReturnOrdered,
    TourExtended,
    TourTransferred,
    TransferTour,
)
from tests.spec import Story
from tests.specs.deployments_events import (
    LINE,
    OF,
    D,
    arrived,
    depart,
    departed,
    given,
    mission,
    mou,
    plan,
    planned,
    required,
    visit,
)


def test_an_extension_is_later_and_only_for_the_present() -> None:
    command = ExtendTour(**OF, tour="a", until=D("2015-08-01"), decided_on=D("2015-06-01"), reason="late successor")
    here = given(planned("a"), arrived("a"))
    here.when(command).then(TourExtended(**dict(command), old_until=D("2015-07-01")))
    here.when(command.model_copy(update={"until": D("2015-07-01")})).then_refused("lifecycle", "2015-07-01")
    given(planned("a")).when(command).then_refused("lifecycle", "planned")
    given().when(command).then_refused("unknown", "a")


def test_an_extension_does_not_take_the_successors_post() -> None:
    successor = planned("b", "2015-07-01", "2016-07-01", post="mo-1")
    command = ExtendTour(**OF, tour="a", until=D("2015-08-01"), decided_on=D("2015-06-01"), reason="need")
    given(planned("a", post="mo-1"), arrived("a"), successor).when(command).then_refused("I4", "mo-1", f"{LINE}/b")


def move(to: str = "UNIFIL", day: str = "2014-08-01") -> TransferTour:
    return TransferTour(**OF, tour="a", to_mission=to, transferred_on=D(day), reason="need")


MOVED = TourTransferred(**dict(move()), from_mission="MINURSO")


def test_a_transfer_is_to_another_active_mission_of_the_line_with_its_documents() -> None:
    here = given(planned("a", post="mo-1"), arrived("a"))
    here.when(move()).then(MOVED)
    here.when(move("MINURSO")).then_refused("lifecycle", "already")
    here.when(move(day="2014-07-01")).then_refused("lifecycle", "2014-07-01")
    here.given(mission("UNMIL")).when(move("UNMIL")).then_refused("I2", "UNMIL")
    here.given(mission("UNIFIL", "drawdown", "2014-08-01")).when(move()).then_refused("I8")
    here.given(required("UNIFIL")).when(move()).then_refused("I3", "document un_mandate for UNIFIL")


def test_i6_a_unit_is_transferred_under_an_mou_for_the_new_mission_and_within_its_strength() -> None:
    here = given(planned("a", unit="inf-1", headcount=2), mou(), visit(), arrived("a", headcount=2))
    here.when(move()).then_refused("I6", "no MOU or memorandum for UNIFIL")
    here.given(mou(1, mission="UNIFIL")).when(move()).then_refused("I6", "2 people", "allows 1")
    here.given(mou(mission="UNIFIL", signed="2014-08-02")).when(move()).then_refused("I6", "signed by 2014-08-01")
    here.given(mou(mission="UNIFIL")).when(move()).then(MOVED)
    failed = visit("2014-07-20", passed=False)
    here.given(mou(mission="UNIFIL"), failed).when(move()).then_refused("I6", "2014-07-20 was not passed")


def test_a_transfer_frees_the_post_and_the_place_in_the_mission() -> None:
    here = given(planned("a", post="mo-1"), arrived("a"), MOVED)
    assert here.when(plan("b", "2014-08-01", post="mo-1")).then_events()
    assert here.when(depart("a", "2014-09-01")).then_events()[0].mission == "UNIFIL"  # type: ignore[attr-defined]
    here.when(depart("a", "2014-08-01")).then_refused("lifecycle", "UNIFIL on 2014-08-01")


def test_a_departure_is_after_the_arrival_and_only_of_the_present() -> None:
    here = given(planned("a"), arrived("a"))
    here.when(depart("a", "2015-07-01")).then(departed("a", "2015-07-01"))
    here.when(depart("a", "2014-07-01")).then_refused("lifecycle", "2014-07-01")
    here.given(departed("a", "2015-07-01")).when(depart("a", "2015-07-02")).then_refused("lifecycle", "departed")
    given().when(depart("a", "2014-07-01")).then_refused("unknown", "a")


def test_whoever_is_there_is_ordered_home_once() -> None:
    command = OrderReturn(**OF, tour="a", mission="MINURSO", by=D("2015-01-01"), authority="S/RES/1")
    ordered = ReturnOrdered(**dict(command))
    given(planned("a"), arrived("a")).when(command).then(ordered)
    given(planned("a"), arrived("a"), ordered).when(command).then()
    given(planned("a"), arrived("a"), departed("a", "2014-12-01")).when(command).then()
    given(planned("a"), arrived("a"), MOVED).when(command).then()
    given(planned("a")).when(command).then()
    given().when(command).then_refused("unknown", "a")


def _present(story: Story, day: date) -> int:
    stays = [stay for tour in story.state(LINE).tours.values() for stay in tour.actual()]
    return sum(s.headcount for s in stays if s.start <= day and (s.end is None or day < s.end))


def test_present_is_arrived_by_the_day_less_departed_by_the_day() -> None:
    events = (planned("a"), arrived("a", "2014-07-01"), planned("b"), arrived("b", "2014-07-03"))
    story = given(*events, planned("c"), MOVED, departed("a", "2014-08-03"))
    for step in range(40):
        day = D("2014-06-28") + timedelta(days=step)
        came = sum(day >= D(arrival) for arrival in ("2014-07-01", "2014-07-03"))
        assert _present(story, day) == came - (day >= D("2014-08-03"))
