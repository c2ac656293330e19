"""Liveness that cannot lie: what cannot be read counts as unhealthy, and work that waits without progress does too.

Every loop beats when it comes round. Lag is the broker's end offset minus the stored offset, never a number that the
reader keeps of itself.
"""

import time
from dataclasses import dataclass, field


@dataclass
class Health:
    """What the loops of one process last told of themselves. Times are monotonic seconds."""

    stuck_after_s: float
    beats: dict[str, float] = field(default_factory=dict)
    progress: dict[str, float] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    lag: dict[str, int] = field(default_factory=dict)
    """Records that wait, by consumer."""
    stored: dict[str, int] = field(default_factory=dict)
    """Stored offsets, all together, by consumer."""
    behind_since: dict[str, float] = field(default_factory=dict)
    standing: dict[str, str] = field(default_factory=dict)
    """What stands still until somebody acts, by its name: why."""
    remarks: dict[str, str] = field(default_factory=dict)
    """What fails at others and stops nothing here, by its name: why. No problem of this process."""

    def beat(self, loop: str) -> None:
        """A loop came round."""
        self.beats[loop] = time.monotonic()
        self.faults.pop(loop, None)

    def progressed(self, loop: str) -> None:
        """A loop got something done."""
        self.progress[loop] = time.monotonic()
        self.beat(loop)

    def failed(self, loop: str, fault: BaseException) -> None:
        """A loop failed and tries again. Only the kind of fault is kept: messages may quote data."""
        self.faults[loop] = type(fault).__name__

    def stands(self, what: str, why: str) -> None:
        """Something cannot go on by itself; `why` is for an operator, and quotes nothing that somebody sent."""
        self.standing[what] = why

    def moves(self, what: str) -> None:
        """It goes on."""
        self.standing.pop(what, None)

    def measured(self, consumer: str, lag: int, stored: int) -> None:
        """The lag of a consumer was read from broker and store; `stored` grows when any process of the room works."""
        self.lag[consumer] = lag
        if stored != self.stored.get(consumer):
            self.stored[consumer] = stored
            self.progress[consumer] = time.monotonic()
        if lag == 0:
            self.behind_since.pop(consumer, None)
        else:
            self.behind_since.setdefault(consumer, time.monotonic())
        self.beat("lag")

    def behind_s(self, consumer: str) -> float:
        """How long the consumer has not been level with the broker."""
        since = self.behind_since.get(consumer)
        return 0.0 if since is None else time.monotonic() - since

    def ages(self) -> dict[str, float]:
        """Seconds since each loop last came round."""
        now = time.monotonic()
        return {loop: now - at for loop, at in self.beats.items()}

    def problems(self) -> list[str]:
        """Why this process is not healthy; empty when it is."""
        now = time.monotonic()
        late = [f"{loop} has not come round for {now - at:.0f} s" for loop, at in self._watched() if self._old(now, at)]
        stuck = [
            f"{consumer} has {lag} records to read and made no progress"
            for consumer, lag in self.lag.items()
            if lag and self._old(now, max(self.progress.get(consumer, 0.0), self.behind_since.get(consumer, now)))
        ]
        standing = [f"{what} stands still: {why}" for what, why in sorted(self.standing.items())]
        return late + stuck + standing + [f"{loop} failed last: {fault}" for loop, fault in self.faults.items()]

    def _watched(self) -> list[tuple[str, float]]:
        """Loops that come round without work; a consumer is watched by its lag."""
        return [(loop, at) for loop, at in self.beats.items() if loop not in self.lag]

    def _old(self, now: float, at: float) -> bool:
        return now - at > self.stuck_after_s
