"""People on a mandate line over time against its ceiling, as a picture; the table below it holds the same numbers.

Rows become points on a plane of fixed size; `templates/chart.svg` defines how the points look.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Final

from services.reporting.query.values import NamedValues

WIDTH: Final = 960
HEIGHT: Final = 320
LEFT, RIGHT, TOP, BOTTOM = 64, 948, 12, 256
"""The edges of the plane, in the units of the picture."""
YEARS_MAX: Final = 14
"""The number of labels that fit below the plane."""
NUMBERS_MAX: Final = 5


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of the grid and its label: a number of people, or a year."""

    value: int
    at: float


@dataclass(frozen=True, slots=True)
class ChartStep:
    """The values from one change to the next, with a label of their own for the pointer."""

    day: date
    people: int
    limit: int | None
    left: float
    width: float


@dataclass(frozen=True, slots=True)
class OccupancyChart:
    """A picture before it is drawn. Paths are in SVG's own notation; a path without points is empty."""

    people: str
    """The outline of the people's steps."""
    area: str
    """The same, closed down to zero."""
    ceiling: str
    """The ceiling's steps, with a gap where no ceiling held."""
    numbers: Sequence[Tick]
    years: Sequence[Tick]
    steps: Sequence[ChartStep]


def occupancy(rows: Sequence[NamedValues], as_of: date) -> OccupancyChart:
    """Steps from change to change until `as_of`, from the ordered rows of the report `occupancy` for one line."""
    if not rows:
        return OccupancyChart("", "", "", (), (), ())
    ends = [max(row["valid_to"] or as_of, row["valid_from"]) for row in rows]
    first: int = rows[0]["valid_from"].toordinal()
    last: int = max(ends).toordinal()
    numbers = _numbers(max(chain((row["people"] for row in rows), (row["limit"] or 0 for row in rows))))

    def x(day: date) -> float:
        return round(LEFT + (RIGHT - LEFT) * (day.toordinal() - first) / max(last - first, 1), 1)

    def y(number: int) -> float:
        return round(BOTTOM - (BOTTOM - TOP) * number / numbers[-1], 1)

    def path(column: str) -> str:
        """Each value from its day to the day of the next, so that the line is level between them."""
        drawn: list[str] = []
        for row, end in zip(rows, ends, strict=True):
            if row[column] is None:
                drawn.append("")
                continue
            pen = "L" if drawn and drawn[-1] else "M"
            drawn.append(f"{pen}{x(row['valid_from'])},{y(row[column])}H{x(end)}")
        return "".join(drawn)

    people = path("people")
    return OccupancyChart(
        people=people,
        area=f"{people}V{BOTTOM}H{x(rows[0]['valid_from'])}Z",
        ceiling=path("limit"),
        numbers=[Tick(number, y(number)) for number in numbers],
        years=[Tick(year, x(date(year, 1, 1))) for year in _years(date.fromordinal(first), date.fromordinal(last))],
        steps=[_step(row, x(row["valid_from"]), x(end)) for row, end in zip(rows, ends, strict=True)],
    )


def _step(row: NamedValues, left: float, right: float) -> ChartStep:
    return ChartStep(row["valid_from"], row["people"], row["limit"], left, round(right - left, 1))


def _numbers(highest: int) -> Sequence[int]:
    """From zero in even steps of 1, 2 or 5 times a power of ten, up to the first number not below the highest."""
    step = next(step for step in _round_steps() if step * NUMBERS_MAX >= highest)
    return range(0, max(-(-highest // step), 1) * step + 1, step)


def _years(first: date, last: date) -> Sequence[int]:
    """The years that begin between two days, as many as fit without their labels touching."""
    begins = first.year if (first.month, first.day) == (1, 1) else first.year + 1
    step = next(step for step in _round_steps() if step * YEARS_MAX >= last.year - begins + 1)
    return [year for year in range(begins, last.year + 1) if year % step == 0]


def _round_steps() -> Sequence[int]:
    return [factor * 10**power for power in range(20) for factor in (1, 2, 5)]
