"""The room's functions, each sending its question to the kind of stream that can answer it. No rule lives here."""

from collections.abc import Mapping
from typing import TypeAlias

from contracts import streams
from kernel.model.decider import Claim, ReceivedCommand, RecordedEvent, Refusal
from services.deployments import contributor, line, mission, rules, unit
from services.deployments.commands import decide
from services.deployments.contributor import Published
from services.deployments.line import Ledger
from services.deployments.mission import MissionLife
from services.deployments.tour_facts import CLAIMING_FACTS
from services.deployments.unit import Clearance

__all__ = ["claimed", "claims", "decide", "evolve", "initial"]

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


def evolve(state: State, fact: RecordedEvent) -> State:
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


def claims(fact: RecordedEvent, state: State) -> Mapping[str, tuple[Claim, ...]]:
    """After a tour's fact: the person or unit and the post that it takes from now on (I4)."""
    if not isinstance(state, Ledger) or not isinstance(fact.data, CLAIMING_FACTS):
        return {}
    tour = state.tours[fact.data.tour]
    return {f"{state.stream}/{tour.id}": tour.claims()}


def claimed(asked: ReceivedCommand, claim: Claim, owner: str) -> Refusal:
    """I4 across lines: another tour holds the same person, unit or post."""
    return rules.taken_by(claim, owner)
