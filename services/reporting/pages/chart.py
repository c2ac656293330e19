"""People over time against a ceiling, as a picture that is as wide as the page; a table beside it has the same numbers.

The plane is measured in days and people, so that every step stands exactly at its day; the picture stretches it, and
keeps lines and letters as they are, on a phone and on paper. Labels stand at percentages of the picture. Lines differ
in their kind and not by colour alone. `templates/chart.svg` says how all of it looks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain
from typing import Final

from services.reporting.query.values import NamedValues

TOP, BOTTOM = 7.0, 84.0
"""Where the plane begins and ends, in percent of the picture's height."""
LABELS_MAX: Final = 14
"""The number of labels that fit below the plane on a wide screen."""
LABELS_NARROW: Final = 5
"""The same on a phone."""
LABELS_END: Final = 96.0
"""Behind this percentage of the width, a label would be cut off."""
NARROW_END: Final = 86.0
"""The same on a phone, so there the label stands before its line."""
NUMBERS_MAX: Final = 5
MONTHS_BELOW: Final = 800
"""Of so few days, months are labelled; else years."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of the grid and its label."""

    label: str
    at: float
    """In percent of the width, or of the height."""
    is_minor: bool = False
    """Whether a phone leaves it out."""
    is_before: bool = False
    """Whether the label stands before its line, not behind it."""


@dataclass(frozen=True, slots=True)
class StrengthChart:
    """A picture before it is drawn. Paths are in SVG's own notation; a path without points is empty."""

    days: int
    """The width of the plane."""
    most: int
    """The height of the plane, in people."""
    people: str
    """The outline of the people's steps."""
    area: str
    """The same, closed down to zero."""
    ceiling: str
    """The ceiling's steps, with a gap where no ceiling held."""
    above: str
    """What of the area lies above the ceiling."""
    numbers: Sequence[Tick]
    times: Sequence[Tick]


def strength(rows: Sequence[NamedValues], as_of: date, ceiling: str = "limit") -> StrengthChart:
    """Steps from change to change until the end of `as_of`, from rows in their order; `ceiling` names its column."""
    if not rows:
        return StrengthChart(1, 1, "", "", "", "", (), ())
    begins: date = rows[0]["valid_from"]
    after = max(as_of, rows[-1]["valid_from"]) + timedelta(days=1)
    first, days = begins.toordinal(), (after - begins).days
    spans = [
        (
            row["valid_from"].toordinal() - first,
            (row["valid_to"] or after).toordinal() - first,
            row["people"],
            row[ceiling],
        )
        for row in rows
    ]
    numbers = _numbers(max(chain((row["people"] for row in rows), (row[ceiling] or 0 for row in rows))))
    most = numbers[-1]
    people = _path([(begin, end, most - people) for begin, end, people, _ in spans])
    return StrengthChart(
        days=days,
        most=most,
        people=people,
        area=f"{people}V{most}H0Z",
        ceiling=_path([(begin, end, None if held is None else most - held) for begin, end, _, held in spans]),
        above="".join(
            f"M{begin},{most - people}H{end}V{most - held}H{begin}Z"
            for begin, end, people, held in spans
            if held is not None and people > held
        ),
        numbers=[Tick(str(number), round(BOTTOM - (BOTTOM - TOP) * number / most, 2)) for number in numbers],
        times=_times(begins, after),
    )


def _path(steps: Sequence[tuple[int, int, int | None]]) -> str:
    """Each value from its day to the day of the next, so that the line is level between them; a gap where is none."""
    drawn: list[str] = []
    for begin, end, value in steps:
        pen = "L" if drawn and drawn[-1] else "M"
        drawn.append("" if value is None else f"{pen}{begin},{value}H{end}")
    return "".join(drawn)


def _times(first: date, last: date) -> list[Tick]:
    """Beginnings of years between two days, or of months, as many as fit without their labels touching."""
    days = (last - first).days
    per_year = 12 if days < MONTHS_BELOW else 1
    begins = [
        (nr, _begin(nr, per_year))
        for nr in range(first.year * per_year, (last.year + 1) * per_year)
        if first <= _begin(nr, per_year) <= last
    ]
    step, wide = (_step(len(begins), labels, per_year) for labels in (LABELS_MAX, LABELS_NARROW))
    placed = [(nr, day, round(100 * (day - first).days / days, 2)) for nr, day in begins if nr % step == 0]
    return [
        Tick(f"{day:%Y-%m}" if per_year == 12 else str(day.year), at, nr % wide != 0, at > NARROW_END)
        for nr, day, at in placed
        if at < LABELS_END
    ]


def _begin(nr: int, per_year: int) -> date:
    """The first day of a year, or of a month, counted from the year 0."""
    return date(nr // per_year, nr % per_year + 1, 1)


def _step(count: int, labels: int, per_year: int) -> int:
    """How many years, or months, from one label to the next."""
    steps = (1, 2, 3, 6, 12, 24) if per_year == 12 else _round_steps()
    return next(step for step in steps if step * labels >= count)


def _numbers(highest: int) -> Sequence[int]:
    """From zero in even steps of 1, 2 or 5 times a power of ten, up to the first number not below the highest."""
    step = next(step for step in _round_steps() if step * NUMBERS_MAX >= highest)
    return range(0, max(-(-highest // step), 1) * step + 1, step)


def _round_steps() -> Sequence[int]:
    return [factor * 10**power for power in range(20) for factor in (1, 2, 5)]
