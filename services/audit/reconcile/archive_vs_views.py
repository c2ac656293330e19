"""The archive against the views: each event that reporting has read is in its log of events as it was archived.

The views are made from that log's events alone, so the log stands for them; a rebuild shows whether each row follows
from its events. The version that guards each stream must be that of the stream's last event.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from functools import lru_cache
from typing import Final
from uuid import UUID

import asyncpg

from contracts.cloudevents import from_kafka
from contracts.unreadable import Unreadable
from kernel.decide import decode
from kernel.sql import queries
from kernel.store.postgres import Connection
from services.audit.archive import partition_reader
from services.audit.archive.writer import archived
from services.audit.reconcile import finding
from services.audit.reconcile.archive_vs_stores import ClaimedRecord, OutboxLog
from services.audit.reconcile.bitset import BitSet
from services.audit.reconcile.finding import Comparison, DifferenceKind, Finding
from services.audit.reconcile.kafka_vs_archive import ComparisonCounts
from services.audit.reconcile.watermarks import Watermarks
from services.audit.tlog.leaf import unpacked

ROWS_AT_ONCE: Final = 1_000
FIELDS: Final = (
    *("stream", "version", "id", "type", "effective", "recorded", "actor", "correlation_id", "causation_id", "data"),
    *("topic", "part", "offset"),
)


def expected(row: asyncpg.Record) -> tuple[object, ...] | None:
    """`FIELDS` of an archived event as reporting stores them; None for an event that it cannot read."""
    (topic, part, offset), _, key, headers, value = archived(row)
    try:
        envelope = from_kafka(key, value, unpacked(headers))
        recorded_event = decode.event(envelope)
    except Unreadable:
        return None
    if recorded_event.data.service != topic.partition(".")[0] or None in (
        envelope.stream_version,
        envelope.position,
        envelope.recorded_time,
    ):
        return None
    return (
        *(
            recorded_event.data.stream,
            envelope.stream_version,
            UUID(envelope.id),
            envelope.type,
            recorded_event.effective,
            envelope.recorded_time,
        ),
        *(envelope.actor, envelope.correlation_id, envelope.causation_id, recorded_event.data.model_dump_json()),
        *(topic, part, offset),
    )


class ViewComparison:
    """Compares the events that one service's views were made of, page by page of the archive."""

    def __init__(self, connection: Connection, watermarks: Watermarks, log: OutboxLog) -> None:
        self._connection = connection
        self._watermarks = watermarks
        self._log = log
        self._series = f"{log.topic} position "
        self._seen = BitSet(log.head)
        self.counted = ComparisonCounts()

    async def see(self, page: Sequence[ClaimedRecord]) -> AsyncIterator[Finding]:
        """Compare a page of the service's events."""
        viewed = await self._at([each.position for each in page])
        for each in page:
            self._seen.add(each.position)
            self.counted.compared += 1
            difference = self._compared(each, viewed.get(each.position, ())) if each.is_confirmed else None
            if difference:
                yield difference

    async def _at(self, positions: Sequence[int]) -> Mapping[int, list[asyncpg.Record]]:
        rows_by_position: dict[int, list[asyncpg.Record]] = defaultdict(list)
        for row in await self._connection.fetch(_sql()["at"], self._log.service, positions):
            rows_by_position[row["position"]].append(row)
        return rows_by_position

    def _compared(self, placed: ClaimedRecord, rows: Sequence[asyncpg.Record]) -> Finding | None:
        expected_row = expected(placed.row)
        if expected_row is None:
            is_parked = any(row["parked"] for row in rows)  # newer than the program: it waits for an upgrade
            self.counted.parked += is_parked
            self.counted.unread += not is_parked
            return None
        partition = (placed.row["topic"], placed.row["part"])
        if not rows:
            if placed.row["offset"] >= self._watermarks.stored["reporting"].get(partition, 0):
                self.counted.waiting += 1
                return None
            what = f"missing in the views, though archived in {partition[0]}/{partition[1]}"
            return Finding(
                Comparison.VIEWS, DifferenceKind.MISSING, self._series, placed.position, what, finding.REBUILD
            )
        self.counted.parked += any(row["parked"] for row in rows)
        differing = [
            [name for name, value in zip(FIELDS, expected_row, strict=True) if row[name] != value] for row in rows
        ]
        if not all(differing):
            return None
        what = f"changed: {', '.join(differing[0])} in the views and in {placed.place} of the archive are not the same"
        return Finding(Comparison.VIEWS, DifferenceKind.CHANGED, self._series, placed.position, what, finding.REBUILD)

    async def end(self) -> AsyncIterator[Finding]:
        """Report events in the views that the archive does not have, after all of it was seen."""
        after: tuple[int, str, int] = (0, "", 0)
        last = 0
        while rows := await self._connection.fetch(_sql()["after"], self._log.service, *after, ROWS_AT_ONCE):
            read = await partition_reader.stored_offsets(self._connection, "reporting")
            for row in rows:
                at, partition = row["position"], (row["topic"], row["part"])
                before = self._watermarks.archived if at <= self._log.head else self._watermarks.stored["audit"]
                due = row["offset"] < before.get(partition, 0)
                if at == last or (at not in self._seen and (due or row["offset"] >= read.get(partition, 0))):
                    what = f"extra in the views, of {row['stream']}: the archive has no such event"
                    yield Finding(Comparison.VIEWS, DifferenceKind.EXTRA, self._series, at, what, finding.REBUILD)
                last = at
            after = (rows[-1]["position"], rows[-1]["stream"], rows[-1]["version"])


async def stream_version_findings(connection: Connection) -> AsyncIterator[Finding]:
    """Streams whose guarding version is not that of their last event."""
    for row in await connection.fetch(_sql()["versions"]):
        what = (
            f"changed: the views' guard of {row['stream']} ({row['service']}) is not at its last event, {row['last']}"
        )
        yield Finding(
            Comparison.VIEWS,
            DifferenceKind.CHANGED,
            f"{row['service']} {row['stream']} version ",
            row["guard"],
            what,
            finding.REBUILD,
        )


@lru_cache(maxsize=1)
def _sql() -> Mapping[str, str]:
    return queries("services.audit.reconcile", "archive_vs_views.sql")
