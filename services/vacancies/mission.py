"""A UN operation's life by date: active from its establishment, then drawdown, then closed for good.

Rule I8 asks for the status on a day, not for the latest one: a decision is often known before it takes effect.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import TypeAlias, assert_never

from contracts.vacancies import ChangeMissionStatus, MissionRecorded, MissionStatusChanged, RecordMission
from contracts.words import Event, MissionStatus
from kernel.model.decider import Decision, Refusal, States
from services.vacancies.answers import duplicate, lifecycle, recorded, unknown

MissionCommand: TypeAlias = RecordMission | ChangeMissionStatus
SPOKEN: dict[MissionStatus, str] = {"active": "active", "drawdown": "in drawdown", "closed": "closed"}


@dataclass(frozen=True, slots=True)
class Change:
    since: date
    status: MissionStatus


@dataclass(frozen=True, slots=True)
class Mission:
    established_on: date | None = None
    """None: the mission is not known here."""
    history: tuple[Change, ...] = ()
    """In order of date; of two on one day the one recorded later comes last."""

    def change_on(self, day: date) -> Change | None:
        """The change that holds on a day; the first closing holds for ever after. None: before the establishment."""
        begun = [change for change in self.history if change.since <= day]
        closed = [change for change in begun if change.status == "closed"]
        return closed[0] if closed else (begun[-1] if begun else None)

    def status_on(self, day: date) -> MissionStatus | None:
        """The status on a day; None before the mission was established."""
        change = self.change_on(day)
        return change.status if change else None


def evolve(state: Mission, event: Event) -> Mission:
    match event:
        case MissionRecorded():
            return Mission(event.established_on, (Change(event.established_on, "active"),))
        case MissionStatusChanged():
            history = (*state.history, Change(event.since, event.status))
            return replace(state, history=tuple(sorted(history, key=lambda change: change.since)))
        case _:
            raise TypeError(f"a mission's stream holds no {type(event).__name__}")


def decide(command: MissionCommand, states: States) -> Decision:
    own: Mission = states[command.stream]
    match command:
        case RecordMission():
            if own.established_on is not None:
                return duplicate(f"{command.mission} is on record since {own.established_on}.", "mission")
            return [recorded(MissionRecorded, command)]
        case ChangeMissionStatus():
            return _change(command, own)
        case _:
            assert_never(command)


def _change(command: ChangeMissionStatus, own: Mission) -> Decision:
    if own.established_on is None:
        return unknown(f"Mission {command.mission}", "mission", "Record the mission first.")
    current = own.change_on(command.since)
    if current is None:
        reason = f"{command.mission} was established on {own.established_on}; its status cannot change before that."
        return lifecycle(reason, "since", "Give a day on or after the establishment.")
    if current.status == command.status:
        reason = f"{command.mission} is {SPOKEN[current.status]} since {current.since} already."
        return duplicate(reason, "status")
    if current.status == "closed":
        reason = f"{command.mission} closed on {current.since}, and a closed mission does not become active again."
        return lifecycle(reason, "status", "A successor is a mission of its own: record it under its own acronym.")
    return [recorded(MissionStatusChanged, command)]


def takes_nothing_new(state: Mission, acronym: str, day: date) -> Refusal | None:
    """Rule I8: why nothing new goes to a mission on a day, or None when it is active."""
    if state.established_on is None:
        return unknown(f"Mission {acronym}", "mission", "Record the mission first, or correct its acronym.")
    current = state.change_on(day)
    if current is None:
        reason = f"{acronym} was established only on {state.established_on}, after {day}."
        return Refusal("I8", reason, "mission", "Check the date.")
    if current.status == "active":
        return None
    reason = f"{acronym} is {SPOKEN[current.status]} since {current.since}, so nothing new goes there on {day}."
    return Refusal("I8", reason, "mission", "Choose a mission that is active on that day.")
