"""`kill -9` of every process in turn, twice each, at random moments, while 4,000 commands flow.

`make kills` does it ten times each, while 20,000 flow (`FORCEGEN_TEST_KILLS` says how many times).

Afterwards every command is answered, each accepted command's events are in the store once and in the topic once,
positions have no gap, the archive holds every record, and the views equal a single-threaded fold of the topics.
"""

import os
import random
import time
from collections.abc import Iterator
from itertools import islice

import pytest

from tests.faults import check, flow
from tests.foreign import Client, service_of
from tests.servers import Servers
from tests.system import RunningSystem, prepared_system

pytestmark = [pytest.mark.servers, pytest.mark.faults, pytest.mark.timeout(900)]
KILLED = ("approvals", "vacancies", "deployments", "reporting", "audit", "query")
TIMES = int(os.environ.get("FORCEGEN_TEST_KILLS", "2"))
SEED = 20220630
MEMORY_MAX_BYTES = 200_000_000
QUIET_S = 240.0


@pytest.fixture(scope="module")
def system(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSystem]:
    lease = {"FORCEGEN_RELAY_LEASE_MS": "2000"}  # the shortest, so that each killed relay is soon replaced
    with prepared_system(servers, tmp_path_factory.mktemp("logs"), **lease) as system:
        system.start(*KILLED)
        yield system


def test_nothing_is_lost_and_nothing_is_double(system: RunningSystem) -> None:
    client = Client(system.servers.kafka)
    client.send(flow.ground())
    for service in ("approvals", "vacancies"):
        client.outcomes(service, [e["id"] for e in flow.ground() if service_of(e) == service], 120)
    sent = kill_while_sending(system, client)
    for name in KILLED:
        system.wait_ready(name)
    check.wait_for_quiet(system, QUIET_S)
    system.note_memory()
    check.everything(system, sent)
    print({name: f"{used / 1e6:.0f} MB" for name, used in system.memory_peak_bytes.items()})  # noqa: T201
    assert all(used < MEMORY_MAX_BYTES for used in system.memory_peak_bytes.values()), system.memory_peak_bytes


def kill_while_sending(system: RunningSystem, client: Client) -> dict[str, list[str]]:
    """Send in slices; between two slices one process is killed at a random moment and started again at once."""
    chance = random.Random(SEED)  # noqa: S311
    order = [name for _ in range(TIMES) for name in chance.sample(KILLED, len(KILLED))]
    commands = flow.commands(TIMES)
    sent: dict[str, list[str]] = {service: [] for service in check.DECIDING}
    total = flow.COMMANDS * TIMES
    for name in order:
        piece = list(islice(commands, total // len(order) + 1))
        client.send(piece)
        for event in piece:
            sent[service_of(event)].append(event["id"])
        time.sleep(chance.uniform(0.1, 1.0))
        system.kill(name)
        system.spawn(name)
    assert sum(map(len, sent.values())) == total
    assert next(commands, None) is None
    return sent
