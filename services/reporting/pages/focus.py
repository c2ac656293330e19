"""One table of a page, alone: from a cursor on, or in the order of a column. The address names it by its section."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from kernel.http.address import bad
from kernel.http.problem_details import Problem
from kernel.http.problem_types import NOT_FOUND
from kernel.http.values import Bad, shown
from kernel.nearest import did_you_mean
from services.reporting.pages.catalogue import Sheet

OF_A_TABLE: Final = ("section", "cursor", "sort")
"""The parameters of an address that make a focus."""


@dataclass(frozen=True, slots=True)
class Focus:
    """The table that the address names."""

    section: str
    cursor: str | None = None
    """Behind which row it begins."""
    sort: str = ""
    """The column that it is sorted by, with `-` in front for the largest first."""


def focus_of(sheet: Sheet, own: Mapping[str, str]) -> Focus | None:
    """The table that an address names, which the page then shows alone; raises `Problem`."""
    name = own.get("section")
    if name is None:
        for field in ("cursor", "sort"):
            if field in own:
                raise bad(field, Bad("It is of no table.", "Name the table with section."))
        return None
    if not sheet.sections and name == sheet.name:  # the front page, which is one table to a program
        return None
    section = next((one for one in sheet.sections if one.name == name), None)
    if section is None:
        names = [one.name for one in sheet.sections] or [sheet.name]
        remedy = did_you_mean(name, names, f"There are {', '.join(names)}.")
        raise Problem(NOT_FOUND, f"This page has no table {shown(name)}.", field="section", remedy=remedy)
    sort = own.get("sort", "")
    columns = [column for column in section.columns if column != "bar"]
    if sort and sort.removeprefix("-") not in columns:
        remedy = did_you_mean(sort.removeprefix("-"), columns, f"There are {', '.join(columns)}.")
        raise bad("sort", Bad(f"This table has no column {shown(sort)}.", remedy))
    return Focus(name, own.get("cursor"), sort)
