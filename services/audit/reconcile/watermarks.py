"""Where each store ends, measured in an order that makes the ends comparable while all of them move.

What is measured later may only have grown. So Kafka holds what a store had before Kafka was measured, the archive holds
what Kafka had before the archive was measured again, as far as it has read, and so on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from contracts.registry import SERVICES
from kernel.messaging import topics
from kernel.model.records import Partition, Passage
from kernel.sql import queries
from kernel.store import postgres
from kernel.store.postgres import Connection
from services.audit.archive import partition_reader, selection
from services.audit.archive.kafka_reader import KafkaReader

LOGS: Final = (*((service, log) for service in SERVICES for log in topics.LOGS), ("reporting", "dead_letters"))
"""Every log that is carried to a topic, by its service."""
COMMANDS: Final = tuple(topics.commands(service) for service in SERVICES)
TOPICS: Final = (*COMMANDS, *(topics.of_log(service, log) for service, log in LOGS))
OWNERS: Final = (*SERVICES, "reporting", "audit")
"""Whose tables are looked at."""
Databases = Mapping[str, Connection]
"""A session for each owner."""


@dataclass(frozen=True, slots=True)
class OutboxHead:
    """The end of an outbox log in its service's store: the last position, and how far the relay has sent."""

    position: int
    carried: int


@dataclass(frozen=True)
class Watermarks:
    """In the order in which it was measured."""

    stored: Mapping[str, Mapping[Partition, int]]
    """How far each service has read, the archive among them."""
    heads: Mapping[tuple[str, str], OutboxHead]
    partitions: Mapping[str, int]
    """Of each topic that Kafka has."""
    bounds: Mapping[Partition, range]
    """What Kafka has of each partition."""
    archived: Mapping[Partition, int]
    """How far the archive has read by now."""
    archived_partitions: frozenset[Partition]
    """The partitions of which the archive has records."""
    deleted: Sequence[tuple[str, Passage]]
    """Offsets whose records were deleted before a service read them, by its name."""

    @property
    def partitions_known(self) -> list[Partition]:
        """Every partition that anybody knows of."""
        return sorted({*self.bounds, *self.archived_partitions, *self.archived})


async def measure(databases: Databases, broker: KafkaReader) -> Watermarks:
    """Read the end of each store, in order."""
    stored = {owner: await partition_reader.stored_offsets(databases[owner], owner) for owner in OWNERS}
    heads = {(service, log): await _head(databases[service], log) for service, log in LOGS}
    known = {topic for offsets in stored.values() for topic, _ in offsets}
    partitions = await broker.partitions({*TOPICS, *known})
    bounds = await broker.bounds([(topic, part) for topic, parts in partitions.items() for part in range(parts)])
    archived = await partition_reader.stored_offsets(databases["audit"], "audit")
    archived_partitions = frozenset(await selection.partitions(databases["audit"]))
    deleted = [(owner, passage) for owner in OWNERS for passage in await _deleted(databases[owner], owner)]
    return Watermarks(stored, heads, partitions, bounds, archived, archived_partitions, deleted)


async def _deleted(connection: Connection, owner: str) -> list[Passage]:
    rows = await connection.fetch(postgres.sql()["deleted_unread"], owner)
    return [Passage(r["topic"], r["part"], r["first_offset"], r["next_offset"], "deleted") for r in rows]


async def _head(connection: Connection, log: str) -> OutboxHead:
    """How far the relay has sent is read first: that never passes the head."""
    relay = queries("kernel.sql", "relay.sql")
    carried = await connection.fetchval(relay["confirmed"], log)
    heads = await connection.fetchrow(relay["heads"])
    return OutboxHead(heads[log] if heads else 0, carried or 0)
