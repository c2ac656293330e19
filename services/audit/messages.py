"""What archived records say of themselves, so that they can be found: read from the archive, a little behind it.

Archiving never waits for it, and nothing is proved by it. A record that is no CloudEvent has its topic and its key.
"""

import asyncio
import json
import re
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Final, NamedTuple

import asyncpg
import structlog

from contracts.cloudevents import Envelope, from_kafka
from contracts.unreadable import Unreadable
from kernel.health import Health
from kernel.postgres import Connection
from kernel.sql import queries
from services.audit.archive import archived
from services.audit.leaf import Headers, unpacked

log = structlog.get_logger()
AT_ONCE: Final = 1_000
LOOKS_EVERY_S: Final = 0.25
KINDS: Final = {"commands": "command", "events": "event", "outcomes": "outcome", "dead-letters": "dead letter"}
"""By the ending of a topic's name."""
_REACTION: Final = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/[0-9]+")
_ORIGIN: Final = ("dead-letter-topic", "dead-letter-partition", "dead-letter-offset")


class Message(NamedTuple):
    """A row of `messages`."""

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
    """What it hangs under: an id, or the place of a record."""

    @property
    def place(self) -> str:
        """Where the record is."""
        return f"{self.topic}/{self.part}/{self.offset}"


def sql() -> Mapping[str, str]:
    """The queries of this file."""
    return _sql()


@cache
def _sql() -> Mapping[str, str]:
    return queries("services.audit", "messages.sql")


def message(row: asyncpg.Record) -> Message:
    """What an archived record says of itself."""
    (topic, part, offset), _, key, packed, value = archived(row)
    kind, headers = KINDS.get(topic.partition(".")[2], "record"), unpacked(packed)
    origin = _origin(headers) if kind == "dead letter" else None
    nobody = Message(row["leaf"], topic, part, offset, kind, *(None,) * 10, cause=origin)
    try:
        told = from_kafka(key, value, headers)
    except Unreadable:
        return nobody._replace(stream=None if key is None else _plain(key.decode(errors="replace")))
    return nobody._replace(
        id=told.id,
        source=told.source,
        type=told.type,
        stream=told.subject,
        actor=told.actor,
        status=_status(told) if kind == "outcome" else None,
        recorded=told.time,
        effective=told.effective,
        correlation=told.correlation_id,
        causation=told.causation_id,
        cause=origin or _cause(told.causation_id),
    )


def _status(outcome: Envelope) -> str | None:
    """How a command was answered, e.g. `refused by I1`."""
    try:
        body = json.loads(outcome.data)
        return f"{body['status']} by {body['rule']}" if body.get("rule") else str(body["status"])
    except (ValueError, LookupError, AttributeError, TypeError):
        return None


def _origin(headers: Headers) -> str | None:
    """The place of the record that a dead letter buries."""
    told = {name: value for name, value in reversed(headers) if value is not None}
    parts = [told.get(name, b"").decode(errors="replace") for name in _ORIGIN]
    return _plain("/".join(parts)) if all(parts) else None


def _cause(causation: str | None) -> str | None:
    """A policy's command is in no topic: it is called by the event that it follows (`kernel.room.reactions`)."""
    followed = _REACTION.fullmatch(causation or "")
    return followed[1] if followed else causation


def _plain(text: str) -> str:
    """Postgres text holds no NUL."""
    return text.replace("\0", "\\x00")


async def index(connection: Connection) -> int:
    """Look at the next records, in the transaction of the caller's; how many that were."""
    first: int = await connection.fetchval(sql()["reach"])
    rows = await connection.fetch(sql()["unread"], first, AT_ONCE)
    found = [message(row) for row in rows]
    if found:
        await connection.copy_records_to_table("messages", records=found, columns=Message._fields)
        await connection.execute(sql()["reached"], found[-1].leaf + 1)
    return len(found)


async def run(pool: asyncpg.Pool, health: Health) -> None:
    """For ever, as records come. A fault of one round is over at the next, or shows in `/readyz`."""
    while True:
        many = 0
        try:
            async with pool.acquire() as connection, connection.transaction():
                many = await index(connection)
        except Exception as fault:
            health.failed("search", fault)
            log.warning("records cannot be made findable", fault=type(fault).__name__)
        else:
            health.beat("search")
        await asyncio.sleep(0 if many == AT_ONCE else LOOKS_EVERY_S)
