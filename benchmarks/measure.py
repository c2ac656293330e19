"""One measurement: the number of items, the duration, and what was counted."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Measured:
    """A line of the table."""

    what: str
    messages: int
    seconds: float
    note: str
    figures: Mapping[str, float] = field(default_factory=dict)
    """Further numbers of the line for programs, by their names with their units."""

    def cells(self) -> tuple[str, str, str, str, str]:
        """The cells of its line."""
        rate = self.messages / self.seconds
        return self.what, f"{self.messages:,}", f"{self.seconds:.2f}", f"{rate:,.0f}", self.note
