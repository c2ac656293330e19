"""Migrates a service's schema at each start, under a lock that a crash releases.

Each step and the note that it was applied are one transaction; so are all repeatable files together with their notes. A
process that is killed between two transactions leaves what it finished, and the next start continues from there.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final

import asyncpg
import structlog
from pydantic import SecretStr

from kernel.store.schema_files import Migrations, SchemaFile, SchemaFiles, pending, read
from kernel.store.sessions import patient_session

log = structlog.get_logger()
_COLLISIONS: Final = (asyncpg.UniqueViolationError, asyncpg.DuplicateTableError, asyncpg.DuplicateObjectError)
_TABLES: Final = (
    "CREATE TABLE IF NOT EXISTS migrating ()",
    "CREATE TABLE IF NOT EXISTS applied_migrations"
    " (name text PRIMARY KEY, checksum text NOT NULL, applied timestamptz NOT NULL DEFAULT now())",
)
_MARK: Final = """
INSERT INTO applied_migrations (name, checksum) SELECT * FROM unnest($1::text[], $2::text[])
ON CONFLICT (name) DO UPDATE SET checksum = EXCLUDED.checksum, applied = EXCLUDED.applied
"""
_ENDLESS: Final = "idle_in_transaction_session_timeout", "transaction_timeout", "lock_timeout", "statement_timeout"


async def migrate(url: SecretStr, folders: Sequence[Migrations]) -> None:
    """Migrate the schema that comes first in the search path of `url`.

    Raises:
        SchemaRefused: the database is newer than this program, or a step that it has applied was edited since.
    """
    known = read(folders)
    async with _session(url) as lock, _alone(lock), _session(url) as connection:
        rows = await connection.fetch("SELECT name, checksum FROM applied_migrations")
        await _apply(connection, pending(known, {row["name"]: row["checksum"] for row in rows}))


async def _apply(connection: asyncpg.Connection, files: SchemaFiles) -> None:
    for step in files.steps:
        log.info("a step of the schema is applied", step=step.name)
        await _apply_together(connection, [step])
    if files.repeatable:
        await _apply_together(connection, files.repeatable)


async def _apply_together(connection: asyncpg.Connection, files: Sequence[SchemaFile]) -> None:
    async with connection.transaction():
        for file in files:
            await connection.execute(file.sql)
        await connection.execute(_MARK, [file.name for file in files], [file.checksum for file in files])


@asynccontextmanager
async def _session(url: SecretStr) -> AsyncIterator[asyncpg.Connection]:
    """A session without a time limit; waits for a server that is still starting."""
    connection = await patient_session(url.get_secret_value())
    try:
        await connection.execute(
            "SELECT set_config(name, '0', false) FROM pg_settings WHERE name = ANY ($1::text[])", _ENDLESS
        )
        yield connection
    finally:
        await connection.close(timeout=2)


@asynccontextmanager
async def _alone(connection: asyncpg.Connection) -> AsyncIterator[None]:
    """Make this the only process that migrates the schema. The lock is on a table, so no reading role can take it, and
    it ends with its session."""
    for table in _TABLES:
        await _make(connection, table)
    async with connection.transaction():
        try:
            async with connection.transaction():
                await connection.execute("LOCK TABLE migrating IN EXCLUSIVE MODE NOWAIT")
        except asyncpg.LockNotAvailableError:
            log.warning("another process migrates the schema; this one waits for it")
            await connection.execute("LOCK TABLE migrating IN EXCLUSIVE MODE")
        yield


async def _make(connection: asyncpg.Connection, table: str) -> None:
    """Create a table. Two sessions that create the same one at once collide, even with `IF NOT EXISTS`."""
    for _ in range(5):
        try:
            await connection.execute(table)
        except _COLLISIONS:
            continue
        return
