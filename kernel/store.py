"""What a room needs of its store: two implementations, one contract suite (`tests/contracts/test_store.py`).

Reads are set-based and may be stale; `append` is one transaction that checks, under the log's lock, that nothing a
decision looked at has moved since. So a read needs no lock, and a decision is never made on an old state.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from contracts.outcome import CommandDecided
from kernel.records import (
    Answer,
    Appended,
    Batch,
    ClaimsByHolder,
    CommandKey,
    Holder,
    Partition,
    StoredEvent,
)


class Store(Protocol):
    """A room's log of events, its answers, claims and waiting commands, and how far it has read."""

    async def load(self, known: Mapping[str, int], /) -> Sequence[StoredEvent]:
        """Every event after the known version of each stream, by stream and version."""

    async def answers(self, keys: Collection[CommandKey], /) -> Mapping[CommandKey, Answer]:
        """What these commands were answered before."""

    async def claims(self, holders: Collection[Holder], /) -> ClaimsByHolder:
        """Who holds what; a free holder has an empty entry."""

    async def append(self, batch: Batch, /) -> Appended:
        """Write the batch in one transaction, all or nothing.

        Raises:
            Stale: something that the batch read has moved; decide anew.
            Fenced: another process reads the batch's partitions now.
        """

    async def ready(self, limit: int, /) -> Sequence[bytes]:
        """Waiting commands (structured CloudEvents) whose stream has moved since they were tried."""

    async def find(self, command_id: str, source: str | None, /) -> Sequence[CommandDecided]:
        """The answers under a command id, one for each source that used it."""

    async def waiting(self, after: tuple[datetime, str, str], limit: int, /) -> Sequence[Mapping[str, object]]:
        """Commands that wait, oldest first, after a keyset."""

    async def start(self, consumer: str, partitions: Collection[Partition], /) -> Mapping[Partition, int]:
        """The offset from which each partition is to be read; 0 for one that was never read."""
