"""Database sessions of services: the address comes from an option, the environment, or the local stack.

A reading session is read-only, whatever its role may do.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path
from typing import Final

import asyncpg

from kernel.store import database
from kernel.store.sql import Connection
from operations.errors import OperationError

QUERY_MAX_S: Final = 600
DATABASE_ERRORS: Final = (asyncpg.PostgresError, asyncpg.InterfaceError, ConnectionError, ValueError)
"""The errors that a session may fail with."""
READERS: Final = {"audit": "auditor"}
"""By service, the role that can only read its tables."""
_CONNECT_ERRORS: Final = (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError)


def reader_url(service: str, given: str | None, directory: Path) -> str:
    """The address of the database with a service's tables, for reading."""
    return _url(service, READERS.get(service, service), given, directory)


def owner_url(service: str, given: str | None, directory: Path) -> str:
    """The same address, as the role that owns the tables."""
    return _url(service, service, given, directory)


def _url(service: str, role: str, given: str | None, directory: Path) -> str:
    if given is not None:
        return given
    environment = os.environ.get(f"FORCEGEN_{service.upper()}_DATABASE_URL") or os.environ.get("FORCEGEN_DATABASE_URL")
    return environment or local_url(role, directory)


def local_url(role: str, directory: Path) -> str:
    """The address of the database of the system in a directory, for a role.

    Raises:
        OperationError: no Postgres is up there, or it has no such role.
    """
    try:
        stack, roles = import_module("deploy.local.stack"), import_module("deploy.roles")
    except ModuleNotFoundError as error:
        raise OperationError("Say where the database is: --database postgresql://…") from error
    postgres, password = stack.status(directory).postgres, roles.password_of(role, directory)
    if not postgres.running or password is None:
        raise OperationError(f"Postgres is not up in {directory}: run `forcegen up`, or name another with --database.")
    return f"postgresql://{role}:{password}@127.0.0.1:{postgres.port}/{roles.DATABASE}"


@asynccontextmanager
async def reading(service: str, given: str | None, directory: Path) -> AsyncIterator[Connection]:
    """A session that reads a service's tables and changes nothing.

    Raises:
        OperationError: the database does not answer, or the role may not read.
    """
    settings = {
        "search_path": f"{service}, public",
        "default_transaction_read_only": "on",
        "application_name": "forcegen cli",
    }
    url = reader_url(service, given, directory)
    try:
        connection = await database.session(url, server_settings=settings, command_timeout=QUERY_MAX_S)
    except _CONNECT_ERRORS as error:
        cause = f"The database of {service} does not answer ({type(error).__name__})"
        raise OperationError(f"{cause}: see `forcegen status`, or name another with --database.") from error
    try:
        yield connection
    except (asyncpg.PostgresError, asyncpg.InterfaceError, ConnectionError) as error:
        cause = f"A database cannot be read ({type(error).__name__}: {error})"
        raise OperationError(f"{cause}: give --database a role that may read its schema.") from error
    finally:
        await connection.close(timeout=2)


@asynccontextmanager
async def owning(url: str, schema: str) -> AsyncIterator[Connection]:
    """A session that may change a service's tables, as the role that owns them.

    Raises:
        OperationError: the database does not answer.
    """
    settings = {"search_path": f"{schema}, public", "application_name": "forcegen cli"}
    try:
        connection = await database.session(url, server_settings=settings)
    except _CONNECT_ERRORS as error:
        raise OperationError(f"The database of {schema} does not answer ({type(error).__name__}).") from error
    try:
        yield connection
    finally:
        await connection.close(timeout=2)
