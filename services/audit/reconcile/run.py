"""The whole comparison, in one order: stored offsets, Kafka and the archive, the archive and stores and views."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from services.audit.archive import partition_reader, selection
from services.audit.archive.kafka_reader import KafkaReader
from services.audit.reconcile import finding
from services.audit.reconcile.archive_vs_stores import OutboxLog, StoreComparison
from services.audit.reconcile.archive_vs_views import ViewComparison, guards
from services.audit.reconcile.finding import DifferenceKind, Finding, joined
from services.audit.reconcile.kafka_vs_archive import ComparisonCounts, PartitionComparison
from services.audit.reconcile.watermarks import LOGS, OWNERS, Databases, Watermarks, measure

Begin: TypeAlias = Callable[[str, int], Callable[[int], None]]
"""Told that a piece of work begins, of so many records; gives what is told how many are done with."""


@dataclass(frozen=True, slots=True)
class ComparisonSummary:
    """What became of one comparison."""

    between: str
    counted: ComparisonCounts
    differences: int


class Reconciliation:
    """Findings as they come; `lines` says in the end what was compared."""

    def __init__(self, databases: Databases, broker: KafkaReader, begin: Begin) -> None:
        self._databases = databases
        self._broker = broker
        self._begin = begin
        self.lines: list[ComparisonSummary] = []
        self.lag: dict[str, int] = {}
        """By room, the records that it has not read yet."""

    async def run(self) -> AsyncIterator[Finding]:
        """Every difference."""
        await selection.size(self._databases["audit"])  # an archive without its order is not compared
        measured = await measure(self._databases, self._broker)
        differences = 0
        for each in self._offsets(measured):
            differences += 1
            yield each
        self.lines.append(
            ComparisonSummary("stored offsets and Kafka", ComparisonCounts(looked_at=len(measured.bounds)), differences)
        )
        async for each in self._kafka(measured):
            yield each
        async for each in self._logs(measured):
            yield each

    def _offsets(self, measured: Watermarks) -> Sequence[Finding]:
        """A service that has read further than its topic reaches, and what was deleted before a service read it."""
        found = []
        for owner in OWNERS:
            self.lag[owner] = 0
            for (topic, part), offset in sorted(measured.stored[owner].items()):
                end = measured.bounds.get((topic, part), range(0)).stop
                self.lag[owner] += max(0, end - offset)
                if offset > end:
                    what = f"changed: {owner} has read as far as here, and Kafka's partition ends at {end}"
                    remedy = finding.BEYOND.format(topic=topic)
                    found.append(Finding(DifferenceKind.CHANGED, f"{topic}/{part}/", offset, what, remedy))
        for owner, passage in measured.deleted:
            what = f"missing: deleted from Kafka before {owner} read it"
            series, count = f"{passage.topic}/{passage.partition}/", passage.end - passage.start
            found.append(
                Finding(DifferenceKind.MISSING, series, passage.start, what, finding.DELETED, passage.end - 1, count)
            )
        return found

    async def _kafka(self, measured: Watermarks) -> AsyncIterator[Finding]:
        archive = self._databases["audit"]
        kept = {each: await partition_reader.extent(archive, each) for each in measured.places}
        there = {each: len(measured.bounds.get(each, ())) for each in measured.places}
        due = sum(max(extent.records, there[each]) for each, extent in kept.items())
        partitions = PartitionComparison(self._broker, archive, measured, self._begin("Kafka and archive", due))
        differences = 0
        for partition in measured.places:
            async for each in joined(partitions.compare(partition)):
                differences += each.records
                yield each
        self.lines.append(ComparisonSummary("Kafka and archive", partitions.counted, differences))

    async def _logs(self, measured: Watermarks) -> AsyncIterator[Finding]:
        """One pass over the archive serves both the stores and the views."""
        viewed, seen = ComparisonCounts(), 0
        stored, differences = ComparisonCounts(), 0
        for room, name in LOGS:
            log = OutboxLog(room, name, measured.heads[room, name].position)
            stores = StoreComparison(self._databases, measured, self._begin(log.topic, log.head))
            views = ViewComparison(self._databases["reporting"], measured, log) if name == "events" else None
            async for each in joined(stores.compare(log, views.see if views else None)):
                in_views = "the views" in each.what
                seen, differences = seen + each.records * in_views, differences + each.records * (not in_views)
                yield each
            stored.add(stores.counted)
            if views:
                viewed.add(views.counted)
                async for each in joined(views.end()):
                    seen += each.records
                    yield each
        async for each in guards(self._databases["reporting"]):
            seen += 1
            yield each
        self.lines += [ComparisonSummary("archive and the rooms' stores", stored, differences)]
        self.lines += [ComparisonSummary("archive and views", viewed, seen)]
