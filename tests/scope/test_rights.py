"""What roles that only read may do in the database at all, checked by listing what the server offers."""

import asyncpg
import pytest

from tests.scope.conftest import TwoStates

READERS = ["analyst", "reporting_reader", "auditor", "of one State"]


def role_of(two_states: TwoStates, name: str) -> str:
    return two_states.ours if name == "of one State" else name


@pytest.mark.parametrize("name", READERS)
async def test_no_reader_may_take_an_advisory_lock_or_make_a_large_object(two_states: TwoStates, name: str) -> None:
    """Every such function of the server, by its name; the services keep theirs."""
    callable_ = (
        "SELECT proname FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace"
        " AND proname ~ '(advisory.*lock(_shared)?$|^lo_|^lo(read|write)$|^pg_logical_emit)' AND proname !~ 'unlock'"
        " AND has_function_privilege($1, oid, 'EXECUTE')"
    )
    async with two_states.session("reporting") as owner:
        assert await owner.fetch(callable_, role_of(two_states, name)) == []
        assert len(await owner.fetch(callable_, "reporting")) > 15


@pytest.mark.parametrize("name", READERS)
async def test_no_reader_may_make_anything_in_the_database(two_states: TwoStates, name: str) -> None:
    role = role_of(two_states, name)
    async with two_states.session("reporting") as owner:
        for right in ("TEMPORARY", "CREATE"):
            assert not await owner.fetchval("SELECT has_database_privilege($1, current_database(), $2)", role, right)
        schemas = "SELECT nspname FROM pg_namespace WHERE has_schema_privilege($1, oid, 'CREATE')"
        assert await owner.fetch(schemas, role) == []
        attributes = "SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls FROM pg_roles"
        assert not await owner.fetchval(f"{attributes} WHERE rolname = $1", role)


@pytest.mark.parametrize("name", READERS)
async def test_a_reader_gives_its_sessions_back_to_a_pool_and_may_listen(two_states: TwoStates, name: str) -> None:
    """What is left to every role on purpose: a pool of asyncpg calls `pg_advisory_unlock_all` at each release."""
    url = two_states.url(role_of(two_states, name))
    async with asyncpg.create_pool(url, min_size=1, max_size=1) as pool:
        for _ in range(2):
            assert await pool.fetchval("SELECT 1") == 1
    async with two_states.session(role_of(two_states, name)) as session:
        await session.execute("SELECT pg_advisory_unlock_all(); LISTEN forcegen_changes; NOTIFY forcegen_changes")


async def test_a_role_that_was_not_provisioned_here_cannot_connect(two_states: TwoStates) -> None:
    server = await asyncpg.connect(two_states.servers.postgres)
    stranger = f"{two_states.ours}_stranger"
    await server.execute(f"CREATE ROLE {stranger} LOGIN PASSWORD 'only-for-tests'")
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied for database"):
            await asyncpg.connect(two_states.servers.as_role(stranger, "only-for-tests", two_states.name))
    finally:
        await server.execute(f"DROP ROLE {stranger}")
        await server.close()


@pytest.mark.parametrize("name", READERS)
async def test_a_readers_defaults_are_set_and_its_sessions_are_few(two_states: TwoStates, name: str) -> None:
    async with two_states.session(role_of(two_states, name)) as session:
        assert await session.fetchval("SHOW default_transaction_read_only") == "on"
        assert await session.fetchval("SHOW statement_timeout") == "1min"
        assert await session.fetchval("SHOW temp_file_limit") == "2GB"
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await session.execute("SET temp_file_limit = -1")
