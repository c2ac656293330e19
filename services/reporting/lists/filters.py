"""The filters of lists. A parameter that a list does not know is refused: ignoring it would mislead."""

from typing import Annotated, Literal

from pydantic import Field

from contracts.return_anomalies import Anomaly
from contracts.words import Category, Contributor, Mission, MissionStatus, PersonnelType, PersonRef, Rank, Slug
from kernel.http.parameters import LIMIT_DEFAULT, Cursor, Instant, Limit, Month, Name, Uuid
from services.reporting.query.parameters import AsOf, LineId


class ListParameters(AsOf):
    """A page of a list."""

    limit: Limit = LIMIT_DEFAULT
    """Rows of a page."""
    cursor: Cursor | None = None
    """`next` of the page before."""


class Mandates(ListParameters):
    contributor: Contributor | None = None
    status: Literal["proposed", "approved", "rejected", "withdrawn", "revoked", "expired", "superseded"] | None = None
    in_force: bool | None = None
    """Only mandates that are (or are not) in force on the day."""


class Lines(ListParameters):
    contributor: Contributor | None = None
    mandate: Slug | None = None
    mission: Mission | None = None
    category: Category | None = None
    in_force: bool | None = None
    """Only lines that are (or are not) in force on the day."""


class Missions(ListParameters):
    status: MissionStatus | None = None


class Vacancies(ListParameters):
    mission: Mission | None = None
    category: Category | None = None
    status: Literal["open", "filled", "withdrawn", "lapsed"] | None = None


class Applications(ListParameters):
    contributor: Contributor | None = None
    mandate: Slug | None = None
    mission: Mission | None = None
    category: Category | None = None
    status: Literal["submitted", "acknowledged", "withdrawn"] | None = None


class Nominations(ListParameters):
    contributor: Contributor | None = None
    mandate: Slug | None = None
    line: LineId | None = None
    mission: Mission | None = None
    category: Category | None = None
    vacancy: Slug | None = None
    status: Literal["nominated", "accepted", "declined", "withdrawn", "lapsed"] | None = None


class Candidates(ListParameters):
    contributor: Contributor | None = None
    rank: Rank | None = None
    status: Literal["registered", "screened", "reserve", "withdrawn"] | None = None
    barred: bool | None = None


class Units(ListParameters):
    contributor: Contributor | None = None
    category: Category | None = None
    mission: Mission | None = None
    status: Literal["pledged", "selected", "mou_signed", "visit_passed", "visit_failed"] | None = None


class Tours(ListParameters):
    contributor: Contributor | None = None
    mandate: Slug | None = None
    line: LineId | None = None
    mission: Mission | None = None
    """Where the tour is on the day; otherwise where it was last, or is to go."""
    category: Category | None = None
    status: Literal["planned", "scheduled", "present", "departed", "cancelled"] | None = None
    """The state on the day."""
    person: PersonRef | None = None
    unit: Slug | None = None


class Frameworks(ListParameters):
    contributor: Contributor | None = None
    mandate: Slug | None = None
    mission: Mission | None = None


class Strength(ListParameters):
    contributor: Contributor | None = None
    mandate: Slug | None = None
    line: LineId | None = None
    mission: Mission | None = None
    category: Category | None = None


class ReturnedStrength(ListParameters):
    contributor: Contributor | None = None
    mission: Mission | None = None
    personnel_type: PersonnelType | None = None
    published_before: Instant | None = None
    """Only what was published before this instant, so that a restated month is shown as it was first published."""


class StrengthReturns(ReturnedStrength):
    month_from: Month | None = None
    """The first month, e.g. 2014-01."""
    month_until: Month | None = None
    """The last month."""
    noticed: Anomaly | None = None
    """Only rows that are odd in this way."""


EventType = Annotated[
    str, Field(pattern=r"^[a-z]{1,40}\.[a-z]{1,40}\.[A-Za-z]{1,80}$", examples=["forcegen.deployments.TourArrived"])
]


class Events(ListParameters):
    service: Literal["approvals", "vacancies", "deployments"] | None = None
    stream: Annotated[str, Name()] | None = Field(None, examples=["line/kz-2013/observers"])
    type: EventType | None = None
    correlation: Annotated[str, Name()] | None = None
    """The `correlationid` of the command that led to it."""
    event: Uuid | None = None
    """The id of one event, as rows name it in `event`."""
