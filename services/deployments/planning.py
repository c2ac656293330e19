"""Before arrival: a tour is planned, gets its consents and its dates, or is cancelled."""

from contracts import streams
from contracts.deployments import (
    CancelTour,
    ConsentRecorded,
    PlanTour,
    RecordConsent,
    ScheduleTour,
    TourCancelled,
    TourPlanned,
    TourRescheduled,
    TourScheduled,
)
from kernel.model.decider import Decision, Pending, Refusal, States
from services.deployments import rules, tour_facts
from services.deployments.line import Ledger
from services.deployments.tour import Tour


def plan(own: Ledger, asked: PlanTour, states: States) -> Decision:
    """A tour on a line in force (I2), to an active mission (I8), with room (I1) and nobody in its way (I4)."""
    if not own.is_open:
        return Pending(own.stream, f"Tour {asked.tour} waits until the mandate line is known here.")
    if asked.tour in own.tours:
        reason = f"Tour {asked.tour} is already on record on this line."
        return Refusal("duplicate", reason, "tour", "Give a new tour its own identifier.")
    event = TourPlanned(**dict(asked))
    would_be = tour_facts.planned(event, tour_facts.NOT_YET_RECORDED)
    life = states[streams.mission(asked.mission)]
    return (
        rules.mission_active(life, asked.mission, asked.planned_from, "planned_from")
        or rules.line_covers(own, asked.planned_from, asked.mission, asked.category, "planned_from")
        or rules.fits_category(asked.category, asked.person)
        or _of_contributor(own, asked)
        or _handover_within(asked)
        or rules.ceiling_holds(own, None, would_be, Tour.forecast, "planned_from")
        or rules.taken(own, would_be)
        or [event]
    )


def _of_contributor(own: Ledger, asked: PlanTour) -> Refusal | None:
    if asked.contributor == own.contributor:
        return None
    reason = f"The mandate line belongs to {own.contributor}, not to {asked.contributor}."
    return Refusal("I2", reason, "contributor", "Name a line of the contributor's own mandate.")


def _handover_within(asked: PlanTour) -> Refusal | None:
    """A handover that outlasts the tour would leave its post without an incumbent to hold it."""
    if asked.handover_until is None or asked.planned_from < asked.handover_until < asked.planned_until:
        return None
    reason = (
        f"The handover until {asked.handover_until} is not within the tour, "
        f"from {asked.planned_from} until {asked.planned_until}."
    )
    return Refusal("I4", reason, "handover_until", "Let the handover end during the tour.")


def waiting(own: Ledger, tour: str) -> Tour | Refusal:
    """The tour, if it has not arrived and is not cancelled."""
    found = own.tours.get(tour)
    if found is None:
        reason = f"No tour {tour} is on record on this line."
        return Refusal("unknown", reason, "tour", "Plan it first, or correct the identifier.")
    if not found.is_waiting:
        reason = f"Tour {tour} is {found.status}; this can be done only before arrival."
        return Refusal("lifecycle", reason, "tour", "Check which tour is meant.")
    return found


def record_consent(own: Ledger, asked: RecordConsent) -> Decision:
    tour = waiting(own, asked.tour)
    if isinstance(tour, Refusal):
        return tour
    if asked.valid_until is not None and asked.valid_until <= asked.given_on:
        reason = f"The consent would end on {asked.valid_until}, not after it is given on {asked.given_on}."
        return Refusal("I7", reason, "valid_until", "Give the first day on which it no longer holds.")
    event = ConsentRecorded(**dict(asked))
    if event in tour.consents:
        reason = f"Consent {asked.kind} ({asked.document}) is already on record for tour {asked.tour}."
        return Refusal("duplicate", reason, "document", "Nothing needs to be done.")
    return [event]


def schedule(own: Ledger, asked: ScheduleTour) -> Decision:
    """Fix a tour's dates, or move them: then the old ones are kept beside the new."""
    tour = waiting(own, asked.tour)
    if isinstance(tour, Refusal):
        return tour
    if asked.departs_on <= asked.arrives_on:
        reason = f"The tour would end on {asked.departs_on}, not after it begins on {asked.arrives_on}."
        return Refusal("lifecycle", reason, "departs_on", "Give the first day on which nobody of it is present.")
    event = _scheduled(tour, asked)
    would_be = tour_facts.after(tour, event)
    return (
        _nothing_moves(tour, asked)
        or rules.line_covers(own, asked.arrives_on, tour.mission, tour.category, "arrives_on")
        or rules.ceiling_holds(own, tour, would_be, Tour.forecast, "arrives_on")
        or rules.taken(own, would_be)
        or [event]
    )


def _scheduled(tour: Tour, asked: ScheduleTour) -> TourScheduled | TourRescheduled:
    if tour.status == "planned":
        return TourScheduled(**dict(asked))
    return TourRescheduled(**dict(asked), old_arrives_on=tour.planned_from, old_departs_on=tour.planned_until)


def _nothing_moves(tour: Tour, asked: ScheduleTour) -> Refusal | None:
    if tour.status == "planned" or (tour.planned_from, tour.planned_until) != (asked.arrives_on, asked.departs_on):
        return None
    reason = f"Tour {tour.id} is already scheduled from {tour.planned_from} until {tour.planned_until}."
    return Refusal("duplicate", reason, "arrives_on", "Nothing needs to be done.")


def cancel(own: Ledger, asked: CancelTour) -> Decision:
    tour = waiting(own, asked.tour)
    return tour if isinstance(tour, Refusal) else [TourCancelled(**dict(asked), vacancy=tour.vacancy)]
