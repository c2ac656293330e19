"""Kafka and Postgres are killed and started again, in turn and at random moments, while commands flow.

No service has to be restarted, every command is answered, and log, topics, archive and views agree afterwards.
"""

import random
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path

import psutil
import pytest

from deploy.local import stack
from tests.faults import check, flow
from tests.foreign import Client, service_of
from tests.servers import provisioned
from tests.system import RunningSystem, prepared_system

pytestmark = [pytest.mark.servers, pytest.mark.faults, pytest.mark.timeout(600)]
SERVICES = ("approvals", "vacancies", "deployments", "reporting", "audit", "query")
COMMANDS = 4_000
TIMES = 3
SEED = 20220630
QUIET_S = 240.0


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Servers of this test alone, since it kills them."""
    directory = tmp_path_factory.mktemp("killed") / "servers"
    try:
        yield directory
    finally:
        stack.down(directory)


@pytest.fixture(scope="module")
def system(place: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSystem]:
    up = stack.up(place)
    addresses = (up.kafka_bootstrap, up.postgres_dsn)
    with (
        provisioned(*addresses, up.kafka_admin.as_environment()) as servers,
        prepared_system(servers, tmp_path_factory.mktemp("logs")) as system,
    ):
        system.start(*SERVICES)
        yield system


def kill(place: Path, server: str) -> None:
    """`kill -9` of one server with all its children, as when a machine loses its power; then a start."""
    status = getattr(stack.status(place), server)
    parent = psutil.Process(status.pid)
    everyone = [parent, *parent.children(recursive=True)]
    for process in everyone:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(everyone, 10)
    again = stack.up(place)
    assert again.kafka_bootstrap


def test_the_system_outlives_its_servers(system: RunningSystem, place: Path) -> None:
    client = Client(system.servers.kafka)
    client.send(flow.ground())
    for service in ("approvals", "vacancies"):
        client.outcomes(service, [e["id"] for e in flow.ground() if service_of(e) == service], 120)
    chance = random.Random(SEED)  # noqa: S311
    commands = flow.commands(parts=10)
    sent: dict[str, list[str]] = {service: [] for service in check.DECIDING}
    for server in ("kafka", "postgres") * TIMES:
        piece = list(islice(commands, COMMANDS // (2 * TIMES)))
        client.send(piece)
        for event in piece:
            sent[service_of(event)].append(event["id"])
        time.sleep(chance.uniform(0.0, 0.5))
        kill(place, server)
    ended = {name: process.poll() for name, process in system.processes.items() if process.poll() is not None}
    assert not ended, ended
    check.wait_for_quiet(system, QUIET_S)
    for name in SERVICES:
        system.wait_ready(name)
    check.everything(system, sent)
