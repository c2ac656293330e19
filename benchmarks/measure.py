"""One measurement: how many, how long, and what was counted."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Measured:
    """A line of the table."""

    what: str
    messages: int
    seconds: float
    note: str

    def cells(self) -> tuple[str, str, str, str, str]:
        """As the table shows it."""
        rate = self.messages / self.seconds
        return self.what, f"{self.messages:,}", f"{self.seconds:.2f}", f"{rate:,.0f}", self.note
