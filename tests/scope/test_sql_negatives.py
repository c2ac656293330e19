"""As an analyst of one State: every way round the policies leads to nothing of another State."""

import asyncio
from io import BytesIO

import asyncpg
import pytest

from services.reporting import rebuild
from tests.scope import histories
from tests.scope.conftest import TwoStates, everything
from tests.scope.objects import SCOPED, WRITING


@pytest.mark.parametrize(
    "attempt",
    [
        f"SET forcegen.contributors = '{histories.THEIRS}'",
        f"SELECT set_config('forcegen.contributors', '{histories.THEIRS}', false)",
        "SET row_security = on",
        "SET search_path = reporting_known, reporting",
    ],
)
async def test_sql_setting_by_oneself_opens_nothing(
    two_states: TwoStates, ours: asyncpg.Connection, attempt: str
) -> None:
    await ours.execute(attempt)
    assert two_states.seen(await everything(ours, "reporting.tours")) == []


@pytest.mark.parametrize(
    "role",
    ["every_state_reader", "named_states_reader", "own_states_reader", "reporting", "reporting_reader", "analyst"],
)
async def test_sql_set_role_is_refused(ours: asyncpg.Connection, role: str) -> None:
    for verb in ("SET ROLE", "SET SESSION AUTHORIZATION", "SET LOCAL ROLE"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with ours.transaction():
                await ours.execute(f"{verb} {role}")


async def test_sql_row_security_off_is_an_error_and_shows_nothing(ours: asyncpg.Connection) -> None:
    await ours.execute("SET row_security = off")
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
        await ours.fetch("SELECT * FROM reporting.tours")


async def test_sql_copy_of_a_table_is_behind_its_policy(two_states: TwoStates, ours: asyncpg.Connection) -> None:
    written = BytesIO()
    await ours.copy_from_table("tours", schema_name="reporting", output=written)
    assert b"alpha" in written.getvalue()
    assert two_states.seen(written.getvalue()) == []


@pytest.mark.parametrize(
    "attempt",
    [
        "INSERT INTO scopes.scope_of VALUES (session_user, 'BOL')",
        "SELECT * FROM scopes.scope_of",
        "UPDATE reporting.tours SET contributor = 'KAZ'",
        "ALTER TABLE reporting.tours DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE reporting.tours NO FORCE ROW LEVEL SECURITY",
        "DROP POLICY own_states ON reporting.tours",
        "CREATE POLICY mine ON reporting.tours USING (true)",
        "CREATE OR REPLACE FUNCTION scopes.own_states() RETURNS text[] LANGUAGE sql AS 'SELECT ARRAY[1]::text[]'",
        "GRANT every_state_reader TO CURRENT_USER",
        "ALTER ROLE CURRENT_USER BYPASSRLS",
        "SELECT * FROM reporting.dead_letters",
        "SELECT * FROM reporting.parked",
        "SELECT * FROM reporting.changes",
        "CREATE TEMPORARY TABLE scope_of (role name, contributor text)",
        "CREATE TEMPORARY TABLE tours (id text)",
        "SELECT lo_from_bytea(0, 'x')",
        "SELECT pg_advisory_lock(hashtext('forcegen relay'))",
        "SELECT pg_try_advisory_xact_lock(1)",
    ],
)
async def test_sql_no_statement_widens_a_scope_or_leaves_anything(ours: asyncpg.Connection, attempt: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await ours.execute(attempt)


async def test_sql_writing_functions_write_nothing_for_a_reader(ours: asyncpg.Connection) -> None:
    async with asyncio.timeout(20):
        for function in sorted(WRITING):
            arguments = "ARRAY['kz-2013-alpha/observers-alpha'], ARRAY[current_date]" * (function == "renew_occupancy")
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await ours.execute(f"SET search_path = reporting, public; SELECT {function}({arguments})")


async def test_sql_views_and_functions_of_the_owner_show_their_callers_nothing(
    two_states: TwoStates, ours: asyncpg.Connection
) -> None:
    """Whatever somebody adds one day that runs with the owner's rights: it fails closed, and never open."""
    async with two_states.session("reporting") as owner:
        await owner.execute(
            "CREATE VIEW analysts.of_owner AS SELECT * FROM reporting.tours;"
            "CREATE VIEW analysts.with_barrier WITH (security_barrier = true) AS SELECT * FROM reporting.tours;"
            "CREATE FUNCTION analysts.of_definer() RETURNS SETOF reporting.tours LANGUAGE sql SECURITY DEFINER"
            " AS 'SELECT * FROM reporting.tours';"
            "CREATE VIEW analysts.of_invoker WITH (security_invoker = true) AS SELECT * FROM reporting.tours;"
            "GRANT SELECT ON analysts.of_owner, analysts.with_barrier, analysts.of_invoker TO PUBLIC"
        )
        try:
            assert await owner.fetchval("SELECT count(*) FROM analysts.of_owner") == 4
            for source in ("of_owner", "with_barrier", "of_definer()"):
                assert await everything(ours, f"analysts.{source}") == b"", source
            mine = await ours.fetch("SELECT contributor FROM analysts.of_invoker")
            assert {row["contributor"] for row in mine} == {histories.OURS}
        finally:
            await owner.execute("DROP VIEW analysts.of_owner, analysts.with_barrier, analysts.of_invoker")
            await owner.execute("DROP FUNCTION analysts.of_definer")


async def test_sql_a_function_that_is_not_leakproof_is_given_no_row_of_another(
    two_states: TwoStates, ours: asyncpg.Connection
) -> None:
    """A condition that is not leakproof runs behind the policy: a cast that fails names a value only if it is ours."""
    with pytest.raises(asyncpg.DataError) as refused:
        await ours.fetch("SELECT * FROM reporting.tours WHERE person::int = 1")
    assert two_states.seen(str(refused.value).encode()) == []
    with pytest.raises(asyncpg.DataError) as refused:
        await ours.fetch("SELECT * FROM reporting.tours_history WHERE contributor = 'BOL' OR person::int = 1")
    assert two_states.seen(str(refused.value).encode()) == []


async def test_sql_statistics_of_guarded_columns_are_hidden(two_states: TwoStates, ours: asyncpg.Connection) -> None:
    """What remains visible is on the page: the number of rows that EXPLAIN expects."""
    async with two_states.session("reporting") as owner:
        await owner.execute("ANALYZE reporting.tours")
    content = await everything(ours, "pg_stats WHERE schemaname = 'reporting'")
    assert two_states.seen(content) == []
    plan = "\n".join(row[0] for row in await ours.fetch("EXPLAIN SELECT * FROM reporting.tours"))
    assert two_states.seen(plan.encode()) == []


async def test_sql_a_role_in_no_scope_sees_no_row(two_states: TwoStates) -> None:
    async with two_states.session("auditor") as auditor:
        for table in ("reporting.tours", "analysts.tours"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await everything(auditor, table)


async def test_sql_what_was_bound_otherwise_is_seen_otherwise_with_the_next_statement(
    two_states: TwoStates, ours: asyncpg.Connection
) -> None:
    server = await asyncpg.connect(two_states.servers.database(two_states.name))
    try:
        await server.execute("DELETE FROM scopes.scope_of WHERE role = $1::text::name", two_states.ours)
        assert await ours.fetch("SELECT * FROM reporting.tours") == []
    finally:
        await server.execute("INSERT INTO scopes.scope_of VALUES ($1::text::name, $2)", two_states.ours, histories.OURS)
        await server.close()
    assert await ours.fetch("SELECT * FROM reporting.tours") != []


async def test_sql_the_new_schema_of_a_rebuild_is_guarded_as_the_one_in_service(
    two_states: TwoStates, ours: asyncpg.Connection
) -> None:
    """Made by the owner of the views beside those in service, and put in their place."""
    owner_url = two_states.url("reporting")
    await rebuild.make(owner_url)
    try:
        async with two_states.session("reporting") as owner:
            unguarded = await owner.fetch(
                "SELECT relname FROM pg_class WHERE relnamespace = 'reporting_next'::regnamespace AND relkind = 'r'"
                " AND relname = ANY ($1) AND NOT (relrowsecurity AND relforcerowsecurity)",
                sorted(SCOPED),
            )
            assert unguarded == []
            await owner.execute("INSERT INTO reporting_next.tours SELECT * FROM reporting.tours")
        content = await everything(ours, "reporting_next.tours")
        assert (b"alpha" in content, two_states.seen(content)) == (True, [])
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await ours.fetch("SELECT * FROM reporting_next.dead_letters")
    finally:
        async with two_states.session("reporting") as owner:
            await rebuild.drop(owner)


async def test_whoever_is_bound_to_no_state_reads_as_ever(two_states: TwoStates) -> None:
    """The role of every State sees all, with the plans of a table without policies."""
    async with two_states.session("analyst") as analyst:
        assert {row[0] for row in await analyst.fetch("SELECT contributor FROM tours")} == set(histories.MARKS)
        plan = "\n".join(row[0] for row in await analyst.fetch("EXPLAIN SELECT * FROM reporting.tours"))
    assert "Filter" not in plan
    assert "SubPlan" not in plan
