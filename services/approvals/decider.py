"""The room's three functions: which rule answers which command. No rule lives here."""

from collections.abc import Mapping
from typing import NoReturn

from contracts import streams
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
from kernel.decider import Asked, Claim, Decision, Fact, States
from services.approvals import framework, votes
from services.approvals.commands import reads
from services.approvals.mandate import Mandate, evolve

__all__ = ["claimed", "claims", "decide", "evolve", "initial", "reads"]


def initial(stream: str) -> Mandate:
    """A mandate of which nothing is known yet."""
    if streams.category(stream) != "mandate":
        raise ValueError(f"approvals keeps no stream {stream}")
    return Mandate()


def decide(asked: Asked, states: States) -> Decision:
    """Answer a command of this room."""
    own: Mandate = states[asked.data.stream]
    match asked.data:
        case ProposeMandate() as command:
            return votes.propose(own, command)
        case ApproveMandate() as command:
            return votes.approve(own, command, _superseded(command, states))
        case RejectMandate() as command:
            return votes.reject(own, command)
        case WithdrawProposal() as command:
            return votes.withdraw(own, command)
        case RevokeMandate() as command:
            return votes.revoke(own, command)
        case ExpireMandate() as command:
            return votes.expire(own, command)
        case SupersedeMandate() as command:
            return votes.supersede(own, command)
        case _:
            return _decide_in_force(asked, own)


def _decide_in_force(asked: Asked, own: Mandate) -> Decision:
    """Commands that need an approved mandate."""
    command = asked.data
    if not isinstance(command, AmendMandate | GrantWaiver | RequireLegalDocuments | RecordLegalDocument):
        raise TypeError(f"approvals does not take {type(command).__name__}")
    if refused := votes.wrong_state(own, command.mandate, "approved"):
        return refused
    match command:
        case AmendMandate():
            return votes.amend(own, command)
        case GrantWaiver():
            return framework.grant_waiver(own, command)
        case RequireLegalDocuments():
            return framework.require_documents(own, command)
        case RecordLegalDocument():
            return framework.record_document(own, command)


def _superseded(command: ApproveMandate, states: States) -> Mandate | None:
    """The mandate that an approval replaces; None where it names itself or none."""
    if command.supersedes is None or command.supersedes == command.mandate:
        return None
    found: Mandate = states[streams.mandate(command.supersedes)]
    return found


def claims(fact: Fact, state: Mandate) -> Mapping[str, tuple[Claim, ...]]:
    """Nothing: a mandate takes no person, post or unit."""
    return {}


def claimed(asked: Asked, claim: Claim, owner: str) -> NoReturn:
    """Unreachable: without claims, none can overlap."""
    raise TypeError(f"a mandate claims nothing, yet {claim} overlaps one of {owner}")
