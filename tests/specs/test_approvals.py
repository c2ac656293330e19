"""A national mandate: what parliament and the head of state decide about it, one step after the other."""

from typing import Any

import pytest

from contracts.approvals import (
    MandateAmended,
    MandateApproved,
    MandateProposed,
    MandateRevoked,
    MandateSuperseded,
    ProposalWithdrawn,
    ProposeMandate,
)
from contracts.words import Command, Decision
from services.approvals import decider
from tests.spec import spec
from tests.specs.approvals_events import (
    AMEND,
    APPROVE,
    APPROVED,
    COVERED,
    EXPIRE,
    EXPIRED,
    PROPOSAL,
    PROPOSED,
    REJECT,
    REJECTED,
    REVOKE,
    SUPERSEDE,
    WITHDRAW,
    D,
    approved,
    dated,
    line,
    proposed,
)


def test_a_mandate_is_proposed_once() -> None:
    spec(decider).when(ProposeMandate(**PROPOSAL)).then(PROPOSED)
    proposed().when(ProposeMandate(**PROPOSAL)).then_refused("duplicate", "kz-2013", "proposed")


def test_each_line_has_its_own_identifier() -> None:
    twice = ProposeMandate(**{**PROPOSAL, "lines": (line(), line())})
    spec(decider).when(twice).then_refused("duplicate", "observers", "lines")
    approved().when(AMEND.model_copy(update={"lines": (line(), line())})).then_refused("duplicate", "observers")


def test_an_approval_opens_the_lines_that_were_proposed() -> None:
    proposed().when(APPROVE).then(APPROVED)


def test_a_mandate_is_approved_only_while_it_is_proposed() -> None:
    spec(decider).when(APPROVE).then_refused("unknown", "kz-2013")
    approved().when(APPROVE).then_refused("lifecycle", "approved")
    proposed().given(REJECTED).when(APPROVE).then_refused("lifecycle", "rejected")


@pytest.mark.parametrize("counts", [(75, 75), (10, 90)])
def test_a_vote_that_was_not_carried_approves_nothing(counts: tuple[int, int]) -> None:
    vote = Decision(act_number="37-V", decided_on=D("2013-12-19"), votes_for=counts[0], votes_against=counts[1])
    lost = APPROVE.model_copy(update={"decision": vote})
    proposed().when(lost).then_refused("lifecycle", str(counts[0]), str(counts[1]))


def test_unknown_counts_prove_nothing() -> None:
    proposed().when(dated("2013-12-19")).then(APPROVED.model_copy(update={"decision": dated("2013-12-19").decision}))


def test_dates_follow_one_another() -> None:
    proposed().when(dated("2013-11-30")).then_refused("lifecycle", "2013-11-30", "2013-12-01", "decided_on")
    proposed().when(dated("2014-01-02")).then_refused("lifecycle", "2014-01-01", "in_force_from")
    proposed().when(dated("2013-11-30", REJECT)).then_refused("lifecycle", "2013-11-30")
    early = WITHDRAW.model_copy(update={"withdrawn_on": D("2013-11-30")})
    proposed().when(early).then_refused("lifecycle", "2013-11-30", "withdrawn_on")
    approved().when(dated("2013-12-18", AMEND)).then_refused("lifecycle", "2013-12-18")
    approved().when(dated("2018-07-02", AMEND)).then_refused("lifecycle", "2018-07-01", "in_force_from")
    approved().when(dated("2013-12-18", REVOKE)).then_refused("lifecycle", "2013-12-18")
    too_soon = EXPIRE.model_copy(update={"ends_on": D("2013-12-31")})
    approved().when(too_soon).then_refused("lifecycle", "2013-12-31", "ends_on")


def test_a_proposal_is_rejected_or_withdrawn() -> None:
    proposed().when(REJECT).then(REJECTED)
    proposed().when(WITHDRAW).then(ProposalWithdrawn(**dict(WITHDRAW)))
    approved().when(REJECT).then_refused("lifecycle", "approved")
    proposed().given(ProposalWithdrawn(**dict(WITHDRAW))).when(WITHDRAW).then_refused("lifecycle", "withdrawn")


def test_an_amendment_changes_and_adds_lines() -> None:
    amended = MandateAmended(**dict(AMEND), contributor="KAZ")
    approved().when(AMEND).then(amended)
    lines = approved().given(amended).state("mandate/kz-2013").lines
    assert {slug: terms.ceiling for slug, terms in lines.items()} == {"observers": 40, "company": 120}


def test_only_an_approved_mandate_is_amended_and_only_by_a_vote_that_was_carried() -> None:
    proposed().when(AMEND).then_refused("lifecycle", "proposed")
    lost = Decision(act_number="12-VI", decided_on=D("2018-06-15"), votes_for=1, votes_against=2)
    approved().when(AMEND.model_copy(update={"decision": lost})).then_refused("lifecycle", "not carried")


@pytest.mark.parametrize(
    ("command", "event"),
    [
        (REVOKE, MandateRevoked(**dict(REVOKE), lines=COVERED)),
        (EXPIRE, EXPIRED),
        (SUPERSEDE, MandateSuperseded(**dict(SUPERSEDE), lines=COVERED)),
    ],
)
def test_the_end_of_a_mandate_names_all_its_lines_and_comes_once(command: Command, event: Any) -> None:
    approved().when(command).then(event)
    proposed().when(command).then_refused("lifecycle", "proposed")
    approved().given(event).when(command).then_refused("lifecycle", "only while it is approved")


def test_a_later_mandate_supersedes_an_approved_one() -> None:
    later: dict[str, Any] = {"mandate": "kz-2018", "proposed_on": D("2013-12-01")}
    story = approved().given(MandateProposed(**{**PROPOSAL, **later}))
    command = APPROVE.model_copy(update={"mandate": "kz-2018", "supersedes": "kz-2013"})
    story.when(command).then(MandateApproved(**dict(command), contributor="KAZ", lines=(line(),)))
    story.given(EXPIRED).when(command).then_refused("lifecycle", "expired", "supersedes")
    nobody = command.model_copy(update={"supersedes": "kz-1990"})
    story.when(nobody).then_refused("unknown", "kz-1990", "supersedes")
    itself = command.model_copy(update={"supersedes": "kz-2018"})
    story.when(itself).then_refused("lifecycle", "itself")
