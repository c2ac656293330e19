"""Where a database is: every form of an address, for every driver, with dead and silent hosts before the living."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast
from urllib.parse import urlsplit

import asyncpg
import psycopg
import pytest
from pydantic import SecretStr

from kernel.command_service import MIGRATIONS
from kernel.store import database, postgres_url
from kernel.store.postgres_url import address
from tests.servers import Servers

HOSTS = {
    "postgresql:///db": (),
    "postgresql://h/db": (("h", None),),
    "postgres://h:5433/db": (("h", "5433"),),
    "postgresql://h1:1,h2:2/db": (("h1", "1"), ("h2", "2")),
    "postgresql://h1,h2:2/db": (("h1", None), ("h2", "2")),
    "postgresql://h1,h2/db?port=7": (("h1", "7"), ("h2", "7")),
    "postgresql:///db?host=h1,h2&port=1,2": (("h1", "1"), ("h2", "2")),
    "postgresql://u@/db?host=h1,h2": (("h1", None), ("h2", None)),
    "postgresql:///db?port=7": (("localhost", "7"),),
    "postgresql://[::1]:5433,[2001:db8::1]/db": (("::1", "5433"), ("2001:db8::1", None)),
    "postgresql:///db?host=::1&port=5433": (("::1", "5433"),),
    "postgresql:///db?host=/run/postgresql": (("/run/postgresql", None),),
    "postgresql://%2Frun%2Fpostgresql/db": (("/run/postgresql", None),),
}
NO_ADDRESS = """
mysql://h/db host=h h:5432/db postgresql://h:port/db postgresql://h:0/db postgresql://h:70000/db postgresql://[::1/db
postgresql://[::1]5432/db postgresql://h1,h2,h3/db?port=1,2 postgresql://h1:x,h2/db
"""


@pytest.mark.parametrize(("url", "hosts"), HOSTS.items())
def test_hosts_are_read_in_each_form_and_written_in_one(url: str, hosts: tuple[tuple[str, str | None], ...]) -> None:
    read = address(url)
    assert read.hosts == hosts
    assert read.database == "db"
    assert address(read.url) == address(address(read.url).url)  # what is written is read as the same
    psycopg.conninfo.conninfo_to_dict(read.url)  # libpq takes it


@pytest.mark.parametrize("url", ["", *NO_ADDRESS.split()])
def test_what_is_no_address_is_refused_without_a_word_of_it(url: str) -> None:
    with pytest.raises(ValueError, match="postgresql://user:password@host") as raised:
        address(url.replace("://", "://user:hush@", 1))
    assert "hush" not in str(raised.value)
    assert raised.value.__cause__ is None


@pytest.mark.parametrize("password", ["p@ss", "a:b", "/?#", "%41", "with blank", "ü", "x,y"])
def test_any_password_comes_through(password: str) -> None:
    written = address("postgresql://h1:1,h2:2/db").as_role("ro@m", password, "d b")
    assert psycopg.conninfo.conninfo_to_dict(written)["password"] == password
    assert next(address(written).attempts())["password"] == password
    assert password not in repr(address(written))


def test_settings_of_the_server_and_parameters_of_libpq_reach_those_who_know_them() -> None:
    read = address("postgresql://h/db?search_path=a,b&connect_timeout=7&keepalives=1&sslmode=disable")
    assert psycopg.conninfo.conninfo_to_dict(read.url)["options"] == "-c search_path=a,b"
    (attempt,) = read.attempts()
    assert attempt["timeout"] == 7
    assert "keepalives" not in attempt["dsn"]
    assert "search_path" in attempt["dsn"]


@asynccontextmanager
async def silent() -> AsyncIterator[int]:
    """The port of a server that takes connections and says nothing."""

    ends: list[asyncio.Task[None]] = []

    async def nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ends.append(cast("asyncio.Task[None]", asyncio.current_task()))
        await reader.read()
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(nothing, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]
    await asyncio.wait_for(asyncio.gather(*ends), 30)


@pytest.mark.servers
async def test_a_service_finds_its_database_behind_dead_and_silent_hosts(
    servers: Servers, database_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_url, "CONNECT_S", 2)
    at = urlsplit(servers.postgres)
    with socket.create_server(("127.0.0.1", 0)) as gone:
        dead = gone.getsockname()[1]
    async with silent() as mute:
        hosts = f"127.0.0.1:{dead},127.0.0.1:{mute},{at.hostname}:{at.port}"
        admin = f"postgresql://{at.username}:{at.password}@{hosts}/{database_name}"
        await database.provision(admin, "approvals", "secret")
        url = f"postgresql://approvals:secret@{hosts}/{database_name}"
        await database.migrate(SecretStr(url), MIGRATIONS)
        pool = await database.connect(SecretStr(url), application="test")
        async with pool:
            assert await pool.fetchval("SELECT count(*) FROM log_heads") == 1
        one = await database.session(url)
        assert await one.fetchval("SELECT current_user") == "approvals"
        await one.close()


@pytest.mark.servers
async def test_of_hosts_that_take_no_writes_none_is_taken(servers: Servers, database_name: str) -> None:
    at = urlsplit(servers.database(database_name))
    url = f"postgresql://{at.netloc}/{database_name}?target_session_attrs=standby"
    with pytest.raises(asyncpg.TargetServerAttributeNotMatched):
        await database.session(url)


@pytest.fixture
def database_name(database: str) -> str:
    """Of a new database; the module of the same name is meant above."""
    return database
