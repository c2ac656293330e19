"""Commands that a ledger may receive, most of them about tours that are there, on few days and with little headroom."""

from datetime import date, timedelta
from typing import Any, TypeAlias
from uuid import UUID

from hypothesis import strategies as st

from contracts.deployments import (
    CancelTour,
    CorrectTour,
    ExtendTour,
    OpenLine,
    PlanTour,
    RecordArrival,
    RecordDeparture,
    RecordWaiver,
    ScheduleTour,
    TransferTour,
)
from contracts.words import Command, LineTerms, SubCeiling

FIRST = date(2014, 1, 1)
HORIZON = 30
CEILING, SUB_CEILING = 5, 3
LINE = "line/m/l"
OF: dict[str, Any] = {"mandate": "m", "line": "l"}
MISSIONS = ("MINURSO", "UNIFIL")
TOURS = ("a", "b", "c", "d", "e", "u", "v")
UNITS = {"u": "inf-1", "v": "inf-2"}
Key: TypeAlias = str | None


def day(offset: int) -> date:
    return FIRST + timedelta(days=offset)


def terms(ceiling: int, sub: int) -> LineTerms:
    return LineTerms(
        line="l",
        missions=MISSIONS,
        categories=("military_observer", "infantry"),
        ceiling=ceiling,
        sub_ceilings=(SubCeiling(mission="UNIFIL", ceiling=min(sub, ceiling)),),
        valid_from=FIRST,
    )


days = st.integers(0, HORIZON - 1).map(day)
tours = st.sampled_from(TOURS)
missions = st.sampled_from(MISSIONS)
heads = st.integers(1, 4)


@st.composite
def plans(draw: st.DrawFn, among: st.SearchStrategy[str] = tours) -> Command:
    tour, start = draw(among), draw(days)
    person = draw(st.sampled_from((f"p-{tour}", f"p-{tour}", "p-everybody")))
    who: Any = {"person": person, "category": "military_observer", "post": draw(st.sampled_from((None, None, "mo-1")))}
    if tour in UNITS:
        who = {"unit": UNITS[tour], "category": "infantry", "headcount": draw(heads)}
    end = start + timedelta(days=draw(st.integers(1, 15)))
    where = draw(missions)
    return PlanTour(**OF, tour=tour, contributor="KAZ", mission=where, planned_from=start, planned_until=end, **who)


@st.composite
def arrivals(draw: st.DrawFn) -> Command:
    tour = draw(tours)
    headcount = draw(st.none() | heads) if tour in UNITS else None
    return RecordArrival(**OF, tour=tour, arrived_on=draw(days), headcount=headcount)


@st.composite
def waivers(draw: st.DrawFn) -> Command:
    start = draw(days)
    end = start + timedelta(days=draw(st.integers(1, 10)))
    where = draw(st.sampled_from((None, "UNIFIL")))
    slug = draw(st.sampled_from(("w-1", "w-2")))
    more: Any = {"extra": draw(heads), "legal_reference": "D/1", "valid_from": start, "valid_until": end}
    return RecordWaiver(**OF, waiver=slug, mission=where, **more)


CORRECTIONS = {"arrived_on": days, "departed_on": days, "headcount": heads, "mission": missions}


@st.composite
def corrections(draw: st.DrawFn) -> Command:
    name: Any = draw(st.sampled_from(sorted(CORRECTIONS)))
    more: Any = {"field": name, "value": draw(CORRECTIONS[name]), "corrects": UUID(int=0)}
    return CorrectTour(**OF, **more, tour=draw(tours), corrected_on=FIRST, reason="log book")


def departures() -> st.SearchStrategy[Command]:
    return st.builds(
        RecordDeparture,
        **{k: st.just(v) for k, v in OF.items()},
        tour=tours,
        departed_on=days,
        reason=st.just("rotation"),
        payer=st.just("un"),
    )


def words(model: type[Command], **fields: Any) -> st.SearchStrategy[Command]:
    fixed: Any = {**OF, "reason": "need", "decided_on": FIRST, "decided_by": "UN"}
    known = {name: st.just(value) for name, value in fixed.items() if name in model.model_fields}
    return st.builds(model, **{**known, "tour": tours, **fields})


amendments = st.builds(
    lambda since, ceiling, sub: OpenLine(**OF, contributor="KAZ", since=since, terms=terms(ceiling, sub)),
    days, st.integers(1, 6), st.integers(1, 6),
)  # fmt: skip
commands = st.one_of(
    plans(),
    arrivals(),
    arrivals(),
    arrivals(),
    departures(),
    waivers(),
    departures(),
    amendments,
    words(CancelTour, cancelled_on=days),
    words(ScheduleTour, arrives_on=days, departs_on=days),
    words(ExtendTour, until=days),
    words(TransferTour, to_mission=missions, transferred_on=days),
    corrections(),
    corrections(),
)


first_plans = st.tuples(*(plans(st.just(tour)) for tour in TOURS))
stories = st.builds(lambda begun, then: [*begun, *then], first_plans, st.lists(commands, min_size=10, max_size=40))
"""Every tour is planned first, so that most of what follows is about something."""
