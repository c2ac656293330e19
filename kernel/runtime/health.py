"""Health that sees: what cannot be read counts as unhealthy, and so does work that waits without progress.

Two questions are kept apart. Can this process answer (`/readyz`)? It can where its store answers. Does everything
make progress (`/healthz/progress`)? Every loop reports its rounds and its work under way; lag is the broker's end
offset minus the stored offset, never a number that the reader keeps of itself; an age is the age of a record.
"""

import time
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from kernel.model.records import Partition
from kernel.runtime.faults import kind

SAMPLES_MAX: Final = 1_000
"""Measurements of each partition's end that are remembered, to tell since when a record has been there."""
Offsets: TypeAlias = Mapping[Partition, int]


@dataclass(slots=True)
class Failure:
    """What a loop fails at, since when, and where it stands."""

    kind: str
    since: float
    stands: str | None


@dataclass
class Health:
    """What the loops of one process last said of themselves. Times are monotonic seconds."""

    stuck_after_s: float
    beats: dict[str, float] = field(default_factory=dict)
    progress: dict[str, float] = field(default_factory=dict)
    faults: dict[str, Failure] = field(default_factory=dict)
    under_way: dict[str, float] = field(default_factory=dict)
    """Since when each loop has been at the piece of work that it is at."""
    lag: dict[str, int] = field(default_factory=dict)
    """Records that wait, by consumer."""
    ages: dict[str, float] = field(default_factory=dict)
    """Age in seconds of the oldest record that waits, by consumer."""
    stored: dict[str, int] = field(default_factory=dict)
    """Stored offsets, all together, by consumer."""
    standing: dict[str, str] = field(default_factory=dict)
    """What stands still while all else goes on, by its name (a partition, say): why."""
    remarks: dict[str, str] = field(default_factory=dict)
    """What fails at others and stops nothing here, by its name: why. No problem of this process."""
    _ends: dict[Partition, deque[tuple[float, int]]] = field(default_factory=dict)

    def beat(self, loop: str) -> None:
        """A loop came round."""
        self.beats[loop] = time.monotonic()
        self.faults.pop(loop, None)

    def progressed(self, loop: str) -> None:
        """A loop got something done."""
        self.progress[loop] = time.monotonic()
        self.beat(loop)

    @contextmanager
    def working(self, loop: str) -> Iterator[None]:
        """A loop is at a piece of work: one that takes too long is stuck, however alive the loop is otherwise."""
        self.under_way[loop] = time.monotonic()
        try:
            yield
        finally:
            del self.under_way[loop]

    def stands(self, what: str, why: str) -> None:
        """Something cannot go on by itself; `why` is for an operator, and quotes nothing that somebody sent."""
        self.standing[what] = why

    def moves(self, what: str) -> None:
        """It goes on."""
        self.standing.pop(what, None)

    def remarked(self) -> list[str]:
        """Note what fails at others, for operators."""
        return [f"{what}: {why}" for what, why in sorted(self.remarks.items())]

    def failed(self, loop: str, fault: BaseException, *, stands: str | None = None) -> None:
        """A loop failed and tries again. Only the kind of fault is kept: messages may quote data."""
        before = self.faults.get(loop)
        since = before.since if before else time.monotonic()
        self.faults[loop] = Failure(kind(fault), since, stands)

    def measured(self, consumer: str, lag: int, stored: int, age_s: float) -> None:
        """The lag of a consumer was read from broker and store; `stored` grows when any process of it works."""
        if stored != self.stored.get(consumer) or lag == 0 or not self.lag.get(consumer):
            self.stored[consumer] = stored
            self.progress[consumer] = time.monotonic()
        self.lag[consumer] = lag
        self.ages[consumer] = age_s
        self.beat("lag")

    def ended(self, ends: Offsets) -> None:
        """Where the partitions ended just now."""
        for partition, end in ends.items():
            samples = self._ends.setdefault(partition, deque(maxlen=SAMPLES_MAX))
            if not samples or samples[-1][1] != end:
                samples.append((time.monotonic(), end))

    def there_for_s(self, partition: Partition, offset: int, stated_s: float) -> float:
        """How long a record has been in its partition: what it states, within what was seen of the partition's end.

        A producer may state any time. A record was not there while the partition ended before it, and it was there
        since the partition ended behind it.
        """
        now = time.monotonic()
        least, most = 0.0, float("inf")
        for at, end in self._ends.get(partition, ()):
            if end <= offset:
                most = now - at
            else:
                least = now - at
                break
        return max(least, min(max(stated_s, 0.0), most))

    def behind_s(self, consumer: str) -> float:
        """The age of the oldest record that waits to be read; 0 where none does."""
        return self.ages.get(consumer, 0.0)

    def heartbeat_ages(self) -> dict[str, float]:
        """Seconds since each loop last came round."""
        now = time.monotonic()
        return {loop: now - at for loop, at in self.beats.items()}

    def problems(self) -> list[str]:
        """What does not move, and why; empty when everything does."""
        now = time.monotonic()
        late = [f"{loop} has not come round for {now - at:.0f} s" for loop, at in self._watched() if self._old(now, at)]
        long = [
            f"{loop} has been at one piece of work for {now - since:.0f} s"
            for loop, since in self.under_way.items()
            if self._old(now, since)
        ]
        stuck = [
            f"{consumer} has {lag} records to read and made no progress for {now - self.progress[consumer]:.0f} s"
            for consumer, lag in self.lag.items()
            if lag and self._old(now, self.progress[consumer])
        ]
        standing = [f"{what} stands still: {why}" for what, why in sorted(self.standing.items())]
        return (
            standing
            + late
            + long
            + stuck
            + [self._failing(loop, failure, now) for loop, failure in self.faults.items()]
        )

    def _failing(self, loop: str, failure: Failure, now: float) -> str:
        place = f", {failure.stands}" if failure.stands else ""
        return f"{loop} fails for {now - failure.since:.0f} s{place}: {failure.kind}"

    def _watched(self) -> list[tuple[str, float]]:
        """Loops that come round without work; a consumer is watched by its lag."""
        return [(loop, at) for loop, at in self.beats.items() if loop not in self.lag]

    def _old(self, now: float, at: float) -> bool:
        return now - at > self.stuck_after_s
