"""What parliament and the head of state decide about a mandate: propose, approve, amend, end."""

from collections import Counter
from datetime import date

from contracts import streams
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
from contracts.words import Decision as Vote
from contracts.words import LineTerms
from kernel.model.decider import Decision, Refusal, States
from services.approvals.framework import carried_over
from services.approvals.mandate import Mandate, wrong_state


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


def _not_carried(vote: Vote) -> Refusal | None:
    """Where the record gives both counts, a majority must have been in favour; unknown counts prove nothing."""
    if vote.votes_for is None or vote.votes_against is None or vote.votes_for > vote.votes_against:
        return None
    reason = (
        f"Act {vote.act_number} has {vote.votes_for} votes for and {vote.votes_against} against: it was not carried."
    )
    return Refusal("lifecycle", reason, "decision.votes_for", "Correct the counts, or enter a rejection.")


def propose(own: Mandate, asked: ProposeMandate) -> Decision:
    if own.status != "absent":
        reason = f"Mandate {asked.mandate} is already on record; it is {own.status}."
        return Refusal("duplicate", reason, "mandate", "Choose another identifier for a new proposal.")
    return _twins(asked.lines) or [MandateProposed(**dict(asked))]


def approve(own: Mandate, asked: ApproveMandate, states: States) -> Decision:
    decided = asked.decision.decided_on
    return (
        wrong_state(own, asked.mandate, "proposed")
        or _not_carried(asked.decision)
        or _too_early("The decision", decided, "the proposal", own.proposed_on, "decision.decided_on")
        or _too_early("Entry into force", asked.in_force_from, "the decision", decided, "in_force_from")
        or _cannot_supersede(asked, states)
        or [MandateApproved(**dict(asked), contributor=own.contributor, lines=tuple(own.lines.values()))]
    )


def _cannot_supersede(asked: ApproveMandate, states: States) -> Refusal | None:
    if asked.supersedes is None:
        return None
    if asked.supersedes == asked.mandate:
        reason = f"Mandate {asked.mandate} cannot supersede itself."
        return Refusal("lifecycle", reason, "supersedes", "Name the mandate that it replaces.")
    refused = wrong_state(states[streams.mandate(asked.supersedes)], asked.supersedes, "approved")
    return refused and Refusal(refused.rule, refused.reason, "supersedes", "Name an approved mandate, or none.")


def reject(own: Mandate, asked: RejectMandate) -> Decision:
    decided = asked.decision.decided_on
    return (
        wrong_state(own, asked.mandate, "proposed")
        or _too_early("The decision", decided, "the proposal", own.proposed_on, "decision.decided_on")
        or [MandateRejected(**dict(asked))]
    )


def withdraw(own: Mandate, asked: WithdrawProposal) -> Decision:
    return (
        wrong_state(own, asked.mandate, "proposed")
        or _too_early("The withdrawal", asked.withdrawn_on, "the proposal", own.proposed_on, "withdrawn_on")
        or [ProposalWithdrawn(**dict(asked))]
    )


def amend(own: Mandate, asked: AmendMandate) -> Decision:
    """New terms, and for lines that newly cover an operation the legal framework that it already has."""
    decided = asked.decision.decided_on
    return (
        wrong_state(own, asked.mandate, "approved")
        or _twins(asked.lines)
        or _not_carried(asked.decision)
        or _too_early("The decision", decided, "the last one", own.decided_on, "decision.decided_on")
        or _too_early("Entry into force", asked.in_force_from, "the decision", decided, "in_force_from")
        or [MandateAmended(**dict(asked), contributor=own.contributor), *carried_over(own, asked.lines)]
    )


def revoke(own: Mandate, asked: RevokeMandate) -> Decision:
    decided = asked.decision.decided_on
    return (
        wrong_state(own, asked.mandate, "approved")
        or _too_early("The decision", decided, "the last one", own.decided_on, "decision.decided_on")
        or [MandateRevoked(**dict(asked), lines=tuple(own.lines))]
    )


def expire(own: Mandate, asked: ExpireMandate) -> Decision:
    return (
        wrong_state(own, asked.mandate, "approved")
        or _too_early("The end", asked.ends_on, "entry into force", own.in_force_from, "ends_on")
        or [MandateExpired(**dict(asked), lines=tuple(own.lines))]
    )


def supersede(own: Mandate, asked: SupersedeMandate) -> Decision:
    return wrong_state(own, asked.mandate, "approved") or [MandateSuperseded(**dict(asked), lines=tuple(own.lines))]
