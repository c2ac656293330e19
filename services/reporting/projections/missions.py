"""UN operations and the history of their statuses, as the vacancies service recorded it."""

from collections.abc import Iterator
from datetime import date
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from contracts import vacancies
from services.reporting.projections.event import ConsumedEvent
from services.reporting.projections.view import Projection, Row, Rows, View


class MissionRow(NamedTuple):
    mission: str
    name: str
    host_area: str
    established_on: date
    status: str
    since: date
    authority: str | None
    event: UUID


class MissionStatusRow(NamedTuple):
    mission: str
    version: int
    status: str
    since: date
    authority: str | None
    event: UUID


MISSIONS = View("missions", MissionRow, key=("mission",), aggregate_id="mission")
STATUSES = View("mission_statuses", MissionStatusRow, key=("mission", "version"), aggregate_id="mission")


def project(e: ConsumedEvent, rows: Rows) -> Iterator[Row]:
    """The rows that an event of a mission sets."""
    match e.data:
        case vacancies.MissionRecorded() as data:
            since = data.established_on
            yield MissionRow(data.mission, data.name, data.host_area, since, "active", since, None, e.id)
            yield MissionStatusRow(data.mission, e.version, "active", since, None, e.id)
        case vacancies.MissionStatusChanged(mission=mission, status=status, since=since, authority=authority):
            known = rows.one(MISSIONS, mission)
            yield known._replace(status=status, since=since, authority=authority, event=e.id)
            yield MissionStatusRow(mission, e.version, status, since, authority, e.id)
        case other:
            raise TypeError(f"{type(other).__name__} is no event of a mission")


PROJECTION = Projection(
    "mission",
    (MISSIONS, STATUSES),
    attrgetter("mission"),
    project,
    (vacancies.MissionRecorded, vacancies.MissionStatusChanged),
)
