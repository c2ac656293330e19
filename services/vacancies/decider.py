"""The decider of the vacancies service: each function dispatches on the kind of stream."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Final, NoReturn, TypeAlias, assert_never

from contracts import streams
from contracts.vacancies import (
    AcceptNomination,
    AcknowledgeApplication,
    AdoptRuleSet,
    AnnounceVacancy,
    BarCandidate,
    CandidateRegistered,
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
from kernel.model.decider import Claim, Decision, ReceivedCommand, RecordedEvent, States
from services.mandate_lines import MandateLine
from services.vacancies import acceptance, application, candidate, line, mission, nomination, rule_set, unit, vacancy
from services.vacancies.acceptance import AnswerCommand
from services.vacancies.application import Application, ApplicationCommand
from services.vacancies.candidate import Candidate, CandidateCommand
from services.vacancies.line import LineCommand
from services.vacancies.mission import Mission, MissionCommand
from services.vacancies.nomination import NominationCommand
from services.vacancies.rule_set import RuleSets
from services.vacancies.unit import Unit, UnitCommand
from services.vacancies.vacancy import Vacancy, VacancyCommand

State: TypeAlias = Candidate | Vacancy | Unit | Application | Mission | MandateLine | RuleSets
Command: TypeAlias = (
    CandidateCommand
    | NominationCommand
    | AnswerCommand
    | VacancyCommand
    | UnitCommand
    | ApplicationCommand
    | MissionCommand
    | LineCommand
    | AdoptRuleSet
)


def initial(stream: str) -> State:
    """The state of a stream before its first event."""
    match streams.category(stream):
        case "candidate":
            return Candidate()
        case "vacancy":
            return Vacancy()
        case "unit":
            return Unit()
        case "application":
            return Application()
        case "mission":
            return Mission()
        case "line":
            return MandateLine(stream)
        case "rule-set":
            return RuleSets()
        case _:
            raise ValueError(f"vacancies keeps no stream {stream}")


def evolve(state: State, event: RecordedEvent) -> State:
    """The state of a stream after one more event."""
    match state:
        case Candidate():
            return candidate.evolve(state, event.data)
        case Vacancy():
            return vacancy.evolve(state, event.data)
        case Unit():
            return unit.evolve(state, event.data)
        case Application():
            return application.evolve(state, event.data)
        case Mission():
            return mission.evolve(state, event.data)
        case MandateLine():
            return line.evolve(state, event.data)
        case RuleSets():
            return rule_set.evolve(state, event.data)
        case _:
            assert_never(state)


def decide(command: ReceivedCommand[Command], states: States) -> Decision:
    """The events that a command produces, or the reason why it produces none."""
    data = command.data
    match data:
        case RegisterCandidate() | RecordScreening() | RecordPromotion() | PlaceInReserve():
            return candidate.decide(data, states)
        case WithdrawCandidate() | BarCandidate():
            return candidate.decide(data, states)
        case NominateCandidate() | NominateUnit():
            return nomination.decide(data, states)
        case AcceptNomination() | DeclineNomination() | WithdrawNomination() | LapseNomination():
            return acceptance.decide(data, states)
        case AnnounceVacancy() | WithdrawVacancy() | LapseVacancy() | ReopenVacancy():
            return vacancy.decide(data, states)
        case PledgeUnit() | RecordReadiness() | SelectUnit() | SignMou() | RecordPredeploymentVisit():
            return unit.decide(data, states)
        case SubmitApplication() | AcknowledgeApplication() | WithdrawApplication():
            return application.decide(data, states)
        case RecordMission() | ChangeMissionStatus():
            return mission.decide(data, states)
        case RecordMandateLine() | RecordMandateLineEnd():
            return line.decide(data, states)
        case AdoptRuleSet():
            return rule_set.decide(data, states)
        case _:
            assert_never(data)


_OF_EVERY_STATE: Final = frozenset(
    {
        *(RecordMission, ChangeMissionStatus, AdoptRuleSet),
        *(AnnounceVacancy, WithdrawVacancy, LapseVacancy, ReopenVacancy),
    }
)


def contributors(command: ReceivedCommand[Command], states: States) -> Collection[str] | None:
    """The States whose people, units or offers it is about: those of its stream, and whom it nominates or answers.

    None for missions, rule sets and vacancies themselves: they are the UN's, and concern every State.
    """
    data = command.data
    if type(data) in _OF_EVERY_STATE:
        return None
    own = _contributors_of(states[data.stream], data.text_of("nomination"))
    match data:
        case NominateCandidate():
            return {*own, *_contributors_of(states[streams.candidate(data.person)], None)}
        case NominateUnit():
            return {*own, *_contributors_of(states[streams.unit(data.unit)], None)}
        case _:
            return own


def _contributors_of(state: object, nomination_named: str | None) -> Collection[str]:
    match state:
        case Candidate(registered=CandidateRegistered(contributor=contributor)):
            return (contributor,)
        case Unit() if state.pledges:
            return {pledge.contributor for pledge in state.pledges.values}
        case Application(contributor=contributor) if contributor:
            return (contributor,)
        case MandateLine():
            return state.contributors
        case Vacancy() if (answered := state.nominations.get(nomination_named or "")) is not None:
            return (answered.put_forward.contributor,)
        case _:
            return ()


def as_seen(stream: str, state: State, states: States, may_see: Callable[[str], bool]) -> State:
    """Others' people, units, offers and lines are as if not on record, and so are their nominations for a vacancy."""
    if isinstance(state, Vacancy):
        return _vacancy_as_seen(state, states, may_see)
    return state if all(may_see(one) for one in _contributors_of(state, None)) else initial(stream)


def _vacancy_as_seen(state: Vacancy, states: States, may_see: Callable[[str], bool]) -> Vacancy:
    """One that answers an application is that of the State that applied, and of who has a nomination for it already.

    Any other vacancy is announced to all States.
    """
    nominations = {name: one for name, one in state.nominations.items() if may_see(one.put_forward.contributor)}
    application = None if state.opening is None else state.opening.application
    if application is not None and not nominations:
        applied = _contributors_of(states[streams.application(application)], None)
        if not all(may_see(one) for one in applied):
            return Vacancy()
    return replace(state, nominations=nominations)


def claims(event: RecordedEvent, state: State) -> Mapping[str, tuple[Claim, ...]]:
    """No claims: deployments decides who is where at any time."""
    return {}


def claimed(command: ReceivedCommand[Command], claim: Claim, owner: str | None) -> NoReturn:
    """Unreachable: without claims, none can overlap."""
    raise TypeError(f"vacancies makes no claims, yet {claim} overlaps one of {owner}")
