"""What a service needs of its store: two implementations, one contract suite (`tests/kernel/test_store.py`).

Reads are set-based and may be stale; `append` is one transaction that checks, under the log's lock, that nothing a
decision looked at has moved since. So a read needs no lock, and a decision is never made on an old state.
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
)


class Store(Protocol):
    """A service's log of events, its answers, claims and waiting commands, and how far it has read."""

    async def load(self, versions: Mapping[str, int], /) -> Sequence[StoredEvent]:
        """Every event after the known version of each stream, by stream and version."""

    async def outcomes_of(self, keys: Collection[CommandKey], /) -> Mapping[CommandKey, StoredOutcome]:
        """What these commands were answered before."""

    async def claims(self, holders: Collection[Holder], /) -> ClaimsByHolder:
        """Who holds what; a free holder has an empty entry."""

    async def append(self, batch: Batch, /) -> Appended:
        """Write the batch in one transaction, all or nothing.

        Raises:
            ConcurrencyConflict: something that the batch read has moved; decide anew.
            Fenced: another process reads the batch's partitions now.
            ReleasedMeanwhile: an event that the batch takes up is held no more.
        """

    async def words(self) -> Collection[tuple[str, int]]:
        """Every type and schema version of the events in the log."""

    async def held_streams(self, streams: Collection[StreamOf], /) -> Collection[StreamOf]:
        """Those of which an event is held."""

    async def held_number(self) -> int:
        """How many events are held."""

    async def held_next(self, limit: int, /) -> Sequence[StreamOf]:
        """Streams of which an event is held, those tried longest ago first."""

    async def held_of(self, stream: StreamOf, limit: int, /) -> Sequence[HeldEvent]:
        """The first events that are held of a stream, in its order."""

    async def held_tried(self, held: HeldEvent, reason: str, /) -> None:
        """Note that an event was tried again and still waits, and why."""

    async def ready(self, limit: int, /) -> Sequence[bytes]:
        """Waiting commands (structured CloudEvents) whose stream has moved since they were tried."""

    async def find(self, command_id: str, source: str | None, /) -> Sequence[CommandDecided]:
        """The answers under a command id, one for each source that used it."""

    async def waiting(self, after: tuple[datetime, str, str], limit: int, /) -> Sequence[Mapping[str, object]]:
        """Commands that wait, oldest first, after a keyset."""

    async def begin_consuming(self, consumer: str, partitions: Collection[Partition], /) -> Mapping[Partition, int]:
        """The offset from which each partition is to be read; one that was never read is put on record at 0."""

    async def stored_offsets(self, consumer: str, partitions: Collection[Partition], /) -> Mapping[Partition, int]:
        """How far each partition was read; 0 for one that was never read. Writes nothing."""
