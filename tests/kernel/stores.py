"""A service's store on a real server, for tests of the kernel."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from pydantic import SecretStr

from kernel.command_service import MIGRATIONS
from kernel.store.database import migrate, provision
from tests.servers import Servers


@asynccontextmanager
async def postgres_pool(servers: Servers, database: str, service: str = "counting") -> AsyncIterator[asyncpg.Pool]:
    """A pool on the provisioned, migrated schema of a service in an empty database."""
    await provision(servers.database(database), service, "secret")
    url = servers.as_role(service, "secret", database)
    await migrate(SecretStr(url), MIGRATIONS)
    async with asyncpg.create_pool(url, min_size=1, max_size=4) as pool:
        yield pool
