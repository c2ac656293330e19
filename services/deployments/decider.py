"""The room's functions: which rule answers which command, on which kind of stream. No rule lives here."""

from collections.abc import Mapping
from typing import TypeAlias

from contracts import streams
from contracts.deployments import (
    CancelTour,
    CloseLine,
    CorrectTour,
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
)
from kernel.decider import Asked, Claim, Decision, Fact, Refusal, States
from services.deployments import contributor, correction, line, mission, planning, presence, rules, unit
from services.deployments.commands import reads
from services.deployments.contributor import Published
from services.deployments.line import Ledger
from services.deployments.mission import MissionLife
from services.deployments.tour_facts import CLAIMING_FACTS
from services.deployments.unit import Clearance

__all__ = ["claimed", "claims", "decide", "evolve", "initial", "reads"]

State: TypeAlias = Ledger | MissionLife | Clearance | Published


def initial(stream: str) -> State:
    """A stream of which nothing is known yet."""
    match streams.category(stream):
        case "line":
            return Ledger(stream)
        case "mission":
            return MissionLife(stream)
        case "unit":
            return Clearance()
        case "contributor":
            return Published()
        case _:
            raise ValueError(f"deployments keeps no stream {stream}")


def evolve(state: State, fact: Fact) -> State:
    """The state after one more fact."""
    match state:
        case Ledger():
            return line.evolve(state, fact)
        case MissionLife():
            return mission.evolve(state, fact)
        case Clearance():
            return unit.evolve(state, fact)
        case Published():
            return contributor.evolve(state, fact)


def decide(asked: Asked, states: States) -> Decision:
    """Answer a command of this room."""
    own = states[asked.data.stream]
    match asked.data:
        case RecordMissionStatus() as command:
            return mission.record_status(own, command)
        case NotePresence() as command:
            return mission.note_presence(own, command)
        case RecordUnitMou() as command:
            return unit.record_mou(own, command)
        case RecordUnitVisit() as command:
            return unit.record_visit(own, command)
        case RecordStrengthReturn() as command:
            return contributor.record_return(own, command)
        case RecordOfficialStatement() as command:
            return contributor.record_statement(own, command)
        case _:
            return _decide_on_line(asked, own, states)


def _decide_on_line(asked: Asked, own: Ledger, states: States) -> Decision:
    match asked.data:
        case OpenLine() as command:
            return line.open_line(own, command)
        case CloseLine() as command:
            return line.close_line(own, command)
        case RecordWaiver() as command:
            return line.record_waiver(own, command)
        case RequireDocuments() as command:
            return line.require_documents(own, command)
        case RecordDocument() as command:
            return line.record_document(own, command)
        case _:
            return _decide_on_tour(asked, own, states)


def _decide_on_tour(asked: Asked, own: Ledger, states: States) -> Decision:
    match asked.data:
        case PlanTour() as command:
            return planning.plan(own, command, states)
        case RecordConsent() as command:
            return planning.record_consent(own, command)
        case ScheduleTour() as command:
            return planning.schedule(own, command)
        case CancelTour() as command:
            return planning.cancel(own, command)
        case RecordArrival() as command:
            return presence.arrive(own, command, states)
        case ExtendTour() as command:
            return presence.extend(own, command)
        case TransferTour() as command:
            return presence.transfer(own, command, states)
        case RecordDeparture() as command:
            return presence.depart(own, command)
        case CorrectTour() as command:
            return correction.correct(own, command)
        case OrderReturn() as command:
            return presence.order_return(own, command)
        case other:
            raise TypeError(f"deployments does not take {type(other).__name__}")


def claims(fact: Fact, state: State) -> Mapping[str, tuple[Claim, ...]]:
    """After a tour's fact: the person or unit and the post that it takes from now on (I4)."""
    if not isinstance(state, Ledger) or not isinstance(fact.data, CLAIMING_FACTS):
        return {}
    tour = state.tours[fact.data.tour]
    return {f"{state.stream}/{tour.id}": tour.claims()}


def claimed(asked: Asked, claim: Claim, owner: str) -> Refusal:
    """I4 across lines: another tour holds the same person, unit or post."""
    return rules.taken_by(claim, owner)
