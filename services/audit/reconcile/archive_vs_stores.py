"""The archive against a service's own store: every row of a log is one record in its topic, as the relay renders it.

Each archived record of the topic is looked up in the store by the position that it states. A record that the store does
not confirm comes from elsewhere; a row without a record at the end is missing in the archive.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import asyncpg

from kernel.messaging import outbox, topics
from kernel.messaging.outbox import POSITIONS, OutboxRecord
from kernel.messaging.outbox_progress import partition_of
from kernel.model.records import Partition
from services.audit.archive import partition_reader
from services.audit.archive.writer import archived
from services.audit.reconcile import finding
from services.audit.reconcile.bitset import BitSet
from services.audit.reconcile.finding import Comparison, DifferenceKind, Finding
from services.audit.reconcile.kafka_vs_archive import ComparisonCounts, series
from services.audit.reconcile.watermarks import Databases, Watermarks
from services.audit.tlog.leaf import packed, unpacked

POSITIONS_AT_ONCE: Final = 500
DIGITS_MAX: Final = 18
DOUBTED_MAX: Final = 100_000
"""Records of one log whose claim is settled at the end; beyond that number, claims are accepted unverified."""


@dataclass(frozen=True, slots=True)
class ClaimedRecord:
    """An archived record that states a position of its service's log."""

    position: int
    row: asyncpg.Record
    is_confirmed: bool
    """The store has the same row. For others, only the end of the comparison shows whether they are the service's."""

    @property
    def place(self) -> str:
        return f"{self.row['topic']}/{self.row['part']}/{self.row['offset']}"


Own: TypeAlias = Callable[[Sequence[ClaimedRecord]], AsyncIterator[Finding]]


@dataclass
class OutboxLog:
    """One log of a service, and the state of its comparison."""

    service: str
    name: str
    head: int
    seen: BitSet = field(init=False)
    last: dict[int, int] = field(default_factory=dict)
    """The last position seen in each partition."""
    doubted: dict[int, str] = field(default_factory=dict)
    """By position, the place of a record that claims it while the store has another row there."""

    def __post_init__(self) -> None:
        self.seen = BitSet(self.head)

    @property
    def topic(self) -> str:
        return topics.of_log(self.service, self.name)


def claimed_position(row: asyncpg.Record) -> int:
    """The position that a record states; 0 if it states none."""
    stated = next((value for name, value in unpacked(row["headers"]) if name in POSITIONS and value), b"")
    return int(stated) if stated.isdigit() and len(stated) <= DIGITS_MAX else 0


class StoreComparison:
    """Compares logs one by one; `own` receives each page of the records that are the service's own."""

    def __init__(self, databases: Databases, watermarks: Watermarks, on_progress: Callable[[int], None]) -> None:
        self._databases = databases
        self._watermarks = watermarks
        self._on_progress = on_progress
        self.counted = ComparisonCounts()

    async def compare(self, log: OutboxLog, own: Own | None) -> AsyncIterator[Finding | None]:
        """Compare every archived record of the log's topic with every row of the log."""
        for partition in [each for each in self._watermarks.partitions_known if each[0] == log.topic]:
            async for page in partition_reader.pages(self._databases["audit"], partition):
                stated = [(claimed_position(row), row) for row in page]
                stored = await self._at(log, [position for position, _ in stated])
                ours: list[ClaimedRecord] = []
                for position, row in stated:
                    yield self._finding_about(
                        log, ClaimedRecord(position, row, _same(stored.get(position), row)), stored, ours
                    )
                if own:
                    async for difference in own(ours):
                        yield difference
                self.counted.compared += len(page)
                self._on_progress(len(page))
        async for difference in self._not_seen(log):
            yield difference

    async def _at(self, log: OutboxLog, positions: Sequence[int]) -> Mapping[int, OutboxRecord | None]:
        return await outbox.at(self._databases[log.service], log.service, log.name, [p for p in positions if p])

    def _finding_about(
        self,
        log: OutboxLog,
        placed: ClaimedRecord,
        stored: Mapping[int, OutboxRecord | None],
        ours: list[ClaimedRecord],
    ) -> Finding | None:
        """What is wrong with one record; it is the service's own if it is the first at a position that the log has."""
        row, at = placed.row, placed.position
        partition = (row["topic"], row["part"])
        if at > log.head and row["offset"] >= self._watermarks.stored["audit"].get(partition, 0):
            self.counted.waiting += 1
            return None
        is_free = 0 < at <= log.head and at not in log.seen
        if is_free and at in stored and not placed.is_confirmed and len(log.doubted) < DOUBTED_MAX:
            if at not in log.doubted:
                log.doubted[at] = placed.place
                ours.append(placed)
                return None
            is_free = False
        if not is_free:
            return _extra(log, at if 0 < at <= log.head else 0, placed.place)
        log.seen.add(at)
        log.last[row["part"]] = max(at, log.last.get(row["part"], 0))
        ours.append(placed)
        if placed.is_confirmed:
            return None
        if at in stored:
            return _changed(log, at, placed.place)
        what = f"missing in the store of {log.service}, though archived in {series(partition)[:-1]}"
        return Finding(Comparison.STORES, DifferenceKind.MISSING, f"{log.topic} position ", at, what, finding.RESTORE)

    async def _not_seen(self, log: OutboxLog) -> AsyncIterator[Finding]:
        for position, place in log.doubted.items():
            if position in log.seen:
                yield _extra(log, position, place)
            else:
                log.seen.add(position)
                yield _changed(log, position, place)
        missing: list[int] = []
        for number in log.seen.missing():
            missing.append(number)
            if len(missing) == POSITIONS_AT_ONCE:
                for each in await self._missing(log, missing):
                    yield each
                missing.clear()
        for each in await self._missing(log, missing):
            yield each

    async def _missing(self, log: OutboxLog, positions: Sequence[int]) -> list[Finding]:
        stored = await self._at(log, positions)
        findings: list[Finding] = []
        for missing in positions:
            row = stored.get(missing)
            if missing not in stored:
                what, remedy = f"missing in the store of {log.service} and in the archive", finding.RESTORE
            elif row and self._is_on_its_way(log, missing, row):
                self.counted.waiting += 1
                continue
            else:
                what, remedy = "missing in the archive, though the store has it", finding.NOT_CARRIED
            findings.append(
                Finding(Comparison.STORES, DifferenceKind.MISSING, f"{log.topic} position ", missing, what, remedy)
            )
        return findings

    def _is_on_its_way(self, log: OutboxLog, position: int, row: OutboxRecord) -> bool:
        """Whether the row follows all seen records: not sent yet, or in a partition not yet archived to its end."""
        if position > self._watermarks.heads[log.service, log.name].carried:
            return True
        parts = self._watermarks.partitions.get(log.topic, 0)
        if not parts:
            return False
        partition: Partition = (log.topic, partition_of(row.key, parts))
        is_behind = self._watermarks.archived.get(partition, 0) < self._watermarks.bounds[partition].stop
        return is_behind and position > log.last.get(partition[1], 0)


def _extra(log: OutboxLog, claimed: int, place: str) -> Finding:
    what = f"extra: no record of {log.service}'s, which has no such row in its {log.name}"
    if claimed:
        what = f"extra: it claims position {claimed} of {log.topic}, where {log.service} has another record"
    of, _, offset = place.rpartition("/")
    return Finding(Comparison.STORES, DifferenceKind.EXTRA, f"{of}/", int(offset), what, finding.FOREIGN)


def _changed(log: OutboxLog, at: int, place: str) -> Finding:
    what = f"changed: the store of {log.service} and {place} in the archive are not the same"
    return Finding(Comparison.STORES, DifferenceKind.CHANGED, f"{log.topic} position ", at, what, finding.RESTORE)


def _same(sent: OutboxRecord | None, row: asyncpg.Record) -> bool:
    """Whether a record is the one that the service's relay makes of the row."""
    if sent is None:
        return False
    _, _, key, headers, value = archived(row)
    return (sent.key, packed(sent.headers), sent.value) == (key, headers, value or b"")
