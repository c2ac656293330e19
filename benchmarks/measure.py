"""One measurement: the number of items, the duration, and what was counted."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Measured:
    """A line of the table."""

    what: str
    messages: int
    seconds: float
    note: str

    def cells(self) -> tuple[str, str, str, str, str]:
        """The cells of its line."""
        rate = self.messages / self.seconds
        return self.what, f"{self.messages:,}", f"{self.seconds:.2f}", f"{rate:,.0f}", self.note
