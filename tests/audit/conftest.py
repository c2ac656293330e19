"""An archive on a real Postgres, filled by the service's own code from records as Kafka would give them."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from aiokafka import ConsumerRecord
from pydantic import SecretStr

from kernel.identity.signed_note import Signer
from kernel.runtime.health import Health
from kernel.store.database import migrate, provision
from kernel.store.postgres import Connection
from services.audit.app import SERVICE
from services.audit.archive.writer import prepare
from services.audit.settings import AuditSettings
from services.audit.tlog import keys, tiles, tree_store
from services.audit.tlog.publisher import Publisher
from tests.servers import Servers

MIGRATIONS = SERVICE.schema


def record(offset: int, **changed: Any) -> "ConsumerRecord[bytes, bytes]":
    """Record `offset` of one partition: no two alike."""
    fields = {
        **{"topic": "approvals.events", "partition": 0, "offset": offset, "timestamp": 1_700_000_000_000 + offset},
        **{"timestamp_type": 0, "key": b"mandate/%d" % offset, "value": b'{"nr": %d}' % offset, "checksum": None},
        **{
            "serialized_key_size": 0,
            "serialized_value_size": 0,
            "headers": [("ce_id", b"%d" % offset), ("none", None)],
        },
    }
    return ConsumerRecord(**{**fields, **changed})


@dataclass
class Archive:
    """The service's database, its key's directory, and its signer."""

    url: str
    pool: asyncpg.Pool
    settings: AuditSettings
    health: Health

    @property
    def signer(self) -> Signer:
        return keys.signer(self.settings)

    async def keep(self, records: Sequence["ConsumerRecord[bytes, bytes]"]) -> None:
        """As the service does with a batch."""
        write = prepare(records)
        async with self.pool.acquire() as connection, connection.transaction():
            await write(connection)

    async def sign(self) -> str:
        """One round of a signer that has just started."""
        return await Publisher(self.pool, self.signer, self.settings, self.health).once()


@pytest.fixture
async def archive(servers: Servers, database: str, tmp_path: Path) -> AsyncIterator[Archive]:
    """A new archive without a record."""
    await provision(servers.database(database), "audit", "secret")
    url = servers.as_role("audit", "secret", database)
    await migrate(SecretStr(url), MIGRATIONS)
    settings = AuditSettings(directory=tmp_path / "audit", key=None)
    async with asyncpg.create_pool(url, min_size=1, max_size=4) as pool:
        yield Archive(url, pool, settings, Health(30))


async def store_tree(connection: Connection, leaf_hashes: Sequence[bytes]) -> None:
    """A tree of these leaves in the place of an empty one, as somebody would who owns the database."""
    grown = tiles.grow(0, await tree_store.edge(connection, 0), leaf_hashes)
    await tree_store.put(connection, len(leaf_hashes), grown)
