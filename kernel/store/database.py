"""A service owns a schema and a role, wherever its database is; it migrates its own schema and touches no other.

The administrator's part (role, schema, extension) is `kernel.store.provisioning`, run once per service by whoever runs
the server; the service's part is `migrate`, which the service runs at each start, under a lock that a crash releases.
"""

import asyncio
import warnings
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from importlib.resources import files
from typing import Any, Final, cast

import asyncpg
import psycopg
import stamina
import structlog
from pydantic import SecretStr

from kernel.store.postgres_url import address
from kernel.store.provisioning import provision, provision_reader
from kernel.store.sessions import PASSING_FAULTS, patient_session, session

with warnings.catch_warnings():  # the tool imports what newer Pythons deprecate
    warnings.simplefilter("ignore")
    import yoyo

__all__ = ["PASSING_FAULTS", "connect", "migrate", "patient_session", "provision", "provision_reader", "session"]

log = structlog.get_logger()
_COLLISIONS: Final = (asyncpg.UniqueViolationError, asyncpg.DuplicateTableError, asyncpg.DuplicateObjectError)


@stamina.retry(on=PASSING_FAULTS, attempts=30, timeout=120, wait_max=2)
async def connect(
    url: SecretStr, *, size_max: int = 8, application: str, settings: Mapping[str, str] | None = None
) -> asyncpg.Pool:
    """A pool on a service's database, with settings of the server's; waits for a server that is still starting."""
    pool: asyncpg.Pool = await asyncpg.create_pool(
        url.get_secret_value(),
        connect=cast(Any, session),
        min_size=1,
        max_size=size_max,
        command_timeout=60,
        max_cacheable_statement_size=0,  # all statements are ours, and the longest are the most costly to plan
        server_settings={"application_name": application, **(settings or {})},
    )
    return pool


async def migrate(url: SecretStr, folders: Sequence[tuple[str, str]]) -> None:
    """Bring the service's schema up to date: every `.sql` of each (package, folder), once, in order."""
    paths = [str(files(package).joinpath(folder)) for package, folder in folders]
    async with _alone(url.get_secret_value()):
        await asyncio.to_thread(_migrate, address(url.get_secret_value()).url, paths)


@asynccontextmanager
async def _alone(url: str) -> AsyncIterator[None]:
    """The only process that migrates the schema. The lock is a table's, which no reading role can take, and goes with
    its session: the tool's own is a row, which a killed process would leave for ever."""
    connection = await patient_session(url)
    try:
        endless = "idle_in_transaction_session_timeout", "transaction_timeout", "lock_timeout", "statement_timeout"
        await connection.execute(
            "SELECT set_config(name, '0', false) FROM pg_settings WHERE name = ANY ($1::text[])", endless
        )
        await _make_lock(connection)
        async with connection.transaction():
            try:
                async with connection.transaction():
                    await connection.execute("LOCK TABLE migrating IN EXCLUSIVE MODE NOWAIT")
            except asyncpg.LockNotAvailableError:
                log.warning("another process migrates the schema; this one waits for it")
                await connection.execute("LOCK TABLE migrating IN EXCLUSIVE MODE")
            yield
    finally:
        await connection.close(timeout=2)


async def _make_lock(connection: asyncpg.Connection) -> None:
    """Two sessions that make the same table at once collide, whatever they say."""
    for _ in range(5):
        try:
            await connection.execute("CREATE TABLE IF NOT EXISTS migrating ()")
        except _COLLISIONS:
            continue
        return


def _migrate(url: str, paths: Sequence[str]) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        if connection.execute("SELECT to_regclass('yoyo_lock')").fetchone() != (None,):
            connection.execute("DELETE FROM yoyo_lock")  # whoever left a row there is dead: the lock is ours
    backend = yoyo.get_backend(url.replace("postgresql://", "postgresql+psycopg://", 1))
    with backend:
        backend.apply_migrations(backend.to_apply(yoyo.read_migrations(*paths)))
