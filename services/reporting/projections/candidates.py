"""Candidates, by opaque reference: rank, and whether they are in the reserve or barred.

The views do not show the findings of a screening, only that there was one.
"""

from collections.abc import Iterator
from datetime import date
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from contracts import vacancies
from services.reporting.projections.event import ConsumedEvent
from services.reporting.projections.view import Projection, Row, Rows, View


class CandidateRow(NamedTuple):
    person: str
    contributor: str | None
    """Unknown, like rank, status and day, for a person who was barred without being registered."""
    rank: str | None
    status: str | None
    """registered, screened, reserve, withdrawn. A bar is shown separately."""
    registered_on: date | None
    event: UUID
    screened_on: date | None = None
    reserve_since: date | None = None
    withdrawn_on: date | None = None
    barred_since: date | None = None


CANDIDATES = View("candidates", CandidateRow, key=("person",), aggregate_id="person")
_EVENTS = (
    vacancies.CandidateRegistered,
    vacancies.CandidateScreened,
    vacancies.CandidatePromoted,
    vacancies.CandidatePlacedInReserve,
    vacancies.CandidateWithdrawn,
    vacancies.CandidateBarred,
)


def project(e: ConsumedEvent, rows: Rows) -> Iterator[Row]:
    """The rows that an event of a candidate sets."""
    match e.data:
        case vacancies.CandidateRegistered(person=person, contributor=contributor, rank=rank, registered_on=day):
            known = rows.find(CANDIDATES, person)
            barred = known.barred_since if known else None
            yield CandidateRow(person, contributor, rank, "registered", day, e.id, barred_since=barred)
        case vacancies.CandidateScreened(person=person, screened_on=day):
            screened = rows.one(CANDIDATES, person)
            status = "screened" if screened.status == "registered" else screened.status
            yield screened._replace(status=status, screened_on=day, event=e.id)
        case vacancies.CandidatePromoted(person=person, rank=rank):
            yield rows.one(CANDIDATES, person)._replace(rank=rank, event=e.id)
        case vacancies.CandidatePlacedInReserve(person=person, since=day):
            yield rows.one(CANDIDATES, person)._replace(status="reserve", reserve_since=day, event=e.id)
        case vacancies.CandidateWithdrawn(person=person, withdrawn_on=day):
            yield rows.one(CANDIDATES, person)._replace(status="withdrawn", withdrawn_on=day, event=e.id)
        case vacancies.CandidateBarred(person=person, since=day):
            stranger = CandidateRow(person, None, None, None, None, e.id)
            yield (rows.find(CANDIDATES, person) or stranger)._replace(barred_since=day, event=e.id)
        case other:
            raise TypeError(f"{type(other).__name__} is no event of a candidate")


PROJECTION = Projection("candidate", (CANDIDATES,), attrgetter("person"), project, _EVENTS)
