"""The decider of the approvals service: every stream is a mandate, and no event makes a claim."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from functools import partial
from typing import NoReturn, TypeAlias, assert_never

from contracts import streams
from contracts.approvals import (
    AmendMandate,
    ApproveMandate,
    ApproveMandateChange,
    ChangeMandateByBreakGlass,
    ExpireMandate,
    GrantWaiver,
    MandateProposed,
    ProposeMandate,
    RecordLegalDocument,
    RejectMandate,
    RequireLegalDocuments,
    RevokeMandate,
    SupersedeMandate,
    WithdrawMandateChange,
    WithdrawProposal,
)
from kernel.model.decider import Claim, Decision, ReceivedCommand, RecordedEvent, States, state_of
from services.approvals import changes, framework, mandate, votes
from services.approvals.changes import ChangeCommand
from services.approvals.framework import FrameworkCommand
from services.approvals.mandate import Mandate
from services.approvals.votes import VoteCommand

State: TypeAlias = Mandate
Command: TypeAlias = VoteCommand | FrameworkCommand | ChangeCommand


def initial(stream: str) -> State:
    """A mandate without any recorded event."""
    match streams.category(stream):
        case "mandate":
            return Mandate()
        case _:
            raise ValueError(f"approvals keeps no stream {stream}")


def evolve(state: State, event: RecordedEvent) -> State:
    """The mandate after one more event."""
    after = mandate.evolve(state, event.data)
    entered_by = event.person if isinstance(event.data, MandateProposed) else state.entered_by
    return replace(after, proposals=changes.evolve(state.proposals, event), entered_by=entered_by)


def decide(command: ReceivedCommand[Command], states: States) -> Decision:
    """The events that a command produces, or the reason why it produces none."""
    data = command.data
    match data:
        case ApproveMandate():
            return changes.approve(data, command.person, states, votes.decide(data, states))
        case AmendMandate() | RevokeMandate() | ExpireMandate() | GrantWaiver():
            return changes.propose(data, command.person, states, partial(_decide_change, states))
        case ApproveMandateChange() | WithdrawMandateChange() | ChangeMandateByBreakGlass():
            return changes.decide(data, command.person, states, partial(_decide_change, states))
        case ProposeMandate() | RejectMandate() | WithdrawProposal() | SupersedeMandate():
            return votes.decide(data, states)
        case RequireLegalDocuments() | RecordLegalDocument():
            return framework.decide(data, states)
        case _:
            assert_never(data)


def _decide_change(states: States, change: object) -> Decision:
    """A change by the rules of the field, whoever sends it."""
    match change:
        case ApproveMandate() | AmendMandate() | RevokeMandate() | ExpireMandate():
            return votes.decide(change, states)
        case GrantWaiver():
            return framework.decide(change, states)
        case _:
            raise TypeError(f"{type(change).__name__} changes no mandate")


def contributors(command: ReceivedCommand[Command], states: States) -> Collection[str]:
    """The State whose mandate it is."""
    known = state_of(Mandate, command.data.stream, states).contributor
    return {known} if known else ()


def as_seen(stream: str, state: State, states: States, may_see: Callable[[str], bool]) -> State:
    """Another State's mandate is as if absent."""
    return state if may_see(state.contributor) else initial(stream)


def claims(event: RecordedEvent, state: State) -> Mapping[str, tuple[Claim, ...]]:
    """No claims: a mandate occupies no person, post or unit."""
    return {}


def claimed(command: ReceivedCommand[Command], claim: Claim, owner: str | None) -> NoReturn:
    """Unreachable: without claims, none can overlap."""
    raise TypeError(f"approvals makes no claims, yet {claim} overlaps one of {owner}")
