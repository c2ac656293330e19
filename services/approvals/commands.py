"""Every command of this room, and the function that answers it."""

from collections.abc import Callable, Mapping
from typing import Any

from contracts.approvals import (
    AmendMandate,
    ApproveMandate,
    ExpireMandate,
    GrantWaiver,
    ProposeMandate,
    RecordLegalDocument,
    RejectMandate,
    RequireLegalDocuments,
    RevokeMandate,
    SupersedeMandate,
    WithdrawProposal,
)
from contracts.words import Command
from kernel.model.decider import Decision, ReceivedCommand, States
from services.approvals import framework, votes
from services.approvals.mandate import Mandate

ANSWERS: Mapping[type[Command], Callable[[Mandate, Any], Decision]] = {
    ProposeMandate: votes.propose,
    RejectMandate: votes.reject,
    WithdrawProposal: votes.withdraw,
    AmendMandate: votes.amend,
    RevokeMandate: votes.revoke,
    ExpireMandate: votes.expire,
    SupersedeMandate: votes.supersede,
    GrantWaiver: framework.grant_waiver,
    RequireLegalDocuments: framework.require_documents,
    RecordLegalDocument: framework.record_document,
}
"""What the mandate itself can answer."""
ANSWERS_ACROSS: Mapping[type[Command], Callable[[Mandate, Any, States], Decision]] = {ApproveMandate: votes.approve}
"""What looks at other mandates too."""


def decide(asked: ReceivedCommand, states: States) -> Decision:
    """The events that a command leads to, or why there are none."""
    own, kind = states[asked.data.stream], type(asked.data)
    if kind in ANSWERS:
        return ANSWERS[kind](own, asked.data)
    if kind in ANSWERS_ACROSS:
        return ANSWERS_ACROSS[kind](own, asked.data, states)
    raise TypeError(f"approvals does not take {kind.__name__}")
