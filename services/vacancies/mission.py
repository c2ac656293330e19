"""The status of a UN operation by effective date: active from its establishment, then drawdown, then closed for good.

Rule I8 needs the status on a day, not the latest one: a decision is often recorded before it takes effect.
"""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeAlias, assert_never

from contracts import streams
from contracts.vacancies import ChangeMissionStatus, MissionRecorded, MissionStatusChanged, RecordMission
from contracts.words import Event, MissionStatus
from kernel.model.decider import Decision, Refusal, States, state_of
from kernel.model.effective_dated import EffectiveDated
from services.vacancies.answers import duplicate, lifecycle, recorded, unknown

MissionCommand: TypeAlias = RecordMission | ChangeMissionStatus
_IN_WORDS: dict[MissionStatus, str] = {"active": "active", "drawdown": "in drawdown", "closed": "closed"}


@dataclass(frozen=True, slots=True)
class StatusChange:
    """A status and the day from which it holds."""

    since: date
    status: MissionStatus


@dataclass(frozen=True, slots=True)
class Mission:
    established_on: date | None = None
    """None if this service does not know the mission."""
    changes: EffectiveDated[StatusChange] = field(default_factory=EffectiveDated)
    closing: StatusChange | None = None
    """The earliest closure: it holds for ever, whatever changes on a later day."""

    def change_on(self, day: date) -> StatusChange | None:
        """The change that holds on a day; None before the establishment."""
        if self.closing is not None and self.closing.since <= day:
            return self.closing
        return self.changes.on(day)

    def with_change(self, change: StatusChange) -> "Mission":
        """The mission after one more change of its status."""
        closing = self.closing
        if change.status == "closed" and (closing is None or change.since < closing.since):
            closing = change
        return replace(self, changes=self.changes.with_value(change.since, change), closing=closing)


def evolve(state: Mission, event: Event) -> Mission:
    """The state after one more event."""
    match event:
        case MissionRecorded():
            return Mission(event.established_on).with_change(StatusChange(event.established_on, "active"))
        case MissionStatusChanged():
            return state.with_change(StatusChange(event.since, event.status))
        case _:
            raise TypeError(f"a mission's stream holds no {type(event).__name__}")


def decide(command: MissionCommand, states: States) -> Decision:
    """The events that a command produces, or the reason why it produces none."""
    own = state_of(Mission, command.stream, states)
    match command:
        case RecordMission():
            if own.established_on is not None:
                return duplicate(f"{command.mission} is on record since {own.established_on}.", "mission")
            return [recorded(MissionRecorded, command)]
        case ChangeMissionStatus():
            return _change(own, command)
        case _:
            assert_never(command)


def _change(own: Mission, command: ChangeMissionStatus) -> Decision:
    if own.established_on is None:
        return unknown(f"Mission {command.mission}", "mission", "Record the mission first.")
    current = own.change_on(command.since)
    if current is None:
        reason = f"{command.mission} was established on {own.established_on}; its status cannot change before that."
        return lifecycle(reason, "since", "Give a day on or after the establishment.")
    if current.status == command.status:
        reason = f"{command.mission} is {_IN_WORDS[current.status]} since {current.since} already."
        return duplicate(reason, "status")
    if current.status == "closed":
        reason = f"{command.mission} closed on {current.since}, and a closed mission does not become active again."
        return lifecycle(reason, "status", "A successor is a mission of its own: record it under its own acronym.")
    return [recorded(MissionStatusChanged, command)]


def takes_nothing_new(acronym: str, day: date, states: States) -> Refusal | None:
    """Rule I8: why a mission accepts nothing new on a day, or None if it is active."""
    state = state_of(Mission, streams.mission(acronym), states)
    if state.established_on is None:
        return unknown(f"Mission {acronym}", "mission", "Record the mission first, or correct its acronym.")
    current = state.change_on(day)
    if current is None:
        reason = f"{acronym} was established only on {state.established_on}, after {day}."
        return Refusal("I8", reason, "mission", "Check the date.")
    if current.status == "active":
        return None
    reason = f"{acronym} is {_IN_WORDS[current.status]} since {current.since}, so nothing new goes there on {day}."
    return Refusal("I8", reason, "mission", "Choose a mission that is active on that day.")
