"""Random but valid histories of all three deciding services, and random ways of delivering them."""

from collections.abc import Sequence
from datetime import date

from hypothesis import strategies as st

from contracts import deployments, vacancies
from contracts.words import Event
from services.reporting.projections.event import ConsumedEvent
from tests import peacekeepers as story
from tests.projection_spec import history

A_DAY = date(2014, 1, 1)
LINE = {"mandate": "kz-2013", "line": "observers", "contributor": "KAZ", "terms": story.OBSERVERS, "since": A_DAY}


def _tour(tour: str) -> list[Event]:
    return [
        *(story.planned(tour, person=f"p-{tour}"), story.consented(tour), story.scheduled(tour)),
        *(story.rescheduled(tour), story.arrived(tour), story.transferred(tour), story.departed(tour)),
    ]


def lives() -> list[list[Event]]:
    """What may happen to each thing, in order; two streams of one name live in two services."""
    return [
        [story.proposed(), story.approved(), story.required(), story.document()],
        [story.proposed("kz-2022"), story.approved("kz-2022")],
        [
            story.mission("MINURSO"),
            story.mission_change("MINURSO", "drawdown"),
            story.mission_change("MINURSO", "closed"),
        ],
        [story.mission_status("MINURSO")],
        [vacancies.MandateLineRecorded.model_validate(LINE)],
        [deployments.LineOpened.model_validate(LINE)],
        [story.submitted(), story.acknowledged()],
        [story.announced(), story.nominated(), story.accepted()],
        [story.registered(), story.barred()],
        [story.pledged()],
        [story.company(), story.company_arrived()],
        [story.counted(6), story.counted(7, published="2014-09-10")],
        *(_tour(tour) for tour in ("t-1", "t-2", "t-3")),
    ]


@st.composite
def logs(draw: st.DrawFn) -> list[ConsumedEvent]:
    """A history: each thing lives some of its life, and the lives are mixed."""
    some = [life[: draw(st.integers(0, len(life)))] for life in lives()]
    order = draw(st.permutations([nr for nr, life in enumerate(some) for _ in life]))
    steps = [iter(life) for life in some]
    return history(next(steps[nr]) for nr in order)


@st.composite
def deliveries(draw: st.DrawFn, log: Sequence[ConsumedEvent]) -> list[list[ConsumedEvent]]:
    """Each event at least once, in any order, in batches of any size."""
    again = draw(st.lists(st.sampled_from(log), max_size=10)) if log else []
    records = draw(st.permutations([*log, *again]))
    batches: list[list[ConsumedEvent]] = []
    while records:
        size = draw(st.integers(1, 20))
        batches.append(list(records[:size]))
        records = records[size:]
    return batches


@st.composite
def delivered(draw: st.DrawFn) -> tuple[list[ConsumedEvent], list[list[ConsumedEvent]]]:
    """A history and a way of delivering it."""
    log = draw(logs())
    return log, draw(deliveries(log))
