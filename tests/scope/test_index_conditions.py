"""A scoped reader finds rows by the same indexes as one who reads every State.

Behind a policy, Postgres uses an index only with conditions that cannot leak a row that the policy withholds.
"""

import pytest

from tests.scope.conftest import TwoStates
from tests.scope.objects import SCOPED

pytestmark = pytest.mark.servers
LEAKY = """
    SELECT DISTINCT i.relname::text || ': ' || o.oid::regoperator AS fault
    FROM pg_index AS x JOIN pg_class AS i ON i.oid = x.indexrelid JOIN pg_class AS t ON t.oid = x.indrelid
    CROSS JOIN unnest(x.indclass::oid[]) AS class JOIN pg_opclass AS c ON c.oid = class
    JOIN pg_amop AS a ON a.amopfamily = c.opcfamily AND a.amoppurpose = 's'
     AND a.amoplefttype = c.opcintype AND a.amoprighttype = c.opcintype
    JOIN pg_operator AS o ON o.oid = a.amopopr JOIN pg_proc AS p ON p.oid = o.oprcode
    WHERE t.relnamespace = 'reporting'::regnamespace AND t.relname = ANY ($1) AND NOT p.proleakproof
"""
"""Operators by which an index finds rows, and that are not leakproof."""
COMPUTED = """
    SELECT t.relname AS table, i.relname AS index, pg_get_indexdef(x.indexrelid, nr, true) AS expression,
           format_type(a.atttypid, a.atttypmod) AS type, coalesce(pg_get_expr(x.indpred, x.indrelid), 'true') AS holds
    FROM pg_index AS x JOIN pg_class AS i ON i.oid = x.indexrelid JOIN pg_class AS t ON t.oid = x.indrelid
    CROSS JOIN generate_series(1, x.indnkeyatts) AS nr JOIN pg_attribute AS a ON a.attrelid = i.oid AND a.attnum = nr
    WHERE t.relnamespace = 'reporting'::regnamespace AND t.relname = ANY ($1) AND x.indkey[nr - 1] = 0
      AND i.relname <> ALL ($2)
"""
"""Columns of indexes that are made of functions."""
OF_HISTORIES = frozenset({"stays_known", "tours_known"})
"""Indexes over ranges of instants: what is known at an instant is filtered behind the policy."""


async def test_every_index_finds_rows_by_operators_that_leak_nothing(two_states: TwoStates) -> None:
    async with two_states.session("reporting") as owner:
        faults = [row["fault"] for row in await owner.fetch(LEAKY, list(SCOPED))]
    assert [fault for fault in faults if not fault.startswith(tuple(OF_HISTORIES))] == []


async def test_every_function_in_an_index_is_made_of_parts_that_leak_nothing(two_states: TwoStates) -> None:
    async with two_states.session("reporting") as owner:
        computed = await owner.fetch(COMPUTED, list(SCOPED), list(OF_HISTORIES))
    assert {row["index"] for row in computed} == {"tours_to_come", "tours_in_post"}
    async with two_states.pools() as pools:
        for row in computed:
            condition = f"{row['expression']} > (SELECT NULL::{row['type']})"
            async with pools.connection(frozenset({"AAA"}), is_snapshot=True) as connection:
                await connection.execute("SET LOCAL enable_seqscan = off")
                sql = f"EXPLAIN (COSTS off) SELECT FROM {row['table']} WHERE {condition} AND {row['holds']}"
                plan = [line[0].strip() for line in await connection.fetch(sql)]
            filters = [line for line in plan if line.startswith("Filter") and " > " in line]
            assert filters == [], f"{row['index']}: {condition} is filtered and finds nothing in the index"


async def test_the_first_event_of_a_correlation_is_read_from_its_index_however_many_there_are(
    two_states: TwoStates,
) -> None:
    async with (
        two_states.pools() as pools,
        pools.connection(frozenset({"AAA"}), is_snapshot=True) as connection,
    ):
        await connection.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        of_many = "SELECT id FROM events WHERE correlation_id = 'an import' ORDER BY service, position LIMIT 1"
        plan = [line[0].strip() for line in await connection.fetch(f"EXPLAIN (COSTS off) {of_many}")]
    assert "Index Cond: (correlation_id = 'an import'::text)" in plan
    assert [line for line in plan if "Sort" in line] == []
