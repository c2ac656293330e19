"""A room's logs as Kafka records: what the relay sends is a pure function of the rows, so it can be checked later.

Events and outcomes are CloudEvents in the binary content mode. A dead letter keeps the bytes of the record that could
not be read, with the reason and the origin as headers beside it, so that any Kafka tool can show both.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any, Final, TypeAlias
from uuid import NAMESPACE_URL, uuid5

import asyncpg
import orjson

from contracts.cloudevents import Envelope, to_kafka
from contracts.outcome import CommandDecided
from contracts.registry import EVENTS, OUTCOME_TYPE, schema_name
from contracts.text import is_admissible
from kernel.postgres import Connection, sql

DEAD_LETTER_POSITION: Final = "dead-letter-position"
POSITIONS: Final = ("ce_position", DEAD_LETTER_POSITION)
"""The headers that tell a record's place in its log."""
_OUTCOME_IDS = uuid5(NAMESPACE_URL, "urn:forcegen:outcome-id")


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A row of a log as the record that its topic holds once."""

    position: int
    key: bytes
    value: bytes
    headers: tuple[tuple[str, bytes], ...]


ReadLog: TypeAlias = Callable[[int, int], Awaitable[Sequence[Outgoing]]]
"""The rows after a position, at most so many."""


def source(room: str) -> str:
    """The CloudEvents source of what a room publishes."""
    return f"urn:forcegen:{room}"


def readers(pool: asyncpg.Pool, room: str, logs: Sequence[str]) -> Mapping[str, ReadLog]:
    """How each of a room's logs is read."""

    def reader(log: str) -> ReadLog:
        async def read(after: int, limit: int) -> Sequence[Outgoing]:
            rows = await pool.fetch(sql()[_QUERIES[log]], after, limit)
            return [_RENDER[log](room, dict(row)) for row in rows]

        return read

    return {log: reader(log) for log in logs}


async def at(connection: Connection, room: str, log: str, positions: Sequence[int]) -> Mapping[int, Outgoing | None]:
    """The rows of a log at some positions, as far as they are there; None for one that was made unfit to be sent."""
    rows = await connection.fetch(sql()[_QUERIES_AT[log]], positions)
    return {row["position"]: _rendered(log, room, dict(row)) for row in rows}


def _rendered(log: str, room: str, row: Mapping[str, Any]) -> Outgoing | None:
    try:
        return _RENDER[log](room, row)
    except (LookupError, TypeError, ValueError):  # no room writes such a row
        return None


def _event(room: str, row: Mapping[str, Any]) -> Outgoing:
    word = EVENTS[row["type"]]
    return _cloud_event(
        row["position"],
        Envelope(
            id=str(row["id"]),
            source=source(room),
            type=row["type"],
            subject=row["stream"],
            time=row["recorded"].astimezone(UTC),
            dataschema=f"{schema_name(word).rpartition(':')[0]}:{row['schema_version']}",
            datacontenttype="application/json",
            data=row["data"].encode(),
            effective=row["effective"].astimezone(UTC),
            correlation_id=row["correlation_id"],
            causation_id=row["causation_id"],
            actor=row["actor"],
            traceparent=row["traceparent"],
            stream_version=row["version"],
            position=row["position"],
        ),
    )


def _outcome(room: str, row: Mapping[str, Any]) -> Outgoing:
    return _cloud_event(
        row["position"],
        Envelope(
            id=str(uuid5(_OUTCOME_IDS, f"{room}\n{row['position']}")),
            source=source(room),
            type=OUTCOME_TYPE,
            subject=row["stream"],
            time=row["recorded"].astimezone(UTC),
            dataschema=schema_name(CommandDecided),
            datacontenttype="application/json",
            data=row["body"].encode(),
            correlation_id=row["correlation_id"],
            causation_id=row["command_id"] if is_admissible(row["command_id"]) else None,  # the body has it as it came
            position=row["position"],
        ),
    )


def _cloud_event(position: int, envelope: Envelope) -> Outgoing:
    key, value, headers = to_kafka(envelope)
    return Outgoing(position, key, value, tuple(headers))


def _dead_letter(_: str, row: Mapping[str, Any]) -> Outgoing:
    told = {
        "dead-letter-reason": row["reason"],
        "dead-letter-field": row["field"],
        "dead-letter-remedy": row["remedy"],
        "dead-letter-topic": row["topic"],
        "dead-letter-partition": row["part"],
        "dead-letter-offset": row["offset"],
        "dead-letter-length": row["value_bytes"],
        DEAD_LETTER_POSITION: row["position"],
    }
    headers = [(name, str(value).encode()) for name, value in told.items() if value is not None]
    own = [(name, text.encode()) for name, text in orjson.loads(row["headers"])]
    key = row["key"] or f"{row['topic']}/{row['part']}/{row['offset']}".encode()
    return Outgoing(row["position"], key, row["value"] or b"", (*headers, *own))


_QUERIES: Final = {"events": "events_after", "outcomes": "outcomes_after", "dead_letters": "buried"}
_QUERIES_AT: Final = {"events": "events_at", "outcomes": "outcomes_at", "dead_letters": "buried_at"}
_RENDER: Final = {"events": _event, "outcomes": _outcome, "dead_letters": _dead_letter}
