"""Selects archived records, in the order of their leaves, in bounded memory, from any leaf on.

Postgres filters by columns (topic, place, leaf); `admits`, a pure function over the envelope, filters by the content of
a record. A record that is not a CloudEvent has only a topic: a filter on content rejects and counts it.
"""

import difflib
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import asyncpg

from contracts.cloudevents import Envelope
from contracts.registry import COMMANDS, EVENTS, OUTCOME_TYPE
from contracts.unreadable import Unreadable
from kernel.model.records import Partition
from kernel.sql import queries
from kernel.sql.template import filtered
from kernel.store.postgres import Connection
from services.audit.archive.writer import archived
from services.audit.search.indexer import envelope_of, stream_of
from services.audit.tlog import tree_store

PAGE_RECORDS_MAX: Final = 1_000
PAGE_BYTES_MAX: Final = 8_388_608
"""A page ends with the record that exceeds this."""
BEFORE_THE_FIRST: Final = -1
"""The number before the first leaf."""
TYPES: Final = (*COMMANDS, *EVENTS, OUTCOME_TYPE)


class UnknownFilterValue(LookupError):
    """A filter names a value that the archive does not have; the message lists those that it has."""


@dataclass(frozen=True, slots=True)
class TimeRange:
    """From one instant to before another; an absent end is open."""

    since: datetime | None = None
    until: datetime | None = None

    def __contains__(self, instant: datetime | None) -> bool:
        """A record without a time is in no range, except in the one that is open at both ends."""
        if instant is None:
            return not self
        return (self.since is None or instant >= self.since) and (self.until is None or instant < self.until)

    def __bool__(self) -> bool:
        return self.since is not None or self.until is not None


@dataclass(frozen=True, slots=True)
class Selection:
    """Which records to select. All filters apply together; an empty one admits everything."""

    topics: Sequence[str] = ()
    services: Sequence[str] = ()
    streams: Sequence[str] = ()
    """Subjects; the Kafka key stands in for an absent subject."""
    types: Sequence[str] = ()
    """Full types of events, commands and outcomes."""
    effective: TimeRange = field(default_factory=TimeRange)
    recorded: TimeRange = field(default_factory=TimeRange)
    correlations: Sequence[str] = ()
    as_far_as: Mapping[Partition, int] | None = None
    """For each partition, the offset after the last record; a partition that is not named is excluded."""

    @property
    def looks_inside(self) -> bool:
        """Whether a record must be decoded to be admitted."""
        return bool(self.streams or self.types or self.effective or self.recorded or self.correlations)

    def admits(self, envelope: Envelope, key: bytes | None) -> bool:
        """Whether the content of a record passes the filters."""
        stream = envelope.subject if envelope.subject is not None else stream_of(key)
        return (
            (not self.streams or stream in self.streams)
            and (not self.types or envelope.type in self.types)
            and (not self.correlations or envelope.correlation_id in self.correlations)
            and envelope.time in self.effective
            and envelope.recorded_time in self.recorded
        )


@dataclass(frozen=True, slots=True)
class SelectedPage:
    """Some admitted records, as `writer.archived` takes them, and how many were read to find them."""

    records: Sequence[asyncpg.Record]
    scanned: int
    unreadable: int
    """Records that a filter on content could not decode; they are rejected."""
    last_leaf: int
    """The leaf after which to continue."""


async def count(connection: Connection, which: Selection, before: int, after: int = BEFORE_THE_FIRST) -> int:
    """The number of records to read."""
    statement, values = _statement("selected_count", which, {"after": after, "before": before})
    number: int = await connection.fetchval(statement, *values)
    return number


async def pages(
    connection: Connection, which: Selection, before: int, after: int = BEFORE_THE_FIRST
) -> AsyncIterator[SelectedPage]:
    """The records between two leaves, both excluded, page by page."""
    bounds = {"before": before, "records_max": PAGE_RECORDS_MAX, "bytes_max": PAGE_BYTES_MAX}
    while True:
        statement, values = _statement("selected_page", which, {**bounds, "after": after})
        rows = await connection.fetch(statement, *values)
        if not rows:
            return
        after = rows[-1]["leaf"]
        yield _page(which, rows, after)


def _page(which: Selection, rows: Sequence[asyncpg.Record], last_leaf: int) -> SelectedPage:
    if not which.looks_inside:
        return SelectedPage(rows, len(rows), 0, last_leaf)
    admitted, unreadable = [], 0
    for row in rows:
        _, _, key, _, _ = archived(row)
        try:
            if which.admits(envelope_of(row), key):
                admitted.append(row)
        except Unreadable:
            unreadable += 1
    return SelectedPage(admitted, len(rows), unreadable, last_leaf)


async def size(connection: Connection) -> int:
    """The number after the last leaf, now: a bound for reading while the archive grows."""
    leaves: int = await connection.fetchval(tree_store.sql()["size"])
    return leaves


async def partitions(connection: Connection) -> list[Partition]:
    """Every partition with a record in the archive."""
    return [(row["topic"], row["part"]) for row in await connection.fetch(_sql()["partitions"])]


def check(which: Selection, archived_partitions: Collection[Partition]) -> None:
    """Check that topics and services are in the archive: a misspelt name must not look like an empty result.

    Raises:
        UnknownFilterValue: one of them is not in the archive.
    """
    topics = sorted({topic for topic, _ in archived_partitions})
    for topic in (*which.topics, *(topic for topic, _ in which.as_far_as or ())):
        if topic not in topics:
            raise UnknownFilterValue(_unknown("topic", topic, topics))
    services = sorted({topic.partition(".")[0] for topic in topics})
    for service in which.services:
        if service not in services:
            raise UnknownFilterValue(_unknown("service", service, services))


def type_named(name: str) -> list[str]:
    """The types for a name: one in full, or all that end with it.

    Raises:
        UnknownFilterValue: there is none.
    """
    matches = [each for each in TYPES if name in (each, each.rpartition(".")[2])]
    if not matches:
        known = {each for full in TYPES for each in (full, full.rpartition(".")[2])}
        near = difflib.get_close_matches(name[:200], known, n=1)
        raise UnknownFilterValue(_unknown("type", name, sorted(known - {*TYPES}), near))
    return matches


def _unknown(what: str, name: str, known: Sequence[str], near: Sequence[str] = ()) -> str:
    hint = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(known) or 'none'}."
    return f"There is no {what} {name[:200]!r} in this archive. {hint}"


def _statement(name: str, which: Selection, bounds: Mapping[str, int]) -> tuple[str, list[object]]:
    """A statement with the given filters, and its arguments."""
    given = {**_filters(which), **bounds}
    statement = filtered("services.audit.archive", name, given)
    return statement.sql, statement.values(given)


def _filters(which: Selection) -> dict[str, object]:
    ends = None if which.as_far_as is None else [(*place, end) for place, end in which.as_far_as.items()]
    return {
        "topics": list(which.topics) or None,
        "services": list(which.services) or None,
        "end_topics": ends and [topic for topic, _, _ in ends],
        "end_partitions": ends and [partition for _, partition, _ in ends],
        "end_offsets": ends and [end for _, _, end in ends],
    }


def _sql() -> Mapping[str, str]:
    return queries("services.audit.archive", "selection.sql")
