"""Commands and events of the vacancies service: applications, vacancies and their nominations, candidates, units.

Facts of the UN (vacancies, missions, answers) enter as commands, so that the service still decides.
"""

from typing import Annotated, ClassVar

from pydantic import Field

from contracts import streams
from contracts.words import (
    WHOLE,
    Category,
    Command,
    Contributor,
    Day,
    Event,
    Headcount,
    LineTerms,
    Message,
    Mission,
    MissionStatus,
    PersonRef,
    Rank,
    ReadinessLevel,
    Reference,
    Slug,
    Text,
    UnitCategory,
)

Missions = Annotated[tuple[Mission, ...], Field(max_length=50)]
Categories = Annotated[tuple[Category, ...], Field(min_length=1, max_length=8)]


class _InVacancies(Message):
    service: ClassVar[str] = "vacancies"


# Missions: the lifecycle of a UN operation.


class _OfMission(_InVacancies):
    mission: Mission

    @property
    def stream(self) -> str:
        return streams.mission(self.mission)


class _MissionFact(_OfMission):
    name: Text
    host_area: Text
    established_on: Day


class RecordMission(_MissionFact, Command):
    """Make a UN operation known."""


class MissionRecorded(_MissionFact, Event):
    """A UN operation became known; it is active until said otherwise."""

    effective_field = "established_on"


class _MissionChange(_OfMission):
    status: MissionStatus
    since: Day
    authority: Reference
    """What decided it, e.g. a Security Council resolution."""


class ChangeMissionStatus(_MissionChange, Command):
    """State that a mission is active, in drawdown or closed."""


class MissionStatusChanged(_MissionChange, Event):
    """A mission became active, went into drawdown, or closed."""

    effective_field = "since"


# Applications: offers of the State.


class _OfApplication(_InVacancies):
    application: Slug

    @property
    def stream(self) -> str:
        return streams.application(self.application)


class _Offer(_OfApplication):
    contributor: Contributor
    mandate: Slug
    """The mandate under which the offer is made."""
    missions: Missions = ()
    """Empty: to any mission of the mandate."""
    categories: Categories
    number: Headcount
    note_verbale: Reference
    submitted_on: Day
    addressee: Text = "UN Secretariat"


class SubmitApplication(_Offer, Command):
    """Enter an offer of officers or a unit to the Secretariat."""


class ApplicationSubmitted(_Offer, Event):
    """The State offered officers or a unit; the application waits, for months if need be."""

    effective_field = "submitted_on"


class _Acknowledgement(_OfApplication):
    reference: Reference
    acknowledged_on: Day


class AcknowledgeApplication(_Acknowledgement, Command):
    """Record that the Secretariat received an application."""


class ApplicationAcknowledged(_Acknowledgement, Event):
    """The Secretariat received an application."""

    effective_field = "acknowledged_on"


class _ApplicationEnd(_OfApplication):
    withdrawn_on: Day
    reason: Text


class WithdrawApplication(_ApplicationEnd, Command):
    """Withdraw an offer."""


class ApplicationWithdrawn(_ApplicationEnd, Event):
    """The State withdrew its offer."""

    effective_field = "withdrawn_on"


# Vacancies and their nominations.


class _OfVacancy(_InVacancies):
    vacancy: Slug

    @property
    def stream(self) -> str:
        return streams.vacancy(self.vacancy)


class _Opening(_OfVacancy):
    mission: Mission
    category: Category
    number: Headcount
    """People for an individual category; for a unit category the headcount required."""
    rank_min: Rank | None = None
    rank_max: Rank | None = None
    skills: Annotated[tuple[Text, ...], Field(max_length=50)] = ()
    tour_months: Annotated[int, Field(ge=1, le=60), WHOLE] = 12
    announced_on: Day
    deadline: Day | None = None
    """The last day on which a nomination is taken."""
    post: Slug | None = None
    """The post, where the vacancy is for a single one that people rotate through."""
    application: Slug | None = None
    """The State's application that the UN answers with this vacancy."""


class AnnounceVacancy(_Opening, Command):
    """Record a post or unit requirement that the UN opens."""


class VacancyAnnounced(_Opening, Event):
    """The UN opened a post or a unit requirement."""

    effective_field = "announced_on"


class _VacancyEnd(_OfVacancy):
    ended_on: Day
    reason: Text


class WithdrawVacancy(_VacancyEnd, Command):
    """Record that the UN took a vacancy back."""


class VacancyWithdrawn(_VacancyEnd, Event):
    """The UN took a vacancy back."""

    effective_field = "ended_on"


class LapseVacancy(_VacancyEnd, Command):
    """State that a vacancy's deadline passed unfilled."""


class VacancyLapsed(_VacancyEnd, Event):
    """A vacancy's deadline passed unfilled."""

    effective_field = "ended_on"


class _Reopening(_OfVacancy):
    reopened_on: Day
    tour: Slug | None = None
    """The tour whose end reopens it."""
    reason: Text


class ReopenVacancy(_Reopening, Command):
    """Open a filled vacancy again, at rotation (also sent by the policy of a tour's departure)."""


class VacancyReopened(_Reopening, Event):
    """A filled vacancy opened again, for the next people to take over the place."""

    effective_field = "reopened_on"
    number: Headcount
    """Places that are open again."""


class VacancyFilled(_OfVacancy, Event):
    """Every place of a vacancy is taken."""

    effective_field = "filled_on"
    filled_on: Day


class _Nomination(_OfVacancy):
    nomination: Slug
    mandate: Slug
    line: Slug
    """The one mandate line under which the nominee will serve (rule I2)."""
    nominated_on: Day


class NominateCandidate(_Nomination, Command):
    """Put a candidate forward for a vacancy."""

    person: PersonRef


class CandidateNominated(_Nomination, Event):
    """A candidate was put forward; eligibility was decided on the facts of that day."""

    effective_field = "nominated_on"
    mission: Mission
    person: PersonRef
    contributor: Contributor
    category: Category
    rank: Rank
    """The rank held on the nomination date."""
    rule_set: Slug
    """The version of the eligibility rule set that was applied (rule I5)."""
    valid_until: Day
    """The first day on which the nomination no longer holds (rule I7)."""


class NominateUnit(_Nomination, Command):
    """Put a unit forward for a vacancy."""

    unit: Slug


class UnitNominated(_Nomination, Event):
    """A unit was put forward."""

    effective_field = "nominated_on"
    mission: Mission
    unit: Slug
    contributor: Contributor
    category: UnitCategory
    headcount: Headcount
    rule_set: Slug
    valid_until: Day


class _Acceptance(_OfVacancy):
    nomination: Slug
    accepted_on: Day
    report_on: Day
    """The day on which the nominee is to arrive."""
    reference: Reference | None = None


class AcceptNomination(_Acceptance, Command):
    """Record that the UN accepted a nomination."""

    handover_days: Annotated[int, Field(ge=0, le=60), WHOLE] = 0
    """How long the predecessor in the post may still be there after `report_on` (a declared handover, rule I4)."""


class NominationAccepted(_Acceptance, Event):
    """The UN accepted a nomination: a tour follows."""

    effective_field = "accepted_on"
    mission: Mission
    mandate: Slug
    line: Slug
    category: Category
    person: PersonRef | None = None
    unit: Slug | None = None
    rank: Rank | None = None
    headcount: Headcount = 1
    contributor: Contributor
    post: Slug | None = None
    tour_until: Day
    """`report_on` plus the vacancy's tour length."""
    handover_until: Day | None = None
    """Until then the predecessor in the post may still be there; None: no handover was declared."""


class _NominationEnd(_OfVacancy):
    nomination: Slug
    ended_on: Day
    reason: Text


class DeclineNomination(_NominationEnd, Command):
    """Record that the UN declined a nomination."""


class NominationDeclined(_NominationEnd, Event):
    """The UN declined a nomination."""

    effective_field = "ended_on"


class WithdrawNomination(_NominationEnd, Command):
    """Withdraw a nomination that has not been accepted."""


class NominationWithdrawn(_NominationEnd, Event):
    """The State withdrew a nomination."""

    effective_field = "ended_on"


class LapseNomination(_NominationEnd, Command):
    """State that a nomination expired unanswered (rule I7)."""


class NominationLapsed(_NominationEnd, Event):
    """A nomination expired unanswered."""

    effective_field = "ended_on"


# Candidates.


class _OfCandidate(_InVacancies):
    person: PersonRef

    @property
    def stream(self) -> str:
        return streams.candidate(self.person)


class _Registration(_OfCandidate):
    contributor: Contributor
    rank: Rank
    registered_on: Day


class RegisterCandidate(_Registration, Command):
    """Make a person known as a candidate, by an opaque reference."""


class CandidateRegistered(_Registration, Event):
    """A person became a candidate."""

    effective_field = "registered_on"


class _Screening(_OfCandidate):
    screened_on: Day
    un_course_until: Day | None = None
    """UN training is valid until; None: not held."""
    guiding_documents_until: Day | None = None
    """Knowledge of the guiding documents, as tested."""
    english_until: Day | None = None
    """Proficient English, as tested."""
    driving_until: Day | None = None
    """Manual gearbox and military vehicles."""
    clearance_until: Day | None = None
    """Medical and security clearance."""


class RecordScreening(_Screening, Command):
    """Record what a screening found, each fact with its expiry (rule I7)."""


class CandidateScreened(_Screening, Event):
    """A screening found facts, each with its expiry."""

    effective_field = "screened_on"


class _Promotion(_OfCandidate):
    rank: Rank
    since: Day


class RecordPromotion(_Promotion, Command):
    """Record a candidate's new rank."""


class CandidatePromoted(_Promotion, Event):
    """A candidate has a new rank."""

    effective_field = "since"


class _Reserve(_OfCandidate):
    since: Day


class PlaceInReserve(_Reserve, Command):
    """Take a screened candidate into the reserve."""


class CandidatePlacedInReserve(_Reserve, Event):
    """A screened candidate waits in the reserve."""

    effective_field = "since"


class _CandidateEnd(_OfCandidate):
    withdrawn_on: Day
    reason: Text


class WithdrawCandidate(_CandidateEnd, Command):
    """Take a candidate off the register."""


class CandidateWithdrawn(_CandidateEnd, Event):
    """A candidate is no longer available."""

    effective_field = "withdrawn_on"


class _Bar(_OfCandidate):
    since: Day
    tour: Slug
    reason: Text


class BarCandidate(_Bar, Command):
    """Bar a person from later nomination (rule I12; sent by the policy of a disciplinary repatriation)."""


class CandidateBarred(_Bar, Event):
    """A person is barred from later nomination."""

    effective_field = "since"


# Units.


class _OfUnit(_InVacancies):
    unit: Slug

    @property
    def stream(self) -> str:
        return streams.unit(self.unit)


class _Pledge(_OfUnit):
    contributor: Contributor
    category: UnitCategory
    headcount: Headcount
    pledged_on: Day
    valid_until: Day
    """The first day on which the pledge no longer holds (rule I7)."""


class PledgeUnit(_Pledge, Command):
    """Enter a unit that the State offers to hold ready."""


class UnitPledged(_Pledge, Event):
    """The State pledged a unit."""

    effective_field = "pledged_on"


class _Readiness(_OfUnit):
    level: ReadinessLevel
    assessed_on: Day


class RecordReadiness(_Readiness, Command):
    """Record the readiness level that the UN assessed."""


class UnitReadinessRecorded(_Readiness, Event):
    """The UN assessed a unit's readiness."""

    effective_field = "assessed_on"


class _Selection(_OfUnit):
    mission: Mission
    selected_on: Day


class SelectUnit(_Selection, Command):
    """Record that the UN selected a unit for a mission."""


class UnitSelected(_Selection, Event):
    """The UN selected a unit, ready at L2 or above (rule I6)."""

    effective_field = "selected_on"


class _Mou(_OfUnit):
    mission: Mission
    document: Reference
    signed_on: Day
    strength: Headcount
    """The most people that may arrive under it."""
    framework_nation: Contributor | None = None
    """Set for a memorandum: a sub-unit in this nation's battalion; otherwise an MOU with the UN."""


class SignMou(_Mou, Command):
    """Record the MOU with the UN, or the memorandum with the framework nation."""


class MouSigned(_Mou, Event):
    """The MOU, or the memorandum with the framework nation, was signed."""

    effective_field = "signed_on"

    contributor: Contributor | None = None
    """The State that pledged the unit; None in events of earlier versions."""


class _Visit(_OfUnit):
    visited_on: Day
    passed: bool


class RecordPredeploymentVisit(_Visit, Command):
    """Record the result of the UN's pre-deployment visit."""


class PredeploymentVisitRecorded(_Visit, Event):
    """The UN's pre-deployment visit took place."""

    effective_field = "visited_on"

    contributor: Contributor | None = None
    """The State that pledged the unit; None in events of earlier versions."""


# Mandate lines as this service knows them (sent by its policy on events of the approvals service).


class _OfLine(_InVacancies):
    mandate: Slug
    line: Slug

    @property
    def stream(self) -> str:
        return streams.line(self.mandate, self.line)


class _LineFact(_OfLine):
    contributor: Contributor
    terms: LineTerms
    since: Day


class RecordMandateLine(_LineFact, Command):
    """Carry a mandate line's terms over from the approvals service."""

    is_internal: ClassVar[bool] = True


class MandateLineRecorded(_LineFact, Event):
    """A mandate line, or its new terms, became known here."""

    effective_field = "since"


class _LineEnd(_OfLine):
    ends_on: Day


class RecordMandateLineEnd(_LineEnd, Command):
    """Carry a mandate line's end over from the approvals service."""

    is_internal: ClassVar[bool] = True


class MandateLineEnded(_LineEnd, Event):
    """A mandate line's end became known here."""

    effective_field = "ends_on"


# The eligibility rule set: data with versions, adopted by the State.

ELIGIBILITY = "eligibility"


class _RuleSet(_InVacancies):
    version: Slug
    in_force_from: Day
    authority: Text
    """Who adopted it, and where it is written."""
    rank_min: Rank
    """Applied together with the vacancy's own range."""
    rank_max: Rank
    un_course: bool = True
    guiding_documents: bool = True
    english: bool = True
    driving: bool = True
    clearance: bool = False
    readiness_min: ReadinessLevel = "L2"
    """The least readiness at which a unit may be selected (rule I6)."""
    nomination_valid_days: Annotated[int, Field(ge=1, le=3650), WHOLE] = 365
    """How long a nomination holds (rule I7)."""

    @property
    def stream(self) -> str:
        return streams.rule_set(ELIGIBILITY)


class AdoptRuleSet(_RuleSet, Command):
    """Adopt a version of the eligibility rule set; nominations store which version was applied."""


class RuleSetAdopted(_RuleSet, Event):
    """A version of the eligibility rule set was adopted."""

    effective_field = "in_force_from"


COMMANDS: tuple[type[Command], ...] = (
    RecordMission,
    ChangeMissionStatus,
    SubmitApplication,
    AcknowledgeApplication,
    WithdrawApplication,
    AnnounceVacancy,
    WithdrawVacancy,
    LapseVacancy,
    ReopenVacancy,
    NominateCandidate,
    NominateUnit,
    AcceptNomination,
    DeclineNomination,
    WithdrawNomination,
    LapseNomination,
    RegisterCandidate,
    RecordScreening,
    RecordPromotion,
    PlaceInReserve,
    WithdrawCandidate,
    BarCandidate,
    PledgeUnit,
    RecordReadiness,
    SelectUnit,
    SignMou,
    RecordPredeploymentVisit,
    RecordMandateLine,
    RecordMandateLineEnd,
    AdoptRuleSet,
)
EVENTS: tuple[type[Event], ...] = (
    MissionRecorded,
    MissionStatusChanged,
    ApplicationSubmitted,
    ApplicationAcknowledged,
    ApplicationWithdrawn,
    VacancyAnnounced,
    VacancyWithdrawn,
    VacancyLapsed,
    VacancyReopened,
    VacancyFilled,
    CandidateNominated,
    UnitNominated,
    NominationAccepted,
    NominationDeclined,
    NominationWithdrawn,
    NominationLapsed,
    CandidateRegistered,
    CandidateScreened,
    CandidatePromoted,
    CandidatePlacedInReserve,
    CandidateWithdrawn,
    CandidateBarred,
    UnitPledged,
    UnitReadinessRecorded,
    UnitSelected,
    MouSigned,
    PredeploymentVisitRecorded,
    MandateLineRecorded,
    MandateLineEnded,
    RuleSetAdopted,
)
