"""Tours: who goes where, under which line, from when until when; with their consents and every date that moved.

A tour is present from `arrived_on` until the day before `departed_on`. Its stays say where it is: one begins at the
arrival, and one at each transfer. A tour's id is `<mandate>/<line>/<tour>`.
"""

from collections.abc import Iterator
from typing import Final
from uuid import UUID

from contracts import deployments
from services.reporting.projections.event import ConsumedEvent
from services.reporting.projections.tour_correction import corrected
from services.reporting.projections.tour_rows import (
    CONSENTS,
    DATE_CHANGES,
    STAYS,
    TOURS,
    ConsentRow,
    DateChangeRow,
    StayRow,
    TourRow,
    tour_id,
)
from services.reporting.projections.view import Projection, Row, Rows

_EVENTS = (
    deployments.TourPlanned,
    deployments.ConsentRecorded,
    deployments.TourScheduled,
    deployments.TourRescheduled,
    deployments.TourArrived,
    deployments.TourExtended,
    deployments.TourTransferred,
    deployments.TourDeparted,
    deployments.TourCancelled,
    deployments.TourCorrected,
    deployments.ReturnOrdered,
)
STEPS: Final = (
    deployments.CorrectionProposed,
    deployments.CorrectionApproved,
    deployments.CorrectionWithdrawn,
    deployments.TourCorrectedByBreakGlass,
)
"""Steps of a correction, which change no row: reports read them in the log of events."""


def project(e: ConsumedEvent, rows: Rows) -> Iterator[Row]:
    """The rows that an event of a tour sets; each stay repeats columns of the tour."""
    if isinstance(e.data, STEPS):
        rows.one(TOURS, tour_id(e.data))
        return
    changed = list(_changed(e, rows))
    yield from (row for row in changed if not isinstance(row, StayRow))
    tour = next(row for row in reversed(changed) if isinstance(row, TourRow))
    stays = {stay.nth: stay for stay in (*rows.all(STAYS), *(row for row in changed if isinstance(row, StayRow)))}
    for stay in stays.values():
        repeated = stay.of(tour)
        if repeated != rows.find(STAYS, tour.id, stay.nth):
            yield repeated


def _changed(e: ConsumedEvent, rows: Rows) -> Iterator[Row]:
    if isinstance(e.data, deployments.TourPlanned):
        yield _planned(e, e.data)
        yield from (ConsentRow(tour_id(e.data), kind, True) for kind in e.data.consents_required)
        return
    if not isinstance(e.data, _EVENTS):
        raise TypeError(f"{type(e.data).__name__} is no event of a tour")
    tour = rows.one(TOURS, tour_id(e.data))
    match e.data:
        case deployments.ConsentRecorded() as data:
            yield tour._replace(event=e.id)
            yield _consented(e.id, data, rows.find(CONSENTS, tour.id, data.kind))
        case deployments.TourScheduled() | deployments.TourRescheduled() | deployments.TourExtended() as data:
            yield from _dated(e, data, tour)
        case deployments.TourArrived() | deployments.TourTransferred() | deployments.TourDeparted() as data:
            yield from _moved(e.id, data, tour, rows)
        case deployments.TourCancelled(cancelled_on=day, reason=reason):
            yield tour._replace(status="cancelled", cancelled_on=day, cancel_reason=reason, event=e.id)
        case deployments.TourCorrected() as data:
            yield from corrected(e.id, data, tour, rows)
        case deployments.ReturnOrdered(by=by, authority=authority):
            yield tour._replace(return_by=by, return_authority=authority, event=e.id)


def _planned(e: ConsumedEvent, data: deployments.TourPlanned) -> TourRow:
    return TourRow(
        id=tour_id(data),
        line=f"{data.mandate}/{data.line}",
        mandate=data.mandate,
        tour=data.tour,
        contributor=data.contributor,
        mission=data.mission,
        category=data.category,
        headcount=data.headcount,
        planned_from=data.planned_from,
        planned_until=data.planned_until,
        consents_required=data.consents_required,
        planned_at=e.recorded,
        status="planned",
        event=e.id,
        person=data.person,
        unit=data.unit,
        rank=data.rank,
        post=data.post,
        handover_until=data.handover_until,
        vacancy=data.vacancy,
        nomination=data.nomination,
    )


def _consented(event: UUID, data: deployments.ConsentRecorded, known: ConsentRow | None) -> ConsentRow:
    required = known is not None and known.required
    given = (data.given_on, data.given_by, data.document, data.valid_until)
    return ConsentRow(tour_id(data), data.kind, required, *given, event)


def _dated(
    e: ConsumedEvent,
    data: deployments.TourScheduled | deployments.TourRescheduled | deployments.TourExtended,
    tour: TourRow,
) -> Iterator[Row]:
    """Set dates, or move them; a move keeps the old and the new date, the reason, and who moved it."""
    if isinstance(data, deployments.TourExtended):
        yield tour._replace(departs_on=data.until, event=e.id)
        old, new = (tour.arrives_on, data.old_until), (tour.arrives_on, data.until)
        yield DateChangeRow(tour.id, e.version, *old, *new, data.decided_on, None, data.reason, e.id, tour.contributor)
        return
    status = "scheduled" if tour.status == "planned" else tour.status
    yield tour._replace(status=status, arrives_on=data.arrives_on, departs_on=data.departs_on, event=e.id)
    if isinstance(data, deployments.TourRescheduled):
        old, new = (data.old_arrives_on, data.old_departs_on), (data.arrives_on, data.departs_on)
        yield DateChangeRow(
            tour.id, e.version, *old, *new, data.decided_on, data.decided_by, data.reason, e.id, tour.contributor
        )


def _moved(
    event: UUID,
    data: deployments.TourArrived | deployments.TourTransferred | deployments.TourDeparted,
    tour: TourRow,
    rows: Rows,
) -> Iterator[Row]:
    """An arrival, a transfer or a departure: each begins or ends a stay in a mission."""
    stays = rows.all(STAYS)
    match data:
        case deployments.TourArrived(arrived_on=day, mission=mission, headcount=people, category=category):
            yield tour._replace(
                status="present", arrived_on=day, mission=mission, headcount=people, category=category, event=event
            )
            yield StayRow.begun(tour, 0, mission, day, (str(event),))
        case deployments.TourTransferred(transferred_on=day, to_mission=mission):
            yield tour._replace(mission=mission, event=event)
            yield stays[-1]._replace(valid_to=day)
            yield StayRow.begun(tour, len(stays), mission, day, (str(event),))
        case deployments.TourDeparted(departed_on=day, reason=reason, payer=payer):
            yield tour._replace(status="departed", departed_on=day, departure_reason=reason, payer=payer, event=event)
            yield stays[-1]._replace(valid_to=day)


PROJECTION = Projection("tour", (TOURS, STAYS, CONSENTS, DATE_CHANGES), tour_id, project, (*_EVENTS, *STEPS))
