"""Before arrival: a tour is planned, receives its consents and its dates, or is cancelled."""

from typing import TypeAlias, assert_never

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
from kernel.model.decider import Decision, Refusal, States, state_of
from services.deployments import rules, tour_events
from services.deployments.line import Ledger, waits_for_line
from services.deployments.tour import Tour
from services.mandate_lines import of_another_state, wrong_kind

PlanningCommand: TypeAlias = PlanTour | RecordConsent | ScheduleTour | CancelTour


def decide(command: PlanningCommand, states: States) -> Decision:
    """The events that a command produces, or the reason why it produces none."""
    own = state_of(Ledger, command.stream, states)
    if isinstance(command, PlanTour):
        return waits_for_line(own, f"Tour {command.tour}") or _plan(own, command, states)
    tour = waiting(own, command.tour)
    if isinstance(tour, Refusal):
        return tour
    match command:
        case RecordConsent():
            return _record_consent(tour, command)
        case ScheduleTour():
            return _schedule(own, tour, command)
        case CancelTour():
            return [TourCancelled(**dict(command), vacancy=tour.vacancy)]
        case _:
            assert_never(command)


def _plan(own: Ledger, command: PlanTour, states: States) -> Decision:
    """Plan a tour on a line in force (I2), to an active mission (I8), under the ceiling (I1), without conflict (I4)."""
    if command.tour in own.tours:
        reason = f"Tour {command.tour} is already on record on this line."
        return Refusal("duplicate", reason, "tour", "Give a new tour its own identifier.")
    event = TourPlanned(**dict(command))
    would_be = tour_events.planned(event, tour_events.NOT_YET_RECORDED)
    day = command.planned_from
    return (
        rules.mission_active(command.mission, day, "planned_from", states)
        or rules.line_covers(own, day, command.mission, command.category, "planned_from")
        or _wrong_kind(command)
        or of_another_state(own.line, day, command.contributor, "contributor")
        or _handover_within(command)
        or rules.ceiling_holds(own, None, would_be, Tour.forecast, "planned_from")
        or rules.taken(own, would_be)
        or [event]
    )


def _wrong_kind(command: PlanTour) -> Refusal | None:
    if command.person is None:
        return wrong_kind(command.category, "unit", "person")
    return wrong_kind(command.category, "person", "unit")


def _handover_within(command: PlanTour) -> Refusal | None:
    """Refuse a handover that outlasts the tour: its post would be left without an incumbent."""
    if command.handover_until is None or command.planned_from < command.handover_until < command.planned_until:
        return None
    reason = (
        f"The handover until {command.handover_until} is not within the tour, "
        f"from {command.planned_from} until {command.planned_until}."
    )
    return Refusal("I4", reason, "handover_until", "Let the handover end during the tour.")


def waiting(own: Ledger, tour_id: str) -> Tour | Refusal:
    """The tour, if it has not arrived and is not cancelled."""
    tour = own.tour(tour_id)
    if isinstance(tour, Refusal) or tour.is_waiting:
        return tour
    reason = f"Tour {tour_id} is {tour.status}; this is possible only before arrival."
    return Refusal("lifecycle", reason, "tour", "Check which tour you mean.")


def _record_consent(tour: Tour, command: RecordConsent) -> Decision:
    if command.valid_until is not None and command.valid_until <= command.given_on:
        reason = f"The consent would end on {command.valid_until}, not after it is given on {command.given_on}."
        return Refusal("I7", reason, "valid_until", "Give the first day on which it no longer holds.")
    event = ConsentRecorded(**dict(command))
    if event in tour.consents:
        reason = f"Consent {command.kind} ({command.document}) is already on record for tour {command.tour}."
        return Refusal("duplicate", reason, "document", "Nothing needs to be done.")
    return [event]


def _schedule(own: Ledger, tour: Tour, command: ScheduleTour) -> Decision:
    """Fix a tour's dates, or move them; a move keeps the old dates beside the new ones."""
    if command.departs_on <= command.arrives_on:
        reason = f"The tour would end on {command.departs_on}, not after it begins on {command.arrives_on}."
        return Refusal("lifecycle", reason, "departs_on", "Give the first day on which nobody of it is present.")
    event = _scheduled(tour, command)
    would_be = tour_events.after(tour, event)
    return (
        _nothing_moves(tour, command)
        or rules.line_covers(own, command.arrives_on, tour.mission, tour.category, "arrives_on")
        or rules.ceiling_holds(own, tour, would_be, Tour.forecast, "arrives_on")
        or rules.taken(own, would_be)
        or [event]
    )


def _scheduled(tour: Tour, command: ScheduleTour) -> TourScheduled | TourRescheduled:
    if tour.status == "planned":
        return TourScheduled(**dict(command))
    return TourRescheduled(**dict(command), old_arrives_on=tour.planned_from, old_departs_on=tour.planned_until)


def _nothing_moves(tour: Tour, command: ScheduleTour) -> Refusal | None:
    if tour.status == "planned" or (tour.planned_from, tour.planned_until) != (command.arrives_on, command.departs_on):
        return None
    reason = f"Tour {tour.id} is already scheduled from {tour.planned_from} until {tour.planned_until}."
    return Refusal("duplicate", reason, "arrives_on", "Nothing needs to be done.")
