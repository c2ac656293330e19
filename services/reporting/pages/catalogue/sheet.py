"""What a page is made of: a page, and a table on it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

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
    """For each parameter of the report or list, the name under which the page has its value: a part of its path, a fact
    of the thing that it is about, or a field of its form."""
    days_back: int = 0
    """How many days the period begins before the day of the question, unless the address has `since`."""
    nothing: str = "Nothing."
    """The meaning of a table without rows."""
    inside: str = ""
    """A column of the list whose values are lists: the table has a row for each of their items."""
    is_index: bool = False
    """Whether the page is about the whole list, of the State that its address names."""
    turned: bool = False
    """Whether the rows are shown in reverse order."""
    ends: bool = False
    """Whether a page shows the last rows of a table that it cannot show whole: what they end with is what counts."""
    most: str = ""
    """A column to sort by, largest values first."""


Kind: TypeAlias = Literal["day", "mission", "mandate", "days"]
"""What a field of a form takes: a day, the name of a thing that is on record, or one of some numbers of days."""
Default: TypeAlias = Literal[
    "",
    "the day",
    "half a year before",
    "a year before",
    "five years before",
    "ten years before",
    "the newest return",
    "the fullest mission",
    "90",
]
"""What a field stands for that is not given: nothing, or what gives an answer at once."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a page's own form: a parameter of the page's address, named as that of the reports."""

    name: str
    label: str
    kind: Kind
    default: Default = ""
    choices: tuple[int, ...] = ()
    """The numbers of days to choose from."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page."""

    name: str
    title: str
    sections: tuple[Section, ...]
    thing: str = ""
    """The list of the API that contains the thing which the page is about."""
    named_by: str = ""
    """The part of the page's path that holds the thing's id."""
    parameters: tuple[str, ...] = ()
    """Parameters of the page's address, besides those of every page and of its form."""
    form: tuple[Field, ...] = ()
    """The fields of the page's own form."""

    @property
    def own(self) -> tuple[str, ...]:
        """The parameters of the page's address, besides those of every page."""
        return (*self.parameters, *(field.name for field in self.form))
