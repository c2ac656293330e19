"""Every command of this room, and the kind of stream that answers it."""

from collections.abc import Callable, Mapping
from typing import Any

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
from contracts.words import Command
from kernel.model.decider import Decision, ReceivedCommand, States
from services.vacancies import acceptance, application, candidate, line, mission, nomination, rule_set, unit, vacancy

ANSWERS: Mapping[type[Command], Callable[[Any, States], Decision]] = {
    RecordMission: mission.decide,
    ChangeMissionStatus: mission.decide,
    SubmitApplication: application.decide,
    AcknowledgeApplication: application.decide,
    WithdrawApplication: application.decide,
    AnnounceVacancy: vacancy.decide,
    WithdrawVacancy: vacancy.decide,
    LapseVacancy: vacancy.decide,
    ReopenVacancy: vacancy.decide,
    NominateCandidate: nomination.decide,
    NominateUnit: nomination.decide,
    AcceptNomination: acceptance.decide,
    DeclineNomination: acceptance.decide,
    WithdrawNomination: acceptance.decide,
    LapseNomination: acceptance.decide,
    RegisterCandidate: candidate.decide,
    RecordScreening: candidate.decide,
    RecordPromotion: candidate.decide,
    PlaceInReserve: candidate.decide,
    WithdrawCandidate: candidate.decide,
    BarCandidate: candidate.decide,
    PledgeUnit: unit.decide,
    RecordReadiness: unit.decide,
    SelectUnit: unit.decide,
    SignMou: unit.decide,
    RecordPredeploymentVisit: unit.decide,
    RecordMandateLine: line.decide,
    RecordMandateLineEnd: line.decide,
    AdoptRuleSet: rule_set.decide,
}


def decide(asked: ReceivedCommand, states: States) -> Decision:
    """The events that a command leads to, or why there are none."""
    kind = type(asked.data)
    if kind not in ANSWERS:
        raise TypeError(f"the vacancies room takes no {kind.__name__}")
    return ANSWERS[kind](asked.data, states)
