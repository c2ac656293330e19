"""Provisioning by the administrator, for one service or one reading role: roles, schemas, rights. May be repeated.

It needs a role that may create roles and owns the database; it need not be a superuser. Rights that only a superuser
can revoke (server functions that every role may call) are revoked if the administrator is one. The server receives no
password, only what it checks passwords with.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

import asyncpg

from kernel.store.scram import verifier
from kernel.store.sessions import session

READING_MAX_S: Final = 60
"""How long one statement of a reading role may take, unless it sets a longer limit."""
IDLE_MAX_S: Final = 300
"""How long a reading role may keep a transaction open and idle, unless it sets a longer limit."""
FILES_MAX: Final = "2GB"
"""Total temporary files of one session of a reading role: sorting, cursors."""
TRIES: Final = 20
_COLLIDES: Final = (
    asyncpg.DeadlockDetectedError,
    asyncpg.DuplicateObjectError,
    asyncpg.DuplicateSchemaError,
    asyncpg.InternalServerError,  # "tuple concurrently updated": two sessions change the same right
    asyncpg.UniqueViolationError,
)
_RESERVED: Final = """
SELECT oid::regprocedure::text AS name FROM pg_proc
WHERE pronamespace = 'pg_catalog'::regnamespace AND pg_has_role(proowner, 'USAGE')
  AND (proname ~ '^(lo_|lowrite|loread|pg_(try_)?advisory_(xact_)?lock)' OR proname = 'pg_logical_emit_message')
"""
"""Functions that leave a caller's data in the server: large objects, locks, records of the write-ahead log."""


async def provision(
    admin_url: str, service: str, password: str, *, schemas: Mapping[str, Sequence[str]] | None = None
) -> None:
    """Create or renew a service's role and its schemas, each with the roles that may read it.

    Without `schemas`, there is one, with the service's name, and no other role reads it. A service with several schemas
    may create more, so that it can build new views beside the current ones.
    """

    async def change(connection: asyncpg.Connection) -> None:
        await connection.execute("CREATE EXTENSION IF NOT EXISTS btree_gist WITH SCHEMA public")
        await _role(connection, service, password)
        await connection.execute(f"ALTER ROLE {service} SET search_path = {service}, public")
        database = await connection.fetchval("SELECT quote_ident(current_database())")
        makes = "CONNECT, CREATE, TEMPORARY" if schemas and len(schemas) > 1 else "CONNECT, TEMPORARY"
        await connection.execute(f"GRANT {makes} ON DATABASE {database} TO {service}")
        for function in await _reserved(connection):
            await connection.execute(f"GRANT EXECUTE ON FUNCTION {function} TO {service}")
        for schema, readers in (schemas or {service: ()}).items():
            await _schema(connection, service, schema, readers)

    await changed(admin_url, change)


async def _schema(connection: asyncpg.Connection, service: str, schema: str, readers: Sequence[str]) -> None:
    await connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema} AUTHORIZATION {service}")
    for reader in readers:
        # The service may take the reader's role, to see its sessions and end them. It inherits none of its rights: else
        # a policy for the reader would hold for whatever the service owns.
        await connection.execute(f"GRANT {reader} TO {service} WITH INHERIT FALSE, SET TRUE")
        await connection.execute(f"GRANT USAGE ON SCHEMA {schema} TO {reader}")
        for_tables = f"ALTER DEFAULT PRIVILEGES FOR ROLE {service} IN SCHEMA {schema} GRANT SELECT ON TABLES"
        await connection.execute(f"{for_tables} TO {reader}")
        await connection.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {reader}")


async def provision_reader(admin_url: str, role: str, password: str, schema: str, *, connections_max: int = -1) -> None:
    """Create or renew a role that only reads, with `schema` as its search path.

    Its rights are enforced. Its settings (statement timeout, read-only transactions) are only defaults, which each
    session may change: they guard against mistakes alone. The service whose schemas it reads ends its sessions if they
    exceed the limits (`kernel.store.session_watch`).
    """

    async def change(connection: asyncpg.Connection) -> None:
        await _role(connection, role, password)
        await connection.execute(f"ALTER ROLE {role} CONNECTION LIMIT {connections_max:d}")
        for name, setting in (
            ("search_path", f"{schema}, public"),
            ("default_transaction_read_only", "on"),
            ("statement_timeout", f"'{READING_MAX_S}s'"),
            ("idle_in_transaction_session_timeout", f"'{IDLE_MAX_S}s'"),
        ):
            await connection.execute(f"ALTER ROLE {role} SET {name} = {setting}")
        await _limit_files(connection, role)
        database = await connection.fetchval("SELECT quote_ident(current_database())")
        await connection.execute(f"GRANT CONNECT ON DATABASE {database} TO {role}")
        await connection.execute(f"REVOKE CONNECT, TEMPORARY ON DATABASE {database} FROM PUBLIC")
        await connection.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        for function in await _reserved(connection, "AND has_function_privilege('public', oid, 'EXECUTE')"):
            await connection.execute(f"REVOKE EXECUTE ON FUNCTION {function} FROM PUBLIC")

    await changed(admin_url, change)


async def _limit_files(connection: asyncpg.Connection, role: str) -> None:
    """Set a limit that the role cannot lift; only a superuser, or a role that was granted the parameter, can set it."""
    if await connection.fetchval("SELECT has_parameter_privilege('temp_file_limit', 'SET')"):
        await connection.execute(f"ALTER ROLE {role} SET temp_file_limit = '{FILES_MAX}'")


async def _reserved(connection: asyncpg.Connection, but: str = "") -> list[str]:
    """The functions to revoke from reading roles, as far as the administrator may revoke them."""
    return [row["name"] for row in await connection.fetch(_RESERVED + but)]


async def _role(connection: asyncpg.Connection, role: str, password: str) -> None:
    check_name(role)
    exists = await connection.fetchval("SELECT true FROM pg_roles WHERE rolname = $1", role)
    verb = "ALTER" if exists else "CREATE"
    await connection.execute(f"{verb} ROLE {role} LOGIN PASSWORD '{verifier(password)}'")
    if not await connection.fetchval("SELECT pg_has_role($1, 'USAGE')", role):
        await connection.execute(f"GRANT {role} TO CURRENT_USER")  # without superuser, only members act for a role


def check_name(role: str) -> None:
    """Raise `ValueError` for a name that would need quotes in a statement."""
    if not role.isidentifier():
        raise ValueError(f"{role!r} cannot be the name of a role: use letters, digits and underscores")


async def changed(admin_url: str, change: Callable[[asyncpg.Connection], Awaitable[None]]) -> None:
    """Make a change in one transaction; retry if another administrator made the same one at the same time."""
    connection = await session(admin_url)
    try:
        for left in reversed(range(TRIES)):
            try:
                async with connection.transaction():
                    return await change(connection)
            except _COLLIDES:
                if not left:
                    raise
                await asyncio.sleep(random.uniform(0.01, 0.2))  # noqa: S311  (so that they do not meet again)
    finally:
        await connection.close()
