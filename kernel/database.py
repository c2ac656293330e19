"""A room owns a schema and a role, wherever its database is; it migrates its own schema and touches no other.

The administrator's part (role, schema, extension) is `provision`, run once per room by whoever runs the server; the
room's part is `migrate`, run at each start by the room itself, under a lock that a crash releases.
"""

import asyncio
import warnings
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

import asyncpg
import psycopg
import stamina
from pydantic import SecretStr

with warnings.catch_warnings():  # the tool imports what newer Pythons deprecate
    warnings.simplefilter("ignore")
    import yoyo

READING_MAX_S = 60
"""How long one question of a role that only reads may take."""
PASSING_FAULTS = (OSError, asyncpg.PostgresConnectionError, asyncpg.CannotConnectNowError, TimeoutError)
"""A server that is not there yet, or not there now."""


async def provision(
    admin_url: str, room: str, password: str, *, schemas: Mapping[str, Sequence[str]] | None = None
) -> None:
    """Create or renew a room's role and its schemas, each with the roles that may read it; may be repeated.

    Without `schemas`, it is the one of the room's name, and nobody else reads it. A room that has several may make
    more, so that it can build what it shows beside what it shows now.
    """
    connection = await asyncpg.connect(admin_url)
    try:
        async with connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock(hashtext('forcegen provision'))")
            await connection.execute("CREATE EXTENSION IF NOT EXISTS btree_gist WITH SCHEMA public")
            await _role(connection, room, password)
            await connection.execute(f"ALTER ROLE {room} SET search_path = {room}, public")
            if schemas and len(schemas) > 1:
                here = await connection.fetchval("SELECT quote_ident(current_database())")
                await connection.execute(f"GRANT CREATE ON DATABASE {here} TO {room}")
            for schema, readers in (schemas or {room: ()}).items():
                await _schema(connection, room, schema, readers)
    finally:
        await connection.close()


async def _schema(connection: asyncpg.Connection, room: str, schema: str, readers: Sequence[str]) -> None:
    await connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema} AUTHORIZATION {room}")
    for reader in readers:
        await connection.execute(f"GRANT USAGE ON SCHEMA {schema} TO {reader}")
        for_tables = f"ALTER DEFAULT PRIVILEGES FOR ROLE {room} IN SCHEMA {schema} GRANT SELECT ON TABLES"
        await connection.execute(f"{for_tables} TO {reader}")
        await connection.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {reader}")


async def provision_reader(admin_url: str, role: str, password: str, schema: str) -> None:
    """Create or renew a role that only reads, with `schema` as its search path."""
    connection = await asyncpg.connect(admin_url)
    try:
        await _role(connection, role, password)
        await connection.execute(f"ALTER ROLE {role} SET search_path = {schema}, public")
        await connection.execute(f"ALTER ROLE {role} SET default_transaction_read_only = on")
        await connection.execute(f"ALTER ROLE {role} SET statement_timeout = '{READING_MAX_S}s'")
    finally:
        await connection.close()


async def _role(connection: asyncpg.Connection, role: str, password: str) -> None:
    if not role.isidentifier():
        raise ValueError(f"{role!r} cannot be the name of a role: use letters, digits and underscores")
    exists = await connection.fetchval("SELECT true FROM pg_roles WHERE rolname = $1", role)
    verb = "ALTER" if exists else "CREATE"
    quoted = await connection.fetchval("SELECT quote_literal($1::text)", password)
    await connection.execute(f"{verb} ROLE {role} LOGIN PASSWORD {quoted}")


async def session(url: str, **settings: Any) -> asyncpg.Connection:
    """One connection, with settings of the driver's."""
    return await asyncpg.connect(url, **settings)


@stamina.retry(on=PASSING_FAULTS, attempts=30, timeout=120, wait_max=2)
async def connect(
    url: SecretStr, *, size_max: int = 8, application: str, settings: Mapping[str, str] | None = None
) -> asyncpg.Pool:
    """A pool on a room's database, with settings of the server's; waits for a server that is still starting."""
    return await asyncpg.create_pool(
        url.get_secret_value(),
        min_size=1,
        max_size=size_max,
        command_timeout=60,
        max_cacheable_statement_size=0,  # statements are the house's own, and the longest are the dearest to plan
        server_settings={"application_name": application, **(settings or {})},
    )


async def migrate(url: SecretStr, folders: Sequence[tuple[str, str]]) -> None:
    """Bring the room's schema up to date: every `.sql` of each (package, folder), once, in order."""
    paths = [str(files(package).joinpath(folder)) for package, folder in folders]
    await asyncio.to_thread(_migrate, url.get_secret_value(), paths)


@stamina.retry(on=PASSING_FAULTS, attempts=30, timeout=120, wait_max=2)
def _migrate(url: str, paths: Sequence[str]) -> None:
    """Under a lock that goes with its session: the tool's own is a row, which a killed process would leave for ever."""
    with psycopg.connect(url, autocommit=True) as session:
        session.execute("SELECT pg_advisory_lock(hashtext('forcegen migrate'), hashtext(current_schema()))")
        if session.execute("SELECT to_regclass('yoyo_lock')").fetchone() != (None,):
            session.execute("DELETE FROM yoyo_lock")  # whoever left a row there is dead: the lock is ours
        backend = yoyo.get_backend(url.replace("postgresql://", "postgresql+psycopg://", 1))
        with backend:
            backend.apply_migrations(backend.to_apply(yoyo.read_migrations(*paths)))
