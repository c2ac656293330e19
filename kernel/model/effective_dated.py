"""Effective-dated values: each holds from its first day until a later value replaces it.

Terms, ranks, statuses and rules are all of this form, and they may be recorded in any order: an amendment can come into
force before one that parliament decided earlier. Of two values with the same first day, the one recorded later holds.
"""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class EffectiveDated(Generic[T]):
    """Values ordered by first day, and for one day in the order in which they were recorded.

    Two parallel tuples, not one of pairs, so that the days alone allow a binary search.
    """

    first_days: tuple[date, ...] = ()
    values: tuple[T, ...] = ()

    def on(self, day: date) -> T | None:
        """The value that holds on a day; None before the first one."""
        index = bisect_right(self.first_days, day)
        return self.values[index - 1] if index else None

    def beginning_on(self, day: date) -> T | None:
        """The value whose first day is exactly this day; of several, the one recorded last."""
        index = bisect_right(self.first_days, day)
        return self.values[index - 1] if index and self.first_days[index - 1] == day else None

    def with_value(self, first_day: date, value: T) -> "EffectiveDated[T]":
        """These values plus one more, recorded after them."""
        if not self.first_days or self.first_days[-1] <= first_day:  # nearly always: no later value is on record
            return EffectiveDated((*self.first_days, first_day), (*self.values, value))
        index = bisect_right(self.first_days, first_day)
        return EffectiveDated(
            (*self.first_days[:index], first_day, *self.first_days[index:]),
            (*self.values[:index], value, *self.values[index:]),
        )

    @property
    def latest(self) -> T | None:
        """The value with the last first day, which holds from then on."""
        return self.values[-1] if self.values else None

    def __bool__(self) -> bool:
        """Whether there is any value."""
        return bool(self.values)
