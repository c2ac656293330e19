"""How many people are present at every instant: a sweep over all days on which anything changes, never a sample.

Nothing changes between two such days, so checking each of them checks every instant. A change is judged by what it
adds: days on which it adds nobody cannot be refused, even if an amendment has lowered the ceiling below the number of
people who are already present.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

Limit: TypeAlias = Callable[[date, str | None], int | None]
"""The most people on a day, on the whole line (None) or in one mission; None if there is no limit."""


@dataclass(frozen=True, slots=True)
class Stay:
    """People in one mission from `start` until `end` (None: open)."""

    mission: str
    start: date
    end: date | None
    headcount: int


@dataclass(frozen=True, slots=True)
class Breach:
    """The first day on which a limit would be exceeded."""

    day: date
    mission: str | None
    """The mission whose sub-ceiling is exceeded; None for the line's own ceiling."""
    limit: int
    count: int


@dataclass(frozen=True, slots=True)
class StayChange:
    """The stays of one tour before a change and after it."""

    before: Sequence[Stay]
    after: Sequence[Stay]


def first_breach(others: Sequence[Stay], change: StayChange, limit: Limit, limit_days: Iterable[date]) -> Breach | None:
    """The first day on which `change` adds people beyond a limit, given the stays of all `others`."""
    missions = {stay.mission for stay in change.after}
    turns = set(limit_days)
    breaches = [_sweep(key, others, change, limit, turns) for key in (None, *sorted(missions))]
    return min((breach for breach in breaches if breach), key=lambda breach: breach.day, default=None)


def _sweep(
    key: str | None, others: Sequence[Stay], change: StayChange, limit: Limit, limit_days: set[date]
) -> Breach | None:
    """Walk the change points of one limit: the whole line's (None) or a mission's."""
    elsewhere, before, after = _steps(key, others), _steps(key, change.before), _steps(key, change.after)
    there = was = would_be = 0
    most: int | None = None
    first = min(after, default=date.max)
    for day in sorted({*elsewhere, *before, *after, *limit_days}):
        there += elsewhere.get(day, 0)
        was += before.get(day, 0)
        would_be += after.get(day, 0)
        if day == first or day in limit_days:  # between these days the limit stays the same
            most = limit(day, key)
        if would_be > was and most is not None and there + would_be > most:
            return Breach(day, key, most, there + would_be)
    return None


def _steps(key: str | None, stays: Iterable[Stay]) -> dict[date, int]:
    """By how much the count changes on each day."""
    steps: dict[date, int] = {}
    for stay in stays:
        if key is None or stay.mission == key:
            steps[stay.start] = steps.get(stay.start, 0) + stay.headcount
            if stay.end is not None:
                steps[stay.end] = steps.get(stay.end, 0) - stay.headcount
    return steps
