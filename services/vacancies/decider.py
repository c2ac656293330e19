"""The room's functions, each sending its question to the kind of stream that can answer it. No rule lives here."""

from collections.abc import Mapping
from typing import TypeAlias

from contracts import streams
from kernel.model.decider import Claim, ReceivedCommand, RecordedEvent, Refusal
from services.vacancies import application, candidate, line, mission, rule_set, unit, vacancy
from services.vacancies.application import Application
from services.vacancies.candidate import Candidate
from services.vacancies.commands import decide
from services.vacancies.line import Line
from services.vacancies.mission import Mission
from services.vacancies.rule_set import RuleSets
from services.vacancies.unit import Unit
from services.vacancies.vacancy import Vacancy

__all__ = ["State", "claimed", "claims", "decide", "evolve", "initial"]

State: TypeAlias = Mission | Application | Vacancy | Candidate | Unit | Line | RuleSets


def initial(stream: str) -> State:
    """The state of a stream before its first event."""
    match streams.category(stream):
        case "mission":
            return Mission()
        case "application":
            return Application()
        case "vacancy":
            return Vacancy()
        case "candidate":
            return Candidate()
        case "unit":
            return Unit()
        case "line":
            return Line()
        case "rule-set":
            return RuleSets()
        case _:
            raise ValueError(f"the vacancies room keeps no stream such as {stream}")


def evolve(state: State, fact: RecordedEvent) -> State:
    """The state after one more event."""
    match state:
        case Mission():
            return mission.evolve(state, fact.data)
        case Application():
            return application.evolve(state, fact.data)
        case Vacancy():
            return vacancy.evolve(state, fact.data)
        case Candidate():
            return candidate.evolve(state, fact.data)
        case Unit():
            return unit.evolve(state, fact.data)
        case Line():
            return line.evolve(state, fact.data)
        case RuleSets():
            return rule_set.evolve(state, fact.data)


def claims(fact: RecordedEvent, state: State) -> Mapping[str, tuple[Claim, ...]]:
    """Nothing here reaches across streams: who is where at one time is the deployments room's question."""
    return {}


def claimed(asked: ReceivedCommand, claim: Claim, owner: str) -> Refusal:
    """Cannot happen, because this room claims nothing."""
    raise RuntimeError(f"the vacancies room makes no claims, yet {asked.data.stream} met one of {owner}: {claim}")
