"""The mandate that stories of approvals begin with: twenty observers, approved in December 2013."""

from datetime import date
from typing import Any

from contracts.approvals import (
    AmendMandate,
    ApproveMandate,
    ExpireMandate,
    MandateApproved,
    MandateExpired,
    MandateProposed,
    MandateRejected,
    RejectMandate,
    RevokeMandate,
    SupersedeMandate,
    WithdrawProposal,
)
from contracts.words import Decision, LineTerms
from services.approvals import decider
from tests.spec import Story, spec

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
