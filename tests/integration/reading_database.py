"""A database of one test module's own, with the schema `reporting` as the migrations make it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from uuid import uuid4

import asyncpg
from pydantic import SecretStr

from kernel.store.database import migrate
from kernel.store.scopes import provision_scopes
from services.reporting.app import SERVICE
from services.reporting.query.session import PLANNED_ONCE
from services.reporting.rebuild import within
from tests.template_databases import template


@asynccontextmanager
async def reading_database(dsn: str, *, settings: Mapping[str, str] = PLANNED_ONCE) -> AsyncIterator[asyncpg.Pool]:
    """A pool on a new database, which is dropped at the end.

    Its settings are those of the query API unless others are given.
    """
    name = f"reading_{uuid4().hex[:12]}"
    views = await template(dsn, "views", _views)
    server = await asyncpg.connect(dsn)
    try:
        await server.execute(f"CREATE DATABASE {name} TEMPLATE {views}")
        async with asyncpg.create_pool(
            dsn,
            database=name,
            min_size=1,
            max_size=4,
            max_cacheable_statement_size=0,
            server_settings={"search_path": "reporting", **settings},
        ) as pool:
            yield pool
        await server.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await server.close()


async def _views(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("CREATE EXTENSION btree_gist WITH SCHEMA public")
        await connection.execute("CREATE SCHEMA reporting; CREATE SCHEMA reporting_known; CREATE SCHEMA analysts")
    finally:
        await connection.close()
    await provision_scopes(dsn)
    await migrate(SecretStr(within(dsn, "reporting")), SERVICE.schema)
