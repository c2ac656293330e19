"""A mission as this room knows it: its status over time, and the tours that are there.

Presence is told to it by this room's own policy, so it may come after a closure was recorded; whoever comes late is
then told of the closure all the same.
"""

from dataclasses import dataclass, replace
from datetime import date

from contracts.deployments import (
    MissionStatusRecorded,
    NotePresence,
    PresenceNoted,
    RecordMissionStatus,
    TourRef,
)
from contracts.words import MissionStatus
from kernel.model.decider import Decision, RecordedEvent


@dataclass(frozen=True, slots=True)
class MissionLife:
    """A mission's statuses in the order in which they were recorded, and who is there."""

    stream: str
    history: tuple[MissionStatusRecorded, ...] = ()
    present: tuple[TourRef, ...] = ()

    @property
    def latest(self) -> MissionStatusRecorded | None:
        """The status with the latest day; of two for one day, the later recorded."""
        return self._latest_by(date.max)

    def status_on(self, day: date) -> MissionStatus | None:
        """The status on a day; None before the first one."""
        found = self._latest_by(day)
        return found.status if found else None

    def _latest_by(self, day: date) -> MissionStatusRecorded | None:
        held = [(told.since, index) for index, told in enumerate(self.history) if told.since <= day]
        return self.history[max(held)[1]] if held else None


def evolve(state: MissionLife, fact: RecordedEvent) -> MissionLife:
    """The mission after one more of its facts."""
    match fact.data:
        case MissionStatusRecorded() as e:
            told = e.model_copy(update={"present": ()})
            return replace(state, history=(*(h for h in state.history if h != told), told))
        case PresenceNoted() as e:
            others = tuple(ref for ref in state.present if ref != _ref(e))
            return replace(state, present=(*others, _ref(e)) if e.present else others)
        case other:
            raise TypeError(f"{type(other).__name__} is not a fact of a mission")


def _ref(told: NotePresence | PresenceNoted) -> TourRef:
    return TourRef(mandate=told.mandate, line=told.line, tour=told.tour)


def record_status(own: MissionLife, asked: RecordMissionStatus) -> Decision:
    known = [told.status for told in own.history if told.since == asked.since]
    if known and known[-1] == asked.status:
        return []
    present = own.present if asked.status == "closed" else ()
    return [MissionStatusRecorded(**dict(asked), present=present)]


def note_presence(own: MissionLife, asked: NotePresence) -> Decision:
    """Who is there; one who is noted after the closure is named in it again, so that the return is ordered."""
    if (_ref(asked) in own.present) == asked.present:
        return []
    noted = PresenceNoted(**dict(asked))
    latest = own.latest
    if asked.present and latest is not None and latest.status == "closed":
        return [noted, latest.model_copy(update={"present": (_ref(asked),)})]
    return [noted]
