"""Four eyes on mandates: whoever proposes does not approve, and an approval says what it has read."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from contracts.approvals import (
    AmendMandate,
    ApproveMandateChange,
    ChangeMandateByBreakGlass,
    GrantWaiver,
    LegalDocumentRecorded,
    MandateAmended,
    MandateApproved,
    MandateChange,
    MandateChangeApproved,
    MandateChangedByBreakGlass,
    MandateChangeProposed,
    MandateChangeWithdrawn,
    WaiverGranted,
    WithdrawMandateChange,
)
from contracts.words import Command
from kernel.identity.person import Person
from services.approvals import decider
from tests.spec import Story, spec
from tests.specs.approvals_events import (
    AMEND,
    APPROVE,
    APPROVED,
    EXPIRE,
    KZ,
    PAPER,
    PROPOSED,
    REJECT,
    REVOKE,
    SUPERSEDE,
    WAIVER,
    WITHDRAW,
)

ANNA = Person("mfa-kz", "anna", "app_user")
BOLAT = Person("mfa-kz", "bolat", "app_user")
MOD = Person("mod-kz")
WAIVE = GrantWaiver(**WAIVER)
READ = APPROVE.model_copy(update={"version": 1})
LATER_ACT = AMEND.model_copy(update={"lines": AMEND.lines[1:]})


def proposed() -> Story:
    return spec(decider).given(PROPOSED, by=ANNA)


def approved() -> Story:
    """A mandate that two people entered: its stream has two events."""
    return proposed().given(APPROVED, by=BOLAT)


def change_of(command: Command) -> MandateChange:
    return MandateChange.of(command)


def waiting(command: Command = AMEND, by: Person | None = ANNA) -> Story:
    """A change that waits for a second person, as the third event of its stream."""
    return approved().given(MandateChangeProposed(change=change_of(command), proposed_by=str(by)), by=by)


def proposal(story: Story) -> UUID:
    return next(one.id for one in reversed(story.past) if isinstance(one.data, MandateChangeProposed))


def yes(story: Story, version: int = 3) -> ApproveMandateChange:
    return ApproveMandateChange(**KZ, proposal=proposal(story), version=version)


@pytest.mark.parametrize("second", [BOLAT, MOD], ids=["another official of the producer", "another producer"])
def test_a_second_person_approves_a_mandate(second: Person) -> None:
    proposed().when(READ, by=second).then(APPROVED)


@pytest.mark.parametrize(
    "again",
    [ANNA, Person("mod-kz", "anna", "app_user"), Person("mfa-kz"), Person("mfa-kz", "https://idp#anna", "user")],
    ids=["the same", "for another producer", "unnamed, of the same producer", "signed in, by the other door"],
)
def test_whoever_proposed_a_mandate_does_not_approve_it(again: Person) -> None:
    refusal = proposed().when(READ, by=again).then_refused("four-eyes", "two people are needed")
    assert (refusal.field, refusal.remedy) == ("actor", "Let another person approve it (docs/how-to/four-eyes.md).")


def test_an_approval_names_the_version_that_it_approves() -> None:
    assert proposed().when(APPROVE, by=BOLAT).then_refused("four-eyes", "it is 1").field == "version"
    unread = APPROVE.model_copy(update={"version": 2})
    proposed().when(unread, by=BOLAT).then_refused("four-eyes", "there are only 1", "version")


def test_a_mandate_that_nobody_known_proposed_is_approved_by_nobody_known() -> None:
    spec(decider).given(PROPOSED).when(READ, by=BOLAT).then_refused("four-eyes", "Nobody knows who proposed it")


def test_a_rule_that_forbids_the_approval_is_named_before_the_person() -> None:
    approved().when(READ, by=ANNA).then_refused("lifecycle", "approved")


@pytest.mark.parametrize("command", [REJECT, WITHDRAW], ids=["a rejection", "a withdrawal"])
def test_one_person_may_end_what_one_person_began(command: Command) -> None:
    assert len(proposed().when(command, by=ANNA).then_events()) == 1


@pytest.mark.parametrize("command", [AMEND, REVOKE, EXPIRE, WAIVE], ids=lambda one: type(one).__name__)
def test_a_change_is_only_proposed_by_one_person(command: Command) -> None:
    approved().when(command, by=ANNA).then(MandateChangeProposed(change=change_of(command), proposed_by="mfa-kz, anna"))


@pytest.mark.parametrize("command", [AMEND, REVOKE, EXPIRE, WAIVE], ids=lambda one: type(one).__name__)
def test_a_change_is_decided_when_a_second_person_approves_it(command: Command) -> None:
    story = waiting(command)
    step, *changes = story.when(yes(story), by=BOLAT).then_events()
    assert step == MandateChangeApproved(**KZ, proposal=proposal(story), version=3)
    assert changes == approved().when(command).then_events()


@pytest.mark.parametrize("again", [ANNA, Person("mfa-kz")], ids=["the same", "unnamed, of the same producer"])
def test_whoever_proposed_a_change_does_not_approve_it(again: Person) -> None:
    story = waiting(WAIVE)
    story.when(yes(story), by=again).then_refused("four-eyes", "two people are needed")


def test_a_change_that_the_rules_refuse_is_not_proposed() -> None:
    proposed().when(WAIVE, by=ANNA).then_refused("lifecycle", "proposed")


def test_an_older_version_is_not_approved_after_an_amendment() -> None:
    story = waiting(WAIVE).given(MandateAmended(**dict(LATER_ACT), contributor="KAZ"), by=None)
    assert story.when(yes(story, 3), by=BOLAT).then_refused("four-eyes", "as of version 4").field == "version"
    *_, granted = story.when(yes(story, 4), by=BOLAT).then_events()
    assert granted == WaiverGranted(**WAIVER)


def test_an_approval_of_what_nobody_can_have_read_is_refused() -> None:
    story = waiting()
    story.when(yes(story, 2), by=BOLAT).then_refused("four-eyes", "as of version 3")
    story.when(yes(story, 4), by=BOLAT).then_refused("four-eyes", "there are only 3")


def test_a_document_changes_no_terms_so_an_approval_stands_beside_it() -> None:
    story = waiting().given(LegalDocumentRecorded(**PAPER, lines=("observers",)))
    assert len(story.when(yes(story, 3), by=BOLAT).then_events()) > 1


def test_a_change_is_approved_by_the_rules_of_that_day() -> None:
    story = waiting(WAIVE).given(WaiverGranted(**WAIVER), by=MOD)
    story.when(yes(story, 4), by=BOLAT).then_refused("duplicate", "w-1")


def test_a_proposal_is_approved_once() -> None:
    story = waiting()
    after = story.given(*story.when(yes(story), by=BOLAT).then_events(), by=BOLAT)
    after.when(yes(after, 5), by=MOD).then_refused("unknown", "No proposal", "proposal")


def test_a_proposal_that_is_withdrawn_is_gone() -> None:
    story = waiting()
    withdraw = WithdrawMandateChange(**KZ, proposal=proposal(story), reason="wrong line")
    story.when(withdraw, by=ANNA).then(MandateChangeWithdrawn(**dict(withdraw)))
    after = story.given(MandateChangeWithdrawn(**dict(withdraw)), by=ANNA)
    after.when(yes(after, 4), by=BOLAT).then_refused("unknown", "withdrawn")
    after.when(withdraw, by=BOLAT).then_refused("unknown", "withdrawn")


def test_not_more_proposals_wait_than_somebody_can_read() -> None:
    story = approved().given(*[MandateChangeProposed(change=change_of(WAIVE), proposed_by="x")] * 100, by=ANNA)
    story.when(WAIVE, by=ANNA).then_refused("limits", "100")


def glass(command: Command, reason: str = "the relief leaves tonight") -> ChangeMandateByBreakGlass:
    return ChangeMandateByBreakGlass(change=change_of(command), reason=reason)


@pytest.mark.parametrize("command", [AMEND, REVOKE, EXPIRE, WAIVE], ids=lambda one: type(one).__name__)
def test_in_an_emergency_one_person_changes_a_mandate_and_it_stands_in_an_event_of_its_own(command: Command) -> None:
    step, *changes = approved().when(glass(command), by=ANNA).then_events()
    assert step == MandateChangedByBreakGlass(
        change=change_of(command), reason="the relief leaves tonight", changed_by="mfa-kz, anna"
    )
    assert changes == approved().when(command).then_events()


def test_in_an_emergency_whoever_proposed_a_mandate_approves_it() -> None:
    _, change = proposed().when(glass(APPROVE), by=ANNA).then_events()
    assert isinstance(change, MandateApproved)


def test_break_glass_needs_a_reason_and_sets_no_rule_aside() -> None:
    assert approved().when(glass(WAIVE, "  "), by=ANNA).then_refused("four-eyes", "Say why").field == "reason"
    proposed().when(glass(WAIVE), by=ANNA).then_refused("lifecycle", "proposed")


def test_without_a_register_nobody_is_compared_and_one_command_is_enough() -> None:
    assert isinstance(spec(decider).given(PROPOSED).when(APPROVE).then_events()[0], MandateApproved)
    for command in (AMEND, REVOKE, EXPIRE, WAIVE):
        assert not isinstance(approved().when(command).then_events()[0], MandateChangeProposed)
    approved().when(glass(WAIVE)).then_refused("four-eyes", "no register of producers")


def test_a_policy_is_no_person_and_ends_a_mandate_alone() -> None:
    assert len(approved().when(SUPERSEDE).then_events()) == 1


def test_the_amendment_that_is_approved_is_the_one_that_was_proposed() -> None:
    amendment: Any = dict(AMEND) | {"in_force_from": date(2018, 9, 1)}
    story = waiting(AmendMandate(**amendment))
    _, amended, *_ = story.when(yes(story), by=BOLAT).then_events()
    assert isinstance(amended, MandateAmended)
    assert amended.in_force_from == date(2018, 9, 1)
