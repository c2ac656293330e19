"""Statements by others about a contributor, kept as published: the UN's strength returns and officials' statements."""

from collections.abc import Iterator
from datetime import date, datetime
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from contracts import deployments
from contracts.return_anomalies import row_anomalies
from services.reporting.projections.event import ConsumedEvent
from services.reporting.projections.view import Projection, Row, Rows, View


class StrengthReturnRow(NamedTuple):
    event: UUID
    """The key: a later publication may restate a count, and one publication contradict itself; all rows are kept."""
    contributor: str
    as_of: date
    mission: str
    personnel_type: str
    published_at: datetime
    contributor_as_published: str
    male: int | None
    female: int | None
    total: int | None
    source: str
    anomalies: tuple[str, ...]
    """Anomalies that the row shows by itself (`contracts.return_anomalies`)."""


class OfficialStatementRow(NamedTuple):
    contributor: str
    statement: str
    as_of: date
    measure: str
    since: date | None
    missions: tuple[str, ...]
    categories: tuple[str, ...]
    value: int
    qualifier: str
    source: str
    event: UUID


RETURNS = View("strength_returns", StrengthReturnRow, key=("event",), aggregate_id="contributor")
STATEMENTS = View(
    "official_statements", OfficialStatementRow, key=("contributor", "statement"), aggregate_id="contributor"
)


def project(e: ConsumedEvent, rows: Rows) -> Iterator[Row]:
    """The row that a count sets, independent of all earlier rows."""
    match e.data:
        case deployments.StrengthReturnRecorded() as data:
            what = (data.contributor, data.as_of, data.mission, data.personnel_type, data.published_at)
            counts = (data.male, data.female, data.total)
            anomalies = tuple(row_anomalies(data))
            yield StrengthReturnRow(e.id, *what, data.contributor_as_published, *counts, data.source, anomalies)
        case deployments.OfficialStatementRecorded() as data:
            yield OfficialStatementRow(
                contributor=data.contributor,
                statement=data.statement,
                as_of=data.as_of,
                measure=data.measure,
                since=data.since,
                missions=data.missions,
                categories=data.categories,
                value=data.value,
                qualifier=data.qualifier,
                source=data.source,
                event=e.id,
            )
        case other:
            raise TypeError(f"{type(other).__name__} is no count of a contributor")


_EVENTS = (deployments.StrengthReturnRecorded, deployments.OfficialStatementRecorded)
PROJECTION = Projection("contributor", (RETURNS, STATEMENTS), attrgetter("contributor"), project, _EVENTS, reads=False)
