"""A service's schema can always be brought up to date, and is never changed by what nobody can tell apart."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

import asyncpg
import psycopg
import pytest
from pydantic import SecretStr

from deploy.provision import SCHEMAS_OF
from kernel.command_service import MIGRATIONS
from kernel.store.database import migrate, provision
from kernel.store.schema_files import Migrations, SchemaRefused
from services.audit.app import SERVICE as AUDIT
from services.reporting.app import SERVICE as REPORTING
from tests.servers import Servers

pytestmark = pytest.mark.servers
SCHEMAS = {"approvals": MIGRATIONS, "reporting": REPORTING.schema, "audit": AUDIT.schema}


class Growing:
    """A service whose files this test writes, and its database."""

    def __init__(self, folder: Path, url: str) -> None:
        self.name = f"growing_{uuid4().hex}"  # Python remembers what it imported
        self.folder = folder / self.name / "migrations"
        (self.folder / "functions").mkdir(parents=True)
        (self.folder.parent / "__init__.py").touch()
        self.url = url
        self.write("0001-baseline.sql", "CREATE TABLE things (name text PRIMARY KEY)")
        self.write("functions/answer.sql", "CREATE OR REPLACE FUNCTION answer() RETURNS int LANGUAGE sql RETURN 1")

    def write(self, name: str, sql: str) -> None:
        (self.folder / name).write_text(sql)

    async def start(self) -> None:
        await migrate(SecretStr(self.url), [Migrations(self.name, repeatable=("functions/answer.sql",))])

    def rows(self, query: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.url) as connection:
            return connection.execute(query.encode()).fetchall()

    def applied(self) -> list[object]:
        return [name for (name,) in self.rows("SELECT name FROM applied_migrations ORDER BY name")]


@pytest.fixture
async def growing(servers: Servers, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Growing:
    await provision(servers.database(database), "approvals", "secret")
    monkeypatch.syspath_prepend(tmp_path)
    return Growing(tmp_path, servers.as_role("approvals", "secret", database))


@pytest.mark.parametrize("service", SCHEMAS)
async def test_a_schema_is_made_once(servers: Servers, database: str, service: str) -> None:
    schemas = dict.fromkeys(SCHEMAS_OF.get(service, (service,)), ())
    await provision(servers.database(database), service, "secret", schemas=schemas)
    url = servers.as_role(service, "secret", database)
    made: list[Sequence[tuple[object, ...]]] = []
    for _ in range(2):
        await migrate(SecretStr(url), SCHEMAS[service])
        with psycopg.connect(url) as connection:
            made.append(connection.execute("SELECT * FROM applied_migrations ORDER BY name").fetchall())
    assert made[0] == made[1] != []


async def test_an_edited_step_is_refused_and_nothing_is_changed(growing: Growing) -> None:
    await growing.start()
    growing.write("0001-baseline.sql", "CREATE TABLE things (name text PRIMARY KEY, size int)")
    growing.write("functions/answer.sql", "CREATE OR REPLACE FUNCTION answer() RETURNS int LANGUAGE sql RETURN 2")
    with pytest.raises(SchemaRefused, match=r"/migrations/0001-baseline\.sql was edited"):
        await growing.start()
    assert growing.rows("SELECT answer()") == [(1,)]


async def test_a_schema_that_a_newer_program_made_is_refused(growing: Growing) -> None:
    growing.write("0002-sizes.sql", "ALTER TABLE things ADD COLUMN size int")
    await growing.start()
    (growing.folder / "0002-sizes.sql").unlink()
    with pytest.raises(SchemaRefused, match=r"newer than this program: it holds growing_.*/0002-sizes\.sql"):
        await growing.start()


async def test_a_changed_function_is_applied_again(growing: Growing) -> None:
    await growing.start()
    growing.write("functions/answer.sql", "CREATE OR REPLACE FUNCTION answer() RETURNS int LANGUAGE sql RETURN 2")
    await growing.start()
    assert growing.rows("SELECT answer()") == [(2,)]


async def test_a_function_is_made_of_what_the_newest_step_left(growing: Growing) -> None:
    await growing.start()
    growing.write("0002-sizes.sql", "ALTER TABLE things ADD COLUMN size int; DROP FUNCTION answer")
    await growing.start()
    assert growing.rows("SELECT answer()") == [(1,)]


async def test_a_process_that_is_killed_between_two_steps_leaves_the_first_and_the_next_start_goes_on(
    growing: Growing,
) -> None:
    growing.write("0002-begun.sql", "CREATE TABLE begun (); SELECT pg_sleep(60)")
    starting = asyncio.create_task(growing.start())
    sleeping = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'CREATE TABLE begun%'"
    while growing.rows(sleeping) != [(1,)]:  # noqa: ASYNC110  (nothing tells of another session's statement)
        await asyncio.sleep(0.05)
    with psycopg.connect(growing.url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'CREATE TABLE begun%'"
        )
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
        await starting
    assert growing.applied() == [f"{growing.name}/migrations/0001-baseline.sql"]
    assert growing.rows("SELECT to_regclass('begun')") == [(None,)]
    growing.write("0002-begun.sql", "CREATE TABLE begun ()")
    await asyncio.wait_for(growing.start(), 30)
    assert len(growing.applied()) == 3


async def test_processes_that_start_at_once_migrate_one_after_the_other(growing: Growing) -> None:
    growing.write("0002-slow.sql", "SELECT pg_sleep(0.3); INSERT INTO things VALUES ('one')")
    await asyncio.gather(*(growing.start() for _ in range(4)))
    assert growing.rows("SELECT name FROM things") == [("one",)]


async def test_services_that_start_at_once_migrate_one_after_the_other(servers: Servers, database: str) -> None:
    await provision(servers.database(database), "approvals", "secret")
    url = SecretStr(servers.as_role("approvals", "secret", database))
    await asyncio.gather(*(migrate(url, MIGRATIONS) for _ in range(4)))
    with psycopg.connect(url.get_secret_value()) as connection:
        assert connection.execute("SELECT count(*) FROM log_heads").fetchone() == (1,)


async def test_a_service_may_start_twice_at_once(servers: Servers, database: str) -> None:
    await provision(servers.database(database), "approvals", "secret")
    await provision(servers.database(database), "approvals", "renewed")
    url = SecretStr(servers.as_role("approvals", "renewed", database))
    await migrate(url, MIGRATIONS)
    await migrate(url, MIGRATIONS)


async def test_a_service_cannot_read_the_tables_of_another(servers: Servers, database: str) -> None:
    for service in ("approvals", "vacancies"):
        await provision(servers.database(database), service, "secret")
        await migrate(SecretStr(servers.as_role(service, "secret", database)), MIGRATIONS)
    refused = pytest.raises(psycopg.errors.InsufficientPrivilege)
    with psycopg.connect(servers.as_role("vacancies", "secret", database)) as connection, refused:
        connection.execute("SELECT * FROM approvals.events")
