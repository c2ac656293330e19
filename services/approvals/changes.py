"""Changes of an approved mandate under four eyes: proposed by one person, approved by another, or made by break-glass.

Whatever the way, the change itself is decided by the same rules (`votes`, `framework`), in the state of that day.
"""

from collections.abc import Callable, Sequence
from typing import Final, TypeAlias, assert_never

from contracts.approvals import (
    AmendMandate,
    ApproveMandate,
    ApproveMandateChange,
    ChangeMandateByBreakGlass,
    ExpireMandate,
    GrantWaiver,
    LegalDocumentRecorded,
    LegalDocumentsRequired,
    MandateChange,
    MandateChangeApproved,
    MandateChangedByBreakGlass,
    MandateChangeProposed,
    MandateChangeWithdrawn,
    RevokeMandate,
    WithdrawMandateChange,
)
from contracts.words import Command
from kernel.identity.person import Person
from kernel.model import four_eyes
from kernel.model.decider import Decision, RecordedEvent, Refusal, States, state_of
from kernel.model.four_eyes import Proposals
from services.approvals.mandate import Mandate

ChangeCommand: TypeAlias = ApproveMandateChange | WithdrawMandateChange | ChangeMandateByBreakGlass
Change: TypeAlias = AmendMandate | RevokeMandate | ExpireMandate | GrantWaiver
"""What one person only proposes."""
PROPOSED_AT: Final = 1
"""The version of a mandate's stream with its own proposal."""
DecideChange: TypeAlias = Callable[[Command], Decision]
"""The rules for a change, whoever sends it."""


def evolve(proposals: Proposals, event: RecordedEvent) -> Proposals:
    """The proposals of a mandate after one more of its events; documents change no terms."""
    after = proposals.counted()
    match event.data:
        case MandateChangeProposed(change=change):
            return after.proposed(event.id, event.person, change.command)
        case MandateChangeApproved(proposal=proposal) | MandateChangeWithdrawn(proposal=proposal):
            return after.settled(proposal)
        case LegalDocumentsRequired() | LegalDocumentRecorded() | MandateChangedByBreakGlass():
            return after
        case _:
            return after.outdated()


def propose(command: Change, person: Person | None, states: States, decide_change: DecideChange) -> Decision:
    """The change, where one person is enough; else the proposal of one that the rules admit now."""
    decision = decide_change(command)
    if not four_eyes.needs_second(person, decision):
        return decision
    proposals = state_of(Mandate, command.stream, states).proposals
    return proposals.full() or [MandateChangeProposed(change=MandateChange.of(command), proposed_by=str(person))]


def approve(command: ApproveMandate, person: Person | None, states: States, decision: Decision) -> Decision:
    """What the rules decide about an approval, unless its sender may not give it."""
    own = state_of(Mandate, command.stream, states)
    if not isinstance(decision, Sequence):
        return decision
    return own.proposals.refusal(person, own.entered_by, PROPOSED_AT, command.version) or decision


def decide(command: ChangeCommand, person: Person | None, states: States, decide_change: DecideChange) -> Decision:
    """The events that a command produces, or the reason why it produces none."""
    proposals = state_of(Mandate, command.stream, states).proposals
    match command:
        case ApproveMandateChange():
            proposal = proposals.approved(person, command.proposal, command.version)
            if isinstance(proposal, Refusal):
                return proposal
            return four_eyes.followed(MandateChangeApproved(**dict(command)), decide_change(proposal.command))
        case WithdrawMandateChange():
            known = proposals.known(command.proposal)
            return known if isinstance(known, Refusal) else [MandateChangeWithdrawn(**dict(command))]
        case ChangeMandateByBreakGlass():
            step = MandateChangedByBreakGlass(**dict(command), changed_by=str(person))
            decision = decide_change(command.change.command)
            return four_eyes.not_alone(person, command.reason, "reason") or four_eyes.followed(step, decision)
        case _:
            assert_never(command)
