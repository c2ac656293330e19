"""From arrival to departure: each step is checked as of the day it happened, even if it is reported late."""

from datetime import date
from typing import TypeAlias, assert_never

from contracts.deployments import (
    ExtendTour,
    OrderReturn,
    RecordArrival,
    RecordDeparture,
    ReturnOrdered,
    TourArrived,
    TourDeparted,
    TourExtended,
    TourTransferred,
    TransferTour,
)
from kernel.model.decider import Decision, Refusal, States, state_of
from services.deployments import rules, tour_events
from services.deployments.line import Ledger
from services.deployments.planning import waiting
from services.deployments.tour import Tour

PresenceCommand: TypeAlias = RecordArrival | ExtendTour | TransferTour | RecordDeparture | OrderReturn


def decide(command: PresenceCommand, states: States) -> Decision:
    """The events that a command produces, or the reason why it produces none."""
    own = state_of(Ledger, command.stream, states)
    match command:
        case RecordArrival():
            return _arrive(own, command, states)
        case ExtendTour():
            return _extend(own, command)
        case TransferTour():
            return _transfer(own, command, states)
        case RecordDeparture():
            return _depart(own, command)
        case OrderReturn():
            return _order_return(own, command)
        case _:
            assert_never(command)


def _arrive(own: Ledger, command: RecordArrival, states: States) -> Decision:
    """Record an arrival: every rule must hold on the day, and the ceiling from that day on."""
    tour = waiting(own, command.tour)
    if isinstance(tour, Refusal):
        return tour
    day, headcount = command.arrived_on, command.headcount or tour.headcount
    event = TourArrived(
        mandate=command.mandate,
        line=command.line,
        tour=command.tour,
        arrived_on=day,
        headcount=headcount,
        mission=tour.mission,
        category=tour.category,
    )
    would_be = tour_events.after(tour, event)
    return (
        _more_than_one(tour, headcount)
        or rules.line_covers(own, day, tour.mission, tour.category, "arrived_on")
        or rules.mission_active(tour.mission, day, "arrived_on", states)
        or rules.papers_missing(own, tour, tour.mission, day, tour.consents_required)
        or rules.not_cleared(would_be, tour.mission, day, states)
        or rules.ceiling_holds(own, tour, would_be, Tour.actual, "arrived_on")
        or _incumbent_there(own, would_be)
        or rules.taken(own, would_be)
        or [event]
    )


def _more_than_one(tour: Tour, headcount: int) -> Refusal | None:
    if tour.person and headcount != 1:
        reason = f"Tour {tour.id} is of one person, but the command says that {headcount} came."
        return Refusal("I1", reason, "headcount", "Leave the headcount out for a person.")
    return None


def _incumbent_there(own: Ledger, tour: Tour) -> Refusal | None:
    """I4: refuse an arrival unless the post is free on the day, or its handover was declared."""
    day = tour.start
    if tour.post is None or (tour.handover_until is not None and day < tour.handover_until):
        return None
    for other in own.tours.values():
        if other.id != tour.id and other.post == tour.post and other.holds_post_on(day):
            reason = f"Post {tour.post} is held on {day} by tour {other.id}, whose departure is not on record."
            remedy = "Record the departure first, or plan the tour with a declared handover."
            return Refusal("I4", reason, "arrived_on", remedy)
    return None


def _present(own: Ledger, tour_id: str) -> Tour | Refusal:
    """The tour, if it has arrived and not departed."""
    tour = own.tour(tour_id)
    if isinstance(tour, Refusal) or tour.status == "arrived":
        return tour
    reason = f"Tour {tour_id} is {tour.status}; this is possible only while it is present."
    return Refusal("lifecycle", reason, "tour", "Check which tour you mean.")


def _extend(own: Ledger, command: ExtendTour) -> Decision:
    tour = _present(own, command.tour)
    if isinstance(tour, Refusal):
        return tour
    if command.until <= tour.planned_until:
        reason = f"Tour {tour.id} already lasts until {tour.planned_until}; {command.until} does not extend it."
        return Refusal("lifecycle", reason, "until", "Give a later day, or record the departure.")
    event = TourExtended(**dict(command), old_until=tour.planned_until)
    would_be = tour_events.after(tour, event)
    return rules.ceiling_holds(own, tour, would_be, Tour.forecast, "until") or rules.taken(own, would_be) or [event]


def _transfer(own: Ledger, command: TransferTour, states: States) -> Decision:
    """Move a tour to another operation of the line: status, papers, MOU and sub-ceiling count as for an arrival."""
    tour = _present(own, command.tour)
    if isinstance(tour, Refusal):
        return tour
    day, mission = command.transferred_on, command.to_mission
    if mission == tour.mission:
        reason = f"Tour {tour.id} is in {mission} already."
        return Refusal("lifecycle", reason, "to_mission", "Name the mission that it moves to.")
    event = TourTransferred(**dict(command), from_mission=tour.mission)
    would_be = tour_events.after(tour, event)
    return (
        _after_last_step(tour, day, "transferred_on")
        or rules.line_covers(own, day, mission, tour.category, "transferred_on")
        or rules.mission_active(mission, day, "transferred_on", states)
        or rules.papers_missing(own, tour, mission, day, ())
        or rules.not_cleared(tour, mission, day, states)
        or rules.ceiling_holds(own, tour, would_be, Tour.actual, "transferred_on")
        or rules.taken(own, would_be)
        or [event]
    )


def _after_last_step(tour: Tour, day: date, field: str) -> Refusal | None:
    if day > tour.last_step:
        return None
    reason = f"Tour {tour.id} came to {tour.mission} on {tour.last_step}; it cannot leave on {day}."
    return Refusal("lifecycle", reason, field, "Give a later day, or correct the earlier one.")


def _depart(own: Ledger, command: RecordDeparture) -> Decision:
    """Record who leaves, and from which mission; a departure needs no headroom."""
    tour = _present(own, command.tour)
    if isinstance(tour, Refusal):
        return tour
    who = {"person": tour.person, "unit": tour.unit, "vacancy": tour.vacancy}
    event = TourDeparted(**{**dict(command), "mission": tour.mission, **who})
    return _after_last_step(tour, command.departed_on, "departed_on") or [event]


def _order_return(own: Ledger, command: OrderReturn) -> Decision:
    """A policy sends this command, possibly late: a tour that has left the mission needs no order."""
    tour = own.tour(command.tour)
    if isinstance(tour, Refusal):
        return tour
    is_there = tour.status == "arrived" and tour.mission == command.mission
    return [ReturnOrdered(**dict(command))] if is_there and tour.return_by != command.by else []
