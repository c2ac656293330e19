"""What a correction does to the rows of a tour (rule I10): the right value takes the place of the wrong one.

The wrong one stays on record in its event. A corrected arrival or departure moves the edge of a period in a mission,
and a corrected mission is that of the period which the wrong event began (the first one, where a plan was wrong).
"""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from contracts import deployments as told
from services.reporting.projections.tour_rows import PERIODS, Period, Tour
from services.reporting.projections.view import Row, Rows


def corrected(event: UUID, data: told.TourCorrected, tour: Tour, rows: Rows) -> Iterator[Row]:
    """The rows that a correction sets."""
    periods = rows.all(PERIODS)
    tour = tour._replace(event=event)
    match data.field:
        case "headcount":
            yield tour._replace(headcount=int(str(data.value)))
        case "rank":
            yield tour._replace(rank=str(data.value))
        case "arrived_on":
            yield tour._replace(arrived_on=_day(data.value))
            yield periods[0]._replace(since=_day(data.value))
        case "departed_on":
            yield tour._replace(departed_on=_day(data.value))
            yield periods[-1]._replace(until=_day(data.value))
        case "mission":
            yield from _elsewhere(event, data, tour, periods)


def _elsewhere(event: UUID, data: told.TourCorrected, tour: Tour, periods: list[Period]) -> Iterator[Row]:
    mission = str(data.value)
    if not periods:
        yield tour._replace(mission=mission)
        return
    wrong = next((period for period in periods if str(data.corrects) in period.facts), periods[0])
    yield wrong._replace(mission=mission, facts=(*wrong.facts, str(event)))
    yield tour._replace(mission=mission if wrong.nth == periods[-1].nth else tour.mission)


def _day(value: date | int | str) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))
