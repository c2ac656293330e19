"""Who signs takes turns by a row that a reading role cannot hold; and a signer that waits says on whom."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import asyncpg
import pytest

from kernel.store.database import provision, provision_reader
from services.audit.tlog import publisher
from services.audit.tlog.publisher import Publisher
from tests.audit.conftest import Archive, record
from tests.servers import Servers

pytestmark = pytest.mark.servers


@pytest.fixture
async def analyst(archive: Archive, servers: Servers, database: str) -> AsyncIterator[asyncpg.Connection]:
    """A role that reads all that the auditor may read, and more."""
    admin = servers.database(database)
    await provision_reader(admin, "auditor", "secret", "audit")
    await provision(admin, "audit", "secret", schemas={"audit": ["auditor"]})
    connection = await asyncpg.connect(servers.as_role("auditor", "secret", database))
    yield connection
    await connection.close()


async def test_nobody_who_only_reads_can_keep_the_log_from_being_signed(
    archive: Archive, analyst: asyncpg.Connection
) -> None:
    """By any lock that such a role can take, and after it has put its guards aside."""
    await archive.keep([record(0)])
    await analyst.execute("SET default_transaction_read_only = off; SET statement_timeout = 0")
    with suppress(asyncpg.InsufficientPrivilegeError):  # who is provisioned so may not even take it
        await analyst.execute("SELECT pg_advisory_lock(hashtext('forcegen audit signing'))")
    refused = (
        *("SELECT FROM signer FOR UPDATE", "SELECT FROM signer FOR SHARE", "SELECT FROM signer FOR KEY SHARE"),
        *(
            "LOCK TABLE signer",
            "LOCK TABLE signer IN ROW SHARE MODE",
            "SELECT FROM tree FOR UPDATE",
            "DELETE FROM signer",
        ),
        *("INSERT INTO alarms (kind, detail) VALUES ('tree', 'x')", "LOCK TABLE checkpoints IN EXCLUSIVE MODE"),
    )
    for statement in refused:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with analyst.transaction():
                await analyst.execute(statement)
    async with analyst.transaction():
        for table in ("signer", "tree", "checkpoints", "alarms", "clearances", "handovers", "tiles"):
            await analyst.execute(f"LOCK TABLE {table} IN ACCESS SHARE MODE")
        note = await asyncio.wait_for(archive.sign(), 30)
    assert note.split("\n")[1] == "1"


async def test_a_signer_that_waits_says_on_whom(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given a session that holds the turn, then that is no problem while nothing waits, and one with its name if so."""
    signs = Publisher(archive.pool, archive.signer, archive.settings, archive.health)
    await signs.round()
    monkeypatch.setattr(publisher, "WAITS_MAX_S", 0.0)
    holder = await asyncpg.connect(archive.url, server_settings={"application_name": "somebody's shell"})
    try:
        async with holder.transaction():
            await holder.execute("SELECT FROM signer FOR UPDATE")
            await signs.round()
            await signs.round()
            assert archive.health.problems() == []
            await archive.keep([record(0)])
            await signs.round()
            (problem,) = archive.health.problems()
            pid = await holder.fetchval("SELECT pg_backend_pid()")
            assert all(part in problem for part in (f"process {pid} of audit", "somebody's shell", "1 records wait"))
        await signs.round()
        assert archive.health.problems() == []
    finally:
        await holder.close()


async def test_two_signers_take_turns(archive: Archive) -> None:
    await archive.keep([record(nr) for nr in range(3)])
    notes = await asyncio.gather(*(archive.sign() for _ in range(8)))
    assert len({*notes}) == 1
    assert await archive.pool.fetchval("SELECT count(*) FROM checkpoints") == 1
