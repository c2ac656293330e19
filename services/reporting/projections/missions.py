"""UN operations and every status that each has had, as told to the vacancies room."""

from collections.abc import Iterator
from datetime import date
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from contracts import vacancies as told
from services.reporting.projections.event import Recorded
from services.reporting.projections.view import Group, Row, Rows, View


class Mission(NamedTuple):
    mission: str
    name: str
    host_area: str
    established_on: date
    status: str
    since: date
    authority: str | None
    event: UUID


class MissionStatus(NamedTuple):
    mission: str
    version: int
    status: str
    since: date
    authority: str | None
    event: UUID


MISSIONS = View("missions", Mission, key=("mission",), owner="mission")
STATUSES = View("mission_statuses", MissionStatus, key=("mission", "version"), owner="mission")


def project(e: Recorded, rows: Rows) -> Iterator[Row]:
    """The rows that an event of a mission sets."""
    match e.data:
        case told.MissionRecorded() as data:
            since = data.established_on
            yield Mission(data.mission, data.name, data.host_area, since, "active", since, None, e.id)
            yield MissionStatus(data.mission, e.version, "active", since, None, e.id)
        case told.MissionStatusChanged(mission=mission, status=status, since=since, authority=authority):
            known = rows.one(MISSIONS, mission)
            yield known._replace(status=status, since=since, authority=authority, event=e.id)
            yield MissionStatus(mission, e.version, status, since, authority, e.id)
        case other:
            raise TypeError(f"{type(other).__name__} is no event of a mission")


GROUP = Group(
    "mission", (MISSIONS, STATUSES), attrgetter("mission"), project, (told.MissionRecorded, told.MissionStatusChanged)
)
