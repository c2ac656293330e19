"""The whole comparison, in order: stored offsets; Kafka and the archive; the archive with stores and views."""

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from services.audit.archive import partition_reader, selection
from services.audit.archive.kafka_reader import KafkaReader
from services.audit.reconcile import finding
from services.audit.reconcile.archive_vs_stores import OutboxLog, StoreComparison
from services.audit.reconcile.archive_vs_views import ViewComparison, stream_version_findings
from services.audit.reconcile.finding import Comparison, DifferenceKind, Finding, joined
from services.audit.reconcile.kafka_vs_archive import ComparisonCounts, PartitionComparison
from services.audit.reconcile.watermarks import LOGS, OWNERS, Databases, Watermarks, measure

Begin: TypeAlias = Callable[[str, int], Callable[[int], None]]
"""Called with a comparison's name and its number of records; returns the callback for each number done."""


@dataclass
class ComparisonSummary:
    """The result of one comparison."""

    between: Comparison
    counted: ComparisonCounts = field(default_factory=ComparisonCounts)
    differences: int = 0


class Reconciliation:
    """Yields findings as they come; afterwards `lines` holds the summary."""

    def __init__(self, databases: Databases, kafka: KafkaReader, begin: Begin) -> None:
        self._databases = databases
        self._kafka = kafka
        self._begin = begin
        self._summaries = {between: ComparisonSummary(between) for between in Comparison}
        self.lag: dict[str, int] = {}
        """By service, the number of records that it has not read yet."""

    @property
    def lines(self) -> list[ComparisonSummary]:
        """A summary of each comparison, in the order in which they are made."""
        return list(self._summaries.values())

    async def run(self) -> AsyncIterator[Finding]:
        """Every difference."""
        await selection.size(self._databases["audit"])  # an archive without its order is not compared
        watermarks = await measure(self._databases, self._kafka)
        self._summaries[Comparison.OFFSETS].counted.compared = len(watermarks.bounds)
        for each in (*self._offsets_beyond_kafka(watermarks), *_deleted_unread(watermarks)):
            self._summaries[each.between].differences += 1
            yield each
        for comparison in (self._partitions(watermarks), self._logs(watermarks)):
            async for each in comparison:
                self._summaries[each.between].differences += each.records
                yield each

    def _offsets_beyond_kafka(self, watermarks: Watermarks) -> Iterator[Finding]:
        """Each service whose stored offset is beyond the end of its partition."""
        for owner in OWNERS:
            self.lag[owner] = 0
            for (topic, part), offset in sorted(watermarks.stored[owner].items()):
                end = watermarks.bounds.get((topic, part), range(0)).stop
                self.lag[owner] += max(0, end - offset)
                if offset > end:
                    what = f"changed: {owner} has read as far as here, and Kafka's partition ends at {end}"
                    remedy = finding.BEYOND.format(topic=topic)
                    yield Finding(Comparison.OFFSETS, DifferenceKind.CHANGED, f"{topic}/{part}/", offset, what, remedy)

    async def _partitions(self, watermarks: Watermarks) -> AsyncIterator[Finding]:
        archive = self._databases["audit"]
        extents = {each: await partition_reader.extent(archive, each) for each in watermarks.partitions_known}
        in_kafka = {each: len(watermarks.bounds.get(each, ())) for each in watermarks.partitions_known}
        total = sum(max(extent.records, in_kafka[each]) for each, extent in extents.items())
        on_progress = self._begin(Comparison.KAFKA, total)
        partitions = PartitionComparison(self._kafka, archive, watermarks, on_progress)
        for partition in watermarks.partitions_known:
            async for each in joined(partitions.compare(partition)):
                yield each
        self._summaries[Comparison.KAFKA].counted.add(partitions.counted)

    async def _logs(self, watermarks: Watermarks) -> AsyncIterator[Finding]:
        """Compare both the stores and the views in one pass over the archive."""
        for service, name in LOGS:
            log = OutboxLog(service, name, watermarks.heads[service, name].position)
            stores = StoreComparison(self._databases, watermarks, self._begin(log.topic, log.head))
            views = ViewComparison(self._databases["reporting"], watermarks, log) if name == "events" else None
            async for each in joined(stores.compare(log, views.see if views else None)):
                yield each
            self._summaries[Comparison.STORES].counted.add(stores.counted)
            if views:
                self._summaries[Comparison.VIEWS].counted.add(views.counted)
                async for each in joined(views.end()):
                    yield each
        async for each in stream_version_findings(self._databases["reporting"]):
            yield each


def _deleted_unread(watermarks: Watermarks) -> Iterator[Finding]:
    """The records that were deleted from Kafka before a service read them."""
    for owner, passage in watermarks.deleted:
        what = f"missing: deleted from Kafka before {owner} read it"
        series, count = f"{passage.topic}/{passage.partition}/", passage.end - passage.start
        yield Finding(
            *(Comparison.OFFSETS, DifferenceKind.MISSING, series, passage.start, what, finding.DELETED),
            last=passage.end - 1,
            records=count,
        )
