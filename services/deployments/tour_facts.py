"""How each recorded fact changes a tour. Deciders use the same function to look at what a fact would lead to."""

from dataclasses import replace
from typing import Any, TypeAlias, get_args
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

LaterFact: TypeAlias = (
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
LATER_FACTS = get_args(LaterFact)
CLAIMING_FACTS = (
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
"""The facts after which a tour may take other people, posts or days than before (I4)."""
NOT_YET_RECORDED = UUID(int=0)
"""Stands for the id of a fact that is only being considered."""


def planned(event: TourPlanned, fact_id: UUID) -> Tour:
    """A tour begins with its plan."""
    return Tour(
        id=event.tour,
        status="planned",
        category=event.category,
        headcount=event.headcount,
        planned_from=event.planned_from,
        planned_until=event.planned_until,
        postings=(Posting(event.mission, None, frozenset({fact_id})),),
        person=event.person,
        unit=event.unit,
        rank=event.rank,
        post=event.post,
        handover_until=event.handover_until,
        consents_required=event.consents_required,
        vacancy=event.vacancy,
        sources={"headcount": frozenset({fact_id}), "rank": frozenset({fact_id})},
    )


def after(tour: Tour, event: LaterFact, fact_id: UUID = NOT_YET_RECORDED) -> Tour:
    """The tour after one more of its facts."""
    match event:
        case ConsentRecorded():
            return replace(tour, consents=(*tour.consents, event))
        case TourScheduled() | TourRescheduled():
            start, end = event.arrives_on, event.departs_on
            return replace(tour, status="scheduled", planned_from=start, planned_until=end)
        case TourArrived():
            return _arrived(tour, event, fact_id)
        case TourExtended():
            return replace(tour, planned_until=event.until)
        case TourTransferred():
            posting = Posting(event.to_mission, event.transferred_on, frozenset({fact_id}))
            return replace(tour, postings=(*tour.postings, posting))
        case TourDeparted():
            sources = {**tour.sources, "departed_on": frozenset({fact_id})}
            return replace(tour, status="departed", departed_on=event.departed_on, sources=sources)
        case TourCancelled():
            return replace(tour, status="cancelled")
        case TourCorrected():
            return _corrected(tour, event, fact_id)
        case ReturnOrdered():
            return replace(tour, return_by=event.by)


def _arrived(tour: Tour, event: TourArrived, fact_id: UUID) -> Tour:
    """From arrival on the count is what came, not what was planned."""
    first, ids = tour.postings[0], frozenset({fact_id})
    return replace(
        tour,
        status="arrived",
        arrived_on=event.arrived_on,
        headcount=event.headcount,
        postings=(replace(first, mission=event.mission, facts=first.facts | ids), *tour.postings[1:]),
        sources={**tour.sources, "arrived_on": ids, "headcount": ids},
    )


def _corrected(tour: Tour, event: TourCorrected, fact_id: UUID) -> Tour:
    """The right value; the correction itself can be corrected in turn."""
    if event.field == "mission":
        postings = tuple(
            replace(p, mission=str(event.value), facts=p.facts | {fact_id}) if event.corrects in p.facts else p
            for p in tour.postings
        )
        return replace(tour, postings=postings)
    sources = {**tour.sources, event.field: tour.sources[event.field] | {fact_id}}
    value: Any = event.value  # the decider saw to it that the value fits the field
    return replace(tour, sources=sources, **{event.field: value})
