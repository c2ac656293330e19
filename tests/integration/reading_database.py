"""A database of one test module's own, with the schema `reporting` as the migrations make it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from importlib.resources import files
from uuid import uuid4

import asyncpg

from services.reporting.query.session import PLANNED_ONCE

CONSUMED = """CREATE TABLE consumed (
    consumer text, topic text, part int, next_offset bigint NOT NULL, PRIMARY KEY (consumer, topic, part)
)"""


@asynccontextmanager
async def reading_database(
    dsn: str, *, until: str = "9999", settings: Mapping[str, str] = PLANNED_ONCE
) -> AsyncIterator[asyncpg.Pool]:
    """A pool on a new database, which is dropped at the end; migrated as far as the file with the number `until`.

    Its settings are those of the query API unless others are given.
    """
    name = f"reading_{uuid4().hex[:12]}"
    server = await asyncpg.connect(dsn)
    try:
        await server.execute(f"CREATE DATABASE {name}")
        async with asyncpg.create_pool(
            dsn,
            database=name,
            min_size=1,
            max_size=4,
            max_cacheable_statement_size=0,
            server_settings={"search_path": "reporting", **settings},
        ) as pool:
            await pool.execute("CREATE EXTENSION btree_gist WITH SCHEMA public")
            await pool.execute("CREATE SCHEMA reporting; CREATE SCHEMA reporting_known; CREATE SCHEMA analysts")
            await pool.execute(CONSUMED)
            await migrated(pool, "0000", until)
            yield pool
        await server.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await server.close()


async def migrated(pool: asyncpg.Pool, after: str, until: str) -> None:
    """The service's own migrations, from the one behind `after`."""
    for file in sorted(files("services.reporting").joinpath("migrations").iterdir(), key=lambda f: f.name):
        if after < file.name[:4] <= until:
            await pool.execute(file.read_text(encoding="utf-8"))
