"""Every object of the schemas that readers reach is in one table of objects, and guarded as that table says."""

from tests.scope.conftest import TwoStates
from tests.scope.objects import CLOSED, NOT_FOR_SQL, OPEN, POSITIONS, SCOPED

SCHEMAS = ["reporting", "reporting_known", "analysts"]
GROUPS = ("every_state_reader", "own_states_reader", "named_states_reader")


async def test_every_table_is_in_the_table_of_objects(two_states: TwoStates) -> None:
    async with two_states.session("reporting") as owner:
        tables = await owner.fetch("SELECT schemaname, tablename FROM pg_tables WHERE schemaname = ANY ($1)", SCHEMAS)
    assert {row["schemaname"] for row in tables} == {"reporting"}
    known = SCOPED | OPEN.keys() | CLOSED.keys() | POSITIONS.keys()
    assert {row["tablename"] for row in tables} == known, "say in tests/scope/objects.py which State sees its rows"


async def test_every_table_with_rows_of_states_has_forced_row_security_and_the_four_policies(
    two_states: TwoStates,
) -> None:
    async with two_states.session("reporting") as owner:
        guarded = await owner.fetch(
            "SELECT relname, relrowsecurity AND relforcerowsecurity AS forced,"
            " ARRAY(SELECT polname::text FROM pg_policy WHERE polrelid = pg_class.oid ORDER BY polname) AS policies"
            " FROM pg_class WHERE relnamespace = 'reporting'::regnamespace AND relkind IN ('r', 'p')"
        )
    policies = ["every_state", "named_states", "own_states", "owner"]
    for row in guarded:
        expected = (True, policies) if row["relname"] in SCOPED else (False, [])
        assert (row["forced"], row["policies"]) == expected, row["relname"]


async def test_every_table_with_a_column_contributor_is_among_the_scoped_ones(two_states: TwoStates) -> None:
    async with two_states.session("reporting") as owner:
        named = await owner.fetch(
            "SELECT relname AS table_name FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid"
            " WHERE relnamespace = 'reporting'::regnamespace AND relkind = 'r' AND attname = 'contributor'"
        )
    assert {row["table_name"] for row in named} - {"changes"} <= SCOPED


async def test_scoped_roles_have_the_rights_that_the_table_of_objects_says(two_states: TwoStates) -> None:
    async with two_states.session("reporting") as owner:
        for group in GROUPS:
            readable = await owner.fetch(
                "SELECT relname FROM pg_class WHERE relnamespace = 'reporting'::regnamespace AND relkind = 'r'"
                " AND has_table_privilege($1, oid, 'SELECT')",
                group,
            )
            more = NOT_FOR_SQL | POSITIONS.keys() if group == "named_states_reader" else frozenset()
            assert {row["relname"] for row in readable} == (SCOPED - NOT_FOR_SQL) | OPEN.keys() | more, group
            writable = await owner.fetch(
                "SELECT relname FROM pg_class WHERE relnamespace = 'reporting'::regnamespace AND relkind = 'r'"
                " AND has_table_privilege($1, oid, 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER, MAINTAIN')",
                group,
            )
            assert writable == []


async def test_every_view_runs_with_the_rights_of_its_caller_and_none_is_materialized(two_states: TwoStates) -> None:
    async with two_states.session("reporting") as owner:
        views = await owner.fetch(
            "SELECT oid::regclass::text AS name, relkind, 'security_invoker=true' = ANY (reloptions) AS invoker"
            " FROM pg_class WHERE relnamespace::regnamespace::text = ANY ($1) AND relkind IN ('v', 'm', 'f')",
            SCHEMAS,
        )
    assert len(views) > 50
    assert [row["name"] for row in views if row["relkind"] != b"v" or not row["invoker"]] == []


async def test_no_function_runs_with_the_rights_of_its_owner(two_states: TwoStates) -> None:
    async with two_states.session("reporting") as owner:
        definers = await owner.fetch(
            "SELECT oid::regprocedure::text AS name FROM pg_proc"
            " WHERE prosecdef AND pronamespace::regnamespace::text = ANY ($1)",
            SCHEMAS,
        )
    assert definers == []


async def test_the_scope_of_a_role_is_read_by_one_function_of_the_administrator(two_states: TwoStates) -> None:
    """It runs with its owner's rights, with a search path of its own, and gives nothing but the caller's States."""
    async with two_states.session("reporting") as owner:
        [function] = await owner.fetch(
            "SELECT proname, prosecdef, proconfig, pg_get_userbyid(proowner) AS owner,"
            " has_function_privilege('reporting', oid, 'EXECUTE') AS of_services"
            " FROM pg_proc WHERE pronamespace = 'scopes'::regnamespace"
        )
        may_change = await owner.fetchval(
            "SELECT bool_or(has_table_privilege(rolname, 'scopes.scope_of', 'SELECT, INSERT, UPDATE, DELETE'))"
            " FROM pg_roles WHERE NOT rolsuper AND rolname IN ('reporting', 'reporting_reader', 'analyst', $1)",
            two_states.ours,
        )
    assert (function["proname"], function["prosecdef"]) == ("own_states", True)
    assert function["proconfig"] == ["search_path=pg_catalog, pg_temp"]
    assert (function["owner"] != "reporting", function["of_services"], may_change) == (True, False, False)


async def test_no_policy_of_a_reader_holds_for_a_service_that_watches_it(two_states: TwoStates) -> None:
    """Else whatever the service owns would show its callers every row."""
    async with two_states.session("reporting") as owner:
        for group in GROUPS:
            assert not await owner.fetchval("SELECT pg_has_role('reporting', $1, 'USAGE')", group)
        bypassing = await owner.fetch("SELECT rolname FROM pg_roles WHERE rolbypassrls AND NOT rolsuper")
    assert bypassing == []
