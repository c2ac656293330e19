"""What holds on a day, against a search that looks at every value: in any order of recording, on any day."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from kernel.model.effective_dated import EffectiveDated

days = st.integers(-3, 12).map(lambda offset: date(2022, 1, 1) + timedelta(days=offset))
recordings = st.lists(st.tuples(days, st.integers(0, 3)), max_size=12)
"""First days and values in the order in which they are recorded: few of each, so that they meet."""


def recorded(history: list[tuple[date, int]]) -> EffectiveDated[int]:
    dated: EffectiveDated[int] = EffectiveDated()
    for first_day, value in history:
        dated = dated.with_value(first_day, value)
    return dated


def naive(history: list[tuple[date, int]], day: date) -> int | None:
    """The value with the latest first day by then; of several for that day, the one recorded last."""
    begun = [(first_day, place) for place, (first_day, _) in enumerate(history) if first_day <= day]
    return history[max(begun)[1]][1] if begun else None


@given(recordings, days)
def test_what_holds_on_a_day_is_what_a_search_through_all_values_finds(
    history: list[tuple[date, int]], day: date
) -> None:
    assert recorded(history).on(day) == naive(history, day)


@given(recordings, days)
def test_what_begins_on_a_day_is_what_was_recorded_last_for_exactly_that_day(
    history: list[tuple[date, int]], day: date
) -> None:
    beginning = [value for first_day, value in history if first_day == day]
    assert recorded(history).beginning_on(day) == (beginning[-1] if beginning else None)


@given(recordings)
def test_no_value_is_lost_and_the_days_are_in_order(history: list[tuple[date, int]]) -> None:
    dated = recorded(history)
    assert sorted(zip(dated.first_days, dated.values, strict=True)) == sorted(history)
    assert list(dated.first_days) == sorted(dated.first_days)
    assert dated.latest == dated.on(date.max)
    assert bool(dated) == bool(history)


@given(recordings, days, st.integers(0, 3))
def test_one_more_value_leaves_the_earlier_values_as_they_were(
    history: list[tuple[date, int]], day: date, value: int
) -> None:
    before = recorded(history)
    copy = EffectiveDated(before.first_days, before.values)
    assert before.with_value(day, value) == recorded([*history, (day, value)])
    assert before == copy
