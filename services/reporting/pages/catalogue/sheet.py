"""What a page is made of: a page, and a table on it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from services.reporting.query.values import NamedValues


@dataclass(frozen=True, slots=True)
class Section:
    """A table of a page. Titles and texts are keys of the translations (`words`)."""

    name: str
    """The section's name in the address and in the twins."""
    title: str
    columns: tuple[str, ...]
    report: str = ""
    listed: str = ""
    """A list of the API instead of a report; the page shows its first page."""
    arguments: NamedValues = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    """For each parameter of the report, the name of the parameter in the page's address."""
    days_back: int = 0
    """How many days the period begins before the day of the question, unless the address has `since`."""
    nothing: str = "Nothing."
    """The meaning of a table without rows."""
    turned: bool = False
    """Whether the rows are shown in reverse order."""
    most: str = ""
    """A column to sort by, largest values first."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page."""

    name: str
    title: str
    sections: tuple[Section, ...]
    thing: str = ""
    """The list of the API that contains the thing which the page is about."""
    parameters: tuple[str, ...] = ()
    """Parameters of the page's address, besides those of every page."""
