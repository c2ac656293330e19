"""Anomalies of a single row of a strength return: reported, and kept as published, never corrected.

The import command and the views use these same checks, so both report the same.
"""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date
from typing import Literal, Protocol, TypeAlias

RowAnomaly: TypeAlias = Literal["does_not_add_up", "odd_month_end"]
"""The anomalies of a single row."""
Anomaly: TypeAlias = Literal["does_not_add_up", "odd_month_end", "duplicate", "spelling"]
"""The same, and those that show only in comparison with other rows, where these are available."""


class PublishedCount(Protocol):
    """The relevant part of a row: the day that the return states, and the numbers of people."""

    @property
    def as_of(self) -> date: ...
    @property
    def male(self) -> int | None: ...
    @property
    def female(self) -> int | None: ...
    @property
    def total(self) -> int | None: ...


def row_anomalies(row: PublishedCount) -> Iterator[RowAnomaly]:
    """The anomalies of a row, in a fixed order."""
    if not _adds_up(row):
        yield "does_not_add_up"
    if row.as_of.day != monthrange(row.as_of.year, row.as_of.month)[1]:
        yield "odd_month_end"


def _adds_up(row: PublishedCount) -> bool:
    """Whether the parts can add up to the total; an unknown number may be anything from 0 up."""
    if row.total is None:
        return True
    known = (row.male or 0) + (row.female or 0)
    return known <= row.total if row.male is None or row.female is None else known == row.total
