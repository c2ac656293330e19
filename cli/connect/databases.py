"""Where a room's tables are for a command that only reads them: an option, the environment, else what is up here.

Every session is read-only, whatever its role may do.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Final, TypeAlias

import asyncpg
import typer

from cli.output.errors import Complaint
from kernel.store import database
from kernel.store.postgres import Connection

Database: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--database",
        help="postgresql://… of a role that may read; else FORCEGEN_<ROOM>_DATABASE_URL, FORCEGEN_DATABASE_URL,"
        " or what is up here.",
    ),
]
QUERY_MAX_S: Final = 600
FAULTS: Final = (asyncpg.PostgresError, asyncpg.InterfaceError, ConnectionError, ValueError)
"""What a session may fail with."""
READS: Final = {"audit": "auditor"}
"""Whose tables are read by a role that can do nothing else."""


def address(room: str, given: str | None, directory: Path) -> str:
    """Of the database in which a room's tables are."""
    if given is not None:
        return given
    environment = os.environ.get(f"FORCEGEN_{room.upper()}_DATABASE_URL") or os.environ.get("FORCEGEN_DATABASE_URL")
    return environment or _local(READS.get(room, room), directory)


def owner(room: str, given: str | None, directory: Path) -> str:
    """The same, as the role that owns the tables."""
    if given is not None:
        return given
    environment = os.environ.get(f"FORCEGEN_{room.upper()}_DATABASE_URL") or os.environ.get("FORCEGEN_DATABASE_URL")
    return environment or _local(room, directory)


def _local(role: str, directory: Path) -> str:
    try:
        stack: Any = import_module("deploy.local.stack")
        roles: Any = import_module("deploy.local.roles")
    except ModuleNotFoundError as fault:
        raise Complaint("Say where the database is: --database postgresql://…") from fault
    postgres, password = stack.status(directory).postgres, roles.password_of(role, directory)
    if not postgres.running or password is None:
        raise Complaint(f"Postgres is not up in {directory}: run `forcegen up`, or name another with --database.")
    return f"postgresql://{role}:{password}@127.0.0.1:{postgres.port}/{roles.DATABASE}"


@asynccontextmanager
async def reading(room: str, given: str | None, directory: Path) -> AsyncIterator[Connection]:
    """A session that looks at a room's tables and changes nothing."""
    settings = {
        "search_path": f"{room}, public",
        "default_transaction_read_only": "on",
        "application_name": "forcegen cli",
    }
    try:
        connection = await database.session(
            address(room, given, directory), server_settings=settings, command_timeout=QUERY_MAX_S
        )
    except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as fault:
        told = f"The database of {room} does not answer ({type(fault).__name__})"
        raise Complaint(f"{told}: see `forcegen status`, or name another with --database.") from fault
    try:
        yield connection
    except (asyncpg.PostgresError, asyncpg.InterfaceError, ConnectionError) as fault:
        told = f"A database cannot be read ({type(fault).__name__}: {fault})"
        raise Complaint(f"{told}: give --database a role that may read its schema.") from fault
    finally:
        await connection.close(timeout=2)


@asynccontextmanager
async def owning(url: str, schema: str) -> AsyncIterator[Connection]:
    """A session that may change a room's tables, as the role that owns them."""
    settings = {"search_path": f"{schema}, public", "application_name": "forcegen cli"}
    try:
        connection = await database.session(url, server_settings=settings)
    except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as fault:
        raise Complaint(f"The database of {schema} does not answer ({type(fault).__name__}).") from fault
    try:
        yield connection
    finally:
        await connection.close(timeout=2)
