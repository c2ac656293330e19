"""The UN's answer: an acceptance takes a place and says until when the tour lasts; the other answers end it."""

from datetime import date
from typing import Any

import pytest

from contracts.vacancies import (
    AcceptNomination,
    CandidateBarred,
    CandidateWithdrawn,
    DeclineNomination,
    LapseNomination,
    NominationAccepted,
    NominationDeclined,
    NominationLapsed,
    NominationWithdrawn,
    VacancyFilled,
    VacancyWithdrawn,
    WithdrawNomination,
)
from services.vacancies.acceptance import months_after
from tests.specs.vacancies_events import (
    VALID_UNTIL,
    announced,
    announced_for_unit,
    drawdown,
    given,
    mission,
    nominated,
    registered,
    registered_too,
    unit_nominated,
)

ACCEPTED = date(2014, 4, 20)
BEGUN = (mission, registered, registered_too)
filled = VacancyFilled(vacancy="v-1", filled_on=ACCEPTED)
END: dict[str, Any] = {"vacancy": "v-1", "nomination": "n-1", "ended_on": ACCEPTED, "reason": "another was chosen"}


def accept(**but: Any) -> AcceptNomination:
    fields: dict[str, Any] = {
        "vacancy": "v-1",
        "nomination": "n-1",
        "accepted_on": ACCEPTED,
        "report_on": date(2014, 7, 1),
    }
    return AcceptNomination(**(fields | but))


def accepted(**but: Any) -> NominationAccepted:
    fields: dict[str, Any] = dict(accept()) | {
        "mission": "UNIFIL",
        "mandate": "kz-2013",
        "line": "all",
        "category": "military_observer",
        "person": "p-1",
        "rank": "captain",
        "contributor": "KAZ",
        "tour_until": date(2015, 7, 1),
    }
    return NominationAccepted(**(fields | but))


def test_an_acceptance_takes_one_place() -> None:
    given(*BEGUN, announced(), nominated()).when(accept(reference="UN/5")).then(accepted(reference="UN/5"))


def test_the_last_place_fills_the_vacancy() -> None:
    single = announced(number=1, post="obs-3", tour_months=6)
    given(*BEGUN, single, nominated()).when(accept()).then(accepted(post="obs-3", tour_until=date(2015, 1, 1)), filled)
    second = given(*BEGUN, announced(), nominated(), accepted(), nominated(nomination="n-2", person="p-2"))
    second.when(accept(nomination="n-2")).then(accepted(nomination="n-2", person="p-2"), filled)


def test_no_more_people_are_accepted_than_there_are_places() -> None:
    other = nominated(nomination="n-2", person="p-2")
    story = given(*BEGUN, announced(number=1), nominated(), other, accepted(), filled)
    story.when(accept(nomination="n-2")).then_refused("lifecycle", "all 1 places")


def test_a_unit_takes_the_whole_vacancy() -> None:
    of_unit = accepted(category="infantry", person=None, rank=None, unit="inf-1", headcount=120)
    given(*BEGUN, announced_for_unit(), unit_nominated()).when(accept()).then(of_unit, filled)
    story = given(*BEGUN, announced_for_unit(number=100), unit_nominated())
    story.when(accept()).then_refused("lifecycle", "120", "100")


def test_i7_a_nomination_is_accepted_only_while_it_holds() -> None:
    story = given(*BEGUN, announced(), nominated())
    assert story.when(accept(accepted_on=date(2015, 3, 31))).then_events()
    story.when(accept(accepted_on=VALID_UNTIL)).then_refused("I7", "valid until 2015-04-01")
    story.when(accept(accepted_on=date(2014, 3, 31))).then_refused("lifecycle", "2014-04-01")


def test_i8_nobody_is_accepted_into_a_mission_in_drawdown() -> None:
    given(*BEGUN, announced(), nominated(), drawdown).when(accept()).then_refused("I8", "UNIFIL", "2014-03-15")


def test_i12_a_person_barred_since_the_nomination_is_not_accepted() -> None:
    barred = CandidateBarred(person="p-1", since=date(2014, 4, 10), tour="t-1", reason="discipline")
    story = given(*BEGUN, announced(), nominated(), nominated(nomination="n-2", person="p-2"), barred)
    story.when(accept()).then_refused("I12", "2014-04-10", "t-1", "Withdraw this nomination")
    story.when(accept(nomination="n-2")).then(accepted(nomination="n-2", person="p-2"))


def test_a_candidate_withdrawn_since_the_nomination_is_not_accepted() -> None:
    gone = CandidateWithdrawn(person="p-1", withdrawn_on=date(2014, 4, 10), reason="left the service")
    given(*BEGUN, announced(), nominated(), gone).when(accept()).then_refused("lifecycle", "2014-04-10", "nomination")


def test_i4_a_handover_is_declared_with_the_acceptance_and_ends_within_the_tour() -> None:
    story = given(*BEGUN, announced(tour_months=1), nominated())
    short = accepted(tour_until=date(2014, 8, 1), handover_until=date(2014, 7, 31))
    story.when(accept(handover_days=30)).then(short)
    story.when(accept(handover_days=31)).then_refused("I4", "2014-08-01", "handover_days")


def test_nothing_is_accepted_twice_or_unnominated_or_in_a_vacancy_that_ended() -> None:
    given(*BEGUN, announced(), nominated(), accepted()).when(accept()).then_refused("lifecycle", "accepted already")
    given(*BEGUN, announced()).when(accept()).then_refused("unknown", "n-1")
    given(mission).when(accept()).then_refused("unknown", "v-1")
    withdrawn = VacancyWithdrawn(vacancy="v-1", ended_on=ACCEPTED, reason="post abolished")
    given(*BEGUN, announced(), nominated(), withdrawn).when(accept()).then_refused("lifecycle", "withdrawn")


def test_an_open_nomination_is_declined_or_withdrawn() -> None:
    story = given(announced(), nominated())
    story.when(DeclineNomination(**END)).then(NominationDeclined(**END))
    story.when(WithdrawNomination(**END)).then(NominationWithdrawn(**END))
    early = DeclineNomination(**(END | {"ended_on": date(2014, 3, 1)}))
    story.when(early).then_refused("lifecycle", "after 2014-03-01")


def test_a_nomination_lapses_when_it_has_expired_and_not_before() -> None:
    story = given(announced(), nominated())
    story.when(LapseNomination(**END)).then_refused("lifecycle", "valid until 2015-04-01")
    late = END | {"ended_on": VALID_UNTIL}
    story.when(LapseNomination(**late)).then(NominationLapsed(**late))


@pytest.mark.parametrize("ended", [NominationDeclined(**END), NominationWithdrawn(**END), NominationLapsed(**END)])
def test_an_ended_nomination_takes_no_other_answer(
    ended: NominationDeclined | NominationWithdrawn | NominationLapsed,
) -> None:
    story = given(*BEGUN, announced(), nominated(), ended)
    for command in (accept(), DeclineNomination(**END), WithdrawNomination(**END), LapseNomination(**END)):
        story.when(command).then_refused("lifecycle", "already")


@pytest.mark.parametrize(
    ("day", "months", "until"),
    [
        (date(2014, 7, 1), 12, date(2015, 7, 1)),
        (date(2015, 8, 31), 6, date(2016, 2, 29)),
        (date(2014, 8, 31), 6, date(2015, 2, 28)),
        (date(2014, 11, 30), 1, date(2014, 12, 30)),
        (date(2014, 12, 31), 60, date(2019, 12, 31)),
    ],
)
def test_a_tour_lasts_calendar_months_and_ends_within_the_month(day: date, months: int, until: date) -> None:
    assert months_after(day, months) == until
