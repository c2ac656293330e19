"""Policies: approvals open, change and close lines; an accepted nomination becomes a tour; the closure of a mission
orders everyone present to return."""

from collections.abc import Mapping, Sequence

from contracts.approvals import (
    LegalDocumentRecorded,
    LegalDocumentsRequired,
    MandateAmended,
    MandateApproved,
    MandateExpired,
    MandateRevoked,
    MandateSuperseded,
    WaiverGranted,
)
from contracts.deployments import (
    CloseLine,
    MissionStatusRecorded,
    NotePresence,
    OpenLine,
    OrderReturn,
    PlanTour,
    RecordDocument,
    RecordMissionStatus,
    RecordUnitMou,
    RecordUnitVisit,
    RecordWaiver,
    RequireDocuments,
    TourArrived,
    TourDeparted,
    TourTransferred,
)
from contracts.forms import as_reference
from contracts.vacancies import (
    MissionRecorded,
    MissionStatusChanged,
    MouSigned,
    NominationAccepted,
    PredeploymentVisitRecorded,
)
from contracts.words import Command, ConsentKind
from kernel.model.decider import Policy, RecordedEvent

CONSENTS_REQUIRED: tuple[ConsentKind, ...] = ("un_structure", "participating_state")
"""Required of every tour: its date depends on the UN's structures and on the participating States."""


def on_approvals(recorded: RecordedEvent) -> Sequence[Command]:
    """Carry each decision of parliament to the ledgers of the lines concerned."""
    match recorded.data:
        case (MandateApproved() | MandateAmended()) as event:
            return [
                OpenLine(
                    mandate=event.mandate,
                    line=t.line,
                    contributor=event.contributor,
                    terms=t,
                    since=event.in_force_from,
                )
                for t in event.lines
            ]
        case (MandateRevoked() | MandateExpired() | MandateSuperseded()) as event:
            return [
                CloseLine(mandate=event.mandate, line=slug, ends_on=event.ends_on, reason=event.reason)
                for slug in event.lines
            ]
        case WaiverGranted() as event:
            return [RecordWaiver(**dict(event))]
        case LegalDocumentsRequired() as event:
            return [RequireDocuments(**dict(event), line=slug) for slug in event.lines]
        case LegalDocumentRecorded() as event:
            return [RecordDocument(**dict(event), line=slug) for slug in event.lines]
        case _:
            return []


def on_vacancies(recorded: RecordedEvent) -> Sequence[Command]:
    """Plan a tour for each acceptance of the UN, and carry over the records of missions and units."""
    match recorded.data:
        case NominationAccepted() as event:
            return [_tour_of(event)]
        case MissionRecorded() as event:
            authority = as_reference(f"{event.mission}: {event.name}")
            return [
                RecordMissionStatus(
                    mission=event.mission, status="active", since=event.established_on, authority=authority
                )
            ]
        case MissionStatusChanged() as event:
            return [RecordMissionStatus(**dict(event))]
        case MouSigned() as event:
            return [RecordUnitMou(**dict(event))]
        case PredeploymentVisitRecorded() as event:
            return [RecordUnitVisit(**dict(event))]
        case _:
            return []


def _tour_of(event: NominationAccepted) -> PlanTour:
    """The tour takes the nomination's identifier: one nomination, one tour."""
    return PlanTour(
        mandate=event.mandate,
        line=event.line,
        tour=event.nomination,
        contributor=event.contributor,
        mission=event.mission,
        category=event.category,
        person=event.person,
        rank=event.rank,
        unit=event.unit,
        headcount=event.headcount,
        planned_from=event.report_on,
        planned_until=event.tour_until,
        post=event.post,
        handover_until=event.handover_until,
        consents_required=CONSENTS_REQUIRED,
        vacancy=event.vacancy,
        nomination=event.nomination,
    )


def on_deployments(recorded: RecordedEvent) -> Sequence[Command]:
    """Note each presence in its mission, and order the people present to return when the mission closes."""
    match recorded.data:
        case TourArrived() as event:
            return [_note(event, event.mission, present=True)]
        case TourDeparted() as event:
            return [_note(event, event.mission, present=False)]
        case TourTransferred() as event:
            return [_note(event, event.from_mission, present=False), _note(event, event.to_mission, present=True)]
        case MissionStatusRecorded(status="closed") as event:
            return [
                OrderReturn(**dict(ref), mission=event.mission, by=event.since, authority=event.authority)
                for ref in event.present
            ]
        case _:
            return []


def _note(event: TourArrived | TourDeparted | TourTransferred, mission: str, *, present: bool) -> NotePresence:
    match event:
        case TourArrived():
            since = event.arrived_on
        case TourDeparted():
            since = event.departed_on
        case TourTransferred():
            since = event.transferred_on
    return NotePresence(
        mission=mission, mandate=event.mandate, line=event.line, tour=event.tour, present=present, since=since
    )


POLICIES: Mapping[str, Policy] = {
    "approvals.events": on_approvals,
    "vacancies.events": on_vacancies,
    "deployments.events": on_deployments,
}
"""Policies by topic."""
