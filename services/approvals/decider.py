"""The decider of the approvals service: every stream is a mandate, and no event makes a claim."""

from collections.abc import Collection, Mapping
from typing import NoReturn, TypeAlias, assert_never

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
from kernel.model.decider import Claim, Decision, ReceivedCommand, RecordedEvent, States, state_of
from services.approvals import framework, mandate, votes
from services.approvals.framework import FrameworkCommand
from services.approvals.mandate import Mandate
from services.approvals.votes import VoteCommand

State: TypeAlias = Mandate
Command: TypeAlias = VoteCommand | FrameworkCommand


def initial(stream: str) -> State:
    """A mandate without any recorded event."""
    match streams.category(stream):
        case "mandate":
            return Mandate()
        case _:
            raise ValueError(f"approvals keeps no stream {stream}")


def evolve(state: State, event: RecordedEvent) -> State:
    """The mandate after one more event."""
    return mandate.evolve(state, event.data)


def decide(command: ReceivedCommand[Command], states: States) -> Decision:
    """The events that a command produces, or the reason why it produces none."""
    data = command.data
    match data:
        case (
            ProposeMandate()
            | ApproveMandate()
            | RejectMandate()
            | WithdrawProposal()
            | AmendMandate()
            | RevokeMandate()
            | ExpireMandate()
            | SupersedeMandate()
        ):
            return votes.decide(data, states)
        case GrantWaiver() | RequireLegalDocuments() | RecordLegalDocument():
            return framework.decide(data, states)
        case _:
            assert_never(data)


def contributors(command: ReceivedCommand[Command], states: States) -> Collection[str]:
    """The State whose mandate it is."""
    known = state_of(Mandate, command.data.stream, states).contributor
    return {known} if known else ()


def claims(event: RecordedEvent, state: State) -> Mapping[str, tuple[Claim, ...]]:
    """No claims: a mandate occupies no person, post or unit."""
    return {}


def claimed(command: ReceivedCommand[Command], claim: Claim, owner: str) -> NoReturn:
    """Unreachable: without claims, none can overlap."""
    raise TypeError(f"approvals makes no claims, yet {claim} overlaps one of {owner}")
