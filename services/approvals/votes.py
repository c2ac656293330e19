"""The decisions of parliament and the head of state about a mandate: propose, approve, amend, end."""

from collections import Counter
from dataclasses import replace
from datetime import date
from typing import TypeAlias, assert_never

from contracts import streams, words
from contracts.approvals import (
    AmendMandate,
    ApproveMandate,
    ExpireMandate,
    MandateAmended,
    MandateApproved,
    MandateExpired,
    MandateProposed,
    MandateRejected,
    MandateRevoked,
    MandateSuperseded,
    ProposalWithdrawn,
    ProposeMandate,
    RejectMandate,
    RevokeMandate,
    SupersedeMandate,
    WithdrawProposal,
)
from contracts.words import LineTerms
from kernel.model.decider import Decision, Refusal, States, state_of
from services.approvals.framework import carried_over
from services.approvals.mandate import Mandate, wrong_state

VoteCommand: TypeAlias = (
    ProposeMandate
    | ApproveMandate
    | RejectMandate
    | WithdrawProposal
    | AmendMandate
    | RevokeMandate
    | ExpireMandate
    | SupersedeMandate
)


def decide(command: VoteCommand, states: States) -> Decision:
    """The events that a command produces, or the reason why it produces none."""
    own = state_of(Mandate, command.stream, states)
    match command:
        case ProposeMandate():
            return _propose(own, command)
        case ApproveMandate():
            return _approve(own, command, states)
        case RejectMandate():
            return _reject(own, command)
        case WithdrawProposal():
            return _withdraw(own, command)
        case AmendMandate():
            return _amend(own, command)
        case RevokeMandate():
            return _revoke(own, command)
        case ExpireMandate():
            return _expire(own, command)
        case SupersedeMandate():
            return _supersede(own, command)
        case _:
            assert_never(command)


def _too_early(what: str, day: date, than: str, earliest: date, field: str) -> Refusal | None:
    if day >= earliest:
        return None
    return Refusal("lifecycle", f"{what} is dated {day}, before {than} on {earliest}.", field, "Correct the date.")


def _twins(lines: tuple[LineTerms, ...]) -> Refusal | None:
    twins = sorted(slug for slug, times in Counter(terms.line for terms in lines).items() if times > 1)
    if not twins:
        return None
    reason = f"The same line is named more than once: {', '.join(twins)}."
    return Refusal("duplicate", reason, "lines", "Give each line its own identifier.", tuple(twins))


def _not_carried(vote: words.Decision) -> Refusal | None:
    """If the record gives both counts, a majority must be in favour; unknown counts are no ground for refusal."""
    if vote.votes_for is None or vote.votes_against is None or vote.votes_for > vote.votes_against:
        return None
    reason = (
        f"Act {vote.act_number} has {vote.votes_for} votes for and {vote.votes_against} against: it was not carried."
    )
    return Refusal("lifecycle", reason, "decision.votes_for", "Correct the counts, or enter a rejection.")


def _propose(own: Mandate, command: ProposeMandate) -> Decision:
    if own.status != "absent":
        reason = f"Mandate {command.mandate} is already on record; it is {own.status}."
        return Refusal("duplicate", reason, "mandate", "Choose another identifier for a new proposal.")
    return _twins(command.lines) or [MandateProposed(**dict(command))]


def _approve(own: Mandate, command: ApproveMandate, states: States) -> Decision:
    decided = command.decision.decided_on
    return (
        wrong_state(own, command.mandate, "proposed")
        or _not_carried(command.decision)
        or _too_early("The decision", decided, "the proposal", own.proposed_on, "decision.decided_on")
        or _too_early("Entry into force", command.in_force_from, "the decision", decided, "in_force_from")
        or _cannot_supersede(command, states)
        or [MandateApproved(**dict(command), contributor=own.contributor, lines=tuple(own.lines.values()))]
    )


def _cannot_supersede(command: ApproveMandate, states: States) -> Refusal | None:
    if command.supersedes is None:
        return None
    if command.supersedes == command.mandate:
        reason = f"Mandate {command.mandate} cannot supersede itself."
        return Refusal("lifecycle", reason, "supersedes", "Name the mandate that it replaces.")
    replaced = state_of(Mandate, streams.mandate(command.supersedes), states)
    refusal = wrong_state(replaced, command.supersedes, "approved")
    return refusal and replace(refusal, field="supersedes", remedy="Name an approved mandate, or none.")


def _reject(own: Mandate, command: RejectMandate) -> Decision:
    decided = command.decision.decided_on
    return (
        wrong_state(own, command.mandate, "proposed")
        or _too_early("The decision", decided, "the proposal", own.proposed_on, "decision.decided_on")
        or [MandateRejected(**dict(command))]
    )


def _withdraw(own: Mandate, command: WithdrawProposal) -> Decision:
    return (
        wrong_state(own, command.mandate, "proposed")
        or _too_early("The withdrawal", command.withdrawn_on, "the proposal", own.proposed_on, "withdrawn_on")
        or [ProposalWithdrawn(**dict(command))]
    )


def _amend(own: Mandate, command: AmendMandate) -> Decision:
    """Record new terms, and for each line that newly covers an operation the operation's existing legal framework."""
    decided = command.decision.decided_on
    return (
        wrong_state(own, command.mandate, "approved")
        or _twins(command.lines)
        or _not_carried(command.decision)
        or _too_early("The decision", decided, "the last one", own.decided_on, "decision.decided_on")
        or _too_early("Entry into force", command.in_force_from, "the decision", decided, "in_force_from")
        or [MandateAmended(**dict(command), contributor=own.contributor), *carried_over(own, command.lines)]
    )


def _revoke(own: Mandate, command: RevokeMandate) -> Decision:
    decided = command.decision.decided_on
    return (
        wrong_state(own, command.mandate, "approved")
        or _too_early("The decision", decided, "the last one", own.decided_on, "decision.decided_on")
        or [MandateRevoked(**dict(command), lines=tuple(own.lines))]
    )


def _expire(own: Mandate, command: ExpireMandate) -> Decision:
    return (
        wrong_state(own, command.mandate, "approved")
        or _too_early("The end", command.ends_on, "entry into force", own.in_force_from, "ends_on")
        or [MandateExpired(**dict(command), lines=tuple(own.lines))]
    )


def _supersede(own: Mandate, command: SupersedeMandate) -> Decision:
    return wrong_state(own, command.mandate, "approved") or [MandateSuperseded(**dict(command), lines=tuple(own.lines))]
