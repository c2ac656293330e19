"""An analyst with a SQL tool: the numbers of the reports, on any two times, and no way to anything but the register."""

import asyncio
import json
import re
import secrets
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import httpx
import pytest
from pydantic import SecretStr

from deploy.provision import SCHEMAS_OF
from kernel.store.database import migrate, provision, provision_reader
from kernel.store.scopes import bind, provision_scopes
from services.reporting.analysts.columns import EVERYWHERE, meanings
from services.reporting.analysts.generate import SCHEMA, argument, reports
from services.reporting.analysts.publish import publish
from services.reporting.analysts.reference import page
from services.reporting.app import SERVICE
from services.reporting.http.app import build
from services.reporting.projector.projector import Projector
from tests.architecture.sources import ROOT
from tests.callers import CalledAs
from tests.projection_spec import history
from tests.servers import Servers, fresh_database
from tests.stories import AS_OF, run_story

TIMES = ("(effective day)", "(effective time, UTC)", "(record time, UTC)", "neither of the register's two times")
REFERENCE = ROOT / "docs" / "reference" / "sql.md"
KNOWN_AT = datetime(2022, 7, 1, 12, 4, tzinfo=UTC)
NEEDED: dict[str, dict[str, Any]] = {
    "people_since": {"since": date(2014, 1, 1)},
    "timeline": {"since": date(2021, 1, 1)},
    "must_come_home": {"mission": "UNIFIL", "closes_on": AS_OF},
    "events_behind": {"tour": "kz-2013/observers/minurso-observer-1-2014"},
}


@pytest.fixture(scope="module")
async def database(servers: Servers) -> AsyncIterator[str]:
    """The story in a database that the administrator has provided; gone at the end, with the analyst's role."""
    reader = f"analyst_{secrets.token_hex(4)}"
    with fresh_database(servers) as name:
        admin = servers.database(name)
        await provision_scopes(admin)
        await provision_reader(admin, reader, "secret", SCHEMA)
        schemas = {schema: [reader] if schema == SCHEMA else [] for schema in SCHEMAS_OF["reporting"]}
        await provision(admin, "reporting", "only-for-tests", schemas=schemas)
        await bind(admin, reader, None, watched_by="reporting")
        owner = servers.as_role("reporting", "only-for-tests", name)
        async with asyncpg.create_pool(owner, min_size=1, max_size=2) as pool:
            await migrate(SecretStr(owner), SERVICE.schema)
            async with pool.acquire() as connection, connection.transaction():
                await Projector().apply(connection, history([fact.data for fact in run_story().system.facts()]))
            assert await publish(pool)
            yield servers.as_role(reader, "secret", name)
    admin_connection = await asyncpg.connect(servers.postgres)
    await admin_connection.execute(f"DROP ROLE {reader}")
    await admin_connection.close()


@pytest.fixture
async def analyst(database: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(database)
    yield connection
    await connection.close()


@pytest.fixture
async def owner(servers: Servers, database: str) -> AsyncIterator[asyncpg.Pool]:
    name = database.rpartition("/")[2]
    url = servers.as_role("reporting", "only-for-tests", name)
    async with asyncpg.create_pool(url, min_size=1, max_size=2) as pool:
        yield pool


@pytest.mark.parametrize("known_at", [None, KNOWN_AT], ids=["now", "as known"])
@pytest.mark.parametrize("name", [made.name for made in reports()])
async def test_a_function_gives_the_rows_of_the_report(
    analyst: asyncpg.Connection, owner: asyncpg.Pool, name: str, known_at: datetime | None
) -> None:
    given = {"as_of": AS_OF, **NEEDED.get(name, {})}
    arguments = ", ".join(f"{argument(parameter)} => ${nr}" for nr, parameter in enumerate([*given, "known_at"], 1))
    query = f"SELECT to_json(report) FROM analysts.{name}_as_of({arguments}) AS report"  # noqa: S608
    rows = [row[0] for row in await analyst.fetch(query, *given.values(), known_at)]
    source = {"source": "returns"} if name == "strength_returned" else {}
    report = "strength" if source else name.replace("_", "-")
    parameters = {key: str(value) for key, value in given.items()} | source
    parameters |= {"as_known_at": known_at.isoformat()} if known_at else {}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=CalledAs(build(owner, lambda: AS_OF)))) as http:
        answer = (await http.get(f"http://here/v1/reports/{report}", params=parameters)).json()
    if answer.get("title") == "Unknown name":  # nothing of that name was known then: the API says so, SQL has no rows
        assert rows == []
        return
    assert [json.loads(one) for one in rows] == [json.loads(json.dumps(row)) for row in answer["rows"]]


async def test_a_period_that_ends_before_it_begins_holds_who_is_in_its_first_day_and_came_by_its_last(
    analyst: asyncpg.Connection,
) -> None:
    query = "SELECT * FROM analysts.people_since_as_of(since_day => $1, as_of => $2)"
    backwards = await analyst.fetch(query, AS_OF, AS_OF - timedelta(days=1))
    assert backwards, "the API refuses such a period; SQL must not fail on it"
    there = await analyst.fetchval(
        "SELECT count(*) FROM stays WHERE valid_from < $1 AND (valid_to IS NULL OR valid_to > $1)", AS_OF
    )
    assert sum(row["tours"] for row in backwards) == there


async def test_every_view_answers_and_everything_has_a_comment(analyst: asyncpg.Connection) -> None:
    views = await analyst.fetch("SELECT viewname FROM pg_views WHERE schemaname = 'analysts'")
    assert len(views) > 30
    for (view,) in views:
        await analyst.fetch(f"SELECT * FROM {view}")  # noqa: S608  (its search path is the schema)
    uncommented = await analyst.fetch(
        "SELECT relname FROM pg_class WHERE relnamespace = 'analysts'::regnamespace AND relkind = 'v'"
        " AND obj_description(oid) IS NULL UNION ALL SELECT proname FROM pg_proc"
        " WHERE pronamespace = 'analysts'::regnamespace AND obj_description(oid) IS NULL"
    )
    assert uncommented == []
    assert await analyst.fetchval("SELECT sum(people) FROM strength_as_of('2022-06-30')") == 15
    assert await analyst.fetchval("SELECT sum(people) FROM strength_as_of('2022-06-30', '2022-07-01 12:04+00')") is None


async def test_every_column_says_what_it_means_and_of_which_time_it_is(analyst: asyncpg.Connection) -> None:
    """Of each view in a comment of its own; of each function in the function's, since its columns cannot have one."""
    columns = await analyst.fetch(
        "SELECT relname, attname, format_type(atttypid, NULL) AS kind, col_description(attrelid, attnum) AS says"
        " FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid"
        " WHERE relnamespace = 'analysts'::regnamespace AND relkind = 'v' AND attnum > 0"
    )
    assert len(columns) > 500
    assert [f"{row['relname']}.{row['attname']}" for row in columns if not row["says"]] == []
    timed = [row for row in columns if row["kind"] in ("date", "timestamp with time zone")]
    untimed = [row for row in timed if not any(of in row["says"] for of in TIMES)]
    assert [f"{row['relname']}.{row['attname']}: {row['says']}" for row in untimed] == []
    functions = await analyst.fetch(
        "SELECT proname, obj_description(oid) AS says, proargnames[pronargs + 1:] AS columns"
        " FROM pg_proc WHERE pronamespace = 'analysts'::regnamespace"
    )
    silent = [
        f"{f['proname']}.{one}"
        for f in functions
        for one in f["columns"]
        if not re.search(rf"\n- {one} \([^)]+\): \w", f["says"])
    ]
    assert silent == []
    named = {(row["relname"], row["attname"]) for row in columns}
    named |= {(f["proname"].removesuffix("_as_of"), one) for f in functions for one in f["columns"]}
    everywhere = {column for _, column in named}
    left_over = {
        f"{view}.{column}"
        for view, own in meanings().items()
        for column in own
        if ((view, column) not in named if view != EVERYWHERE else column not in everywhere)
    }
    assert left_over == set()


async def test_the_comments_of_columns_survive_an_upgrade(owner: asyncpg.Pool, analyst: asyncpg.Connection) -> None:
    """A schema that was published without them is made again, since its version is that of its statements."""
    says = "SELECT col_description('analysts.strength'::regclass, 5)"
    before = await analyst.fetchval(says)
    async with owner.acquire() as connection:
        await connection.execute("COMMENT ON COLUMN analysts.strength.people IS NULL")
        await connection.execute("COMMENT ON SCHEMA analysts IS 'Reports of Forcegen for analysts, version before.'")
    assert await publish(owner)
    assert before == await analyst.fetchval(says) == "People of this row; adds up."


@pytest.mark.parametrize(
    "attempt",
    [
        "SELECT * FROM reporting.dead_letters",
        "SELECT * FROM reporting.parked",
        "SELECT * FROM reporting.changes",
        "DELETE FROM tours",
        "CREATE TABLE mine (number int)",
        "CREATE TEMPORARY TABLE tours (id text)",
    ],
)
async def test_an_analyst_reads_the_register_and_nothing_else(analyst: asyncpg.Connection, attempt: str) -> None:
    with pytest.raises((asyncpg.InsufficientPrivilegeError, asyncpg.ReadOnlySQLTransactionError)):
        await analyst.execute(attempt)


async def test_what_an_analyst_sets_does_not_change_where_a_function_looks(analyst: asyncpg.Connection) -> None:
    await analyst.execute("SET search_path = pg_temp, public; SET forcegen.known_at = '1999-01-01'")
    assert await analyst.fetchval("SELECT sum(people) FROM analysts.strength_as_of('2022-06-30')") == 15


async def test_publishing_again_changes_nothing_and_a_change_is_published(owner: asyncpg.Pool) -> None:
    assert not await publish(owner)
    await owner.execute("COMMENT ON SCHEMA analysts IS 'of another version'")
    assert await publish(owner)


async def test_the_reference_page_is_that_of_the_comments(analyst: asyncpg.Connection) -> None:
    reference = await page(analyst)
    assert REFERENCE.read_text(encoding="utf-8") == reference, (
        "make it anew: python -m services.reporting.analysts.reference"
    )


async def test_no_lock_that_an_analyst_could_take_keeps_the_schema_from_being_made(
    servers: Servers, database: str
) -> None:
    at = urlsplit(database)
    owner = servers.as_role("reporting", "only-for-tests", at.path[1:])
    stranger = await asyncpg.connect(servers.database(at.path[1:]))  # who may take any
    await stranger.execute("SELECT pg_advisory_lock(hashtext('forcegen analysts'))")
    async with asyncpg.create_pool(owner, min_size=1, max_size=4) as pool:
        made = await asyncio.wait_for(asyncio.gather(*(publish(pool) for _ in range(4))), 60)
        assert not any(made)  # it says already what it should
    await stranger.close()
