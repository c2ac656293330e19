"""The decider of the deployments service: each function dispatches on the kind of stream."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import TypeAlias, assert_never

from contracts import streams
from contracts.deployments import (
    ApproveCorrection,
    CancelTour,
    CloseLine,
    CorrectTour,
    CorrectTourByBreakGlass,
    ExtendTour,
    NotePresence,
    OpenLine,
    OrderReturn,
    PlanTour,
    RecordArrival,
    RecordConsent,
    RecordDeparture,
    RecordDocument,
    RecordMissionStatus,
    RecordOfficialStatement,
    RecordStrengthReturn,
    RecordUnitMou,
    RecordUnitVisit,
    RecordWaiver,
    RequireDocuments,
    ScheduleTour,
    TransferTour,
    WithdrawCorrection,
)
from kernel.model.decider import Claim, Decision, ReceivedCommand, RecordedEvent, Refusal, States
from services.deployments import contributor, correction_steps, line, mission, planning, presence, rules, unit
from services.deployments.contributor import ContributorCommand, Published
from services.deployments.correction_steps import STEPS, CorrectionCommand
from services.deployments.line import Ledger, LineCommand
from services.deployments.mission import MissionCommand, MissionLife
from services.deployments.planning import PlanningCommand
from services.deployments.presence import PresenceCommand
from services.deployments.tour_events import CLAIMING_EVENTS
from services.deployments.unit import Clearance, UnitCommand
from services.mandate_lines import MandateLine

State: TypeAlias = Ledger | MissionLife | Clearance | Published
Command: TypeAlias = (
    PlanningCommand
    | PresenceCommand
    | CorrectionCommand
    | LineCommand
    | MissionCommand
    | UnitCommand
    | ContributorCommand
)


def initial(stream: str) -> State:
    """The state of a stream before its first event."""
    match streams.category(stream):
        case "line":
            return Ledger(MandateLine(stream))
        case "mission":
            return MissionLife(stream)
        case "unit":
            return Clearance()
        case "contributor":
            return Published()
        case _:
            raise ValueError(f"deployments keeps no stream {stream}")


def evolve(state: State, event: RecordedEvent) -> State:
    """The state of a stream after one more event."""
    match state:
        case Ledger():
            after = state if isinstance(event.data, STEPS) else line.evolve(state, event.data, event.id)
            return replace(after, proposals=correction_steps.evolve(state.proposals, event))
        case MissionLife():
            return mission.evolve(state, event.data)
        case Clearance():
            return unit.evolve(state, event.data)
        case Published():
            return contributor.evolve(state, event.data)
        case _:
            assert_never(state)


def decide(command: ReceivedCommand[Command], states: States) -> Decision:
    """The events that a command produces, or the reason why it produces none."""
    data = command.data
    match data:
        case PlanTour() | RecordConsent() | ScheduleTour() | CancelTour():
            return planning.decide(data, states)
        case RecordArrival() | ExtendTour() | TransferTour() | RecordDeparture() | OrderReturn():
            return presence.decide(data, states)
        case CorrectTour() | ApproveCorrection() | WithdrawCorrection() | CorrectTourByBreakGlass():
            return correction_steps.decide(data, command.person, states)
        case OpenLine() | CloseLine() | RecordWaiver() | RequireDocuments() | RecordDocument():
            return line.decide(data, states)
        case RecordMissionStatus() | NotePresence():
            return mission.decide(data, states)
        case RecordUnitMou() | RecordUnitVisit():
            return unit.decide(data, states)
        case RecordStrengthReturn() | RecordOfficialStatement():
            return contributor.decide(data, states)
        case _:
            assert_never(data)


def contributors(command: ReceivedCommand[Command], states: States) -> Collection[str]:
    """The States to which decisions of parliament have granted the line; other streams are no State's."""
    own = states[command.data.stream]
    return own.line.contributors if isinstance(own, Ledger) else ()


def as_seen(stream: str, state: State, states: States, may_see: Callable[[str], bool]) -> State:
    """Another State's line is as if no decision had granted it, and its unit as if it had no papers.

    Other streams are no State's. A unit of which no event says whose it is has no papers for a sender of some States.
    """
    match state:
        case Ledger():
            is_seen = all(may_see(one) for one in state.line.contributors)
        case Clearance():
            is_seen = state.contributor is not None and may_see(state.contributor)
        case _:
            is_seen = True
    return state if is_seen else initial(stream)


def claims(event: RecordedEvent, state: State) -> Mapping[str, tuple[Claim, ...]]:
    """The person or unit and the post that a tour claims after one of its events (I4)."""
    if not isinstance(state, Ledger) or not isinstance(event.data, CLAIMING_EVENTS):
        return {}
    tour = state.tours[event.data.tour]
    return {f"{state.stream}/{tour.id}": tour.claims()}


def claimed(command: ReceivedCommand[Command], claim: Claim, owner: str | None) -> Refusal:
    """I4 across lines: another tour holds the same person, unit or post."""
    return rules.taken_by(claim, owner)
