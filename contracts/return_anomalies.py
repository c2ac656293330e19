"""What is odd about one row of a strength return, taken by itself: raised and kept as published, never mended.

Whoever sends a file and whoever keeps the views find the same, by these words and no others.
"""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date
from typing import Literal, Protocol, TypeAlias

RowAnomaly: TypeAlias = Literal["does_not_add_up", "odd_month_end"]
"""What a row shows by itself."""
Anomaly: TypeAlias = Literal["does_not_add_up", "odd_month_end", "duplicate", "spelling"]
"""The same, and what a row shows beside other rows, which is found where they are."""


class PublishedCount(Protocol):
    """What of a row matters here: the day that the return states, and how many people it counts."""

    @property
    def as_of(self) -> date: ...
    @property
    def male(self) -> int | None: ...
    @property
    def female(self) -> int | None: ...
    @property
    def total(self) -> int | None: ...


def row_anomalies(row: PublishedCount) -> Iterator[RowAnomaly]:
    """What is odd about a row, in a fixed order."""
    if not _adds_up(row):
        yield "does_not_add_up"
    if row.as_of.day != monthrange(row.as_of.year, row.as_of.month)[1]:
        yield "odd_month_end"


def _adds_up(row: PublishedCount) -> bool:
    """Whether the parts can make the total; what is unknown may be anything from 0 on."""
    if row.total is None:
        return True
    known = (row.male or 0) + (row.female or 0)
    return known <= row.total if row.male is None or row.female is None else known == row.total
