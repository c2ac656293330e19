"""The register of producers in force, as operators are shown it: who signed it, and the last record by each key.

Nothing is written for it: who said a record is in the index already, so the last use of a key is a look at the index.
"""

from collections.abc import Mapping
from datetime import UTC, datetime

import asyncpg

from kernel.identity.register import Producer, RegisteredKey, RegisterRefused
from kernel.identity.register_text import operators_named
from kernel.identity.signed_note import Malformed, Unsigned, open_note
from kernel.store.postgres import Connection
from services.audit.search import registers


async def register_of(pool: asyncpg.Pool, operators: str | None) -> Mapping[str, object] | None:
    """The newest register that was in force, with the last record by each of its keys; None if none was kept."""
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        kept = await registers.named(connection, None)
        if kept is None:
            return None
        keys = [key.public.id for one in kept.register.producers.values() for key in one.keys]
        uses = await _last_uses(connection, keys)
    now = datetime.now(UTC)
    return {
        "version": kept.register.version,
        "sha256": kept.register.sha256,
        "signed_by": signers(kept.note, operators),
        "producers": [_producer(one, uses, now) for one in kept.register.producers.values()],
    }


def signers(note: str, operators: str | None) -> list[str]:
    """The operators of the settings whose signatures a register carries."""
    try:
        _, signed = open_note(note, operators_named(operators))
    except (Malformed, Unsigned, RegisterRefused):
        return []
    return [one.name for one in signed]


async def _last_uses(connection: Connection, keys: list[str]) -> Mapping[str, Mapping[str, object]]:
    rows = await connection.fetch(registers.sql()["last_uses"], keys)
    return {row["key"]: {"recorded": row["recorded"], "place": row["place"]} for row in rows}


def _producer(producer: Producer, uses: Mapping[str, Mapping[str, object]], now: datetime) -> Mapping[str, object]:
    return {
        "name": producer.name,
        "sources": producer.sources,
        "must_sign": producer.must_sign,
        "commands": sorted(producer.commands),
        "contributors": None if producer.contributors is None else sorted(producer.contributors),
        "brokers": sorted(producer.brokers),
        "logins": sorted(producer.logins),
        "topics": sorted(producer.topics),
        "keys": [_key(key, uses.get(key.public.id), now) for key in producer.keys],
    }


def _key(key: RegisteredKey, use: Mapping[str, object] | None, now: datetime) -> Mapping[str, object]:
    return {
        "id": key.public.id,
        "from": key.start,
        "until": key.end,
        "revoked": key.revoked,
        "counts": key.counts_at(now),
        "last_used": use and use["recorded"],
        "last_record": use and use["place"],
    }
