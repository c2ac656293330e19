"""A register of many years: twenty States, each with a constant number of people deployed, however long the history.

More tours make the history longer, not the missions fuller: 10,000 tours a year, all States together.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Final, TypedDict
from uuid import NAMESPACE_URL, UUID, uuid5

from contracts import approvals, deployments, vacancies
from contracts.registry import type_name
from contracts.words import Category, Decision, Event, LineTerms
from kernel.model.decider import effective_of
from services.reporting.projections.event import ConsumedEvent

STATES: Final = tuple(f"S{chr(65 + nr // 5)}{chr(65 + nr % 5)}" for nr in range(20))
MISSIONS: Final = ("MINURSO", "UNIFIL", "MINUSCA", "MONUSCO", "UNFICYP")
RANKS: Final = ("captain", "major", "lieutenant_colonel")
LINES: Final[dict[str, Category]] = {"observers": "military_observer", "staff": "staff_officer"}
TOURS_PER_YEAR: Final = 10_000
LAST_DAY: Final = date(2026, 6, 30)
MANDATE_YEARS: Final = 2


class MandateTerms(TypedDict):
    """The fields that a proposal and its approval share."""

    mandate: str
    contributor: str
    lines: tuple[LineTerms, ...]


class TourNames(TypedDict):
    """The key of a tour."""

    mandate: str
    line: str
    tour: str


class TourDates(TypedDict):
    """When a tour begins and ends, and who decided that and when."""

    arrives_on: date
    departs_on: date
    decided_on: date
    decided_by: str


def first_day(tours: int) -> date:
    """The first day of a history of `tours` tours that ends on the last day."""
    return LAST_DAY - timedelta(days=round(tours / TOURS_PER_YEAR * 365))


def history(tours: int, more: Iterable[tuple[date, int, Event]] = ()) -> Iterator[ConsumedEvent]:
    """The events of `tours` tours with their mandates and missions, and `more`, in recording order.

    Each has an instant of recording of its own, so that every change of a row leaves a version in its history.
    """
    events = sorted([*_frame(tours), *_tours(tours), *more], key=lambda each: each[0])
    positions = {service: count(1) for service in ("approvals", "vacancies", "deployments")}
    versions: dict[tuple[str, str], int] = {}
    for nr, (day, _, event) in enumerate(events):
        key = (event.service, event.stream)
        versions[key] = versions.get(key, 0) + 1
        position = next(positions[event.service])
        recorded = datetime.combine(day, time(9), UTC) + timedelta(microseconds=nr)
        yield ConsumedEvent(
            id=uuid5(NAMESPACE_URL, f"{event.service}/{position}"),
            type=type_name(type(event)),
            stream=event.stream,
            version=versions[key],
            position=position,
            service=event.service,
            effective=effective_of(event, recorded),
            recorded=recorded,
            data=event,
            correlation_id="c-1",
            causation_id="c-1",
            actor="an official",
            topic=f"{event.service}.events",
            partition=0,
            offset=position,
        )


def _frame(tours: int) -> Iterator[tuple[date, int, Event]]:
    begin = first_day(tours)
    for mission in MISSIONS:
        recorded = vacancies.MissionRecorded(mission=mission, name=mission, host_area="somewhere", established_on=begin)
        yield begin, 0, recorded
    for year in range(mandate_year(begin), LAST_DAY.year + 1, MANDATE_YEARS):
        for state in STATES:
            yield from _mandate(state, year, max(begin, date(year, 1, 1)))


def _mandate(state: str, year: int, day: date) -> Iterator[tuple[date, int, Event]]:
    name = mandate_name(state, year)
    lines = tuple(
        LineTerms(line=line, missions=MISSIONS, categories=(category,), ceiling=400, valid_from=day)
        for line, category in LINES.items()
    )
    own = MandateTerms(mandate=name, contributor=state, lines=lines)
    yield day, 0, approvals.MandateProposed(**own, proposed_on=day, proposed_by="the President")
    act = Decision(act_number=f"{year}-V", decided_on=day, votes_for=100)
    yield day, 1, approvals.MandateApproved(**own, decision=act, in_force_from=day)
    end = date(year + MANDATE_YEARS + 1, 12, 31)
    if end <= LAST_DAY:
        expired = approvals.MandateExpired(
            mandate=name, contributor=state, lines=tuple(LINES), ends_on=end, reason="its term is over"
        )
        yield end, 0, expired


def mandate_of(state: str, day: date) -> str:
    """The mandate under which a State sends people who arrive on a day."""
    return mandate_name(state, mandate_year(day))


def mandate_year(day: date) -> int:
    return day.year - day.year % MANDATE_YEARS


def mandate_name(state: str, year: int) -> str:
    return f"{state.lower()}-{year}"


def _tours(tours: int) -> Iterator[tuple[date, int, Event]]:
    """Each is planned, scheduled, arrives and, a year later, departs; one in ten is moved, one in twenty corrected."""
    begin = first_day(tours)
    for nr in range(tours):
        came = begin + timedelta(days=nr * 365 // TOURS_PER_YEAR)
        yield from _tour(nr, came, came + timedelta(days=330 + nr % 60))


def _tour(nr: int, came: date, goes: date) -> Iterator[tuple[date, int, Event]]:
    state, line = STATES[nr % 20], ("observers", "staff")[nr // 20 % 2]
    category = LINES[line]
    mission = MISSIONS[nr // 40 % 5]
    own = TourNames(mandate=mandate_of(state, came), line=line, tour=f"t-{nr}")
    dates = TourDates(arrives_on=came, departs_on=goes, decided_on=came - timedelta(days=60), decided_by="the ministry")
    early = came - timedelta(days=60)
    yield early, nr, deployments.TourPlanned(
        **own, contributor=state, mission=mission, category=category, person=f"p-{nr}", unit=None, headcount=1,
        rank=RANKS[nr % 3], planned_from=came, planned_until=goes, consents_required=("host_state",),
        post=f"{state}-{mission}-{nr // 200 % 100}".lower(),
        handover_until=None, vacancy=None, nomination=None,
    )  # fmt: skip
    yield early, nr, deployments.TourScheduled(**own, **dates)
    if nr % 10 == 0:
        moved = deployments.TourRescheduled(**own, **dates, old_arrives_on=came, old_departs_on=goes, reason="visa")
        yield came - timedelta(days=9), nr, moved
    if came > LAST_DAY:
        return
    arrived = deployments.TourArrived(**own, arrived_on=came, mission=mission, category=category, headcount=1)
    yield came + timedelta(days=1), nr, arrived
    if nr % 20 == 0:
        rank = deployments.TourCorrected(
            **own, corrected_on=came, reason="a slip", corrects=UUID(int=nr), field="rank", value="major"
        )
        yield came + timedelta(days=20), nr, rank
    if goes <= LAST_DAY:
        departed = deployments.TourDeparted(
            **own, departed_on=goes, reason="end_of_tour", payer="un", mission=mission, person=f"p-{nr}"
        )
        yield goes + timedelta(days=2), nr, departed
