"""Hostile records among honest commands through a real Kafka: a seed that is always the same, and a new one.

The long search is `make hostile`; what a seed finds here is found again by
`python -m tests.hostile --seed N --hostile 200 --honest 110`.
"""

import secrets
from collections.abc import Iterator

import pytest

from tests.hostile.checks import archive
from tests.hostile.run import PROCESSES, Runs
from tests.servers import Servers
from tests.system import prepared_system

pytestmark = [pytest.mark.servers, pytest.mark.timeout(1_200)]
SEED = 20130630
HOSTILE, HONEST = 200, 110


@pytest.fixture(scope="module")
def runs(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    """A system of its own: what is sent to it is no neighbour for the stories of other tests."""
    lease = {"FORCEGEN_RELAY_LEASE_MS": "2000"}
    with prepared_system(servers, tmp_path_factory.mktemp("logs"), **lease) as system:
        system.start(*PROCESSES)
        yield Runs(system)


@pytest.mark.parametrize("seed", [SEED, pytest.param(None, id="new")])
def test_hostile_records_stop_nobody_and_lose_nothing(runs: Runs, seed: int | None) -> None:
    seed = secrets.randbelow(10**9) if seed is None else seed
    report = runs.run(seed, hostile_number=HOSTILE, honest_number=HONEST)
    print(report)  # noqa: T201  (the seed is shown where a test fails)
    assert report.wrong == [], report


def test_every_process_starts_again_after_all_of_this(runs: Runs) -> None:
    assert runs.restart() == []


def test_the_books_agree_after_all_of_this(runs: Runs) -> None:
    assert list(archive.books(runs.system, runs.sent)) == []
