"""The rows of a tour. Its id is `<mandate>/<line>/<tour>`, because a tour's name is unique within its line."""

from datetime import date, datetime
from typing import NamedTuple, Protocol
from uuid import UUID

from services.reporting.projections.view import View


class TourRow(NamedTuple):
    id: str
    line: str
    """`<mandate>/<line>`."""
    mandate: str
    tour: str
    contributor: str
    mission: str
    """The mission where the tour is, was last, or is to go."""
    category: str
    headcount: int
    planned_from: date
    planned_until: date
    consents_required: tuple[str, ...]
    planned_at: datetime
    """When the plan was recorded."""
    status: str
    """planned, scheduled, present, departed, cancelled."""
    event: UUID
    """The last event that set this row."""
    person: str | None = None
    unit: str | None = None
    rank: str | None = None
    post: str | None = None
    handover_until: date | None = None
    vacancy: str | None = None
    nomination: str | None = None
    arrives_on: date | None = None
    departs_on: date | None = None
    """As scheduled, or as extended."""
    arrived_on: date | None = None
    departed_on: date | None = None
    departure_reason: str | None = None
    payer: str | None = None
    cancelled_on: date | None = None
    cancel_reason: str | None = None
    return_by: date | None = None
    return_authority: str | None = None


class StayRow(NamedTuple):
    """A stay in one mission: from the arrival or a transfer until the next transfer or the departure.

    It repeats those columns of its tour that counts of people depend on, so that a count reads the stays alone.
    """

    tour: str
    nth: int
    mission: str
    valid_from: date
    valid_to: date | None
    facts: tuple[str, ...]
    """The ids of the events behind the stay: the one that began it, and its corrections."""
    contributor: str
    line: str
    category: str
    rank: str | None
    headcount: int
    person: str | None
    leaves_on: date
    """The day on which the tour is to end: as scheduled or extended, else as planned."""

    @classmethod
    def begun(cls, tour: TourRow, nth: int, mission: str, valid_from: date, facts: tuple[str, ...]) -> "StayRow":
        """A stay that has begun, with what it repeats of its tour."""
        return cls(
            tour=tour.id,
            nth=nth,
            mission=mission,
            valid_from=valid_from,
            valid_to=None,
            facts=facts,
            contributor=tour.contributor,
            line=tour.line,
            category=tour.category,
            rank=tour.rank,
            headcount=tour.headcount,
            person=tour.person,
            leaves_on=tour.departs_on or tour.planned_until,
        )

    def of(self, tour: TourRow) -> "StayRow":
        """The stay, updated to repeat its tour's current values."""
        return StayRow.begun(tour, self.nth, self.mission, self.valid_from, self.facts)._replace(valid_to=self.valid_to)


class ConsentRow(NamedTuple):
    tour: str
    kind: str
    required: bool
    given_on: date | None = None
    given_by: str | None = None
    document: str | None = None
    valid_until: date | None = None
    event: UUID | None = None


class DateChangeRow(NamedTuple):
    tour: str
    version: int
    old_arrives_on: date | None
    old_departs_on: date
    new_arrives_on: date | None
    new_departs_on: date
    decided_on: date
    decided_by: str | None
    reason: str | None
    event: UUID
    contributor: str


TOURS = View("tours", TourRow, key=("id",), aggregate_id="id")
STAYS = View("stays", StayRow, key=("tour", "nth"), aggregate_id="tour")
CONSENTS = View("consents", ConsentRow, key=("tour", "kind"), aggregate_id="tour")
DATE_CHANGES = View("tour_date_changes", DateChangeRow, key=("tour", "version"), aggregate_id="tour")


class OfTour(Protocol):
    """An event about a tour."""

    @property
    def mandate(self) -> str: ...
    @property
    def line(self) -> str: ...
    @property
    def tour(self) -> str: ...


def tour_id(event: OfTour) -> str:
    """The id of the tour that an event of the deployments service is about."""
    return f"{event.mandate}/{event.line}/{event.tour}"
