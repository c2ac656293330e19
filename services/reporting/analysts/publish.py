"""Publishes the schema: all of it in one transaction, and only if it differs from the published one."""

from hashlib import sha256

import asyncpg
import structlog

from kernel.store.postgres import Connection
from services.reporting.analysts.generate import RIGHTS, SCHEMA, of_projections, reports
from services.reporting.projections import VIEWS

log = structlog.get_logger()
_DROP = f"""DO $$ DECLARE each record; BEGIN
    FOR each IN SELECT viewname FROM pg_views WHERE schemaname = '{SCHEMA}' LOOP
        EXECUTE format('DROP VIEW {SCHEMA}.%I', each.viewname);
    END LOOP;
    FOR each IN SELECT oid::regprocedure AS name FROM pg_proc WHERE pronamespace = '{SCHEMA}'::regnamespace LOOP
        EXECUTE format('DROP FUNCTION %s', each.name);
    END LOOP;
END $$"""  # noqa: S608  (the only name in it is ours)
_COLUMNS = """
SELECT name, array_agg(attname::text ORDER BY attnum) AS columns
FROM unnest($1::text[]) AS name JOIN pg_attribute ON attrelid = name::regclass
WHERE attnum > 0 AND NOT attisdropped GROUP BY name
"""


async def publish(pool: asyncpg.Pool) -> bool:
    """Make the schema match this version of the reports; returns whether it had to change."""
    async with pool.acquire() as connection, connection.transaction():
        return await make(connection)


async def make(connection: Connection, *, anew: bool = False) -> bool:
    """Publish in the caller's transaction; `anew` if the underlying tables are new, even if the version is the same."""
    before = await connection.fetchval("SELECT quote_nullable(obj_description($1::regnamespace))", SCHEMA)
    # COMMENT locks the schema until the end of the transaction, and only the owner can run it. If another process has
    # published another version meanwhile, everything is made again.
    await connection.execute(f"COMMENT ON SCHEMA {SCHEMA} IS {before}")
    statements = await _statements(connection)
    digest = sha256(statements.encode()).hexdigest()[:16]
    comment = f"Reports of Forcegen for analysts, version {digest}."
    published = await connection.fetchval("SELECT obj_description($1::regnamespace)", SCHEMA)
    if published == comment and not anew:
        return False
    await connection.execute(_DROP)
    await connection.execute(f"{statements}; COMMENT ON SCHEMA {SCHEMA} IS '{comment}'")
    log.info("the schema for analysts is made anew", version=digest)
    return True


async def _statements(connection: Connection) -> str:
    tables = await connection.fetchval("SELECT current_schema()")
    parts = []
    for report in reports():
        attributes = (await connection.prepare(report.report.statement.sql)).get_attributes()
        parts.append(report.statements(tables, [(attribute.name, attribute.type.name) for attribute in attributes]))
    return of_projections(tables, await _columns(connection)) + "".join(parts) + RIGHTS


async def _columns(connection: Connection) -> dict[str, list[str]]:
    """The columns of each table of the register."""
    names = [view.table for view in VIEWS]
    rows = await connection.fetch(_COLUMNS, names)
    return {row["name"]: row["columns"] for row in rows}
