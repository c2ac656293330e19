"""The effect of a correction on the rows of a tour (rule I10): the right value replaces the wrong one.

The wrong value remains on record in its event. A corrected arrival or departure moves the edge of a stay in a mission;
a corrected mission applies to the stay that the wrong event began (the first one if the plan was wrong).
"""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from contracts import deployments
from services.reporting.projections.tour_rows import STAYS, StayRow, TourRow
from services.reporting.projections.view import Row, Rows


def corrected(event: UUID, data: deployments.TourCorrected, tour: TourRow, rows: Rows) -> Iterator[Row]:
    """The rows that a correction sets."""
    stays = rows.all(STAYS)
    tour = tour._replace(event=event)
    match data.field:
        case "headcount":
            yield tour._replace(headcount=int(str(data.value)))
        case "rank":
            yield tour._replace(rank=str(data.value))
        case "arrived_on":
            yield tour._replace(arrived_on=_day(data.value))
            yield stays[0]._replace(valid_from=_day(data.value))
        case "departed_on":
            yield tour._replace(departed_on=_day(data.value))
            yield stays[-1]._replace(valid_to=_day(data.value))
        case "mission":
            yield from _elsewhere(event, data, tour, stays)


def _elsewhere(event: UUID, data: deployments.TourCorrected, tour: TourRow, stays: list[StayRow]) -> Iterator[Row]:
    mission = str(data.value)
    if not stays:
        yield tour._replace(mission=mission)
        return
    wrong = next((stay for stay in stays if str(data.corrects) in stay.facts), stays[0])
    yield wrong._replace(mission=mission, facts=(*wrong.facts, str(event)))
    yield tour._replace(mission=mission if wrong.nth == stays[-1].nth else tour.mission)


def _day(value: date | int | str) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))
