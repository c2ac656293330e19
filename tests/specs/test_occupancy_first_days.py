"""From which day on the people of a line are counted anew: the first on which a stay counts otherwise than before."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from services.reporting.projections.tour_rows import StayRow
from services.reporting.projector.occupancy import first_days

LINE = "kz-2013/observers"


def stay(since: int, until: int | None = None, **changed: Any) -> StayRow:
    """A stay of May 2014, from one day of the month until another."""
    first, end = date(2014, 5, since), date(2014, 5, until) if until else None
    row = StayRow(
        *(f"{LINE}/t-1", 0, "MINURSO", first, end, ()),
        contributor="KAZ",
        line=LINE,
        category="military_observer",
        rank="major",
        headcount=1,
        person="p-1",
        leaves_on=date(2015, 5, 1),
    )
    return row._replace(**changed)


@dataclass(frozen=True)
class Case:
    before: StayRow | None
    after: StayRow
    day: int | None


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(Case(None, stay(10), 10), id="a stay that begins counts from its first day"),
        pytest.param(Case(stay(10), stay(10, 20), 20), id="one that ends counts otherwise from its end"),
        pytest.param(Case(stay(10, 20), stay(10, 18), 18), id="an end that moves back, from the new one"),
        pytest.param(Case(stay(10, 18), stay(10, 20), 18), id="an end that moves on, from the old one"),
        pytest.param(Case(stay(10), stay(7), 7), id="a begin that was wrong, from the earlier of the two"),
        pytest.param(Case(stay(10), stay(10, headcount=2), 10), id="another headcount, from the first day"),
        pytest.param(Case(stay(10), stay(10, mission="UNMIL"), 10), id="another mission, from the first day"),
        pytest.param(Case(stay(10), stay(10, rank="colonel"), None), id="another rank is nobody more or less"),
    ],
)
def test_a_change_of_a_stay(case: Case) -> None:
    assert first_days([(case.before, case.after)], []) == ({LINE: date(2014, 5, case.day)} if case.day else {})


def test_of_several_changes_the_first_day_holds() -> None:
    assert first_days([(None, stay(10)), (None, stay(7)), (None, stay(9))], []) == {LINE: date(2014, 5, 7)}


def test_a_line_whose_limits_changed_is_counted_from_its_first_day() -> None:
    assert first_days([(None, stay(10))], [LINE]) == {LINE: date.min}
