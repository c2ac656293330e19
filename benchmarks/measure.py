"""One measurement: the number of items, the duration, what it stands beside, and the bounds that it must keep."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from benchmarks.usage import Usage

MEMORY_MB_MAX: Final = 250
"""The most that any process may hold, whatever is measured."""


@dataclass(frozen=True)
class Reference:
    """A rate of the same run, beside which a rate stands: a ceiling of this machine, or a peer."""

    name: str
    per_second: float


@dataclass(frozen=True)
class Bound:
    """What a measurement must reach."""

    what: str
    value: float
    limit: float
    is_least: bool = True
    """Whether the limit is the least that is good enough; else the most."""
    digits: int = 2

    @property
    def is_broken(self) -> bool:
        """Also when the value is no number."""
        return not (self.value >= self.limit if self.is_least else self.value <= self.limit)

    @property
    def wanted(self) -> str:
        """The limit as a text."""
        return f"{'≥' if self.is_least else '≤'} {self.limit:g}"

    @property
    def text(self) -> str:
        return f"{self.what} {self.value:.{self.digits}f}, to reach {self.wanted}"


@dataclass(frozen=True)
class Measured:
    """A line of the table."""

    what: str
    messages: int
    seconds: float
    note: str
    figures: Mapping[str, float] = field(default_factory=dict)
    """Further numbers of the line for programs, by their names with their units."""
    ceiling: Reference | None = None
    """What this machine can do at most for such items, measured in the same run."""
    peer: Reference | None = None
    """What somebody would use instead, on this machine in the same run."""
    bounds: tuple[Bound, ...] = ()
    unjudged: str = ""
    """Why a bound is not judged in this run."""
    usage: Usage | None = None
    """CPU and memory of each process, and what else the machine did meanwhile."""

    @property
    def per_second(self) -> float:
        return self.messages / self.seconds

    def cells(self) -> tuple[str, ...]:
        """The cells of its line, with the markup of `rich`; a broken bound is red."""
        bounds = [f"[red]{each.text}: broken[/red]" if each.is_broken else each.text for each in self.bounds]
        return (
            *(self.what, f"{self.messages:,}", f"{self.seconds:.2f}", f"{self.per_second:,.0f}"),
            *(self.beside(self.ceiling), self.beside(self.peer)),
            *(
                "" if self.usage is None else self.usage.text,
                "; ".join([self.note, *bounds, self.unjudged]).strip("; "),
            ),
        )

    def beside(self, reference: Reference | None) -> str:
        """Its share of another rate, as a text; empty without one."""
        if reference is None:
            return ""
        return f"{self.per_second / reference.per_second:.3f} of {reference.per_second:,.0f} ({reference.name})"


def with_memory_bound(line: Measured) -> Measured:
    """The line with the bound of memory that holds for every process of the system, where it was measured."""
    if line.usage is None or not line.usage.memory_peak_bytes:
        return line
    most = max(line.usage.memory_peak_bytes.values()) / 1e6
    bound = Bound("MB of the largest process", most, MEMORY_MB_MAX, is_least=False, digits=0)
    return replace(line, bounds=(*line.bounds, bound))
