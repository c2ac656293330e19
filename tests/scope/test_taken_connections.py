"""Whoever takes a connection of the scoped pool begins with the States that it names, or with none."""

import asyncio

import asyncpg
import pytest

from services.reporting.query.scope import NotScoped, ReadPools, Scope
from tests.scope import histories
from tests.scope.conftest import TwoStates

pytestmark = pytest.mark.servers
COUNT = "SELECT count(*) FROM tours"
OURS: Scope = frozenset({histories.OURS})
THEIRS: Scope = frozenset({histories.THEIRS})
BOTH: Scope = frozenset({histories.OURS, histories.THEIRS})


async def _seen(pools: ReadPools, scope: Scope) -> int:
    async with pools.connection(scope) as connection:
        return int(await connection.fetchval(COUNT))


async def test_nobody_takes_over_the_states_that_another_named(two_states: TwoStates) -> None:
    async with two_states.pools() as pools:
        ours, theirs, both = [await _seen(pools, scope) for scope in (OURS, THEIRS, BOTH)]
        assert ours and theirs and both == ours + theirs
        assert pools.scoped is not None
        for _ in range(4):
            await _seen(pools, THEIRS)
            assert await pools.scoped.fetchval(COUNT) == 0, "a connection on which nobody named a State"
            assert await _seen(pools, OURS) == ours


async def test_requests_side_by_side_see_their_own_states(two_states: TwoStates) -> None:
    async with two_states.pools() as pools:
        alone = {scope: await _seen(pools, scope) for scope in (OURS, THEIRS, BOTH)}
        scopes = [OURS, THEIRS, BOTH] * 20
        assert await asyncio.gather(*(_seen(pools, scope) for scope in scopes)) == [alone[scope] for scope in scopes]


async def test_a_setting_ends_with_the_request_that_made_it(two_states: TwoStates) -> None:
    async with two_states.pools() as pools:
        ours = await _seen(pools, OURS)
        for _ in range(4):
            async with pools.connection(OURS) as connection:
                await connection.execute(f"SET forcegen.contributors = '{histories.THEIRS}'; SET enable_sort = off")
            async with pools.connection(OURS) as connection:
                assert await connection.fetchval("SHOW enable_sort") == "on"
                assert await connection.fetchval(COUNT) == ours


async def test_a_request_that_fails_or_is_cancelled_leaves_nothing_behind(two_states: TwoStates) -> None:
    async with two_states.pools() as pools:
        ours = await _seen(pools, OURS)
        for _ in range(3):
            with pytest.raises(asyncpg.DivisionByZeroError):
                async with pools.connection(THEIRS, is_snapshot=True) as connection:
                    await connection.execute("SELECT 1 / 0")
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.05), pools.connection(THEIRS) as connection:
                    await connection.execute("SELECT pg_sleep(10)")
            assert await _seen(pools, OURS) == ours
            assert pools.scoped is not None
            assert await pools.scoped.fetchval(COUNT) == 0


@pytest.mark.parametrize("state", ["ABC'; RESET ALL; --", "A B", "A,B", "", "ÄBC"])
async def test_what_is_no_code_is_not_named(two_states: TwoStates, state: str) -> None:
    async with two_states.pools() as pools:
        with pytest.raises(ValueError, match="names States by letters"):
            await _seen(pools, frozenset({state, histories.OURS}))
        assert await _seen(pools, OURS) > 0


async def test_a_scoped_request_makes_as_many_round_trips_as_another_one(two_states: TwoStates) -> None:
    """Others reset their connection when they give it back; this one when it is taken, with its States."""
    sent: list[str] = []
    async with two_states.pools(sent) as pools:
        await _seen(pools, OURS)
        sent.clear()
        await _seen(pools, OURS)
        [begin, statement] = sent
        assert "RESET ALL" in begin and begin.endswith(f"SET forcegen.contributors = '{histories.OURS}'")
        assert statement == COUNT


async def test_who_has_no_scoped_connections_answers_nobody_of_a_state(two_states: TwoStates) -> None:
    async with two_states.pools() as pools:
        with pytest.raises(NotScoped):
            await _seen(ReadPools(pools.unscoped), OURS)
