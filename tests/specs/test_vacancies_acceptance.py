"""The UN's answer: an acceptance takes a place and says until when the tour lasts; the other answers end it."""

from datetime import date
from typing import Any

import pytest

from contracts.vacancies import (
    AcceptNomination,
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
from tests.specs.vacancies_facts import (
    VALID_UNTIL,
    announced,
    announced_for_unit,
    drawdown,
    given,
    mission,
    nominated,
    unit_nominated,
)

ACCEPTED = date(2014, 4, 20)
filled = VacancyFilled(vacancy="v-1", filled_on=ACCEPTED)
END: dict[str, Any] = {"vacancy": "v-1", "nomination": "n-1", "ended_on": ACCEPTED, "reason": "another was chosen"}


def accept(**but: Any) -> AcceptNomination:
    fields: dict[str, Any] = {
        "vacancy": "v-1",
        "nomination": "n-1",
        "mission": "UNIFIL",
        "accepted_on": ACCEPTED,
        "report_on": date(2014, 7, 1),
    }
    return AcceptNomination(**(fields | but))


def accepted(**but: Any) -> NominationAccepted:
    fields: dict[str, Any] = dict(accept()) | {
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
    given(mission, announced(), nominated()).when(accept(reference="UN/5")).then(accepted(reference="UN/5"))


def test_the_last_place_fills_the_vacancy() -> None:
    single = announced(number=1, post="obs-3", tour_months=6)
    given(mission, single, nominated()).when(accept()).then(accepted(post="obs-3", tour_until=date(2015, 1, 1)), filled)
    second = given(mission, announced(), nominated(), accepted(), nominated(nomination="n-2", person="p-2"))
    second.when(accept(nomination="n-2")).then(accepted(nomination="n-2", person="p-2"), filled)


def test_no_more_people_are_accepted_than_there_are_places() -> None:
    other = nominated(nomination="n-2", person="p-2")
    story = given(mission, announced(number=1), nominated(), other, accepted(), filled)
    story.when(accept(nomination="n-2")).then_refused("lifecycle", "all 1 places")


def test_a_unit_takes_the_whole_vacancy() -> None:
    of_unit = accepted(category="infantry", person=None, rank=None, unit="inf-1", headcount=120)
    given(mission, announced_for_unit(), unit_nominated()).when(accept()).then(of_unit, filled)
    story = given(mission, announced_for_unit(number=100), unit_nominated())
    story.when(accept()).then_refused("lifecycle", "120", "100")


def test_i7_a_nomination_is_accepted_only_while_it_holds() -> None:
    story = given(mission, announced(), nominated())
    assert story.when(accept(accepted_on=date(2015, 3, 31))).then_events()
    story.when(accept(accepted_on=VALID_UNTIL)).then_refused("I7", "valid until 2015-04-01")
    story.when(accept(accepted_on=date(2014, 3, 31))).then_refused("lifecycle", "2014-04-01")


def test_i8_nobody_is_accepted_into_a_mission_in_drawdown() -> None:
    given(mission, announced(), nominated(), drawdown).when(accept()).then_refused("I8", "UNIFIL", "2014-03-15")


def test_i2_an_acceptance_names_the_vacancys_own_mission() -> None:
    given(mission, announced(), nominated()).when(accept(mission="MINURSO")).then_refused("I2", "UNIFIL")


def test_nothing_is_accepted_twice_or_unnominated_or_in_a_vacancy_that_ended() -> None:
    given(mission, announced(), nominated(), accepted()).when(accept()).then_refused("lifecycle", "accepted already")
    given(mission, announced()).when(accept()).then_refused("unknown", "n-1")
    given(mission).when(accept()).then_refused("unknown", "v-1")
    withdrawn = VacancyWithdrawn(vacancy="v-1", ended_on=ACCEPTED, reason="post abolished")
    given(mission, announced(), nominated(), withdrawn).when(accept()).then_refused("lifecycle", "withdrawn")


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
    story = given(mission, announced(), nominated(), ended)
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
