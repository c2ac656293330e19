"""Arrival: papers (I3, I7), units (I6), missions (I8), the line (I2), people and posts (I4)."""

from typing import Any

import pytest

from contracts.deployments import ConsentRecorded, LineClosed
from kernel.model.decider import Claim
from services.deployments import decider
from tests.specs.deployments_events import (
    LINE,
    OF,
    D,
    arrive,
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


def consent(kind: str, day: str = "2014-06-01", until: str | None = None) -> ConsentRecorded:
    ends = D(until) if until else None
    more: Any = {"kind": kind, "given_by": "UN", "document": f"C/{kind}", "valid_until": ends}
    return ConsentRecorded(**OF, tour="a", given_on=D(day), **more)


WAITING = planned("a", consents_required=("un_structure", "participating_state"))
PAPERS = (consent("un_structure"), consent("participating_state"), document("un_mandate"), document("status_of_forces"))


def test_an_arrival_with_every_paper_is_recorded() -> None:
    given(required(), WAITING, *PAPERS).when(arrive("a")).then(arrived("a"))


def test_an_arrival_lists_each_paper_that_is_missing() -> None:
    refusal = given(required(), WAITING).when(arrive("a")).then_refused("I3", "4 required papers")
    assert refusal.details == (
        "consent un_structure",
        "consent participating_state",
        "document un_mandate for MINURSO",
        "document status_of_forces for MINURSO",
    )


def test_papers_count_from_their_own_date_and_for_their_own_mission() -> None:
    late = (*PAPERS[:3], document("status_of_forces", "2014-07-02"), document("status_of_forces", mission="UNIFIL"))
    story = given(required(), WAITING, *late)
    assert story.when(arrive("a")).then_refused("I3").details == ("document status_of_forces for MINURSO",)
    assert story.when(arrive("a", "2014-07-02")).then_events()


def test_a_consent_that_has_expired_no_longer_counts() -> None:
    papers = (consent("un_structure", until="2014-07-01"), consent("participating_state"))
    given(WAITING, *papers).when(arrive("a")).then_refused("I3", "un_structure", "expired on 2014-07-01 (I7)")
    assert given(WAITING, *papers).when(arrive("a", "2014-06-30")).then_events()
    assert given(WAITING, *papers, consent("un_structure")).when(arrive("a")).then_events()


def test_only_a_tour_that_waits_arrives() -> None:
    given().when(arrive("a")).then_refused("unknown", "a")
    given(planned("a"), arrived("a")).when(arrive("a")).then_refused("lifecycle", "arrived")


def test_nobody_arrives_on_a_line_out_of_force() -> None:
    closed = LineClosed(**OF, ends_on=D("2014-07-01"), reason="revoked")
    given(planned("a"), closed).when(arrive("a")).then_refused("I2", "ended on 2014-07-01")


def test_nobody_arrives_in_a_mission_in_drawdown() -> None:
    given(planned("a"), mission(status="drawdown", since="2014-07-01")).when(arrive("a")).then_refused("I8")


def test_a_person_counts_one() -> None:
    given(planned("a")).when(arrive("a", headcount=2)).then_refused("I1", "one person")


UNIT = planned("u", unit="inf-1", headcount=2)
COMES = arrive("u")


def test_a_unit_arrives_with_an_mou_a_passed_visit_and_at_most_the_mous_strength() -> None:
    given(UNIT, mou(), visit()).when(COMES).then(arrived("u", headcount=2))


@pytest.mark.parametrize(
    ("events", "words"),
    [
        ((), ("no MOU", "no pre-deployment visit")),
        ((mou(),), ("no pre-deployment visit",)),
        ((mou(signed="2014-07-02"), visit()), ("no MOU",)),
        ((mou(mission="UNIFIL"), visit()), ("no MOU or memorandum for MINURSO",)),
        ((mou(), visit(), visit("2014-06-20", passed=False)), ("2014-06-20 was not passed",)),
        ((mou(1), visit()), ("2 people", "allows 1")),
    ],
)
def test_a_unit_that_is_not_cleared_may_not_arrive(events: tuple[Any, ...], words: tuple[str, ...]) -> None:
    given(UNIT, *events).when(COMES).then_refused("I6", *words)


def test_a_successor_arrives_once_the_incumbent_has_gone_or_in_a_declared_handover() -> None:
    past = (planned("a", post="mo-1"), arrived("a"))
    plain = given(*past, planned("b", "2015-07-01", "2016-07-01", post="mo-1"))
    plain.when(arrive("b", "2015-07-01")).then_refused("I4", "mo-1", "tour a")
    assert plain.given(departed("a", "2015-07-01")).when(arrive("b", "2015-07-01")).then_events()
    handover = planned("b", "2015-06-25", "2016-06-25", post="mo-1", handover_until=D("2015-07-01"))
    assert given(*past, handover).when(arrive("b", "2015-06-25")).then_events()
    given(*past, handover).when(arrive("b", "2015-07-01")).then_refused("I4", "tour a")


def test_a_person_does_not_arrive_while_present_in_an_overdue_tour() -> None:
    past = (planned("a", person="p-1"), arrived("a"), planned("b", "2015-07-01", "2016-07-01", person="p-1"))
    given(*past).when(arrive("b", "2015-07-01")).then_refused("I4", "p-1", "present elsewhere")


def test_who_is_present_is_claimed_until_departure_and_a_late_one_takes_no_plan_away() -> None:
    here = given(planned("a", post="mo-1"), arrived("a", "2014-07-05"))
    start, end = D("2014-07-05"), D("2015-07-01")
    person, post = Claim("person", "p-a", start, end), Claim("post", "mo-1", start, end)
    present = Claim("present", "p-a", start, None)
    assert decider.claims(here.past[-1], here.state(LINE))[f"{LINE}/a"] == (person, present, post)
    gone = here.given(departed("a", "2015-07-20"))
    ended = Claim("present", "p-a", start, D("2015-07-20"))
    assert decider.claims(gone.past[-1], gone.state(LINE))[f"{LINE}/a"] == (person, ended, post)


def test_a_claim_that_overlaps_on_another_line_is_refused_with_the_other_tour() -> None:
    command: Any = None
    for kind, word in (("person", "p-1"), ("unit", "p-1"), ("present", "elsewhere"), ("post", "incumbents")):
        refusal = decider.claimed(command, Claim(kind, "p-1", D("2014-07-01"), None), "line/kz-2018/x/t-9")
        assert refusal.rule == "I4"
        assert "line/kz-2018/x/t-9" in refusal.reason
        assert word in refusal.reason
    with pytest.raises(ValueError, match="no claims of kind chair"):
        decider.claimed(command, Claim("chair", "c", D("2014-07-01"), None), "line/kz-2018/x/t-9")
