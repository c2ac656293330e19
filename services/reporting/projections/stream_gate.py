"""The gate of a stream: the next versions are applied, those beyond a gap are parked, and older ones are dropped.

An event that raises stops its own stream and no other: it waits with its error, and the later ones queue behind it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from services.reporting.projections.change_set import ChangeSet
from services.reporting.projections.event import ConsumedEvent

ERROR_LENGTH_MAX: Final = 2000
"""Characters of an error that are kept with a parked event."""


@dataclass(slots=True)
class StreamGate:
    """The events of one stream that a batch can see, and the result for each."""

    version: int = 0
    arrived: dict[int, ConsumedEvent] = field(default_factory=dict)
    parked: dict[int, ConsumedEvent] = field(default_factory=dict)
    done: list[ConsumedEvent] = field(default_factory=list)
    error: str | None = None

    def run(self) -> Iterator[ConsumedEvent]:
        """The events that follow the known version without a gap."""
        nr = self.version + 1
        while (event := self.parked.get(nr) or self.arrived.get(nr)) is not None:
            yield event
            nr += 1

    def fold(self, change_set: ChangeSet) -> None:
        """Apply what can be applied; stop at the first event that raises."""
        for event in self.run():
            try:
                change_set.apply(event)
            except Exception as error:  # pure code fails again: the event is parked, reported, and retried on demand
                self.error = f"{type(error).__name__}: {error}"[:ERROR_LENGTH_MAX]
                break
            self.done.append(event)
        self.version += len(self.done)

    def waiting(self) -> list[tuple[ConsumedEvent, str | None]]:
        """Events to park or to count as failed once more, each with its error if it has one."""
        failed = self.version + 1
        again = {failed: self.parked[failed]} if self.error and failed in self.parked else {}
        rest = {nr: event for nr, event in self.arrived.items() if nr > self.version} | again
        return [(event, self.error if nr == failed else None) for nr, event in sorted(rest.items())]
