"""A mission as this service knows it: its status by effective date, and the tours that are present.

A policy of this service notes each presence, so a presence may be recorded after the mission's closure. The closure is
then recorded again for that tour, which thereby still receives its order to return.
"""

from dataclasses import dataclass, field, replace
from typing import TypeAlias, assert_never

from contracts.deployments import (
    MissionStatusRecorded,
    NotePresence,
    PresenceNoted,
    RecordMissionStatus,
    TourRef,
)
from contracts.words import Event
from kernel.model.decider import Decision, States, state_of
from kernel.model.effective_dated import EffectiveDated

MissionCommand: TypeAlias = RecordMissionStatus | NotePresence


@dataclass(frozen=True, slots=True)
class MissionLife:
    """A mission's statuses, each from its first day, and the tours that are present."""

    stream: str
    statuses: EffectiveDated[MissionStatusRecorded] = field(default_factory=EffectiveDated)
    present: tuple[TourRef, ...] = ()


def evolve(state: MissionLife, event: Event) -> MissionLife:
    """The mission after one more of its events."""
    match event:
        case MissionStatusRecorded():
            return _with_status(state, event.model_copy(update={"present": ()}))
        case PresenceNoted():
            tour = _tour_ref(event)
            others = tuple(ref for ref in state.present if ref != tour)
            return replace(state, present=(*others, tour) if event.present else others)
        case _:
            raise TypeError(f"a mission's stream holds no {type(event).__name__}")


def _with_status(state: MissionLife, status: MissionStatusRecorded) -> MissionLife:
    """The mission with one more status; a closure that is recorded again for a late tour does not change the status."""
    if state.statuses.beginning_on(status.since) == status:
        return state
    return replace(state, statuses=state.statuses.with_value(status.since, status))


def _tour_ref(of: NotePresence | PresenceNoted) -> TourRef:
    return TourRef(mandate=of.mandate, line=of.line, tour=of.tour)


def decide(command: MissionCommand, states: States) -> Decision:
    """The events that a command produces, or the reason why it produces none."""
    own = state_of(MissionLife, command.stream, states)
    match command:
        case RecordMissionStatus():
            return _record_status(own, command)
        case NotePresence():
            return _note_presence(own, command)
        case _:
            assert_never(command)


def _record_status(own: MissionLife, command: RecordMissionStatus) -> Decision:
    known = own.statuses.beginning_on(command.since)
    if known is not None and known.status == command.status:
        return []
    present = own.present if command.status == "closed" else ()
    return [MissionStatusRecorded(**dict(command), present=present)]


def _note_presence(own: MissionLife, command: NotePresence) -> Decision:
    """Record a presence; after a closure, record the closure again for this tour, so that its return is ordered."""
    tour = _tour_ref(command)
    if (tour in own.present) == command.present:
        return []
    noted = PresenceNoted(**dict(command))
    latest = own.statuses.latest
    if command.present and latest is not None and latest.status == "closed":
        return [noted, latest.model_copy(update={"present": (tour,)})]
    return [noted]
