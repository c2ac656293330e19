"""A role that only reads holds up nobody: what it has no right to it cannot do, and what it may change is watched."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from kernel.store import database
from kernel.store.session_watch import end_overlong
from tests.architecture.sources import text
from tests.servers import Servers

pytestmark = pytest.mark.servers
LIFTED = (
    "SET statement_timeout = 0",
    "SET idle_in_transaction_session_timeout = 0",
    "SET default_transaction_read_only = off",
)


class Reader:
    def __init__(self, servers: Servers, name: str, service: str, role: str) -> None:
        self.role = role
        self.url = servers.as_role(role, "secret", name)
        self.owner = servers.as_role(service, "secret", name)

    async def session(self) -> asyncpg.Connection:
        """Of somebody who has lifted all that can be lifted."""
        connection = await asyncpg.connect(self.url)
        for lifted in LIFTED:
            await connection.execute(lifted)
        return connection


@pytest.fixture
async def reader(servers: Servers, database_of_service: str) -> AsyncIterator[Reader]:
    service, role = f"r{secrets.token_hex(4)}", f"a{secrets.token_hex(4)}"
    admin = servers.database(database_of_service)
    await database.provision_reader(admin, role, "secret", service, connections_max=3)
    await database.provision(admin, service, "secret", schemas={service: [role]})
    opened = Reader(servers, database_of_service, service, role)
    owner = await asyncpg.connect(opened.owner)
    await owner.execute("CREATE TABLE kept AS SELECT 7 AS number")
    await owner.close()
    yield opened


@pytest.fixture
def database_of_service(database: str) -> str:
    """A new database; the module of the same name is meant above."""
    return database


@pytest.mark.parametrize(
    "done",
    [
        "CREATE TEMP TABLE mine (number int)",
        "CREATE TABLE mine (number int)",
        "CREATE TABLE public.mine (number int)",
        "CREATE SCHEMA mine",
        "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "SELECT lo_from_bytea(0, 'x')",
        "SELECT lo_create(0)",
        "SELECT lo_creat(-1)",
        "SELECT pg_advisory_lock(1)",
        "SELECT pg_try_advisory_lock(1, 2)",
        "SELECT pg_advisory_xact_lock_shared(1)",
        "SELECT pg_logical_emit_message(false, 'x', 'y')",
        "INSERT INTO kept VALUES (8)",
        "UPDATE kept SET number = 8",
        "DELETE FROM kept",
        "TRUNCATE kept",
        "DROP TABLE kept",
        "SELECT * FROM kept FOR UPDATE",
        "BEGIN; LOCK TABLE kept IN EXCLUSIVE MODE",
        "BEGIN; LOCK TABLE kept IN ROW SHARE MODE",
        "COMMENT ON TABLE kept IS 'x'",
        "COPY kept TO PROGRAM 'true'",
        "SELECT pg_read_file('/etc/hostname')",
        "SET temp_file_limit = -1",
        "SET session_replication_role = 'replica'",
    ],
)
async def test_a_reader_who_lifts_its_defaults_can_still_do_nothing_but_read(reader: Reader, done: str) -> None:
    session = await reader.session()
    assert await session.fetchval("SELECT number FROM kept") == 7
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await session.execute(done)
    await session.close()


async def test_what_no_role_can_be_forbidden_is_listed_on_the_page(reader: Reader) -> None:
    """The server lets every role do this, so nothing may be promised of it."""
    session = await reader.session()
    await session.execute("NOTIFY forcegen_changes, 'anything'")
    await session.execute(f"ALTER ROLE {reader.role} PASSWORD 'another'")
    await session.close()
    _, _, section = text(Path("docs/how-to/query-with-sql.md")).partition("What nobody can forbid a role")
    assert all(part in section.partition("\n\n")[0] for part in ("`NOTIFY`", "its own password"))


async def test_a_reader_with_a_pool_may_give_its_sessions_back(reader: Reader) -> None:
    async with asyncpg.create_pool(reader.url, min_size=1, max_size=1) as pool:
        for _ in range(2):
            assert await pool.fetchval("SELECT number FROM kept") == 7


async def test_the_services_themselves_may_still_take_their_locks_and_make_temporary_tables(reader: Reader) -> None:
    owner = await asyncpg.connect(reader.owner)
    async with owner.transaction():
        await owner.execute("SELECT pg_advisory_xact_lock(7)")
        await owner.execute("CREATE TEMPORARY TABLE passing (number int)")
    await owner.execute("SELECT pg_notify('x', 'y')")
    await owner.close()


async def ended(owner: asyncpg.Pool, role: str, **bounds: float) -> None:
    """Until a session of the role was ended."""
    for _ in range(300):
        if await end_overlong(owner, [role], **bounds):
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"no session of {role} was ended")


async def test_a_question_that_takes_too_long_is_ended_whatever_its_session_says(reader: Reader) -> None:
    session, owner = await reader.session(), await asyncpg.create_pool(reader.owner, min_size=1, max_size=1)
    query = asyncio.create_task(session.execute("SELECT pg_sleep(600)"))
    await ended(owner, reader.role, question_max_s=0.5)
    with pytest.raises((asyncpg.AdminShutdownError, asyncpg.ConnectionDoesNotExistError)):
        await query
    await owner.close()


async def test_a_transaction_that_is_left_open_is_ended_and_holds_up_no_change_of_a_table(reader: Reader) -> None:
    session, owner = await reader.session(), await asyncpg.create_pool(reader.owner, min_size=2, max_size=2)
    await session.execute("BEGIN")
    await session.fetch("SELECT * FROM kept")
    changed = asyncio.create_task(owner.execute("ALTER TABLE kept ADD COLUMN more int"))
    await ended(owner, reader.role, transaction_max_s=0.5)
    await asyncio.wait_for(changed, 20)
    await owner.close()
    await session.close()


async def test_whoever_stays_within_bounds_is_left_alone(reader: Reader) -> None:
    session, owner = await asyncpg.connect(reader.url), await asyncpg.create_pool(reader.owner, min_size=1, max_size=1)
    await session.execute("BEGIN")
    await session.fetch("SELECT * FROM kept")
    assert await end_overlong(owner, [reader.role]) == 0
    assert await session.fetchval("SELECT number FROM kept") == 7
    await session.close()
    await owner.close()


async def test_a_reader_cannot_take_all_connections(reader: Reader) -> None:
    sessions = [await asyncpg.connect(reader.url) for _ in range(3)]
    with pytest.raises(asyncpg.TooManyConnectionsError):
        await asyncpg.connect(reader.url)
    for session in sessions:
        await session.close()


async def test_a_lock_of_before_keeps_no_service_from_migrating_or_provisioning(
    reader: Reader, servers: Servers, database_of_service: str
) -> None:
    stranger = await asyncpg.connect(servers.database(database_of_service))  # also one that may take such locks
    for name in ("forcegen migrate", "forcegen provision"):
        await stranger.execute("SELECT pg_advisory_lock(hashtext($1))", name)
        await stranger.execute("SELECT pg_advisory_lock(hashtext($1), hashtext('approvals'))", name)
    began = time.monotonic()
    await asyncio.wait_for(database.provision(servers.database(database_of_service), "approvals", "secret"), 30)
    assert time.monotonic() - began < 30
    await stranger.close()
