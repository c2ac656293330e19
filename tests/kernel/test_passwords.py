"""Passwords of roles never reach the server: what it receives, and so what it could log, is a SCRAM verifier."""

import asyncio
import re
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import psycopg
import pytest

from kernel.store import database
from kernel.store.scram import verifier
from tests.servers import Servers

BASE64 = "[A-Za-z0-9+/]+=*"
PASSWORDS = ["plain", "with ' quote and \\ backslash", "pä55wörd", "\u00aa\u00ad\u2168 prepared"]
"""The last is prepared by SASLprep (RFC 4013) before it is hashed."""


def test_a_verifier_has_the_form_that_postgres_stores_and_another_salt_each_time() -> None:
    first, second = verifier("secret"), verifier("secret")
    assert re.fullmatch(rf"SCRAM-SHA-256\$4096:{BASE64}\${BASE64}:{BASE64}", first)
    assert first != second


def test_an_empty_password_is_refused() -> None:
    with pytest.raises(ValueError, match="empty"):
        verifier("")


@asynccontextmanager
async def recorded(address: str) -> AsyncIterator[tuple[str, bytearray]]:
    """A server's address through a recorder, and every byte that passes in either direction."""
    at, passed = urlsplit(address), bytearray()

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65_536):
            passed.extend(data)
            writer.write(data)
            await writer.drain()
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        upstream = await asyncio.open_connection(at.hostname, at.port)
        await asyncio.gather(pump(reader, upstream[1]), pump(upstream[0], writer), return_exceptions=True)

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        login = at.netloc.rpartition("@")[0]
        yield urlunsplit(at._replace(netloc=f"{login}@127.0.0.1:{port}", query="sslmode=disable")), passed


@pytest.mark.servers
@pytest.mark.parametrize("password", PASSWORDS)
async def test_no_password_is_in_what_the_server_receives_or_logs_and_each_one_logs_in(
    servers: Servers, database_of_service: str, password: str
) -> None:
    """With `log_statement=all`, whose lines the server sends back here as messages, over a recorded connection."""
    role, admin = f"s{secrets.token_hex(4)}", servers.database(database_of_service)
    owner = await asyncpg.connect(admin)
    for setting in ("log_statement = 'all'", "client_min_messages = 'log'"):
        await owner.execute(f"ALTER DATABASE {database_of_service} SET {setting}")
    try:
        async with recorded(admin) as (address, passed):
            await database.provision(address, role, password)
            await database.provision_reader(address, f"{role}_r", password, role)
        assert b"statement: CREATE ROLE" in passed, "the server's own log lines are among the bytes"
        assert b"SCRAM-SHA-256$" in passed
        for form in (password, password.replace("'", "''")):
            assert form.encode() not in passed
        for each in (role, f"{role}_r"):
            stored = await owner.fetchval("SELECT rolpassword FROM pg_authid WHERE rolname = $1", each)
            assert stored.startswith("SCRAM-SHA-256$4096:")
            at = urlsplit(admin)
            by_asyncpg = await asyncpg.connect(
                host=at.hostname, port=at.port, database=database_of_service, user=each, password=password
            )
            await by_asyncpg.close()
            psycopg.connect(
                host=at.hostname, port=at.port, dbname=database_of_service, user=each, password=password
            ).close()
    finally:
        await owner.execute(f"DROP OWNED BY {role}, {role}_r; DROP ROLE {role}, {role}_r")
        await owner.close()


@pytest.fixture
def database_of_service(database: str) -> str:
    """A new database; the module of the same name is meant above."""
    return database
