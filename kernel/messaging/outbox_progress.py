"""The progress of a log to its topic: which rows go to which partition, what is blocked, what has arrived. Pure.

A partition is blocked behind a row that cannot be sent. The confirmed position never passes such a row, but reading
continues beyond it, so that nothing is read repeatedly.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from aiokafka.partitioner import murmur2

from kernel.messaging.outbox import OutboxRecord, Unfit


@dataclass(frozen=True, slots=True)
class Block:
    """A row that cannot be sent: its partition waits behind it."""

    position: int
    reason: str
    """For an operator; quotes nothing of the row's content."""


@dataclass(frozen=True, slots=True)
class Suspects:
    """A batch of rows was refused; up to this position each row is to be sent alone, by another producer."""

    position: int


def partition_of(key: bytes, partitions: int) -> int:
    """Kafka's default: murmur2 of the key. Computed here, since a row's partition must be known before it is sent."""
    return int((murmur2(key) & 0x7FFFFFFF) % partitions)


@dataclass
class Topic:
    """A log and its topic."""

    log: str
    name: str
    partitions: int
    held: dict[int, int]
    """The last position that each partition holds."""
    reached: int
    """The position up to which every row has arrived or its partition is blocked."""
    blocks: dict[int, Block] = field(default_factory=dict)
    """The row that each blocked partition waits behind."""

    @property
    def confirmed(self) -> int:
        """The position up to which every row has arrived."""
        return min([self.reached, *(block.position - 1 for block in self.blocks.values())])

    @property
    def is_shut(self) -> bool:
        """Whether none of its rows can be sent."""
        return len(self.blocks) == self.partitions

    def block(self, partition: int, block: Block) -> None:
        """Block a partition behind this row, unless an earlier one blocks it already."""
        before = self.blocks.get(partition)
        if before is None or block.position < before.position:
            self.blocks[partition] = block

    def ways(self, rows: Sequence[OutboxRecord | Unfit]) -> dict[int, list[OutboxRecord]]:
        """For each partition, the rows that it does not hold yet, up to the first that cannot be sent."""
        ways: dict[int, list[OutboxRecord]] = {}
        for row in rows:
            if row.key is None:  # its partition is unknown: nothing may pass it
                for partition in range(self.partitions):
                    self.block(partition, Block(row.position, row.reason))
                break
            partition = partition_of(row.key, self.partitions)
            if row.position <= self.held.get(partition, 0) or partition in self.blocks:
                continue
            if isinstance(row, Unfit):
                self.block(partition, Block(row.position, row.reason))
            else:
                ways.setdefault(partition, []).append(row)
        return ways
