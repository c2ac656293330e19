"""The interface of a service's store: two implementations, one contract suite (`tests/kernel/test_store.py`).

Reads are set-based and may be stale; `append` is one transaction that checks, under the log's lock, that nothing in the
read set has moved since. So a read needs no lock, and no decision based on an old state is ever appended.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from contracts.outcome import CommandDecided
from kernel.model.records import (
    Appended,
    Batch,
    ClaimsByHolder,
    CommandKey,
    HeldEvent,
    Holder,
    Partition,
    StoredEvent,
    StoredOutcome,
    StreamOf,
    WaitingCommand,
)


class Store(Protocol):
    """A service's log of events, its answers, claims and waiting commands, and how far it has read."""

    async def load(self, versions: Mapping[str, int], /) -> Sequence[StoredEvent]:
        """Every event after the known version of each stream, by stream and version."""

    async def outcomes_of(self, keys: Collection[CommandKey], /) -> Mapping[CommandKey, StoredOutcome]:
        """The earlier answers to these commands."""

    async def claims(self, holders: Collection[Holder], /) -> ClaimsByHolder:
        """The claims on these holders; a free holder has an empty entry."""

    async def append(self, batch: Batch, /) -> Appended:
        """Write the batch in one transaction, all or nothing.

        Raises:
            ConcurrencyConflict: something that the batch read has moved; decide again.
            EventIdsTaken: events on record have ids of the batch's events; deciding again gives the same ids.
            Fenced: another process reads the batch's partitions now.
            ReleasedMeanwhile: an event that the batch releases is no longer held.
        """

    async def words(self) -> Collection[tuple[str, int]]:
        """Every type and schema version of the events in the log."""

    async def held_streams(self, streams: Collection[StreamOf], /) -> Collection[StreamOf]:
        """Those of the streams that have a held event."""

    async def held_number(self) -> int:
        """How many events are held."""

    async def held_next(self, limit: int, /) -> Sequence[StreamOf]:
        """Streams that have a held event, those tried longest ago first."""

    async def held_of(self, stream: StreamOf, limit: int, /) -> Sequence[HeldEvent]:
        """The first held events of a stream, in order."""

    async def held_tried(self, held: HeldEvent, reason: str, /) -> None:
        """Note that an event was retried and still waits, and why."""

    async def ready(self, limit: int, /) -> Sequence[WaitingCommand]:
        """Waiting commands whose stream has moved since they were tried."""

    async def find(
        self, command_id: str, source: str | None, acted: Collection[str] | None = None, /
    ) -> Sequence[CommandDecided]:
        """The answers to a command id, one for each source that used it; with `acted`, to these principals alone."""

    async def waiting(self, after: tuple[datetime, str, str], limit: int, /) -> Sequence[Mapping[str, object]]:
        """Waiting commands, oldest first, after a key."""

    async def begin_consuming(self, consumer: str, partitions: Collection[Partition], /) -> Mapping[Partition, int]:
        """The offset to read each partition from; one that was never read is put on record at 0."""

    async def stored_offsets(self, consumer: str, partitions: Collection[Partition], /) -> Mapping[Partition, int]:
        """The next offset of each partition; 0 for one that was never read. Writes nothing."""
