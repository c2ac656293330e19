"""What facts lead to here: approvals open, change and close lines; an accepted nomination becomes a tour; a mission's
closure orders home whoever is there."""

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
"""What every tour waits for: the date depends on the UN's structures and on the States that take part."""


def on_approvals(fact: RecordedEvent) -> Sequence[Command]:
    """What parliament decided, carried to the ledger of each line concerned."""
    match fact.data:
        case (MandateApproved() | MandateAmended()) as e:
            return [
                OpenLine(mandate=e.mandate, line=t.line, contributor=e.contributor, terms=t, since=e.in_force_from)
                for t in e.lines
            ]
        case (MandateRevoked() | MandateExpired() | MandateSuperseded()) as e:
            return [CloseLine(mandate=e.mandate, line=slug, ends_on=e.ends_on, reason=e.reason) for slug in e.lines]
        case WaiverGranted() as e:
            return [RecordWaiver(**dict(e))]
        case LegalDocumentsRequired() as e:
            return [RequireDocuments(**dict(e), line=slug) for slug in e.lines]
        case LegalDocumentRecorded() as e:
            return [RecordDocument(**dict(e), line=slug) for slug in e.lines]
        case _:
            return []


def on_vacancies(fact: RecordedEvent) -> Sequence[Command]:
    """What the UN accepted, and what is known of missions and units."""
    match fact.data:
        case NominationAccepted() as e:
            return [_tour_of(e)]
        case MissionRecorded() as e:
            authority = as_reference(f"{e.mission}: {e.name}")
            return [
                RecordMissionStatus(mission=e.mission, status="active", since=e.established_on, authority=authority)
            ]
        case MissionStatusChanged() as e:
            return [RecordMissionStatus(**dict(e))]
        case MouSigned() as e:
            return [RecordUnitMou(**dict(e))]
        case PredeploymentVisitRecorded() as e:
            return [RecordUnitVisit(**dict(e))]
        case _:
            return []


def _tour_of(e: NominationAccepted) -> PlanTour:
    """The tour has the nomination's identifier: one nomination, one tour."""
    return PlanTour(
        mandate=e.mandate,
        line=e.line,
        tour=e.nomination,
        contributor=e.contributor,
        mission=e.mission,
        category=e.category,
        person=e.person,
        rank=e.rank,
        unit=e.unit,
        headcount=e.headcount,
        planned_from=e.report_on,
        planned_until=e.tour_until,
        post=e.post,
        handover_until=e.handover_until,
        consents_required=CONSENTS_REQUIRED,
        vacancy=e.vacancy,
        nomination=e.nomination,
    )


def on_deployments(fact: RecordedEvent) -> Sequence[Command]:
    """Who is in a mission is told to it, and its closure is told to them."""
    match fact.data:
        case TourArrived() as e:
            return [_note(e, e.mission, present=True)]
        case TourDeparted() as e:
            return [_note(e, e.mission, present=False)]
        case TourTransferred() as e:
            return [_note(e, e.from_mission, present=False), _note(e, e.to_mission, present=True)]
        case MissionStatusRecorded(status="closed") as e:
            return [OrderReturn(**dict(ref), mission=e.mission, by=e.since, authority=e.authority) for ref in e.present]
        case _:
            return []


def _note(e: TourArrived | TourDeparted | TourTransferred, mission: str, *, present: bool) -> NotePresence:
    match e:
        case TourArrived():
            since = e.arrived_on
        case TourDeparted():
            since = e.departed_on
        case TourTransferred():
            since = e.transferred_on
    return NotePresence(mission=mission, mandate=e.mandate, line=e.line, tour=e.tour, present=present, since=since)


POLICIES: Mapping[str, Policy] = {
    "approvals.events": on_approvals,
    "vacancies.events": on_vacancies,
    "deployments.events": on_deployments,
}
"""By topic."""
