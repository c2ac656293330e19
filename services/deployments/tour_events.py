"""How each event changes a tour. Decisions use the same functions to see what an event would lead to."""

from dataclasses import replace
from datetime import date
from typing import TypeAlias, assert_never
from uuid import UUID

from contracts.deployments import (
    ConsentRecorded,
    ReturnOrdered,
    TourArrived,
    TourCancelled,
    TourCorrected,
    TourDeparted,
    TourExtended,
    TourPlanned,
    TourRescheduled,
    TourScheduled,
    TourTransferred,
)
from services.deployments.tour import Posting, Tour

LaterEvent: TypeAlias = (
    ConsentRecorded
    | TourScheduled
    | TourRescheduled
    | TourArrived
    | TourExtended
    | TourTransferred
    | TourDeparted
    | TourCancelled
    | TourCorrected
    | ReturnOrdered
)
"""The events of a tour after its plan."""
CLAIMING_EVENTS = (
    TourPlanned,
    TourScheduled,
    TourRescheduled,
    TourArrived,
    TourExtended,
    TourTransferred,
    TourDeparted,
    TourCancelled,
    TourCorrected,
)
"""The events after which a tour may claim other people, posts or days than before (I4)."""
NOT_YET_RECORDED = UUID(int=0)
"""Stands for the id of an event that a decision only considers."""


def planned(event: TourPlanned, event_id: UUID) -> Tour:
    """A tour begins with its plan."""
    return Tour(
        id=event.tour,
        status="planned",
        category=event.category,
        headcount=event.headcount,
        planned_from=event.planned_from,
        planned_until=event.planned_until,
        postings=(Posting(event.mission, None, frozenset({event_id})),),
        person=event.person,
        unit=event.unit,
        rank=event.rank,
        post=event.post,
        handover_until=event.handover_until,
        consents_required=event.consents_required,
        vacancy=event.vacancy,
        sources={"headcount": frozenset({event_id}), "rank": frozenset({event_id})},
    )


def after(tour: Tour, event: LaterEvent, event_id: UUID = NOT_YET_RECORDED) -> Tour:
    """The tour after one more of its events."""
    match event:
        case ConsentRecorded():
            return replace(tour, consents=(*tour.consents, event))
        case TourScheduled() | TourRescheduled():
            start, end = event.arrives_on, event.departs_on
            return replace(tour, status="scheduled", planned_from=start, planned_until=end)
        case TourArrived():
            return _arrived(tour, event, event_id)
        case TourExtended():
            return replace(tour, planned_until=event.until)
        case TourTransferred():
            posting = Posting(event.to_mission, event.transferred_on, frozenset({event_id}))
            return replace(tour, postings=(*tour.postings, posting))
        case TourDeparted():
            sources = {**tour.sources, "departed_on": frozenset({event_id})}
            return replace(tour, status="departed", departed_on=event.departed_on, sources=sources)
        case TourCancelled():
            return replace(tour, status="cancelled")
        case TourCorrected():
            return _corrected(tour, event, event_id)
        case ReturnOrdered():
            return replace(tour, return_by=event.by)
        case _:
            assert_never(event)


def _arrived(tour: Tour, event: TourArrived, event_id: UUID) -> Tour:
    """From arrival on, the headcount is the number that arrived, not the number planned."""
    first, ids = tour.postings[0], frozenset({event_id})
    return replace(
        tour,
        status="arrived",
        arrived_on=event.arrived_on,
        headcount=event.headcount,
        postings=(replace(first, mission=event.mission, events=first.events | ids), *tour.postings[1:]),
        sources={**tour.sources, "arrived_on": ids, "headcount": ids},
    )


def _corrected(tour: Tour, event: TourCorrected, event_id: UUID) -> Tour:
    """The tour with the right value; a correction can itself be corrected."""
    if event.field == "mission":
        return replace(tour, postings=tuple(_posting_corrected(p, event, event_id) for p in tour.postings))
    sources = {**tour.sources, event.field: tour.sources[event.field] | {event_id}}
    match event.field, event.value:
        case "arrived_on", date() as day:
            return replace(tour, sources=sources, arrived_on=day)
        case "departed_on", date() as day:
            return replace(tour, sources=sources, departed_on=day)
        case "headcount", int() as people:
            return replace(tour, sources=sources, headcount=people)
        case "rank", str() as rank:
            return replace(tour, sources=sources, rank=rank)
        case _:
            raise TypeError(f"{event.field} is not corrected to {event.value!r}")  # the decision refuses this


def _posting_corrected(posting: Posting, event: TourCorrected, event_id: UUID) -> Posting:
    if event.corrects not in posting.events:
        return posting
    return replace(posting, mission=str(event.value), events=posting.events | {event_id})
