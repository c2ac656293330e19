"""A real process of a service whose log was written on by a newer version."""

import asyncio
import os
import sys

import asyncpg
import pytest
from pydantic import SecretStr

from kernel.command_service import MIGRATIONS
from kernel.store.database import migrate, provision
from tests.architecture.sources import ROOT
from tests.servers import Servers

pytestmark = pytest.mark.servers


async def test_it_refuses_to_start_and_says_which_version_to_start(servers: Servers, database: str) -> None:
    await provision(servers.database(database), "approvals", "secret")
    url = servers.as_role("approvals", "secret", database)
    await migrate(SecretStr(url), MIGRATIONS)
    connection = await asyncpg.connect(url)
    await connection.execute("INSERT INTO event_words VALUES ('forcegen.approvals.MandateBlessed', 3)")
    await connection.close()
    own = {"FORCEGEN_DATABASE_URL": url, "FORCEGEN_KAFKA_BOOTSTRAP": servers.kafka, "FORCEGEN_LOG_LEVEL": "ERROR"}
    program = [sys.executable, "-m", "services.approvals"]
    ended = await asyncio.create_subprocess_exec(
        *program, cwd=ROOT, env=os.environ | own, stderr=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL
    )
    _, errors = await asyncio.wait_for(ended.communicate(), 60)
    assert ended.returncode == 1
    newer = "was written by a newer version of this program: forcegen.approvals.MandateBlessed version 3."
    assert newer in errors.decode()
    assert "Start that version" in errors.decode()
    assert "Traceback" not in errors.decode()
