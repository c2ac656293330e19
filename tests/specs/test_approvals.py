"""A national mandate: what parliament decides about it, its waivers, and the legal framework of its operations."""

from datetime import date
from typing import Any

import pytest

from contracts.approvals import (
    AmendMandate,
    ApproveMandate,
    ExpireMandate,
    GrantWaiver,
    LegalDocumentRecorded,
    LegalDocumentsRequired,
    MandateAmended,
    MandateApproved,
    MandateExpired,
    MandateProposed,
    MandateRejected,
    MandateRevoked,
    MandateSuperseded,
    ProposalWithdrawn,
    ProposeMandate,
    RecordLegalDocument,
    RejectMandate,
    RequireLegalDocuments,
    RevokeMandate,
    SupersedeMandate,
    WaiverGranted,
    WithdrawProposal,
)
from contracts.deployments import OrderReturn
from contracts.words import Command, Decision, LineTerms
from kernel.decider import Asked, Claim
from services.approvals import decider
from services.approvals.policies import POLICIES
from tests.spec import A_DAY, Story, fact, spec

D = date.fromisoformat
KZ: dict[str, Any] = {"mandate": "kz-2013"}


def line(slug: str = "observers", *missions: str, ceiling: int = 20) -> LineTerms:
    covered = missions or ("MINURSO", "UNOCI")
    start = D("2014-01-01")
    return LineTerms(line=slug, missions=covered, categories=("military_observer",), ceiling=ceiling, valid_from=start)


PROPOSAL: dict[str, Any] = {
    **{**KZ, "contributor": "KAZ", "proposed_on": D("2013-12-01"), "proposed_by": "the President"},
    "lines": (line(),),
}
ACT = Decision(act_number="37-V", decided_on=D("2013-12-19"), votes_for=151, votes_against=2)
APPROVE = ApproveMandate(**KZ, decision=ACT, in_force_from=D("2014-01-01"))
AMEND = AmendMandate(
    **KZ,
    decision=Decision(act_number="12-VI", decided_on=D("2018-06-15")),
    in_force_from=D("2018-07-01"),
    lines=(line(ceiling=40), line("company", "UNIFIL", "MINURSO", ceiling=120)),
)
REVOKE = RevokeMandate(**KZ, ends_on=D("2016-01-01"), reason="over", decision=AMEND.decision)
EXPIRE = ExpireMandate(**KZ, ends_on=D("2016-01-01"), reason="its term ran out")
SUPERSEDE = SupersedeMandate(**KZ, ends_on=D("2018-07-01"), reason="replaced", superseded_by="kz-2018")
REJECT = RejectMandate(**KZ, decision=ACT)
WITHDRAW = WithdrawProposal(**KZ, withdrawn_on=D("2013-12-10"), reason="new text")
WAIVER: dict[str, Any] = {
    **{**KZ, "waiver": "w-1", "line": "observers", "extra": 5, "legal_reference": "D/1"},
    **{"valid_from": D("2014-02-01"), "valid_until": D("2014-03-01")},
}
NEEDS: dict[str, Any] = {**KZ, "mission": "MINURSO", "kinds": ("mou",), "required_from": D("2014-01-01")}
PAPER: dict[str, Any] = {**KZ, "mission": "MINURSO", "kind": "mou", "document": "MOU/1", "dated": D("2014-02-01")}
COVERED = ("observers",)
PROPOSED = MandateProposed(**PROPOSAL)
APPROVED = MandateApproved(**dict(APPROVE), contributor="KAZ", lines=(line(),))
EXPIRED = MandateExpired(**dict(EXPIRE), lines=COVERED)
REJECTED = MandateRejected(**dict(REJECT))


def proposed() -> Story:
    return spec(decider).given(PROPOSED)


def approved() -> Story:
    return spec(decider).given(PROPOSED, APPROVED)


def dated(day: str, command: Any = APPROVE) -> Any:
    return command.model_copy(update={"decision": Decision(act_number="1", decided_on=D(day))})


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


def test_a_waiver_is_granted_for_a_line_once() -> None:
    granted = WaiverGranted(**WAIVER)
    approved().when(GrantWaiver(**WAIVER)).then(granted)
    approved().given(granted).when(GrantWaiver(**WAIVER)).then_refused("duplicate", "w-1")
    approved().when(GrantWaiver(**WAIVER, mission="UNOCI")).then(WaiverGranted(**WAIVER, mission="UNOCI"))


def test_a_waiver_names_a_line_and_mission_of_the_mandate_and_a_period() -> None:
    approved().when(GrantWaiver(**{**WAIVER, "line": "company"})).then_refused("unknown", "company", "observers")
    approved().when(GrantWaiver(**WAIVER, mission="UNIFIL")).then_refused("unknown", "UNIFIL", "MINURSO, UNOCI")
    never = GrantWaiver(**{**WAIVER, "valid_until": D("2014-02-01")})
    approved().when(never).then_refused("I1", "2014-02-01", "valid_until")


REQUIRED = LegalDocumentsRequired(**NEEDS, lines=COVERED)
RECORDED = LegalDocumentRecorded(**PAPER, lines=COVERED)


def test_the_legal_framework_is_told_to_the_lines_that_cover_the_mission() -> None:
    approved().when(RequireLegalDocuments(**NEEDS)).then(REQUIRED)
    approved().when(RecordLegalDocument(**PAPER)).then(RECORDED)


def test_the_legal_framework_is_told_once_and_only_for_missions_of_the_mandate() -> None:
    story = approved().given(REQUIRED, RECORDED)
    story.when(RequireLegalDocuments(**NEEDS)).then_refused("duplicate", "MINURSO")
    story.when(RecordLegalDocument(**PAPER)).then_refused("duplicate", "MOU/1")
    story.when(RequireLegalDocuments(**{**NEEDS, "mission": "UNIFIL"})).then_refused("unknown", "UNIFIL")
    story.when(RecordLegalDocument(**{**PAPER, "mission": "UNIFIL"})).then_refused("unknown", "UNIFIL")


def test_a_line_that_newly_covers_an_operation_gets_its_legal_framework() -> None:
    story = approved().given(REQUIRED, RECORDED)
    new = {"lines": ("company",)}
    carried = (REQUIRED.model_copy(update=new), RECORDED.model_copy(update=new))
    amended = MandateAmended(**dict(AMEND), contributor="KAZ")
    story.when(AMEND).then(amended, *carried)
    later = story.given(amended, *carried)
    later.when(RecordLegalDocument(**PAPER)).then_refused("duplicate", "MOU/1")
    later.when(AMEND).then(amended)


@pytest.mark.parametrize(
    "command", [GrantWaiver(**WAIVER), RequireLegalDocuments(**NEEDS), RecordLegalDocument(**PAPER)]
)
def test_waivers_and_documents_need_an_approved_mandate(command: Command) -> None:
    proposed().when(command).then_refused("lifecycle", "proposed")
    approved().given(EXPIRED).when(command).then_refused("lifecycle", "expired")


def test_an_approval_that_supersedes_ends_the_other_mandate_on_its_first_day() -> None:
    policy = POLICIES["approvals.events"]
    later = APPROVED.model_copy(update={"mandate": "kz-2018", "supersedes": "kz-2013"})
    reason = "Superseded by mandate kz-2018 (act 37-V)."
    command = SupersedeMandate(mandate="kz-2013", ends_on=D("2014-01-01"), superseded_by="kz-2018", reason=reason)
    assert policy(fact(later)) == [command]
    assert policy(fact(APPROVED)) == []
    assert policy(fact(PROPOSED)) == []


def test_a_mandate_claims_nothing() -> None:
    assert decider.claims(fact(PROPOSED), proposed().state("mandate/kz-2013")) == {}
    asked = Asked(APPROVE, "c-1", "spec", A_DAY)
    with pytest.raises(TypeError, match="claims nothing"):
        decider.claimed(asked, Claim("person", "p-1", D("2014-01-01"), None), "line/a/b/c")


def test_what_the_room_does_not_keep_or_take_is_an_error() -> None:
    with pytest.raises(ValueError, match="keeps no stream"):
        decider.initial("line/kz-2013/all")
    foreign = OrderReturn(**KZ, line="all", tour="a", mission="MINURSO", by=D("2015-01-01"), authority="S/RES/1")
    with pytest.raises(TypeError, match="does not take OrderReturn"):
        decider.decide(Asked(foreign, "c-1", "spec", A_DAY), {foreign.stream: approved().state("mandate/kz-2013")})
