"""A vacancy is announced for an active mission, ends once, and opens again when a place comes free."""

from datetime import date
from typing import Any

from contracts.vacancies import (
    AnnounceVacancy,
    ApplicationSubmitted,
    LapseVacancy,
    NominationAccepted,
    ReopenVacancy,
    VacancyAnnounced,
    VacancyFilled,
    VacancyLapsed,
    VacancyReopened,
    VacancyWithdrawn,
    WithdrawVacancy,
)
from contracts.words import Event
from services.vacancies.vacancy import Vacancy
from tests.specs.vacancies_events import (
    announced,
    announced_for_unit,
    drawdown,
    given,
    mission,
    nominated,
    unit_nominated,
)

filled = VacancyFilled(vacancy="v-1", filled_on=date(2014, 5, 1))
withdraw = WithdrawVacancy(vacancy="v-1", ended_on=date(2014, 6, 1), reason="post abolished")
withdrawn = VacancyWithdrawn(vacancy="v-1", ended_on=date(2014, 6, 1), reason="post abolished")
lapse = LapseVacancy(vacancy="v-1", ended_on=date(2014, 5, 2), reason="deadline")
lapsed = VacancyLapsed(vacancy="v-1", ended_on=date(2014, 5, 2), reason="deadline")
application = ApplicationSubmitted(
    application="a-1",
    contributor="KAZ",
    mandate="kz-2013",
    categories=("military_observer",),
    number=20,
    note_verbale="NV/2014/031",
    submitted_on=date(2014, 1, 20),
)


def announce(event: VacancyAnnounced) -> AnnounceVacancy:
    return AnnounceVacancy(**dict(event))


def accepted(**but: Any) -> NominationAccepted:
    fields: dict[str, Any] = {
        "vacancy": "v-1",
        "nomination": "n-1",
        "mission": "UNIFIL",
        "accepted_on": date(2014, 5, 1),
        "report_on": date(2014, 7, 1),
        "mandate": "kz-2013",
        "line": "all",
        "category": "military_observer",
        "person": "p-1",
        "rank": "captain",
        "contributor": "KAZ",
        "tour_until": date(2015, 7, 1),
    }
    return NominationAccepted(**(fields | but))


unit_accepted = accepted(category="infantry", person=None, rank=None, unit="inf-1", headcount=120)
one_taken: tuple[Event, ...] = (announced(), nominated(), accepted())


def reopen(tour: str | None = None, on: date = date(2015, 7, 1)) -> ReopenVacancy:
    return ReopenVacancy(vacancy="v-1", reopened_on=on, tour=tour, reason="rotation")


def reopened(number: int, tour: str | None = None, on: date = date(2015, 7, 1)) -> VacancyReopened:
    return VacancyReopened(vacancy="v-1", reopened_on=on, tour=tour, reason="rotation", number=number)


def test_a_vacancy_is_announced_once_for_a_known_mission() -> None:
    given(mission).when(announce(announced())).then(announced())
    given(mission, announced()).when(announce(announced())).then_refused("duplicate", "2014-03-01")
    given().when(announce(announced())).then_refused("unknown", "UNIFIL")


def test_i8_no_vacancy_is_announced_in_a_mission_in_drawdown() -> None:
    late = announced(announced_on=date(2014, 4, 1))
    given(mission, drawdown).when(announce(late)).then_refused("I8", "in drawdown since 2014-03-15")
    given(mission, drawdown).when(announce(announced())).then(announced())  # a fortnight before the drawdown
    early = announced(announced_on=date(1970, 1, 1))
    given(mission).when(announce(early)).then_refused("I8", "established only on 1978-03-19")


def test_a_vacancy_answers_an_application_that_exists() -> None:
    answer = announced(application="a-1")
    given(mission, application).when(announce(answer)).then(answer)
    given(mission).when(announce(answer)).then_refused("unknown", "a-1")


def test_i5_a_rank_range_that_holds_nobody_is_refused() -> None:
    empty = announced(rank_min="colonel", rank_max="captain")
    given(mission).when(announce(empty)).then_refused("I5", "rank_min", "colonel", "captain")


def test_an_open_vacancy_is_withdrawn_and_a_filled_one_is_not() -> None:
    given(announced()).when(withdraw).then(withdrawn)
    given(*one_taken, filled).when(withdraw).then_refused("lifecycle", "filled")
    given(announced(), withdrawn).when(withdraw).then_refused("lifecycle", "withdrawn")
    given(announced(), lapsed).when(withdraw).then_refused("lifecycle", "lapsed")
    given().when(withdraw).then_refused("unknown", "v-1")


def test_a_vacancy_lapses_only_after_its_deadline() -> None:
    given(announced()).when(lapse).then(lapsed)
    given(announced(deadline=date(2014, 5, 2))).when(lapse).then_refused("lifecycle", "2014-05-02")
    given(announced(deadline=None)).when(lapse).then_refused("lifecycle", "no deadline")


def test_reopening_frees_one_place_of_an_individual_category() -> None:
    given(*one_taken).when(reopen()).then(reopened(1))
    given(*one_taken, filled).when(reopen("t-1")).then(reopened(1, "t-1"))


def test_reopening_frees_the_whole_vacancy_of_a_unit() -> None:
    given(announced_for_unit(), unit_nominated(), unit_accepted, filled).when(reopen()).then(reopened(150))


def test_nothing_reopens_where_nothing_is_taken() -> None:
    given(announced()).when(reopen()).then_refused("lifecycle", "No place")
    given(announced(), lapsed).when(reopen()).then_refused("lifecycle", "No place")
    given(*one_taken, withdrawn).when(reopen()).then_refused("lifecycle", "withdrawn")
    given().when(reopen()).then_refused("unknown", "v-1")


def test_a_tour_frees_its_place_once_even_when_the_vacancy_was_reopened_ahead_of_the_rotation() -> None:
    ahead = reopened(1, "t-1", date(2015, 5, 1))
    relieved = accepted(nomination="n-2")
    story = given(*one_taken, filled, ahead, nominated(nomination="n-2", person="p-2"), relieved, filled)
    story.when(reopen("t-1")).then()
    story.when(reopen("t-2")).then(reopened(1, "t-2"))


def test_a_passed_deadline_belongs_to_the_earlier_round() -> None:
    before = given(*one_taken, reopened(1, on=date(2014, 4, 20))).state("vacancy/v-1")
    after = given(*one_taken, reopened(1, on=date(2015, 7, 1))).state("vacancy/v-1")
    assert isinstance(before, Vacancy)
    assert isinstance(after, Vacancy)
    assert (before.deadline, after.deadline) == (date(2014, 5, 1), None)


def test_places_that_lapsed_are_not_offered_again_when_a_taken_one_comes_free() -> None:
    state = given(*one_taken, lapsed, reopened(1)).state("vacancy/v-1")
    assert isinstance(state, Vacancy)
    assert (state.status, state.places, state.taken) == ("open", 1, 0)
