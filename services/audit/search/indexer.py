"""The search index: the metadata of archived records, read from the archive, a little behind it.

Archiving never waits for the index, and no proof depends on it. A record that is not a CloudEvent is indexed by its
topic and its key. The archive accepts everything that Kafka accepts, so nothing in a record may stop the indexer: a
text that an index cannot hold is stored as its `term`; a record that the database refuses is found by its place alone.
"""

import asyncio
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from typing import Final, NamedTuple

import asyncpg
import structlog

from contracts import command_topics
from contracts.cloudevents import Envelope, from_kafka
from contracts.envelope import ActedBy
from contracts.unreadable import Unreadable
from kernel.http.values import NOT_A_CHARACTER
from kernel.messaging.outbox import ADMITTED_POSITION
from kernel.model.admitted import SUFFIX
from kernel.runtime.bisect_batch import bisect_batch
from kernel.runtime.health import Health
from kernel.sql import queries
from kernel.store.postgres import Connection
from services.audit.archive.writer import archived
from services.audit.tlog.leaf import Headers, unpacked

log = structlog.get_logger()
AT_ONCE: Final = 1_000
BYTES_AT_ONCE: Final = 8_388_608
"""A page ends with the record that passes this."""
TERM_BYTES_MAX: Final = 1_024
"""The longest text that is stored unchanged: an index of Postgres takes 2,704 bytes a row."""
TERM_BEGINS: Final = 40
"""Characters of a longer text that are stored, before its hash."""
OF_THE_DATA: Final = (
    *(asyncpg.DataError, asyncpg.IntegrityConstraintViolationError, asyncpg.ProgramLimitExceededError),
    *(OverflowError, TypeError, ValueError),
)
"""Faults of a record, which no retry fixes. All other faults are the server's."""
LOOKS_EVERY_S: Final = 0.25
KINDS: Final = {
    **{"commands": "command", "admitted": "command"},
    **{"events": "event", "outcomes": "outcome", "dead-letters": "dead letter"},
}
"""Kinds of message by the suffix of a topic's name."""
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_REACTION: Final = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/[0-9]+")
_ORIGIN: Final = ("dead-letter-topic", "dead-letter-partition", "dead-letter-offset")


class IndexedBatch(NamedTuple):
    """The result of indexing one batch."""

    records: int
    full: bool
    """Whether the batch ended at its limit, and not because there were no more records."""


class IndexedMessage(NamedTuple):
    """A row of `messages`. Each text is a `term`."""

    leaf: int
    topic: str
    part: int
    offset: int
    kind: str
    id: str | None
    source: str | None
    type: str | None
    stream: str | None
    actor: str | None
    status: str | None
    recorded: datetime | None
    effective: datetime | None
    correlation: str | None
    causation: str | None
    cause: str | None
    """The message's cause: the place or the reference of a record (`names_record`), or else an id."""
    authtype: str | None = None
    authid: str | None = None
    """Who said it, as the deciding service verified (`contracts.envelope.ActedBy`); never a sender's word."""
    authkey: str | None = None
    authproof: str | None = None
    authregister: str | None = None
    authonbehalfof: str | None = None
    causeplace: str | None = None
    reference: str | None = None
    """Of a command that came over HTTP: `<service>.admitted#<position>`."""

    @property
    def place(self) -> str:
        """The place of the record."""
        return f"{self.topic}/{self.part}/{self.offset}"

    @property
    def names_record(self) -> bool:
        """Whether `cause` is a record, as a service wrote it, and no id that anybody may have used."""
        return self.causeplace is not None or self.kind == "dead letter"


def sql() -> Mapping[str, str]:
    """The queries of this file."""
    return _sql()


@cache
def _sql() -> Mapping[str, str]:
    return queries("services.audit.search", "indexer.sql")


def term(text: str) -> str:
    """A text in the form in which it is stored and searched; a long one as its beginning and its hash. Idempotent.

    Characters that Postgres cannot store (NUL, controls, lone surrogates) can be neither stored nor searched: they are
    escaped.
    """
    plain = NOT_A_CHARACTER.sub(lambda match: ascii(match[0])[1:-1], text)
    raw = plain.encode()
    return plain if len(raw) <= TERM_BYTES_MAX else f"{plain[:TERM_BEGINS]}… sha256:{sha256(raw).hexdigest()}"


def stream_of(key: bytes | None) -> str:
    """The stream of a record without a subject, from its key; bytes that are not text appear as `\\xff`."""
    return NOT_A_CHARACTER.sub(lambda match: ascii(match[0])[1:-1], (key or b"").decode("utf-8", "backslashreplace"))


def message(row: asyncpg.Record) -> IndexedMessage:
    """The metadata of an archived record; its place alone if the record cannot be read."""
    try:
        return _message(row)
    except Exception as fault:  # whatever the fault is, the records after it must be indexed too
        bare = _bare(row)
        log.warning("a record cannot be looked into", place=bare.place, fault=type(fault).__name__)
        return bare


def _bare(row: asyncpg.Record) -> IndexedMessage:
    topic = row["topic"]
    return IndexedMessage(row["leaf"], topic, row["part"], row["offset"], kind_of(topic), *(None,) * 11)


def kind_of(topic: str) -> str:
    """The kind of a topic's messages; a producer's own topic is one of commands."""
    return "command" if command_topics.service_of(topic) else KINDS.get(topic.partition(".")[2], "record")


def envelope_of(row: asyncpg.Record) -> Envelope:
    """The envelope of an archived record; raises `Unreadable`.

    A command's recorded time is the one that its sender states, otherwise the time at which Kafka took it.
    """
    (topic, _, _), timestamp_ms, key, packed, value = archived(row)
    envelope = from_kafka(key, value, unpacked(packed))
    if envelope.recorded_time is not None or kind_of(topic) != "command":
        return envelope
    return replace(envelope, recorded_time=_taken(timestamp_ms))


def _taken(timestamp_ms: int) -> datetime | None:
    """When Kafka took a record; None if it has no timestamp, or one beyond the calendar."""
    try:
        return EPOCH + timedelta(milliseconds=timestamp_ms) if timestamp_ms >= 0 else None
    except OverflowError:
        return None


def _message(row: asyncpg.Record) -> IndexedMessage:
    _, _, key, packed, _ = archived(row)
    bare = _bare(row)
    origin = _origin(unpacked(packed)) if bare.kind == "dead letter" else None
    try:
        envelope = envelope_of(row)
    except Unreadable:
        return bare._replace(cause=origin, stream=None if key is None else term(stream_of(key)))
    said = _said(bare, envelope, packed)
    return said._replace(
        id=_term(envelope.id),
        source=_term(envelope.source),
        type=_term(envelope.type),
        stream=_term(envelope.subject),
        actor=_term(envelope.actor),
        status=_status(envelope) if bare.kind == "outcome" else None,
        recorded=_instant(envelope.recorded_time),
        effective=_instant(envelope.time),
        correlation=_term(envelope.correlation_id),
        causation=_term(envelope.causation_id),
        cause=origin or said.causeplace or _term(_cause(envelope.causation_id)),
    )


def _said(bare: IndexedMessage, envelope: Envelope, packed: bytes) -> IndexedMessage:
    """With who said it and what led to it, of records that a service wrote: anybody may write anything in a command."""
    if bare.kind in ("event", "outcome"):
        by = envelope.acted_by or ActedBy("")
        said = bare._replace(authtype=_term(by.type or None), authid=_term(by.id), authkey=_term(by.key))
        said = said._replace(authproof=_term(by.proof), authregister=_term(by.register))
        return said._replace(authonbehalfof=_term(by.on_behalf_of), causeplace=_term(envelope.cause_place))
    if not bare.topic.endswith(SUFFIX):
        return bare
    own = {name: value.decode(errors="replace") for name, value in reversed(unpacked(packed)) if value is not None}
    of_door = {name: own.get(f"admitted-{name}") for name in ("authtype", "authid", "authkey", "authproof")}
    said = bare._replace(**{name: _term(text) for name, text in of_door.items()})  # type: ignore[arg-type]  # by name
    register, reference = own.get("admitted-authregister"), f"{bare.topic}#{own.get(ADMITTED_POSITION)}"
    return said._replace(authregister=_term(register), reference=_term(reference))


def _term(text: str | None) -> str | None:
    return None if text is None else term(text)


def _instant(when: datetime | None) -> datetime | None:
    """Drops the earliest and latest instants, which the driver turns into -infinity and infinity."""
    edges = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))
    return None if when in edges else when


def _status(outcome: Envelope) -> str | None:
    """How a command was answered, e.g. `refused by I1`."""
    try:
        body = json.loads(outcome.data)
        return term(f"{body['status']} by {body['rule']}" if body.get("rule") else str(body["status"]))
    except (ValueError, LookupError, AttributeError, TypeError, RecursionError):
        return None


def _origin(headers: Headers) -> str | None:
    """The place of the record that a dead letter was made of."""
    values = {name: value for name, value in reversed(headers) if value is not None}
    parts = [values.get(name, b"").decode(errors="replace") for name in _ORIGIN]
    return term("/".join(parts)) if all(parts) else None


def _cause(causation: str | None) -> str | None:
    """The cause's id; for a policy's command, which is in no topic, its event's (`command_service.reactions`)."""
    followed = _REACTION.fullmatch(causation or "")
    return followed[1] if followed else causation


async def index(connection: Connection) -> IndexedBatch:
    """Index the next records, in the caller's transaction."""
    first: int = await connection.fetchval(sql()["reach"])
    rows = await connection.fetch(sql()["unread"], first, AT_ONCE, BYTES_AT_ONCE)
    if rows:
        await _put(connection, [message(row) for row in rows])
        await connection.execute(sql()["reached"], rows[-1]["leaf"] + 1)
    size = sum(len(row["value"] or b"") + len(row["headers"]) + len(row["key"] or b"") for row in rows)
    return IndexedBatch(len(rows), len(rows) == AT_ONCE or size >= BYTES_AT_ONCE)


async def _put(connection: Connection, messages: Sequence[IndexedMessage]) -> None:
    """Store all messages; those that the database refuses are isolated by bisection and stored by place alone."""

    async def together(part: Sequence[IndexedMessage]) -> None:
        async with connection.transaction():
            await connection.copy_records_to_table("messages", records=part, columns=IndexedMessage._fields)

    async def alone(one: IndexedMessage, fault: Exception) -> None:
        log.warning("a record is findable by its place alone", place=one.place, fault=type(fault).__name__)
        bare = IndexedMessage(*one[:5], *(None,) * 11)
        if one != bare:
            await _put(connection, [bare])

    await bisect_batch(messages, together, alone, splits=lambda fault: isinstance(fault, OF_THE_DATA))


async def run(pool: asyncpg.Pool, health: Health) -> None:
    """Run for ever, as records come. A fault of one round is gone in the next, or shows in `/healthz/progress`."""
    while True:
        full = False
        try:
            async with pool.acquire() as connection, connection.transaction():
                full = (await index(connection)).full
        except Exception as fault:
            health.failed("search", fault)
            log.warning("records cannot be made findable", fault=type(fault).__name__)
        else:
            health.beat("search")
        await asyncio.sleep(0 if full else LOOKS_EVERY_S)
