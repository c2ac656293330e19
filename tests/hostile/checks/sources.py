"""Where the checks look: the broker, read by `wire`, and the stores, read by SQL."""

from typing import Any

import psycopg

from tests.hostile import wire
from tests.hostile.generate import PARTITIONS
from tests.hostile.records import DECIDING
from tests.hostile.send import Place
from tests.system import RunningSystem, every_topic

SERVICES = (*DECIDING, "reporting", "audit")


def broker_records(system: RunningSystem) -> dict[Place, wire.Stored]:
    """Every committed record of every topic."""
    broker = wire.Broker(system.servers.kafka)
    try:
        return {
            (topic, partition, one.offset): one
            for topic in every_topic()
            for partition in range(PARTITIONS)
            for one in broker.records(topic, partition)
        }
    finally:
        broker.close()


def query(system: RunningSystem, role: str, statement: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(system.dsn(role)) as connection:
        return connection.execute(statement).fetchall()


def ends_of_topics(system: RunningSystem) -> dict[tuple[str, int], int]:
    """The offset behind the last record or mark of each partition."""
    broker = wire.Broker(system.servers.kafka)
    try:
        return {(topic, nr): broker.end(topic, nr) for topic in every_topic() for nr in range(PARTITIONS)}
    finally:
        broker.close()


def shown(raw: wire.Raw) -> str:
    """A record short enough to be read."""
    headers = ", ".join(f"{n[:40]!r}: {v if v is None else v[:60]!r}" for n, v in raw.headers[:16])
    return f"key {raw.key and raw.key[:60]!r} value {raw.value and raw.value[:200]!r} headers [{headers}]"
