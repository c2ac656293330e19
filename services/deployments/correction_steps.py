"""Corrections under four eyes: proposed by one person, approved by another, or made by break-glass.

Whatever the way, the correction itself is decided by the same rules (`correction`), in the state of that day.
"""

from typing import Final, TypeAlias, assert_never

from contracts.deployments import (
    ApproveCorrection,
    CorrectionApproved,
    CorrectionProposed,
    CorrectionWithdrawn,
    CorrectTour,
    CorrectTourByBreakGlass,
    TourCorrectedByBreakGlass,
    WithdrawCorrection,
)
from contracts.words import Command
from kernel.identity.person import Person
from kernel.model import four_eyes
from kernel.model.decider import Decision, RecordedEvent, Refusal, States, state_of
from kernel.model.four_eyes import Proposals
from services.deployments import correction
from services.deployments.line import Ledger

CorrectionCommand: TypeAlias = CorrectTour | ApproveCorrection | WithdrawCorrection | CorrectTourByBreakGlass

STEPS: Final = (CorrectionProposed, CorrectionApproved, CorrectionWithdrawn, TourCorrectedByBreakGlass)
"""Events that change no tour: a correction does that, which follows them once it is decided."""


def evolve(proposals: Proposals, event: RecordedEvent) -> Proposals:
    """The proposals of a line after one more of its events; what happens to other tours concerns none of a tour."""
    after = proposals.counted()
    match event.data:
        case CorrectionProposed() as data:
            return after.proposed(event.id, event.person, CorrectTour(**dict(data)))
        case CorrectionApproved(proposal=proposal) | CorrectionWithdrawn(proposal=proposal):
            return after.settled(proposal)
        case TourCorrectedByBreakGlass():
            return after
        case data:
            return after.outdated(data.text_of("tour"))


def decide(command: CorrectionCommand, person: Person | None, states: States) -> Decision:
    """The events that a command produces, or the reason why it produces none."""
    proposals = state_of(Ledger, command.stream, states).proposals
    match command:
        case CorrectTour():
            decision = correction.decide(command, states)
            if not four_eyes.needs_second(person, decision):
                return decision
            return proposals.full() or [CorrectionProposed(**dict(command), proposed_by=str(person))]
        case ApproveCorrection():
            proposal = proposals.approved(person, command.proposal, command.version)
            if isinstance(proposal, Refusal):
                return proposal
            return four_eyes.followed(CorrectionApproved(**dict(command)), _corrected(proposal.command, states))
        case WithdrawCorrection():
            known = proposals.known(command.proposal)
            return known if isinstance(known, Refusal) else [CorrectionWithdrawn(**dict(command))]
        case CorrectTourByBreakGlass():
            step = TourCorrectedByBreakGlass(**dict(command), changed_by=str(person))
            decision = correction.decide(CorrectTour(**dict(command)), states)
            return four_eyes.not_alone(person, command.why_alone, "why_alone") or four_eyes.followed(step, decision)
        case _:
            assert_never(command)


def _corrected(command: Command, states: States) -> Decision:
    if not isinstance(command, CorrectTour):
        raise TypeError(f"{type(command).__name__} corrects no tour")
    return correction.decide(command, states)
