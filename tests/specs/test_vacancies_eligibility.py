"""I5: eligibility is decided by what is true on the nomination date, and a refusal lists every failed criterion."""

from datetime import date
from typing import Any

from contracts.vacancies import (
    AdoptRuleSet,
    CandidateNominated,
    CandidatePromoted,
    CandidateRegistered,
    CandidateScreened,
    NominateCandidate,
    RuleSetAdopted,
)
from contracts.words import Event
from tests.spec import Story
from tests.specs.vacancies_events import (
    IN_FORCE,
    NOMINATED,
    announced,
    given,
    given_ready,
    line,
    mission,
    rules,
    screened,
)

ALL_CRITERIA = ("UN course", "guiding documents", "English", "driving", "clearance")


def nominating(story: Story, person: str = "p-1", on: date = NOMINATED) -> Story:
    command = NominateCandidate(
        vacancy="v-1",
        nomination="n-1",
        mandate="kz-2013",
        line="all",
        nominated_on=on,
        person=person,
    )
    return story.when(command)


def the_nomination(story: Story) -> CandidateNominated:
    (event,) = story.then_events()
    assert isinstance(event, CandidateNominated)
    return event


def adopted(**but: Any) -> RuleSetAdopted:
    return RuleSetAdopted(**(dict(rules) | but))


def soldier(rank: Any, person: str = "p-2") -> tuple[Event, Event]:
    """Another candidate, screened like the first one."""
    return (
        CandidateRegistered(person=person, contributor="KAZ", rank=rank, registered_on=IN_FORCE),
        CandidateScreened(**(dict(screened) | {"person": person})),
    )


def test_a_refusal_lists_every_failed_criterion() -> None:
    strict = adopted(version="v2", clearance=True, in_force_from=date(2014, 2, 1))
    sergeant = CandidateRegistered(person="p-3", contributor="KAZ", rank="sergeant", registered_on=IN_FORCE)
    screening = CandidateScreened(
        person="p-3", screened_on=date(2014, 2, 1), un_course_until=date(2014, 3, 1), driving_until=NOMINATED
    )
    story = given_ready(strict, sergeant, screening, announced(rank_min="major"))
    refusal = nominating(story, "p-3").then_refused("I5", "p-3", "7 criteria", "v2")
    assert refusal.details == (
        "rank: sergeant is below captain, the lowest that rule set v2 accepts",
        "rank: sergeant is below major, the lowest that vacancy v-1 accepts",
        "UN course: expired since 2014-03-01 (I7)",
        "guiding documents: not held, by the screening of 2014-02-01",
        "English: not held, by the screening of 2014-02-01",
        "driving: expired since 2014-04-01 (I7)",
        "clearance: not held, by the screening of 2014-02-01",
    )


def test_somebody_never_screened_fails_every_criterion_that_the_rules_require() -> None:
    new = CandidateRegistered(person="p-4", contributor="KAZ", rank="major", registered_on=IN_FORCE)
    refusal = nominating(given_ready(new, announced()), "p-4").then_refused("I5", "4 criteria")
    assert refusal.details == tuple(f"{criterion}: not screened by 2014-04-01" for criterion in ALL_CRITERIA[:4])


def test_a_rule_set_may_require_nothing_but_a_rank() -> None:
    lenient = adopted(version="v2", un_course=False, guiding_documents=False, english=False, driving=False)
    new = CandidateRegistered(person="p-4", contributor="KAZ", rank="major", registered_on=IN_FORCE)
    assert the_nomination(nominating(given_ready(lenient, new, announced()), "p-4")).rule_set == "v2"


def test_a_rank_above_the_range_fails_too() -> None:
    story = given_ready(*soldier("major_general"), announced(rank_max="major"))
    refusal = nominating(story, "p-2").then_refused("I5", "above colonel", "above major")
    assert len(refusal.details) == 2


def test_the_ends_of_the_range_are_within_it() -> None:
    story = given_ready(*soldier("captain"), *soldier("colonel", "p-5"), announced())
    assert the_nomination(nominating(story, "p-2")).rank == "captain"
    assert the_nomination(nominating(story, "p-5")).rank == "colonel"


def test_the_rank_is_that_of_the_day() -> None:
    promoted = CandidatePromoted(person="p-1", rank="major", since=date(2014, 4, 10))
    story = given_ready(promoted, announced(rank_min="major"))
    nominating(story).then_refused("I5", "captain is below major", "1 criterion")
    assert the_nomination(nominating(story, on=date(2014, 4, 10))).rank == "major"


def test_a_screening_after_the_day_does_not_count() -> None:
    worse = CandidateScreened(person="p-1", screened_on=date(2014, 4, 2))
    story = given_ready(worse, announced())
    assert the_nomination(nominating(story)).rank == "captain"
    nominating(story, on=date(2014, 4, 2)).then_refused("I5", "screening of 2014-04-02")


def test_the_rule_set_is_the_latest_one_in_force_on_the_day() -> None:
    second = adopted(version="v2", in_force_from=date(2014, 4, 1), nomination_valid_days=30)
    future = adopted(version="v3", in_force_from=date(2014, 4, 20))
    nomination = the_nomination(nominating(given_ready(future, second, announced())))
    assert (nomination.rule_set, nomination.valid_until) == ("v2", date(2014, 5, 1))


def test_of_two_versions_for_one_day_the_one_adopted_later_holds() -> None:
    assert the_nomination(nominating(given_ready(adopted(version="v2"), announced()))).rule_set == "v2"


def test_without_rules_nobody_is_eligible() -> None:
    story = given(mission, line, *soldier("captain"), announced())
    nominating(story, "p-2").then_refused("I5", "No eligibility rule set", "Adopt a rule set")


def test_a_rule_set_is_adopted_once_a_version_and_holds_a_possible_range() -> None:
    adopt = AdoptRuleSet(**dict(rules))
    given().when(adopt).then(rules)
    given(rules).when(adopt).then_refused("duplicate", "v1")
    reverse = AdoptRuleSet(**(dict(rules) | {"rank_min": "colonel", "rank_max": "captain"}))
    given().when(reverse).then_refused("I5", "rank_min", "colonel")
