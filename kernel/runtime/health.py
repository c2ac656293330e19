"""Health: a failed measurement counts as unhealthy, and so does work that waits without progress.

Two questions are kept apart. Can this process answer (`/readyz`)? It can if its store answers. Does everything make
progress (`/healthz/progress`)? Every loop reports its rounds and its current work; lag is the broker's end offset minus
the stored offset, never a number that the reader keeps about itself; an age is the age of a record.
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
"""How many measurements of each partition's end are kept, to know since when a record has been there."""
Offsets: TypeAlias = Mapping[Partition, int]


@dataclass(slots=True)
class Failure:
    """A loop's fault, since when it fails, and where it stands."""

    kind: str
    since: float
    stands: str | None


@dataclass
class Health:
    """The last reports of the loops of one process. Times are monotonic seconds."""

    stuck_after_s: float
    beats: dict[str, float] = field(default_factory=dict)
    progress: dict[str, float] = field(default_factory=dict)
    faults: dict[str, Failure] = field(default_factory=dict)
    under_way: dict[str, float] = field(default_factory=dict)
    """When each loop began its current piece of work."""
    lag: dict[str, int] = field(default_factory=dict)
    """Records that wait, by consumer."""
    ages: dict[str, float] = field(default_factory=dict)
    """Age in seconds of the oldest record that waits, by consumer."""
    stored: dict[str, int] = field(default_factory=dict)
    """The sum of stored offsets, by consumer."""
    standing: dict[str, str] = field(default_factory=dict)
    """By name (a partition, for example): why something stands still while everything else goes on."""
    remarks: dict[str, str] = field(default_factory=dict)
    """By name: why something fails elsewhere without stopping anything here. Not a problem of this process."""
    _ends: dict[Partition, deque[tuple[float, int]]] = field(default_factory=dict)

    def beat(self, loop: str) -> None:
        """A loop completed a round."""
        self.beats[loop] = time.monotonic()
        self.faults.pop(loop, None)

    def progressed(self, loop: str) -> None:
        """A loop made progress."""
        self.progress[loop] = time.monotonic()
        self.beat(loop)

    @contextmanager
    def working(self, loop: str) -> Iterator[None]:
        """A loop works on a piece of work; if that takes too long, the loop is stuck, however alive it is otherwise."""
        self.under_way[loop] = time.monotonic()
        try:
            yield
        finally:
            del self.under_way[loop]

    def stands(self, what: str, why: str) -> None:
        """Something cannot go on by itself; `why` is for an operator, and quotes nothing of a sender's data."""
        self.standing[what] = why

    def moves(self, what: str) -> None:
        """It goes on again."""
        self.standing.pop(what, None)

    def remarked(self) -> list[str]:
        """The remarks on what fails elsewhere, for operators."""
        return [f"{what}: {why}" for what, why in sorted(self.remarks.items())]

    def failed(self, loop: str, fault: BaseException, *, stands: str | None = None) -> None:
        """A loop failed and retries. Only the kind of fault is kept: messages may quote data."""
        before = self.faults.get(loop)
        since = before.since if before else time.monotonic()
        self.faults[loop] = Failure(kind(fault), since, stands)

    def measured(self, consumer: str, lag: int, stored: int, age_s: float) -> None:
        """The lag of a consumer was measured at broker and store; `stored` grows when any of its processes works."""
        if stored != self.stored.get(consumer) or lag == 0 or not self.lag.get(consumer):
            self.stored[consumer] = stored
            self.progress[consumer] = time.monotonic()
        self.lag[consumer] = lag
        self.ages[consumer] = age_s
        self.beat("lag")

    def ended(self, ends: Offsets) -> None:
        """The end offsets of the partitions were measured."""
        for partition, end in ends.items():
            samples = self._ends.setdefault(partition, deque(maxlen=SAMPLES_MAX))
            if not samples or samples[-1][1] != end:
                samples.append((time.monotonic(), end))

    def there_for_s(self, partition: Partition, offset: int, stated_s: float) -> float:
        """How long a record has been in its partition: the age it states, bounded by the partition's measured ends.

        A producer may state any time. A record was not there while the partition ended before it, and it has been there
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
        """The age of the oldest record that waits to be read; 0 if none does."""
        return self.ages.get(consumer, 0.0)

    def heartbeat_ages(self) -> dict[str, float]:
        """Seconds since each loop last completed a round."""
        now = time.monotonic()
        return {loop: now - at for loop, at in self.beats.items()}

    def problems(self) -> list[str]:
        """What makes no progress, and why; empty if everything does."""
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
        """Loops that complete rounds even without work; a consumer is watched by its lag instead."""
        return [(loop, at) for loop, at in self.beats.items() if loop not in self.lag]

    def _old(self, now: float, at: float) -> bool:
        return now - at > self.stuck_after_s
