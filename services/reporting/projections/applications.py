"""Applications: what the State has offered, and how long each offer waits."""

from collections.abc import Iterator
from datetime import date
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from contracts import vacancies as told
from services.reporting.projections.event import Recorded
from services.reporting.projections.view import Group, Row, Rows, View


class Application(NamedTuple):
    application: str
    contributor: str
    mandate: str
    missions: tuple[str, ...]
    """Empty: to any mission of the mandate."""
    categories: tuple[str, ...]
    number: int
    note_verbale: str
    submitted_on: date
    addressee: str
    status: str
    """submitted, acknowledged, withdrawn. That a vacancy answers it is a fact of the vacancy."""
    event: UUID
    acknowledged_on: date | None = None
    reference: str | None = None
    withdrawn_on: date | None = None
    withdrawn_reason: str | None = None


APPLICATIONS = View("applications", Application, key=("application",), owner="application")


def project(e: Recorded, rows: Rows) -> Iterator[Row]:
    """The rows that an event of an application sets."""
    match e.data:
        case told.ApplicationSubmitted() as data:
            yield _submitted(e.id, data)
        case told.ApplicationAcknowledged(application=application, acknowledged_on=day, reference=reference):
            known = rows.one(APPLICATIONS, application)
            yield known._replace(status="acknowledged", acknowledged_on=day, reference=reference, event=e.id)
        case told.ApplicationWithdrawn(application=application, withdrawn_on=day, reason=reason):
            known = rows.one(APPLICATIONS, application)
            yield known._replace(status="withdrawn", withdrawn_on=day, withdrawn_reason=reason, event=e.id)
        case other:
            raise TypeError(f"{type(other).__name__} is no event of an application")


def _submitted(event: UUID, data: told.ApplicationSubmitted) -> Application:
    return Application(
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


GROUP = Group(
    name="application",
    views=(APPLICATIONS,),
    owner=attrgetter("application"),
    project=project,
    events=(told.ApplicationSubmitted, told.ApplicationAcknowledged, told.ApplicationWithdrawn),
)
