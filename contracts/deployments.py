"""Commands and events of the deployments service: the ledger of tours on each mandate line, and published counts.

A tour's stream is its mandate line, so that the ceiling at every instant is decided in one place.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from contracts import streams
from contracts.words import (
    Category,
    Command,
    ConsentKind,
    Contract,
    Contributor,
    Count,
    Day,
    DepartureReason,
    DocumentKind,
    Event,
    EventId,
    Headcount,
    Instant,
    Label,
    LineTerms,
    Message,
    Mission,
    MissionStatus,
    Payer,
    PersonnelType,
    PersonRef,
    Rank,
    Reference,
    Slug,
    StreamVersion,
    Text,
)

Consents = Annotated[tuple[ConsentKind, ...], Field(max_length=4)]
Value = Annotated[Day | Count | Text, Field(union_mode="left_to_right")]
"""A day if the text is one, else a number, else the text."""
CorrectableField = Literal["arrived_on", "departed_on", "headcount", "mission", "rank"]


class _InDeployments(Message):
    service: ClassVar[str] = "deployments"


class _OfLine(_InDeployments):
    mandate: Slug
    line: Slug

    @property
    def stream(self) -> str:
        return streams.line(self.mandate, self.line)


# The line itself (sent by this service's policies on events of the approvals service).


class _Opening(_OfLine):
    contributor: Contributor
    terms: LineTerms
    since: Day


class OpenLine(_Opening, Command):
    """Open the ledger of a mandate line, or give it new terms from `since` on."""

    is_internal: ClassVar[bool] = True


class LineOpened(_Opening, Event):
    """The ledger of a mandate line was opened."""

    effective_field = "since"


class LineAmended(_Opening, Event):
    """A mandate line has new terms from `since` on."""

    effective_field = "since"


class _Closing(_OfLine):
    ends_on: Day
    reason: Text


class CloseLine(_Closing, Command):
    """Close a mandate line: nobody new arrives from `ends_on` on."""

    is_internal: ClassVar[bool] = True


class LineClosed(_Closing, Event):
    """A mandate line is out of force from `ends_on` on."""

    effective_field = "ends_on"


class _Waiver(_OfLine):
    waiver: Slug
    mission: Mission | None = None
    extra: Headcount
    valid_from: Day
    valid_until: Day
    legal_reference: Reference


class RecordWaiver(_Waiver, Command):
    """Carry a dated exception to a ceiling over from the approvals service."""

    is_internal: ClassVar[bool] = True


class WaiverRecorded(_Waiver, Event):
    """A dated exception to a ceiling holds here."""

    effective_field = "valid_from"


class _Requirement(_OfLine):
    mission: Mission
    kinds: Annotated[tuple[DocumentKind, ...], Field(max_length=10)]
    required_from: Day


class RequireDocuments(_Requirement, Command):
    """Carry over which legal documents an operation needs (rule I3)."""

    is_internal: ClassVar[bool] = True


class DocumentsRequired(_Requirement, Event):
    """An operation on this line needs these legal documents."""

    effective_field = "required_from"


class _Document(_OfLine):
    mission: Mission
    kind: DocumentKind
    document: Reference
    dated: Day


class RecordDocument(_Document, Command):
    """Carry a recorded legal document over from the approvals service."""

    is_internal: ClassVar[bool] = True


class DocumentRecorded(_Document, Event):
    """A legal document of an operation holds here."""

    effective_field = "dated"


# Tours.


class _OfTour(_OfLine):
    tour: Slug


class _Plan(_OfTour):
    contributor: Contributor
    mission: Mission
    category: Category
    person: PersonRef | None = None
    rank: Rank | None = None
    unit: Slug | None = None
    headcount: Headcount = 1
    """1 for a person; a unit counts all its people."""
    planned_from: Day
    planned_until: Day
    post: Slug | None = None
    handover_until: Day | None = None
    """Until then the predecessor in the post may still be there (a declared handover, rule I4)."""
    consents_required: Consents = ()
    vacancy: Slug | None = None
    nomination: Slug | None = None

    @model_validator(mode="after")
    def _is_coherent(self) -> "_Plan":
        if (self.person is None) == (self.unit is None):
            raise PydanticCustomError("tour_of_whom", "name either person or unit, not both and not neither")
        if self.person is not None and self.headcount != 1:
            raise PydanticCustomError("headcount_of_person", "headcount must be 1 for a person")
        if self.planned_until <= self.planned_from:
            raise PydanticCustomError("tour_period", "planned_until must be later than planned_from")
        return self


class PlanTour(_Plan, Command):
    """Plan a tour of a person or a unit on one mandate line."""


class TourPlanned(_Plan, Event):
    """A tour is planned; it waits for its consents and documents."""

    effective_field = "planned_from"


class _Consent(_OfTour):
    kind: ConsentKind
    given_by: Text
    document: Reference
    given_on: Day
    valid_until: Day | None = None


class RecordConsent(_Consent, Command):
    """Record a consent that a tour waits for."""


class ConsentRecorded(_Consent, Event):
    """A consent was given."""

    effective_field = "given_on"


class _Schedule(_OfTour):
    arrives_on: Day
    departs_on: Day
    decided_by: Text
    reason: Text | None = None
    decided_on: Day


class ScheduleTour(_Schedule, Command):
    """Fix or move a tour's dates."""


class TourScheduled(_Schedule, Event):
    """A tour's dates were fixed."""

    effective_field = "decided_on"


class TourRescheduled(_Schedule, Event):
    """A tour's dates moved; the old ones are kept."""

    effective_field = "decided_on"
    old_arrives_on: Day
    old_departs_on: Day


class RecordArrival(_OfTour, Command):
    """Record that a person or unit arrived in the mission."""

    arrived_on: Day
    headcount: Headcount | None = None
    """People who came; None: as planned."""


class TourArrived(_OfTour, Event):
    """A person or unit arrived in the mission: present from `arrived_on` on."""

    effective_field = "arrived_on"
    arrived_on: Day
    headcount: Headcount
    mission: Mission
    category: Category


class _Extension(_OfTour):
    until: Day
    decided_on: Day
    reason: Text


class ExtendTour(_Extension, Command):
    """Move the planned end of a running tour to a later day."""


class TourExtended(_Extension, Event):
    """A running tour's planned end moved to a later day."""

    effective_field = "decided_on"
    old_until: Day


class _Transfer(_OfTour):
    to_mission: Mission
    transferred_on: Day
    reason: Text


class TransferTour(_Transfer, Command):
    """Move a running tour to another mission of the same line."""


class TourTransferred(_Transfer, Event):
    """A running tour moved to another mission of the same line."""

    effective_field = "transferred_on"
    from_mission: Mission


class _Departure(_OfTour):
    departed_on: Day
    """The first day on which nobody of the tour is present."""
    reason: DepartureReason
    payer: Payer


class RecordDeparture(_Departure, Command):
    """Record that a person or unit went home."""


class TourDeparted(_Departure, Event):
    """A person or unit went home: not present from `departed_on` on."""

    effective_field = "departed_on"
    mission: Mission
    person: PersonRef | None = None
    unit: Slug | None = None
    vacancy: Slug | None = None


class _Cancellation(_OfTour):
    cancelled_on: Day
    reason: Text


class CancelTour(_Cancellation, Command):
    """Cancel a tour before arrival."""


class TourCancelled(_Cancellation, Event):
    """A tour was cancelled before arrival."""

    effective_field = "cancelled_on"
    vacancy: Slug | None = None


class _Correction(_OfTour):
    corrects: EventId
    """The id of the event that was wrong (rule I10)."""
    field: CorrectableField
    value: Value
    """The right value: a date for arrived_on and departed_on, a number for headcount, a word for the others."""
    corrected_on: Day
    reason: Text


class CorrectTour(_Correction, Command):
    """Correct a recorded fact of a tour, by naming the event that was wrong."""


class TourCorrected(_Correction, Event):
    """A recorded fact of a tour was wrong, and this is right; the wrong one stays on record."""

    effective_field = "corrected_on"
    old_value: Value | None = None


class CorrectionProposed(_Correction, Event):
    """Somebody proposed a correction; it waits for another person's approval."""

    proposed_by: Text
    """The producer, and who acted for it where that is known."""


class _CorrectionApproval(_OfTour):
    proposal: EventId
    """The id of the event by which the correction was proposed."""
    version: StreamVersion
    """The version of the line's stream that was read and is approved."""


class ApproveCorrection(_CorrectionApproval, Command):
    """Approve a correction that another person proposed; it is decided now, by the rules and the state of now."""


class CorrectionApproved(_CorrectionApproval, Event):
    """A second person approved a proposed correction; the correction itself follows."""


class _CorrectionWithdrawal(_OfTour):
    proposal: EventId
    reason: Text


class WithdrawCorrection(_CorrectionWithdrawal, Command):
    """Withdraw a proposed correction, one's own or another's."""


class CorrectionWithdrawn(_CorrectionWithdrawal, Event):
    """A proposed correction was withdrawn."""


class _BreakGlassCorrection(_Correction):
    why_alone: Text
    """Why nobody else could approve it; `reason` says why the value is wrong."""


class CorrectTourByBreakGlass(_BreakGlassCorrection, Command):
    """Correct a tour alone, in an emergency, with the reason; it stands in a report of its own."""

    is_break_glass: ClassVar[bool] = True


class TourCorrectedByBreakGlass(_BreakGlassCorrection, Event):
    """Somebody corrected a tour without a second person; the correction itself follows."""

    changed_by: Text
    """The producer, and who acted for it where that is known."""


class _Return(_OfTour):
    mission: Mission
    by: Day
    authority: Reference


class OrderReturn(_Return, Command):
    """Order a present tour home because its mission closes (sent by the policy of the mission's closure)."""

    is_internal: ClassVar[bool] = True


class ReturnOrdered(_Return, Event):
    """A present tour must come home by a day, because its mission closes."""

    effective_field = "by"


# Missions and units as this service knows them (sent by its policies on events of the vacancies service).


class _OfMission(_InDeployments):
    mission: Mission

    @property
    def stream(self) -> str:
        return streams.mission(self.mission)


class _MissionFact(_OfMission):
    status: MissionStatus
    since: Day
    authority: Reference


class RecordMissionStatus(_MissionFact, Command):
    """Carry a mission's status over from the vacancies service."""

    is_internal: ClassVar[bool] = True


class TourRef(Contract):
    """A tour by its line, as a mission knows it."""

    mandate: Slug
    line: Slug
    tour: Slug


class MissionStatusRecorded(_MissionFact, Event):
    """A mission's status holds here; `present` are the tours that were there when it was recorded."""

    effective_field = "since"
    present: tuple[TourRef, ...] = ()


class _Presence(_OfMission):
    mandate: Slug
    line: Slug
    tour: Slug
    present: bool
    since: Day


class NotePresence(_Presence, Command):
    """Tell a mission's stream that a tour is there, or no longer (sent by this service's own policy)."""

    is_internal: ClassVar[bool] = True


class PresenceNoted(_Presence, Event):
    """A mission's stream knows that a tour is there, or no longer."""

    effective_field = "since"


class _OfUnit(_InDeployments):
    unit: Slug

    @property
    def stream(self) -> str:
        return streams.unit(self.unit)


class _ClearedUnit(_OfUnit):
    contributor: Contributor | None = None
    """The State that pledged the unit; None where the vacancies service did not say so yet."""


class _UnitMou(_ClearedUnit):
    mission: Mission
    document: Reference
    signed_on: Day
    strength: Headcount


class RecordUnitMou(_UnitMou, Command):
    """Carry a unit's signed MOU or memorandum over from the vacancies service."""

    is_internal: ClassVar[bool] = True


class UnitMouRecorded(_UnitMou, Event):
    """A unit's MOU or memorandum holds here."""

    effective_field = "signed_on"


class _UnitVisit(_ClearedUnit):
    visited_on: Day
    passed: bool


class RecordUnitVisit(_UnitVisit, Command):
    """Carry a unit's pre-deployment visit over from the vacancies service."""

    is_internal: ClassVar[bool] = True


class UnitVisitRecorded(_UnitVisit, Event):
    """A unit's pre-deployment visit holds here."""

    effective_field = "visited_on"


# Other parties' statements on a contributor.


class _OfContributor(_InDeployments):
    contributor: Contributor

    @property
    def stream(self) -> str:
        return streams.contributor(self.contributor)


class _StrengthReturn(_OfContributor):
    as_of: Day
    """The day that the UN's return states; mostly, not always, a month end."""
    contributor_as_published: Label
    mission: Mission
    personnel_type: PersonnelType
    male: Count | None = None
    """None where the return leaves it blank: unknown, not zero."""
    female: Count | None = None
    total: Count | None = None
    published_at: Instant
    source: Reference


class RecordStrengthReturn(_StrengthReturn, Command):
    """Record one row of the UN's monthly return, as published."""


class StrengthReturnRecorded(_StrengthReturn, Event):
    """The UN published a count; totals that do not add up are kept as published."""

    effective_field = "as_of"


class _Statement(_OfContributor):
    statement: Slug
    as_of: Day
    measure: Literal["present", "people_since", "tours_since"]
    since: Day | None = None
    missions: Annotated[tuple[Mission, ...], Field(max_length=50)] = ()
    categories: Annotated[tuple[Category, ...], Field(max_length=8)] = ()
    value: Count
    qualifier: Literal["exact", "about"] = "exact"
    source: Reference


class RecordOfficialStatement(_Statement, Command):
    """Record a number that an official said in public."""


class OfficialStatementRecorded(_Statement, Event):
    """An official stated a number."""

    effective_field = "as_of"


COMMANDS: tuple[type[Command], ...] = (
    OpenLine,
    CloseLine,
    RecordWaiver,
    RequireDocuments,
    RecordDocument,
    PlanTour,
    RecordConsent,
    ScheduleTour,
    RecordArrival,
    ExtendTour,
    TransferTour,
    RecordDeparture,
    CancelTour,
    CorrectTour,
    OrderReturn,
    RecordMissionStatus,
    NotePresence,
    RecordUnitMou,
    RecordUnitVisit,
    RecordStrengthReturn,
    RecordOfficialStatement,
    ApproveCorrection,
    WithdrawCorrection,
    CorrectTourByBreakGlass,
)
EVENTS: tuple[type[Event], ...] = (
    LineOpened,
    LineAmended,
    LineClosed,
    WaiverRecorded,
    DocumentsRequired,
    DocumentRecorded,
    TourPlanned,
    ConsentRecorded,
    TourScheduled,
    TourRescheduled,
    TourArrived,
    TourExtended,
    TourTransferred,
    TourDeparted,
    TourCancelled,
    TourCorrected,
    ReturnOrdered,
    MissionStatusRecorded,
    PresenceNoted,
    UnitMouRecorded,
    UnitVisitRecorded,
    StrengthReturnRecorded,
    OfficialStatementRecorded,
    CorrectionProposed,
    CorrectionApproved,
    CorrectionWithdrawn,
    TourCorrectedByBreakGlass,
)
