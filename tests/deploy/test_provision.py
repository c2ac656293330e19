"""What the administrator runs before the services: may be repeated, renews passwords, and tells what is missing."""

import asyncio
import secrets
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from deploy.provision import OWNERS, READERS, Missing, main, provision, setting, state_analysts
from tests.servers import PASSWORD, Servers


@pytest.fixture
def name(servers: Servers) -> Iterator[str]:
    """A new database's name; it and the roles `<name>_service` and `<name>_reader` are gone afterwards."""
    chosen = f"p_{secrets.token_hex(4)}"
    yield chosen
    with psycopg.connect(servers.postgres, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {chosen} WITH (FORCE)")
        connection.execute(f"DROP ROLE IF EXISTS {chosen}_service, {chosen}_reader")


@pytest.mark.servers
async def test_a_service_writes_its_schema_and_the_reader_reads_it(servers: Servers, name: str) -> None:
    service, reader = f"{name}_service", f"{name}_reader"
    for attempt in ("first", "second"):
        await provision(
            servers.postgres,
            name,
            {service: attempt, reader: attempt},
            {reader: service},
            {service: {service: [reader]}},
        )
    with psycopg.connect(servers.as_role(service, "second", name)) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    with psycopg.connect(servers.as_role(reader, "second", name)) as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (7,)
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            connection.execute("CREATE TABLE mine (number int)")


@pytest.mark.servers
async def test_an_administrator_need_not_be_a_superuser(servers: Servers, name: str) -> None:
    admin = f"{name}_admin"
    with psycopg.connect(servers.postgres, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {admin} LOGIN CREATEDB CREATEROLE PASSWORD 'admin'")
    try:
        service, reader = f"{name}_service", f"{name}_reader"
        for attempt in ("first", "second"):
            url = servers.as_role(admin, "admin", "postgres")
            await provision(
                url, name, {service: attempt, reader: attempt}, {reader: service}, {service: {service: [reader]}}
            )
        with psycopg.connect(servers.as_role(service, "second", name)) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
            connection.execute("CREATE TEMPORARY TABLE passing (number int)")
        with psycopg.connect(servers.as_role(reader, "second", name)) as connection:
            assert connection.execute("SELECT number FROM kept").fetchone() == (7,)
            connection.execute("SET default_transaction_read_only = off")
            connection.commit()
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("CREATE TEMPORARY TABLE passing (number int)")
    finally:
        with psycopg.connect(servers.postgres, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            connection.execute(f"DROP OWNED BY {admin} CASCADE")
            connection.execute(f"DROP ROLE IF EXISTS {name}_service, {name}_reader")
            connection.execute(f"DROP ROLE {admin}")


@pytest.mark.servers
async def test_several_administrators_at_once_do_not_stop_each_other(servers: Servers, name: str) -> None:
    service, reader = f"{name}_service", f"{name}_reader"
    given = {service: "secret", reader: "secret"}, {reader: service}, {service: {service: [reader]}}
    await provision(servers.postgres, name, *given)
    await asyncio.gather(*(provision(servers.postgres, name, *given) for _ in range(4)))


def test_a_secret_may_be_a_file(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("from a file\n")
    assert setting({"NAME_FILE": str(file)}, "NAME") == "from a file"


def test_a_missing_setting_is_named() -> None:
    with pytest.raises(SystemExit, match="FORCEGEN_APPROVALS_PASSWORD is not set"):
        main({})


def test_the_analysts_of_states_are_read_from_one_line() -> None:
    assert state_analysts("") == {}
    assert state_analysts("analyst_kz=KAZ  analyst_ca=KAZ,KGZ") == {"analyst_kz": ["KAZ"], "analyst_ca": ["KAZ", "KGZ"]}


@pytest.mark.parametrize(
    "text",
    ["reporting=KAZ", "analyst=KAZ", "analyst_kz", "analyst_kz=", "analyst_kz=kaz", "analyst_a=KAZ analyst_a=KGZ"],
)
def test_a_binding_that_is_not_understood_is_named(text: str) -> None:
    """A role of a service can never be bound, and none is bound to nothing."""
    with pytest.raises(Missing, match="FORCEGEN_STATE_ANALYSTS"):
        state_analysts(text)


@pytest.mark.servers
async def test_a_role_of_one_state_is_bound_by_provisioning_and_bound_otherwise_by_provisioning_again(
    servers: Servers, name: str
) -> None:
    role = f"analyst_{name}"
    passwords = dict.fromkeys((*OWNERS, *READERS, role), PASSWORD)
    with psycopg.connect(servers.postgres, autocommit=True) as connection:
        try:
            for states in (["KAZ"], ["KAZ", "KGZ"], ["KGZ"]):
                await provision(servers.postgres, name, passwords, state_analysts={role: states})
                with psycopg.connect(servers.as_role(role, PASSWORD, name)) as session:
                    assert session.execute("SELECT scopes.own_states()").fetchone() == (states,)
                    with pytest.raises(psycopg.errors.InsufficientPrivilege):
                        session.execute("SELECT * FROM scopes.scope_of")
        finally:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            connection.execute(f"DROP ROLE IF EXISTS {role}")
