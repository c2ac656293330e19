"""The end of each store, measured in an order that makes the ends comparable while all of them move.

A store measured later can only have grown. So Kafka holds what a store had before Kafka was measured; the archive,
as far as it has read, holds what Kafka had before the archive was measured again; and so on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from contracts import command_topics
from contracts.registry import SERVICES
from kernel.messaging import topics
from kernel.model.records import Partition, Passage
from kernel.sql import queries
from kernel.store import postgres
from kernel.store.postgres import Connection
from services.audit.archive import partition_reader, selection
from services.audit.archive.kafka_reader import KafkaReader

LOGS: Final = (*((service, log) for service in SERVICES for log in topics.LOGS), ("reporting", "dead_letters"))
"""Every log that is relayed to a topic, by its service."""
COMMANDS: Final = tuple(topics.commands(service) for service in SERVICES)
TOPICS: Final = (*COMMANDS, *(topics.of_log(service, log) for service, log in LOGS))
OWNERS: Final = (*SERVICES, "reporting", "audit")
"""The owners of the tables that are read."""
Databases = Mapping[str, Connection]
"""A session for each owner."""


@dataclass(frozen=True, slots=True)
class OutboxHead:
    """The end of an outbox log in its service's store: the last position, and how far the relay has sent."""

    position: int
    carried: int


@dataclass(frozen=True)
class Watermarks:
    """The measured ends, in the order of measuring."""

    stored: Mapping[str, Mapping[Partition, int]]
    """How far each service has read, including the archive."""
    heads: Mapping[tuple[str, str], OutboxHead]
    partitions: Mapping[str, int]
    """The number of partitions of each topic in Kafka."""
    bounds: Mapping[Partition, range]
    """The offsets of each partition in Kafka."""
    archived: Mapping[Partition, int]
    """How far the archive has read by now."""
    archived_partitions: frozenset[Partition]
    """The partitions with records in the archive."""
    deleted: Sequence[tuple[str, Passage]]
    """Offsets whose records were deleted before a service read them, with the name of the service."""

    @property
    def partitions_known(self) -> list[Partition]:
        """Every partition known to Kafka or the archive."""
        return sorted({*self.bounds, *self.archived_partitions, *self.archived})


async def measure(databases: Databases, broker: KafkaReader) -> Watermarks:
    """Measure the end of each store, in order."""
    stored = {owner: await partition_reader.stored_offsets(databases[owner], owner) for owner in OWNERS}
    heads = {(service, log): await _head(databases[service], log) for service, log in LOGS}
    known = {topic for offsets in stored.values() for topic, _ in offsets}
    own = command_topics.of_producers(SERVICES, await broker.topics())
    partitions = await broker.partitions({*TOPICS, *known, *own})
    bounds = await broker.bounds([(topic, part) for topic, parts in partitions.items() for part in range(parts)])
    archived = await partition_reader.stored_offsets(databases["audit"], "audit")
    archived_partitions = frozenset(await selection.partitions(databases["audit"]))
    deleted = [(owner, passage) for owner in OWNERS for passage in await _deleted(databases[owner], owner)]
    return Watermarks(stored, heads, partitions, bounds, archived, archived_partitions, deleted)


async def _deleted(connection: Connection, owner: str) -> list[Passage]:
    rows = await connection.fetch(postgres.sql()["deleted_unread"], owner)
    return [Passage(r["topic"], r["part"], r["first_offset"], r["next_offset"], "deleted") for r in rows]


async def _head(connection: Connection, log: str) -> OutboxHead:
    """The end of a log. What the relay has sent is read first, so that it never exceeds the head."""
    relay = queries("kernel.sql", "relay.sql")
    carried = await connection.fetchval(relay["confirmed"], log)
    heads = await connection.fetchrow(relay["heads"])
    return OutboxHead(heads[log] if heads else 0, carried or 0)
