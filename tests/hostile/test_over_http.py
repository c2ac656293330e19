"""Hostile requests over sockets of their own: never a 5xx for what a caller sent, and honest ones are answered."""

import secrets

import pytest

from tests.hostile import over_http
from tests.system import RunningSystem

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]
SEED = 20130630
REQUESTS = 200


@pytest.mark.parametrize("seed", [SEED, pytest.param(None, id="new")])
def test_nothing_that_is_sent_makes_a_server_error(system: RunningSystem, seed: int | None) -> None:
    seed = secrets.randbelow(10**9) if seed is None else seed
    wrong, statuses = over_http.run(system, seed, REQUESTS)
    print(f"seed {seed}: {REQUESTS} requests, {dict(sorted(statuses.items()))}")  # noqa: T201
    assert wrong == [], seed


def test_after_all_of_this_every_process_is_ready(system: RunningSystem) -> None:
    for name in system.processes:
        system.wait_ready(name)
