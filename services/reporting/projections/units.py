"""Units: from the pledge to the pre-deployment visit. What happens in a mission is in the rows of their tours."""

from collections.abc import Iterator
from datetime import date
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from contracts import vacancies
from services.reporting.projections.event import ConsumedEvent
from services.reporting.projections.view import Projection, Row, Rows, View


class UnitRow(NamedTuple):
    unit: str
    contributor: str
    category: str
    headcount: int
    pledged_on: date
    valid_until: date
    status: str
    """The last completed step: pledged, selected, mou_signed, visit_passed, visit_failed."""
    event: UUID
    level: str | None = None
    assessed_on: date | None = None
    mission: str | None = None
    selected_on: date | None = None
    mou_mission: str | None = None
    mou_document: str | None = None
    mou_signed_on: date | None = None
    mou_strength: int | None = None
    framework_nation: str | None = None
    visited_on: date | None = None
    visit_passed: bool | None = None


UNITS = View("units", UnitRow, key=("unit",), aggregate_id="unit")
_EVENTS = (
    vacancies.UnitPledged,
    vacancies.UnitReadinessRecorded,
    vacancies.UnitSelected,
    vacancies.MouSigned,
    vacancies.PredeploymentVisitRecorded,
)


def project(e: ConsumedEvent, rows: Rows) -> Iterator[Row]:
    """The rows that an event of a unit sets."""
    match e.data:
        case vacancies.UnitPledged() as data:
            yield _pledged(e.id, data, rows.find(UNITS, data.unit))
        case vacancies.UnitReadinessRecorded(unit=unit, level=level, assessed_on=day):
            yield rows.one(UNITS, unit)._replace(level=level, assessed_on=day, event=e.id)
        case vacancies.UnitSelected(unit=unit, mission=mission, selected_on=day):
            known = rows.one(UNITS, unit)
            yield known._replace(status="selected", mission=mission, selected_on=day, event=e.id)
        case vacancies.MouSigned() as data:
            yield _signed(e.id, data, rows.one(UNITS, data.unit))
        case vacancies.PredeploymentVisitRecorded(unit=unit, visited_on=day, passed=passed):
            status = "visit_passed" if passed else "visit_failed"
            yield rows.one(UNITS, unit)._replace(status=status, visited_on=day, visit_passed=passed, event=e.id)
        case other:
            raise TypeError(f"{type(other).__name__} is no event of a unit")


def _pledged(event: UUID, data: vacancies.UnitPledged, known: UnitRow | None) -> UnitRow:
    """A repeated pledge renews the old one; completed steps stay on record."""
    if known is not None:
        return known._replace(
            category=data.category,
            headcount=data.headcount,
            pledged_on=data.pledged_on,
            valid_until=data.valid_until,
            event=event,
        )
    period = (data.pledged_on, data.valid_until)
    return UnitRow(data.unit, data.contributor, data.category, data.headcount, *period, "pledged", event)


def _signed(event: UUID, data: vacancies.MouSigned, known: UnitRow) -> UnitRow:
    return known._replace(
        status="mou_signed",
        mou_mission=data.mission,
        mou_document=data.document,
        mou_signed_on=data.signed_on,
        mou_strength=data.strength,
        framework_nation=data.framework_nation,
        event=event,
    )


PROJECTION = Projection("unit", (UNITS,), attrgetter("unit"), project, _EVENTS)
