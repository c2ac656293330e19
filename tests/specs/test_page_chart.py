"""Pictures of people over time: each change is a step at its day, a gap is a gap, and labels stay apart."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.limits import FIRST_DAY, LAST_DAY
from services.reporting.pages import chart
from services.reporting.query.values import NamedValues


def row(day: date, until: date | None, people: int, limit: int | None) -> NamedValues:
    return {"valid_from": day, "valid_to": until, "people": people, "limit": limit}


def test_each_change_is_a_step_at_its_day_that_is_level_until_the_next() -> None:
    drawn = chart.strength(
        [row(date(2014, 1, 1), date(2015, 1, 1), 5, 10), row(date(2015, 1, 1), None, 10, 10)], date(2016, 12, 31)
    )

    assert (drawn.days, drawn.most) == (365 + 365 + 366, 10)
    assert drawn.people == "M0,5H365L365,0H1096"
    assert drawn.ceiling == "M0,0H365L365,0H1096"
    assert drawn.area == "M0,5H365L365,0H1096V10H0Z"
    assert drawn.above == ""
    assert [tick.label for tick in drawn.numbers] == ["0", "2", "4", "6", "8", "10"]
    assert [(tick.label, tick.at) for tick in drawn.times] == [("2014", 0.0), ("2015", 33.3), ("2016", 66.61)]


def test_what_lies_above_the_ceiling_is_drawn_apart() -> None:
    drawn = chart.strength([row(date(2014, 1, 1), date(2014, 1, 11), 7, 5), row(date(2014, 1, 11), None, 5, 5)], TODAY)

    assert drawn.above == "M0,1H10V3H0Z"


def test_the_day_of_the_newest_change_is_a_day_wide() -> None:
    assert chart.strength([row(TODAY, None, 2, None)], TODAY).people == "M0,0H1"


def test_where_no_ceiling_held_its_line_has_a_gap() -> None:
    days = [date(2014, month, 1) for month in (1, 2, 3)]
    rows = [row(day, None, 1, limit) for day, limit in zip(days, (2, None, 2), strict=True)]

    assert chart.strength(rows, date(2014, 4, 1)).ceiling.count("M") == 2


def test_a_short_time_has_its_months_below_it() -> None:
    drawn = chart.strength([row(date(2014, 1, 15), None, 1, 1)], date(2014, 4, 20))

    assert [tick.label for tick in drawn.times] == ["2014-02", "2014-03", "2014-04"]


def test_no_rows_draw_nothing() -> None:
    assert chart.strength([], TODAY).people == ""


TODAY = date(2014, 4, 1)
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

    drawn = chart.strength(rows, as_of)

    assert all(0 <= tick.at <= 100 for tick in drawn.times)
    assert all(chart.TOP <= tick.at <= chart.BOTTOM for tick in drawn.numbers)
    assert len(drawn.times) <= chart.LABELS_MAX + 1
    assert len([tick for tick in drawn.times if not tick.is_minor]) <= chart.LABELS_NARROW + 1
    assert len(drawn.numbers) <= chart.NUMBERS_MAX + 1
    assert drawn.most >= max(row["people"] for row in rows)
    assert drawn.people.endswith(f"H{drawn.days}")
