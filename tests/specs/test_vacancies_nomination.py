"""A nomination is where I2, I5, I7, I8 and I12 meet: each story breaks one of them."""

from datetime import date
from typing import Any

from contracts.vacancies import (
    CandidateBarred,
    CandidateRegistered,
    CandidateWithdrawn,
    MandateLineEnded,
    MandateLineRecorded,
    NominateCandidate,
    NominateUnit,
    NominationDeclined,
    VacancyWithdrawn,
)
from tests.specs.vacancies_events import (
    IN_FORCE,
    NOMINATED,
    TERMS,
    announced,
    announced_for_unit,
    drawdown,
    given,
    given_ready,
    line,
    mission,
    nominated,
    pledged,
    registered,
    rules,
    screened,
    unit_nominated,
)

NOMINATION: dict[str, Any] = {
    "vacancy": "v-1",
    "nomination": "n-1",
    "mandate": "kz-2013",
    "line": "all",
    "nominated_on": NOMINATED,
}


def nominate(**but: Any) -> NominateCandidate:
    return NominateCandidate(**(NOMINATION | {"person": "p-1"} | but))


def nominate_unit(**but: Any) -> NominateUnit:
    return NominateUnit(**(NOMINATION | {"unit": "inf-1"} | but))


def test_a_candidate_is_nominated_with_the_rank_and_the_rules_of_the_day() -> None:
    given_ready(announced()).when(nominate()).then(nominated())


def test_a_nomination_needs_a_known_open_vacancy() -> None:
    given_ready().when(nominate()).then_refused("unknown", "v-1")
    withdrawn = VacancyWithdrawn(vacancy="v-1", ended_on=date(2014, 3, 20), reason="post abolished")
    given_ready(announced(), withdrawn).when(nominate()).then_refused("lifecycle", "withdrawn")
    given_ready(announced()).when(nominate(nominated_on=date(2014, 2, 1))).then_refused("lifecycle", "2014-03-01")


def test_i7_a_nomination_is_taken_up_to_and_including_the_deadline() -> None:
    last_day = nominate(nominated_on=date(2014, 5, 1))
    assert len(given_ready(announced()).when(last_day).then_events()) == 1
    given_ready(announced()).when(nominate(nominated_on=date(2014, 5, 2))).then_refused("I7", "2014-05-01")


def test_a_nomination_has_an_identifier_of_its_own_and_a_person_one_open_nomination_a_vacancy() -> None:
    story = given_ready(announced(), nominated())
    story.when(nominate()).then_refused("duplicate", "n-1")
    story.when(nominate(nomination="n-2")).then_refused("duplicate", "n-1", "person")
    declined = NominationDeclined(vacancy="v-1", nomination="n-1", ended_on=NOMINATED, reason="another chosen")
    story.given(declined).when(nominate(nomination="n-2")).then(nominated(nomination="n-2"))


def test_an_expired_nomination_does_not_stand_in_the_way() -> None:
    story = given_ready(announced(deadline=None), nominated())
    anew = nominate(nomination="n-2", nominated_on=date(2015, 4, 1))
    assert len(story.when(anew).then_events()) == 1


def test_i2_a_nomination_waits_for_a_line_that_is_not_known_yet() -> None:
    given(mission, rules, registered, screened, announced()).when(nominate()).then_pending("line/kz-2013/all")


def test_i2_the_line_is_in_force_on_the_day() -> None:
    story = given_ready(announced(deadline=None))
    story.when(nominate(nominated_on=date(2020, 1, 1))).then_refused("I2", "valid until 2020-01-01")
    ended = MandateLineEnded(mandate="kz-2013", line="all", ends_on=date(2014, 4, 1))
    story.given(ended).when(nominate()).then_refused("I2", "ended on 2014-04-01")
    later = MandateLineRecorded(mandate="kz-2013", line="late", contributor="KAZ", terms=TERMS, since=date(2016, 1, 1))
    story.given(later).when(nominate(line="late")).then_refused("I2", "only from 2016-01-01")


def test_i2_the_line_covers_the_mission_and_the_category() -> None:
    elsewhere = TERMS.model_copy(update={"missions": ("MINURSO",)})
    units_only = TERMS.model_copy(update={"categories": ("infantry",)})
    for terms, word in ((elsewhere, "MINURSO"), (units_only, "infantry")):
        only = MandateLineRecorded(mandate="kz-2013", line="only", contributor="KAZ", terms=terms, since=IN_FORCE)
        given_ready(announced(), only).when(nominate(line="only")).then_refused("I2", "covers " + word)


def test_i2_the_terms_are_those_that_held_on_the_day() -> None:
    elsewhere = TERMS.model_copy(update={"missions": ("MINURSO",)})
    amended = MandateLineRecorded(
        mandate="kz-2013", line="all", contributor="KAZ", terms=elsewhere, since=date(2014, 4, 15)
    )
    story = given_ready(announced(), amended)
    story.when(nominate()).then(nominated())
    story.when(nominate(nominated_on=date(2014, 4, 15))).then_refused("I2", "MINURSO")


def test_i2_the_nominee_belongs_to_the_state_of_the_mandate() -> None:
    foreign = CandidateRegistered(person="p-9", contributor="ARM", rank="major", registered_on=IN_FORCE)
    given_ready(announced(), foreign).when(nominate(person="p-9")).then_refused("I2", "KAZ", "ARM")


def test_i2_a_unit_vacancy_takes_no_person_and_a_persons_vacancy_no_unit() -> None:
    given_ready(announced_for_unit()).when(nominate()).then_refused("I2", "infantry")
    given_ready(announced()).when(nominate_unit()).then_refused("I2", "infantry", "military_observer")


def test_i8_nobody_is_nominated_for_a_mission_that_went_into_drawdown() -> None:
    given_ready(announced(), drawdown).when(nominate()).then_refused("I8", "UNIFIL", "2014-03-15")
    early = nominate(nominated_on=date(2014, 3, 14))
    assert len(given_ready(announced(), drawdown).when(early).then_events()) == 1
    given_ready(announced_for_unit(), drawdown).when(nominate_unit()).then_refused("I8", "UNIFIL")


def test_a_nominee_is_a_candidate_on_the_register() -> None:
    given_ready(announced()).when(nominate(person="p-9")).then_refused("unknown", "p-9")
    gone = CandidateWithdrawn(person="p-1", withdrawn_on=date(2014, 3, 20), reason="left the service")
    given_ready(announced(), gone).when(nominate()).then_refused("lifecycle", "2014-03-20")
    late = CandidateRegistered(person="p-2", contributor="KAZ", rank="major", registered_on=date(2014, 4, 2))
    given_ready(announced(), late).when(nominate(person="p-2")).then_refused("lifecycle", "register on 2014-04-01")


def test_i12_a_barred_person_is_not_nominated_not_even_with_an_earlier_date() -> None:
    barred = CandidateBarred(person="p-1", since=date(2014, 4, 10), tour="t-1", reason="discipline")
    given_ready(announced(), barred).when(nominate()).then_refused("I12", "2014-04-10", "t-1")


def test_a_unit_is_nominated_with_its_pledged_headcount() -> None:
    given_ready(announced_for_unit()).when(nominate_unit()).then(unit_nominated())
    given_ready(announced_for_unit()).when(nominate_unit(unit="inf-9")).then_refused("unknown", "inf-9")
    given_ready(announced_for_unit(number=119)).when(nominate_unit()).then_refused("lifecycle", "120", "119")


def test_i7_a_units_pledge_holds_on_the_day() -> None:
    story = given_ready(announced_for_unit(deadline=None, announced_on=date(1990, 1, 1)))
    story.when(nominate_unit(nominated_on=date(2015, 1, 1))).then_refused("I7", "valid until 2015-01-01")
    story.when(nominate_unit(nominated_on=date(2013, 12, 31))).then_refused("I7", "only on 2014-01-01")


def test_i2_a_unit_waits_for_its_line_and_i5_needs_rules_to_know_how_long_a_nomination_holds() -> None:
    given(mission, rules, pledged, announced_for_unit()).when(nominate_unit()).then_pending("line/kz-2013/all")
    given(mission, line, pledged, announced_for_unit()).when(nominate_unit()).then_refused("I5", "Adopt a rule set")


def test_one_open_nomination_of_a_unit_a_vacancy() -> None:
    story = given_ready(announced_for_unit(), unit_nominated())
    story.when(nominate_unit(nomination="n-2")).then_refused("duplicate", "inf-1", "unit")
