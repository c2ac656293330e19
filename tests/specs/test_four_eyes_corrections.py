"""Four eyes on corrections: proposed by one person, decided when another approves it, as of what that one has read."""

from typing import Any
from uuid import UUID

import pytest

from contracts.deployments import (
    ApproveCorrection,
    CorrectionApproved,
    CorrectionProposed,
    CorrectionWithdrawn,
    CorrectTour,
    CorrectTourByBreakGlass,
    TourCorrected,
    TourCorrectedByBreakGlass,
    WithdrawCorrection,
)
from kernel.identity.person import Person
from tests.spec import Story
from tests.specs.deployments_events import OF, D, arrived, departed, given, opened, planned, terms

ANNA = Person("mfa-kz", "anna", "app_user")
BOLAT = Person("mfa-kz", "bolat", "app_user")
TOUR: dict[str, Any] = {**OF, "tour": "a"}
VERSION = 5
"""Of the line with the proposal: it was opened, two tours were planned, one arrived."""


def there() -> Story:
    return given(planned("a"), arrived("a"), planned("b", "2014-08-01"))


def correction() -> CorrectTour:
    wrong = there().past[4].id
    more: Any = {"field": "arrived_on", "value": D("2014-07-02"), "corrected_on": D("2014-09-01"), "reason": "log book"}
    return CorrectTour(**TOUR, corrects=wrong, **more)


def waiting() -> Story:
    return there().given(CorrectionProposed(**dict(correction()), proposed_by="mfa-kz, anna"), by=ANNA)


def proposal(story: Story) -> UUID:
    return next(one.id for one in story.past if isinstance(one.data, CorrectionProposed))


def yes(story: Story, version: int = VERSION) -> ApproveCorrection:
    return ApproveCorrection(**TOUR, proposal=proposal(story), version=version)


CORRECTED = TourCorrected(**dict(correction()), old_value=D("2014-07-01"))


def test_a_correction_is_only_proposed_by_one_person() -> None:
    there().when(correction(), by=ANNA).then(CorrectionProposed(**dict(correction()), proposed_by="mfa-kz, anna"))


def test_a_correction_is_decided_when_a_second_person_approves_it() -> None:
    story = waiting()
    story.when(yes(story), by=BOLAT).then(
        CorrectionApproved(**TOUR, proposal=proposal(story), version=VERSION), CORRECTED
    )


@pytest.mark.parametrize("again", [ANNA, Person("mfa-kz")], ids=["the same", "unnamed, of the same producer"])
def test_whoever_proposed_a_correction_does_not_approve_it(again: Person) -> None:
    story = waiting()
    assert story.when(yes(story), by=again).then_refused("four-eyes", "two people").field == "actor"


def test_what_happens_to_the_tour_voids_an_approval_and_what_happens_to_others_does_not() -> None:
    story = waiting().given(arrived("b", "2014-08-01"))
    story.when(yes(story), by=BOLAT).then(
        CorrectionApproved(**TOUR, proposal=proposal(story), version=VERSION), CORRECTED
    )
    gone = waiting().given(departed("a", "2014-08-01"))
    assert gone.when(yes(gone), by=BOLAT).then_refused("four-eyes", "as of version 6").field == "version"
    assert len(gone.when(yes(gone, 6), by=BOLAT).then_events()) == 2


def test_new_terms_of_the_line_void_an_approval() -> None:
    story = waiting().given(opened(terms=terms(ceiling=4), since=D("2014-08-01")))
    story.when(yes(story), by=BOLAT).then_refused("four-eyes", "as of version 6")


def test_a_correction_is_approved_by_the_rules_of_that_day() -> None:
    story = waiting().given(departed("a", "2014-07-02"))
    story.when(yes(story, 6), by=BOLAT).then_refused("lifecycle", "out of order")


def test_a_correction_that_the_rules_refuse_is_not_proposed() -> None:
    nothing = correction().model_copy(update={"value": D("2014-07-01")})
    there().when(nothing, by=ANNA).then_refused("I10", "already")


def test_a_correction_that_is_withdrawn_is_gone() -> None:
    story = waiting()
    withdraw = WithdrawCorrection(**TOUR, proposal=proposal(story), reason="another officer")
    story.when(withdraw, by=ANNA).then(CorrectionWithdrawn(**dict(withdraw)))
    after = story.given(CorrectionWithdrawn(**dict(withdraw)), by=ANNA)
    after.when(yes(after, 6), by=BOLAT).then_refused("unknown", "withdrawn")


def test_in_an_emergency_one_person_corrects_a_tour_and_it_stands_in_an_event_of_its_own() -> None:
    alone = CorrectTourByBreakGlass(**dict(correction()), why_alone="the return closes today")
    there().when(alone, by=ANNA).then(TourCorrectedByBreakGlass(**dict(alone), changed_by="mfa-kz, anna"), CORRECTED)
    silent = alone.model_copy(update={"why_alone": " "})
    assert there().when(silent, by=ANNA).then_refused("four-eyes", "Say why").field == "why_alone"
    there().when(alone).then_refused("four-eyes", "no register of producers")


def test_without_a_register_one_command_is_enough() -> None:
    there().when(correction()).then(CORRECTED)
