"""Vacancies and the nominations for them; a nomination's id is `<vacancy>/<nomination>`."""

from collections.abc import Iterator
from datetime import date
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from contracts import vacancies
from services.reporting.projections.event import ConsumedEvent
from services.reporting.projections.view import Projection, Row, Rows, View


class VacancyRow(NamedTuple):
    vacancy: str
    mission: str
    category: str
    number: int
    places: int
    """People still sought: all at the announcement, none once filled, those of the rotation after a reopening."""
    skills: tuple[str, ...]
    tour_months: int
    announced_on: date
    status: str
    """open, filled, withdrawn, lapsed."""
    event: UUID
    rank_min: str | None = None
    rank_max: str | None = None
    deadline: date | None = None
    post: str | None = None
    application: str | None = None
    filled_on: date | None = None
    reopened_on: date | None = None
    ended_on: date | None = None
    reason: str | None = None


class NominationRow(NamedTuple):
    id: str
    vacancy: str
    nomination: str
    mandate: str
    line: str
    """`<mandate>/<line>`."""
    contributor: str
    mission: str
    category: str
    headcount: int
    nominated_on: date
    rule_set: str
    valid_until: date
    status: str
    """nominated, accepted, declined, withdrawn, lapsed."""
    event: UUID
    person: str | None = None
    unit: str | None = None
    rank: str | None = None
    accepted_on: date | None = None
    report_on: date | None = None
    tour_until: date | None = None
    reference: str | None = None
    post: str | None = None
    ended_on: date | None = None
    reason: str | None = None


VACANCIES = View("vacancies", VacancyRow, key=("vacancy",), aggregate_id="vacancy")
NOMINATIONS = View("nominations", NominationRow, key=("id",), aggregate_id="vacancy")
_EVENTS = (
    vacancies.VacancyAnnounced,
    vacancies.VacancyWithdrawn,
    vacancies.VacancyLapsed,
    vacancies.VacancyReopened,
    vacancies.VacancyFilled,
    vacancies.CandidateNominated,
    vacancies.UnitNominated,
    vacancies.NominationAccepted,
    vacancies.NominationDeclined,
    vacancies.NominationWithdrawn,
    vacancies.NominationLapsed,
)


def project(e: ConsumedEvent, rows: Rows) -> Iterator[Row]:
    """The rows that an event of a vacancy sets."""
    match e.data:
        case vacancies.VacancyAnnounced() as data:
            yield _announced(e.id, data)
        case vacancies.VacancyFilled(vacancy=vacancy, filled_on=day):
            yield rows.one(VACANCIES, vacancy)._replace(status="filled", places=0, filled_on=day, event=e.id)
        case vacancies.VacancyReopened() as data:
            known = rows.one(VACANCIES, data.vacancy)
            opened = known._replace(status="open", places=data.number, reopened_on=data.reopened_on)
            yield opened._replace(filled_on=None, reason=data.reason, event=e.id)
        case vacancies.VacancyWithdrawn() | vacancies.VacancyLapsed() as data:
            status = "withdrawn" if isinstance(data, vacancies.VacancyWithdrawn) else "lapsed"
            known = rows.one(VACANCIES, data.vacancy)
            yield known._replace(status=status, ended_on=data.ended_on, reason=data.reason, event=e.id)
        case vacancies.CandidateNominated() | vacancies.UnitNominated() as data:
            yield _nominated(e.id, data)
        case vacancies.NominationAccepted() as data:
            yield _accepted(e.id, data, rows.one(NOMINATIONS, f"{data.vacancy}/{data.nomination}"))
        case vacancies.NominationDeclined() | vacancies.NominationWithdrawn() | vacancies.NominationLapsed() as data:
            ended = rows.one(NOMINATIONS, f"{data.vacancy}/{data.nomination}")
            yield ended._replace(status=_END[type(data)], ended_on=data.ended_on, reason=data.reason, event=e.id)
        case other:
            raise TypeError(f"{type(other).__name__} is no event of a vacancy")


_END = {
    vacancies.NominationDeclined: "declined",
    vacancies.NominationWithdrawn: "withdrawn",
    vacancies.NominationLapsed: "lapsed",
}


def _announced(event: UUID, data: vacancies.VacancyAnnounced) -> VacancyRow:
    return VacancyRow(
        vacancy=data.vacancy,
        mission=data.mission,
        category=data.category,
        number=data.number,
        places=data.number,
        skills=data.skills,
        tour_months=data.tour_months,
        announced_on=data.announced_on,
        status="open",
        event=event,
        rank_min=data.rank_min,
        rank_max=data.rank_max,
        deadline=data.deadline,
        post=data.post,
        application=data.application,
    )


def _nominated(event: UUID, data: vacancies.CandidateNominated | vacancies.UnitNominated) -> NominationRow:
    nominee = data if isinstance(data, vacancies.CandidateNominated) else None
    return NominationRow(
        id=f"{data.vacancy}/{data.nomination}",
        vacancy=data.vacancy,
        nomination=data.nomination,
        mandate=data.mandate,
        line=f"{data.mandate}/{data.line}",
        contributor=data.contributor,
        mission=data.mission,
        category=data.category,
        headcount=data.headcount if isinstance(data, vacancies.UnitNominated) else 1,
        nominated_on=data.nominated_on,
        rule_set=data.rule_set,
        valid_until=data.valid_until,
        status="nominated",
        event=event,
        person=nominee.person if nominee else None,
        unit=data.unit if isinstance(data, vacancies.UnitNominated) else None,
        rank=nominee.rank if nominee else None,
    )


def _accepted(event: UUID, data: vacancies.NominationAccepted, known: NominationRow) -> NominationRow:
    return known._replace(
        status="accepted",
        accepted_on=data.accepted_on,
        report_on=data.report_on,
        tour_until=data.tour_until,
        reference=data.reference,
        post=data.post,
        headcount=data.headcount,
        event=event,
    )


PROJECTION = Projection("vacancy", (VACANCIES, NOMINATIONS), attrgetter("vacancy"), project, _EVENTS)
