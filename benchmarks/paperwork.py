"""What offices file beside the tours of `register`: candidates, vacancies, applications, units, returns, documents.

Each follows from the number of a tour or of a month, so that every run has the same. The UN's returns count what the
register does, but for one row in thirty, which counts one more.
"""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from typing import Final, TypeAlias

from benchmarks import register
from benchmarks.register import LAST_DAY, LINES, MISSIONS, STATES, first_day
from contracts import approvals, deployments, vacancies
from contracts.words import Category, Event, PersonnelType

Dated: TypeAlias = tuple[date, int, Event]
"""The day on which an event is recorded, a number that orders it within the day, and the event."""
ONE_TOUR_IN: Final = 21
"""One tour in so many is reached by a candidate's nomination for a vacancy."""
Counted: TypeAlias = tuple[str, str, str]
"""The State, the line and the mission that a return's row counts."""
QUARTER_DAYS: Final = 91
COUNTED_AS: Final[dict[Category, PersonnelType]] = {
    "military_observer": "experts_on_mission",
    "staff_officer": "staff_officers",
}


def paperwork(tours: int) -> Iterator[Dated]:
    """The events of vacancies, approvals and deployments that belong to so many tours."""
    for nr in range(0, tours, ONE_TOUR_IN):
        yield from _candidate(nr, first_day(tours) + timedelta(days=nr * 365 // register.TOURS_PER_YEAR))
    yield from _applications(first_day(tours))
    yield from _units(first_day(tours))
    yield from _documents(first_day(tours))
    yield from _returns(tours)


def _candidate(nr: int, came: date) -> Iterator[Dated]:
    """From registration to acceptance; one in five is declined, one in seven has no answer."""
    state, person, vacancy, nomination = STATES[nr % 20], f"p-{nr}", f"v-{nr}", f"n-{nr}"
    line: str = tuple(LINES)[nr // 20 % 2]
    mission, category, mandate = MISSIONS[nr // 40 % 5], LINES[line], register.mandate_of(state, came)
    registered, announced, nominated, answered = (came - timedelta(days=days) for days in (200, 150, 120, 80))
    candidate = vacancies.CandidateRegistered(
        person=person, contributor=state, rank="captain", registered_on=registered
    )
    yield registered, nr, candidate
    opened = vacancies.VacancyAnnounced(
        vacancy=vacancy, mission=mission, category=category, number=1, announced_on=announced, deadline=came
    )
    yield announced, nr, opened
    named = vacancies.CandidateNominated(
        vacancy=vacancy, nomination=nomination, mandate=mandate, line=line, person=person, contributor=state,
        rank="captain", mission=mission, category=category, nominated_on=nominated, rule_set="v1",
        valid_until=nominated + timedelta(days=365),
    )  # fmt: skip
    yield nominated, nr, named
    if nr % 5 == 0:
        declined = vacancies.NominationDeclined(
            vacancy=vacancy, nomination=nomination, ended_on=answered, reason="another candidate"
        )
        yield answered, nr, declined
    elif nr % 7:
        accepted = vacancies.NominationAccepted(
            vacancy=vacancy, nomination=nomination, mandate=mandate, line=line, person=person, contributor=state,
            rank="captain", mission=mission, category=category, accepted_on=answered, report_on=came,
            tour_until=came + timedelta(days=365),
        )  # fmt: skip
        yield answered, nr, accepted
        yield answered, nr, vacancies.VacancyFilled(vacancy=vacancy, filled_on=answered)


def _applications(begin: date) -> Iterator[Dated]:
    """Each State offers observers every quarter; the Secretariat acknowledges two in three."""
    for nr in range((LAST_DAY - begin).days // QUARTER_DAYS):
        day = begin + timedelta(days=nr * QUARTER_DAYS)
        for state in STATES:
            name = f"{state.lower()}-{nr}"
            offered = vacancies.ApplicationSubmitted(
                application=name, contributor=state, mandate=register.mandate_of(state, day), number=5,
                categories=("military_observer",), missions=(MISSIONS[nr % 5],), submitted_on=day,
                note_verbale=f"NV/{state}/{day.year}/{nr}",
            )  # fmt: skip
            yield day, nr, offered
            if nr % 3:
                later = day + timedelta(days=14)
                known = vacancies.ApplicationAcknowledged(application=name, reference=f"UN/{nr}", acknowledged_on=later)
                yield later, nr, known


def _units(begin: date) -> Iterator[Dated]:
    """Each State pledges a company a year, and the UN assesses it."""
    for year in range(begin.year + 1, LAST_DAY.year + 1):
        day = date(year, 2, 1)
        for state in STATES:
            unit = f"{state.lower()}-company-{year}"
            pledged = vacancies.UnitPledged(
                unit=unit,
                contributor=state,
                category="infantry",
                headcount=120,
                pledged_on=day,
                valid_until=date(year + 2, 2, 1),
            )
            yield day, 0, pledged
            assessed = day + timedelta(days=60)
            yield assessed, 0, vacancies.UnitReadinessRecorded(unit=unit, level="L2", assessed_on=assessed)


def _documents(begin: date) -> Iterator[Dated]:
    """Each mandate needs two documents for each mission, and has one of them."""
    for year in range(register.mandate_year(begin), LAST_DAY.year + 1, register.MANDATE_YEARS):
        day = max(begin, date(year, 1, 1))
        for state, mission in product(STATES, MISSIONS):
            mandate, lines = register.mandate_name(state, year), tuple(LINES)
            needed = approvals.LegalDocumentsRequired(
                mandate=mandate, lines=lines, mission=mission, kinds=("un_mandate", "status_of_forces"),
                required_from=day,
            )  # fmt: skip
            yield day, 2, needed
            there = approvals.LegalDocumentRecorded(
                mandate=mandate, lines=lines, mission=mission, kind="un_mandate", document="S/RES/1", dated=day
            )
            yield day, 3, there


def _returns(tours: int) -> Iterator[Dated]:
    """The UN's monthly counts of every State in every mission."""
    came, gone = _arrivals_and_departures(tours)
    for nr, day in enumerate(_month_ends(first_day(tours))):
        published = day + timedelta(days=10)
        for place, (key, arrivals) in enumerate(came.items()):
            state, line, mission = key
            present = bisect_right(arrivals, day) - bisect_right(gone[key], day)
            counted = deployments.StrengthReturnRecorded(
                contributor=state, contributor_as_published=f"State {state}", mission=mission, as_of=day,
                personnel_type=COUNTED_AS[LINES[line]], source="UN DPO",
                total=present + ((nr * len(came) + place) % 30 == 0),
                published_at=datetime.combine(published, time(), UTC),
            )  # fmt: skip
            yield published, nr, counted


def _arrivals_and_departures(tours: int) -> tuple[dict[Counted, list[date]], dict[Counted, list[date]]]:
    """The days of each, in order."""
    came: dict[Counted, list[date]] = {}
    gone: dict[Counted, list[date]] = {}
    for nr in range(tours):
        key = (STATES[nr % 20], tuple(LINES)[nr // 20 % 2], MISSIONS[nr // 40 % 5])
        day = first_day(tours) + timedelta(days=nr * 365 // register.TOURS_PER_YEAR)
        came.setdefault(key, []).append(day)
        gone.setdefault(key, []).append(day + timedelta(days=330 + nr % 60))
    return came, {key: sorted(days) for key, days in gone.items()}


def _month_ends(begin: date) -> Iterator[date]:
    day = date(begin.year + begin.month // 12, begin.month % 12 + 1, 1)
    while day <= LAST_DAY:
        yield day - timedelta(days=1)
        day = date(day.year + day.month // 12, day.month % 12 + 1, 1)
