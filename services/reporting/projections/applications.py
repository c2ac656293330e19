"""Applications: the offers of the State, and how long each one waits."""

from collections.abc import Iterator
from datetime import date
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from contracts import vacancies
from services.reporting.projections.event import ConsumedEvent
from services.reporting.projections.view import Projection, Row, Rows, View


class ApplicationRow(NamedTuple):
    application: str
    contributor: str
    mandate: str
    missions: tuple[str, ...]
    """Empty for any mission of the mandate."""
    categories: tuple[str, ...]
    number: int
    note_verbale: str
    submitted_on: date
    addressee: str
    status: str
    """submitted, acknowledged, withdrawn. That a vacancy answers it is recorded with the vacancy."""
    event: UUID
    acknowledged_on: date | None = None
    reference: str | None = None
    withdrawn_on: date | None = None
    withdrawn_reason: str | None = None


APPLICATIONS = View("applications", ApplicationRow, key=("application",), aggregate_id="application")


def project(e: ConsumedEvent, rows: Rows) -> Iterator[Row]:
    """The rows that an event of an application sets."""
    match e.data:
        case vacancies.ApplicationSubmitted() as data:
            yield _submitted(e.id, data)
        case vacancies.ApplicationAcknowledged(application=application, acknowledged_on=day, reference=reference):
            known = rows.one(APPLICATIONS, application)
            yield known._replace(status="acknowledged", acknowledged_on=day, reference=reference, event=e.id)
        case vacancies.ApplicationWithdrawn(application=application, withdrawn_on=day, reason=reason):
            known = rows.one(APPLICATIONS, application)
            yield known._replace(status="withdrawn", withdrawn_on=day, withdrawn_reason=reason, event=e.id)
        case other:
            raise TypeError(f"{type(other).__name__} is no event of an application")


def _submitted(event: UUID, data: vacancies.ApplicationSubmitted) -> ApplicationRow:
    return ApplicationRow(
        application=data.application,
        contributor=data.contributor,
        mandate=data.mandate,
        missions=data.missions,
        categories=data.categories,
        number=data.number,
        note_verbale=data.note_verbale,
        submitted_on=data.submitted_on,
        addressee=data.addressee,
        status="submitted",
        event=event,
    )


PROJECTION = Projection(
    name="application",
    views=(APPLICATIONS,),
    aggregate_id=attrgetter("application"),
    project=project,
    events=(vacancies.ApplicationSubmitted, vacancies.ApplicationAcknowledged, vacancies.ApplicationWithdrawn),
)
