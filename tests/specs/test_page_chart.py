"""The picture of a line: each change is a step, a gap is a gap, and labels stay apart whatever the years."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.limits import FIRST_DAY, LAST_DAY
from services.reporting.pages import chart
from services.reporting.query.values import NamedValues


def row(day: date, until: date | None, people: int, limit: int | None) -> NamedValues:
    return {"valid_from": day, "valid_to": until, "people": people, "limit": limit}


def test_each_change_is_a_step_that_is_level_until_the_next() -> None:
    drawn = chart.occupancy(
        [row(date(2014, 1, 1), date(2015, 1, 1), 5, 10), row(date(2015, 1, 1), None, 10, 10)], date(2016, 1, 1)
    )

    half = (chart.LEFT + chart.RIGHT) / 2
    assert drawn.people == f"M64.0,134.0H{half}L{half},12.0H948.0"
    assert drawn.ceiling == f"M64.0,12.0H{half}L{half},12.0H948.0"
    assert drawn.area == f"{drawn.people}V256H64.0Z"
    assert [tick.value for tick in drawn.numbers] == [0, 2, 4, 6, 8, 10]
    assert [(tick.value, tick.at) for tick in drawn.years] == [(2014, 64.0), (2015, half), (2016, 948.0)]
    assert [(step.people, step.left, step.width) for step in drawn.steps] == [(5, 64.0, 442.0), (10, half, 442.0)]


def test_where_no_ceiling_held_its_line_has_a_gap() -> None:
    days = [date(2014, month, 1) for month in (1, 2, 3)]
    rows = [row(day, None, 1, limit) for day, limit in zip(days, (2, None, 2), strict=True)]

    assert chart.occupancy(rows, date(2014, 4, 1)).ceiling.count("M") == 2


def test_no_rows_draw_nothing() -> None:
    assert chart.occupancy([], date(2014, 1, 1)).people == ""


DAYS = st.dates(FIRST_DAY, LAST_DAY)


@given(st.lists(DAYS, min_size=1, max_size=9, unique=True).map(sorted), DAYS, st.integers(0, 2**31), st.data())
@pytest.mark.filterwarnings("error")
def test_whatever_the_days_and_numbers_all_of_it_is_on_the_plane(
    days: list[date], as_of: date, most: int, data: st.DataObject
) -> None:
    ends = [*days[1:], None]
    numbers = st.integers(0, most)
    rows = [
        row(day, end, data.draw(numbers), data.draw(st.none() | numbers)) for day, end in zip(days, ends, strict=True)
    ]

    drawn = chart.occupancy(rows, as_of)

    assert all(chart.LEFT <= tick.at <= chart.RIGHT for tick in drawn.years)
    assert all(chart.TOP <= tick.at <= chart.BOTTOM for tick in drawn.numbers)
    assert len(drawn.years) <= chart.YEARS_MAX
    assert len(drawn.numbers) <= chart.NUMBERS_MAX + 1
    assert drawn.numbers[-1].value >= max(step.people for step in drawn.steps)
    assert all(step.width >= 0 and step.left + step.width <= chart.RIGHT + 0.1 for step in drawn.steps)
