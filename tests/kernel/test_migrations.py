"""A service's schema can always be brought up to date, also after a crash between a change and its mark."""

import asyncio

import psycopg
import pytest
from pydantic import SecretStr

from deploy.provision import SCHEMAS_OF
from kernel.command_service import MIGRATIONS
from kernel.store.database import migrate, provision
from kernel.store.postgres import identity as known_by
from services.audit.app import SERVICE as AUDIT
from services.reporting.app import SERVICE as REPORTING
from tests.servers import Servers

pytestmark = pytest.mark.servers
KERNEL = ("kernel.migrations", "reading")
FOLDERS = {
    "approvals": [*MIGRATIONS],
    "reporting": [KERNEL, *REPORTING.migrations],
    "audit": [KERNEL, *AUDIT.migrations],
}


@pytest.mark.parametrize("service", FOLDERS)
async def test_a_migration_that_was_applied_but_not_marked_is_applied_again(
    servers: Servers, database: str, service: str
) -> None:
    await provision(
        servers.database(database), service, "secret", schemas=dict.fromkeys(SCHEMAS_OF.get(service, (service,)), ())
    )
    url = SecretStr(servers.as_role(service, "secret", database))
    await migrate(url, FOLDERS[service])
    with psycopg.connect(url.get_secret_value()) as connection:
        marked = connection.execute("DELETE FROM _yoyo_migration").rowcount
    await migrate(url, FOLDERS[service])
    with psycopg.connect(url.get_secret_value()) as connection:
        again = connection.execute("SELECT count(*) FROM _yoyo_migration").fetchone()
    assert marked > 0
    assert again == (marked,)


async def test_a_process_that_was_killed_while_it_migrated_does_not_keep_the_service_down(
    servers: Servers, database: str
) -> None:
    await provision(servers.database(database), "approvals", "secret")
    url = SecretStr(servers.as_role("approvals", "secret", database))
    await migrate(url, MIGRATIONS)
    with psycopg.connect(url.get_secret_value()) as connection:
        connection.execute("INSERT INTO yoyo_lock (locked, ctime, pid) VALUES (1, now(), 1)")
    await asyncio.wait_for(migrate(url, MIGRATIONS), 5)


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


async def test_a_service_cannot_read_another_services_tables(servers: Servers, database: str) -> None:
    for service in ("approvals", "vacancies"):
        await provision(servers.database(database), service, "secret")
        await migrate(SecretStr(servers.as_role(service, "secret", database)), MIGRATIONS)
    refused = pytest.raises(psycopg.errors.InsufficientPrivilege)
    with psycopg.connect(servers.as_role("vacancies", "secret", database)) as connection, refused:
        connection.execute("SELECT * FROM approvals.events")


async def test_answers_and_waiting_commands_of_before_are_known_by_their_identity(
    servers: Servers, database: str
) -> None:
    await provision(servers.database(database), "approvals", "secret")
    url = SecretStr(servers.as_role("approvals", "secret", database))
    await migrate(url, MIGRATIONS)
    keys = [("urn:a", "1"), ("urn:ä", "é1"), ("a", "bc"), ("ab", "c")]
    with psycopg.connect(url.get_secret_value()) as connection:
        connection.execute("ALTER TABLE inbox DROP COLUMN identity; ALTER TABLE pending DROP COLUMN identity")
        connection.execute("DELETE FROM _yoyo_migration WHERE migration_id LIKE '0004-%'")
        for nr, key in enumerate(keys, 1):
            connection.execute("INSERT INTO outcomes VALUES (%s, %s, %s, 's', '{}', 'c', now())", (nr, *key))
            connection.execute("INSERT INTO inbox VALUES (%s, %s, 'd', 'pending', %s)", (*key, nr))
            connection.execute("INSERT INTO pending VALUES (%s, %s, 'w', 0, 'e', now())", key)
    await migrate(url, MIGRATIONS)
    with psycopg.connect(url.get_secret_value()) as connection:
        for table in ("inbox", "pending"):
            rows = connection.execute(f"SELECT command_source, command_id, identity FROM {table}").fetchall()  # noqa: S608
            assert {(source, id_): identity for source, id_, identity in rows} == {key: known_by(key) for key in keys}
