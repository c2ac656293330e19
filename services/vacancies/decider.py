"""The decider of this room: it only sends each question to the kind of stream that can answer it."""

from collections.abc import Mapping
from typing import TypeAlias

from contracts import streams
from contracts.vacancies import (
    AcceptNomination,
    AcknowledgeApplication,
    AdoptRuleSet,
    AnnounceVacancy,
    BarCandidate,
    ChangeMissionStatus,
    DeclineNomination,
    LapseNomination,
    LapseVacancy,
    NominateCandidate,
    NominateUnit,
    PlaceInReserve,
    PledgeUnit,
    RecordMandateLine,
    RecordMandateLineEnd,
    RecordMission,
    RecordPredeploymentVisit,
    RecordPromotion,
    RecordReadiness,
    RecordScreening,
    RegisterCandidate,
    ReopenVacancy,
    SelectUnit,
    SignMou,
    SubmitApplication,
    WithdrawApplication,
    WithdrawCandidate,
    WithdrawNomination,
    WithdrawVacancy,
)
from kernel.decider import Asked, Claim, Decision, Fact, Refusal, States
from services.vacancies import acceptance, application, candidate, line, mission, nomination, rule_set, unit, vacancy
from services.vacancies.application import Application
from services.vacancies.candidate import Candidate
from services.vacancies.commands import reads
from services.vacancies.line import Line
from services.vacancies.mission import Mission
from services.vacancies.rule_set import RuleSets
from services.vacancies.unit import Unit
from services.vacancies.vacancy import Vacancy

__all__ = ["State", "claimed", "claims", "decide", "evolve", "initial", "reads"]

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


def evolve(state: State, fact: Fact) -> State:
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


def decide(asked: Asked, states: States) -> Decision:
    """The events that a command leads to, or why there are none."""
    match asked.data:
        case RecordMission() | ChangeMissionStatus() as command:
            return mission.decide(command, states)
        case SubmitApplication() | AcknowledgeApplication() | WithdrawApplication() as command:
            return application.decide(command, states)
        case AnnounceVacancy() | WithdrawVacancy() | LapseVacancy() | ReopenVacancy() as command:
            return vacancy.decide(command, states)
        case NominateCandidate() | NominateUnit() as command:
            return nomination.decide(command, states)
        case AcceptNomination() | DeclineNomination() | WithdrawNomination() | LapseNomination() as command:
            return acceptance.decide(command, states)
        case RegisterCandidate() | RecordScreening() | RecordPromotion() | PlaceInReserve() as command:
            return candidate.decide(command, states)
        case WithdrawCandidate() | BarCandidate() as command:
            return candidate.decide(command, states)
        case PledgeUnit() | RecordReadiness() | SelectUnit() | SignMou() | RecordPredeploymentVisit() as command:
            return unit.decide(command, states)
        case RecordMandateLine() | RecordMandateLineEnd() as command:
            return line.decide(command, states)
        case AdoptRuleSet() as command:
            return rule_set.decide(command, states)
        case _:
            raise TypeError(f"the vacancies room takes no {type(asked.data).__name__}")


def claims(fact: Fact, state: State) -> Mapping[str, tuple[Claim, ...]]:
    """Nothing here reaches across streams: who is where at one time is the deployments room's question."""
    return {}


def claimed(asked: Asked, claim: Claim, owner: str) -> Refusal:
    """Cannot happen, because this room claims nothing."""
    raise RuntimeError(f"the vacancies room makes no claims, yet {asked.data.stream} met one of {owner}: {claim}")
