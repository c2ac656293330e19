"""From arrival to departure: each step is checked on the day on which it happened, also when it is told late."""

from datetime import date

from contracts import streams
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
from kernel.model.decider import Decision, Refusal, States
from services.deployments import rules, tour_facts
from services.deployments.line import Ledger
from services.deployments.planning import waiting
from services.deployments.tour import Tour


def arrive(own: Ledger, asked: RecordArrival, states: States) -> Decision:
    """A person or unit came: every rule holds on the day, and the ceiling from that day on."""
    tour = waiting(own, asked.tour)
    if isinstance(tour, Refusal):
        return tour
    day, headcount = asked.arrived_on, asked.headcount or tour.headcount
    event = TourArrived(
        mandate=asked.mandate,
        line=asked.line,
        tour=asked.tour,
        arrived_on=day,
        headcount=headcount,
        mission=tour.mission,
        category=tour.category,
    )
    would_be = tour_facts.after(tour, event)
    return (
        _more_than_one(tour, headcount)
        or rules.line_covers(own, day, tour.mission, tour.category, "arrived_on")
        or rules.mission_active(states[streams.mission(tour.mission)], tour.mission, day, "arrived_on")
        or rules.papers_missing(own, tour, tour.mission, day, tour.consents_required)
        or rules.not_cleared(would_be, tour.mission, day, states)
        or rules.ceiling_holds(own, tour, would_be, Tour.actual, "arrived_on")
        or _incumbent_there(own, would_be)
        or rules.taken(own, would_be)
        or [event]
    )


def _more_than_one(tour: Tour, headcount: int) -> Refusal | None:
    if tour.person and headcount != 1:
        reason = f"Tour {tour.id} is of one person, but {headcount} are said to have come."
        return Refusal("I1", reason, "headcount", "Leave the headcount out for a person.")
    return None


def _incumbent_there(own: Ledger, tour: Tour) -> Refusal | None:
    """I4: on the day of arrival the post is free, or its handover was declared."""
    day = tour.start
    if tour.post is None or (tour.handover_until is not None and day < tour.handover_until):
        return None
    for other in own.tours.values():
        if other.id != tour.id and other.post == tour.post and other.holds_post_on(day):
            reason = f"Post {tour.post} is held on {day} by tour {other.id}, whose departure is not on record."
            remedy = "Record the departure first, or plan the tour with a declared handover."
            return Refusal("I4", reason, "arrived_on", remedy)
    return None


def present(own: Ledger, tour: str) -> Tour | Refusal:
    """The tour, if it has arrived and not departed."""
    found = own.tours.get(tour)
    if found is None:
        reason = f"No tour {tour} is on record on this line."
        return Refusal("unknown", reason, "tour", "Plan it first, or correct the identifier.")
    if found.status != "arrived":
        reason = f"Tour {tour} is {found.status}; this can be done only while it is present."
        return Refusal("lifecycle", reason, "tour", "Check which tour is meant.")
    return found


def extend(own: Ledger, asked: ExtendTour) -> Decision:
    tour = present(own, asked.tour)
    if isinstance(tour, Refusal):
        return tour
    if asked.until <= tour.planned_until:
        reason = f"Tour {tour.id} already lasts until {tour.planned_until}; {asked.until} does not extend it."
        return Refusal("lifecycle", reason, "until", "Give a later day, or record the departure.")
    event = TourExtended(**dict(asked), old_until=tour.planned_until)
    would_be = tour_facts.after(tour, event)
    refused = rules.ceiling_holds(own, tour, would_be, Tour.forecast, "until") or rules.taken(own, would_be)
    return refused or [event]


def transfer(own: Ledger, asked: TransferTour, states: States) -> Decision:
    """Arriving in another operation of the line: its status, papers, MOU and sub-ceiling count as for an arrival."""
    tour = present(own, asked.tour)
    if isinstance(tour, Refusal):
        return tour
    day, mission = asked.transferred_on, asked.to_mission
    if mission == tour.mission:
        reason = f"Tour {tour.id} is in {mission} already."
        return Refusal("lifecycle", reason, "to_mission", "Name the mission that it moves to.")
    event = TourTransferred(**dict(asked), from_mission=tour.mission)
    would_be = tour_facts.after(tour, event)
    return (
        _after_last_step(tour, day, "transferred_on")
        or rules.line_covers(own, day, mission, tour.category, "transferred_on")
        or rules.mission_active(states[streams.mission(mission)], mission, day, "transferred_on")
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


def depart(own: Ledger, asked: RecordDeparture) -> Decision:
    """Who leaves, and from where: a departure never needs room."""
    tour = present(own, asked.tour)
    if isinstance(tour, Refusal):
        return tour
    who = {"person": tour.person, "unit": tour.unit, "vacancy": tour.vacancy}
    event = TourDeparted(**{**dict(asked), "mission": tour.mission, **who})
    return _after_last_step(tour, asked.departed_on, "departed_on") or [event]


def order_return(own: Ledger, asked: OrderReturn) -> Decision:
    """Sent by a policy, which may be late: whoever has left the mission needs no order."""
    tour = own.tours.get(asked.tour)
    if tour is None:
        reason = f"No tour {asked.tour} is on record on this line."
        return Refusal("unknown", reason, "tour", "Correct the identifier.")
    concerned = tour.status == "arrived" and tour.mission == asked.mission and tour.return_by != asked.by
    return [ReturnOrdered(**dict(asked))] if concerned else []
