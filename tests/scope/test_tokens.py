"""A token for one State, through the guard as a process has it: its rows, and nothing of another State."""

from pathlib import Path

import httpx
import pytest

from kernel.http.access import authenticator
from kernel.http.guard import guard
from kernel.http.operator_routes import answering, operations
from kernel.identity.tokens import digest_of
from kernel.runtime.health import Health
from kernel.runtime.settings import Settings
from services.reporting.http.app import build
from services.reporting.query.change_feed import ChangeFeed
from tests.integration.serving import served
from tests.scope.conftest import TODAY, TwoStates
from tests.scope.histories import OURS

pytestmark = pytest.mark.servers


async def test_a_token_for_one_state_sees_its_rows_and_an_app_without_a_guard_shows_none(
    two_states: TwoStates, tmp_path: Path
) -> None:
    file = tmp_path / "tokens"
    lines = [f"{name} {digest_of(f'fg_{name}')} roles=reader contributors=" for name in ("ours", "all")]
    file.write_text(f"{lines[0]}{OURS}\n{lines[1]}*\n")
    async with two_states.pools() as pools:
        feed = ChangeFeed(pools, Health(60))
        app, bare = (build(pools.unscoped, lambda: TODAY, feed, scoped_pool=pools.scoped) for _ in range(2))
        operations(app, Health(60), service="query", ready=answering(pools.unscoped))
        guard(app, authenticator(Settings(tokens_file=file)))
        async with served(app, caller=None) as url, served(bare, caller=None) as open_url:

            async def states(at: str, token: str) -> set[str]:
                async with httpx.AsyncClient(base_url=at, headers={"Authorization": f"Bearer fg_{token}"}) as http:
                    answer = await http.get("/v1/mandates")
                assert answer.status_code == 200, answer.text
                return {one["contributor"] for one in answer.json()["items"]}

            assert await states(url, "ours") == {OURS}
            assert len(await states(url, "all")) > 1
            assert await states(open_url, "all") == set()
