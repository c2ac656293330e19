"""Renders a service's logs as Kafka records: a pure function of the rows, so the records can be checked later.

Events and outcomes are CloudEvents in the binary content mode. A dead letter keeps the bytes of the record that could
not be read, with the reason and the origin in headers, so that any Kafka tool can show them.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias
from uuid import NAMESPACE_URL, uuid5

import asyncpg
import orjson
from aiokafka.record.default_records import DefaultRecordBatchBuilder

from contracts.cloudevents import Envelope, to_kafka
from contracts.envelope import AUTH, ActedBy
from contracts.limits import ATTRIBUTE_LENGTH_MAX, DEAD_KEY_BYTES_MAX, RECORD_BYTES_MAX
from contracts.outcome import CommandDecided
from contracts.registry import EVENTS, OUTCOME_TYPE, schema_name, source_of
from contracts.text import is_admissible
from kernel.model import dead_letters
from kernel.model.admitted import RECORDED
from kernel.model.outcome_body import within_bounds
from kernel.runtime.bisect_batch import bisect_batch
from kernel.runtime.faults import is_passing, kind
from kernel.store.postgres import Connection, sql

DEAD_LETTER_POSITION: Final = "dead-letter-position"
ADMITTED_POSITION: Final = "admitted-position"
POSITIONS: Final = ("ce_position", DEAD_LETTER_POSITION, ADMITTED_POSITION)
"""The headers that state a record's position in its log; the first of them in a record counts."""
KEY_BYTES_MAX: Final = ATTRIBUTE_LENGTH_MAX * 4
"""The longest key of our own records, a stream's name; a longer key is a dead letter's, and may be cut."""
_OUTCOME_IDS = uuid5(NAMESPACE_URL, "urn:forcegen:outcome-id")


@dataclass(frozen=True, slots=True)
class OutboxRecord:
    """A row of a log as a record; its topic holds it exactly once."""

    position: int
    key: bytes
    value: bytes
    headers: tuple[tuple[str, bytes | None], ...]


@dataclass(frozen=True, slots=True)
class Unfit:
    """A row that cannot be read or rendered; `key` gives the partition it would go to, None if that is unknown."""

    position: int
    key: bytes | None
    reason: str
    """For an operator; quotes nothing of the row's content."""


ReadOutbox: TypeAlias = Callable[[int, int], Awaitable[Sequence[OutboxRecord | Unfit]]]
"""Reads the rows after a position, up to a limit."""


LogRow: TypeAlias = Mapping[str, Any]
"""`Any`: a row of a log, whose columns the query types."""


def readers(pool: asyncpg.Pool, service: str, logs: Sequence[str]) -> Mapping[str, ReadOutbox]:
    """A reader for each of a service's logs."""

    def reader(log: str) -> ReadOutbox:
        async def read(after: int, limit: int) -> Sequence[OutboxRecord | Unfit]:
            return await _read(pool, service, log, after, limit)

        return read

    return {log: reader(log) for log in logs}


async def _read(pool: asyncpg.Pool, service: str, log: str, after: int, limit: int) -> Sequence[OutboxRecord | Unfit]:
    """Read rows; if that fails because of the data, halve the range until the faulty row stands alone."""

    async def together(positions: Sequence[int]) -> Sequence[OutboxRecord | Unfit]:
        rows = await pool.fetch(sql()[_QUERIES[log]], positions[0] - 1, len(positions))
        return [_fit(service, log, dict(row)) for row in rows]

    async def alone(position: int, fault: Exception) -> Sequence[OutboxRecord | Unfit]:
        return [await _unreadable(pool, log, position, fault)]

    parts = await bisect_batch(range(after + 1, after + 1 + limit), together, alone, splits=_may_be_the_rows)
    return [row for part in parts for row in part]


def _may_be_the_rows(fault: Exception) -> bool:
    """Whether the data may be at fault: the driver cannot decode it, or the server cannot read it (broken pages)."""
    if isinstance(fault, (asyncpg.DataCorruptedError, asyncpg.InternalServerError, asyncpg.DataError)):
        return True
    return not is_passing(fault)


async def _unreadable(pool: asyncpg.Pool, log: str, position: int, fault: Exception) -> Unfit:
    """The row at a position, which fails alone. Raises the fault if there is no such row: then no row is to blame."""
    reason = f"it cannot be read ({kind(fault)})"
    try:
        row = await pool.fetchrow(sql()[_KEYS[log]], position)
    except Exception as also:
        if not _may_be_the_rows(also):
            raise
        return Unfit(position, None, reason)
    if row is None:
        raise fault
    key = _KEY[log](dict(row))
    return Unfit(position, key if len(key) <= KEY_BYTES_MAX else None, reason)


def _fit(service: str, log: str, row: LogRow) -> OutboxRecord | Unfit:
    try:
        return _RENDER[log](service, row)
    except Exception as fault:  # any fault is this row's: rendering is a pure function of it
        return Unfit(row["position"], _KEY[log](row), f"it makes no record ({type(fault).__name__})")


async def at(
    connection: Connection, service: str, log: str, positions: Sequence[int]
) -> Mapping[int, OutboxRecord | None]:
    """The rows of a log at some positions, as far as they exist; None for a row that became unfit to be sent."""
    rows = await connection.fetch(sql()[_QUERIES_AT[log]], positions)
    return {row["position"]: _rendered(log, service, dict(row)) for row in rows}


def _rendered(log: str, service: str, row: LogRow) -> OutboxRecord | None:
    try:
        return _RENDER[log](service, row)
    except (LookupError, TypeError, ValueError):  # no service writes such a row
        return None


def _event(service: str, row: LogRow) -> OutboxRecord:
    word = EVENTS[row["type"]]
    return _cloud_event(
        row["position"],
        Envelope(
            id=str(row["id"]),
            source=source_of(service),
            type=row["type"],
            subject=row["stream"],
            time=_utc(row["effective"]),
            dataschema=f"{schema_name(word).rpartition(':')[0]}:{row['schema_version']}",
            datacontenttype="application/json",
            data=row["data"].encode(),
            recorded_time=_utc(row["recorded"]),
            correlation_id=row["correlation_id"],
            causation_id=row["causation_id"],
            actor=row["actor"],
            traceparent=row["traceparent"],
            stream_version=row["version"],
            position=row["position"],
            acted_by=_acted_by(row),
            cause_place=row["causeplace"],
            demo_clock=_demo_clock(row),
        ),
    )


def _demo_clock(row: LogRow) -> datetime | None:
    """The mark of a row that a demo's clock recorded; None for all others."""
    return None if row["democlock"] is None else _utc(row["democlock"])


def _acted_by(row: LogRow) -> ActedBy | None:
    """Who acted; None for rows of an earlier version, whose records keep their bytes."""
    return ActedBy(*(row[name] for name in AUTH)) if row["authtype"] is not None else None


def _utc(when: datetime) -> datetime:
    """An instant as it was recorded. The driver maps the calendar's edges to ±infinity and gives those no offset."""
    return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)


def _outcome(service: str, row: LogRow) -> OutboxRecord:
    whole = _decided(service, row, row["body"])
    if record_bytes(whole) <= RECORD_BYTES_MAX:
        return whole
    cut = within_bounds(CommandDecided.model_validate_json(row["body"]))  # written when texts had no bounds yet
    return _decided(service, row, cut.model_dump_json())


def _decided(service: str, row: LogRow, body: str) -> OutboxRecord:
    return _cloud_event(
        row["position"],
        Envelope(
            id=str(uuid5(_OUTCOME_IDS, f"{service}\n{row['position']}")),
            source=source_of(service),
            type=OUTCOME_TYPE,
            subject=row["stream"],
            time=_utc(row["recorded"]),
            dataschema=schema_name(CommandDecided),
            datacontenttype="application/json",
            data=body.encode(),
            recorded_time=_utc(row["recorded"]),
            correlation_id=row["correlation_id"],
            causation_id=row["command_id"] if is_admissible(row["command_id"]) else None,  # the body has it as it came
            position=row["position"],
            acted_by=_acted_by(row),
            cause_place=row["causeplace"],
            demo_clock=_demo_clock(row),
        ),
    )


def _admitted(_: str, row: LogRow) -> OutboxRecord:
    """A command as it came, behind what the service says of it: its position, the instant, and who sent it."""
    own = {
        ADMITTED_POSITION: row["position"],
        RECORDED: f"{_utc(row['recorded']).replace(tzinfo=None).isoformat()}Z",
        **{f"admitted-{name}": row[name] for name in ("authtype", "authid", "authkey", "authproof", "authregister")},
    }
    headers = [(name, str(value).encode()) for name, value in own.items() if value is not None]
    theirs = [(name, text.encode()) for name, text in orjson.loads(row["headers"])]
    return OutboxRecord(row["position"], _stream(row), row["data"], (*headers, *theirs))


def _cloud_event(position: int, envelope: Envelope) -> OutboxRecord:
    key, value, headers = to_kafka(envelope)
    return OutboxRecord(position, key, value, tuple(headers))


def _dead_letter(_: str, row: LogRow) -> OutboxRecord:
    key, own = _origin(row), [(name, text) for name, text in orjson.loads(row["headers"])]
    whole = _letter(row, key, own)
    if record_bytes(whole) <= RECORD_BYTES_MAX:
        return whole
    reason = dead_letters.cut(row["reason"])  # written when not every part was cut yet
    return _letter({**row, "reason": reason}, key[:DEAD_KEY_BYTES_MAX], dead_letters.bounded(own))


def _letter(row: LogRow, key: bytes, own: Sequence[dead_letters.Header]) -> OutboxRecord:
    key_bytes, headers_number = row["key_bytes"] or len(row["key"] or b""), row["headers_number"] or 0
    values = {
        "dead-letter-reason": row["reason"],
        "dead-letter-field": row["field"],
        "dead-letter-remedy": row["remedy"],
        "dead-letter-topic": row["topic"],
        "dead-letter-partition": row["part"],
        "dead-letter-offset": row["offset"],
        "dead-letter-length": row["value_bytes"],
        "dead-letter-key-length": key_bytes if row["key"] and key_bytes > len(key) else None,
        "dead-letter-headers": headers_number if headers_number > len(own) else None,
        DEAD_LETTER_POSITION: row["position"],
    }
    headers = [(name, str(value).encode()) for name, value in values.items() if value is not None]
    theirs = [(name, None if text is None else text.encode()) for name, text in own]
    return OutboxRecord(row["position"], key, row["value"] or b"", (*headers, *theirs))


def record_bytes(record: OutboxRecord) -> int:
    """The most bytes that a record takes in a topic, alone in its batch."""
    size: int = DefaultRecordBatchBuilder.estimate_size_in_bytes(record.key, record.value, list(record.headers))
    return size


def _origin(row: LogRow) -> bytes:
    """The key of the record that could not be read, or else its origin."""
    key: bytes = row["key"] or f"{row['topic']}/{row['part']}/{row['offset']}".encode()
    return key


def _stream(row: LogRow) -> bytes:
    key: str = row["stream"]
    return key.encode()


_QUERIES: Final = {log: f"{log}_after" for log in ("admitted", "events", "outcomes", "dead_letters")}
_QUERIES_AT: Final = {log: f"{log}_at" for log in _QUERIES}
_KEYS: Final = {
    **{"admitted": "admitted_key", "events": "event_key"},
    **{"outcomes": "outcome_key", "dead_letters": "dead_letter_key"},
}
_KEY: Final = {"admitted": _stream, "events": _stream, "outcomes": _stream, "dead_letters": _origin}
_RENDER: Final = {"admitted": _admitted, "events": _event, "outcomes": _outcome, "dead_letters": _dead_letter}
