"""Two processes of every service share its partitions; one of each is killed, and comes back, while commands flow.

This is how a service scales out and how it survives a lost machine: Kafka's consumer group divides the partitions, the
store fences whoever was replaced, one relay of a service is active, and nothing is lost or doubled.
"""

from collections.abc import Iterator
from itertools import islice

import pytest

from tests.faults import check, flow
from tests.foreign import Client, service_of
from tests.servers import Servers
from tests.system import RunningSystem, prepared_system

pytestmark = [pytest.mark.servers, pytest.mark.faults, pytest.mark.timeout(600)]
TWICE = ("approvals", "vacancies", "deployments", "reporting", "audit")
COMMANDS = 3_000
QUIET_S = 120.0


@pytest.fixture(scope="module")
def system(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSystem]:
    with prepared_system(servers, tmp_path_factory.mktemp("logs")) as system:
        system.start(*TWICE, "query", *(f"{name}#2" for name in TWICE))
        yield system


def test_services_share_their_work_and_take_over_from_each_other(system: RunningSystem) -> None:
    client = Client(system.servers.kafka)
    client.send(flow.ground())
    for service in ("approvals", "vacancies"):
        client.outcomes(service, [e["id"] for e in flow.ground() if service_of(e) == service], 120)
    commands = flow.commands(parts=10)
    sent: dict[str, list[str]] = {service: [] for service in check.DECIDING}
    for step in (*TWICE, *(f"{name}#2" for name in TWICE)):
        piece = list(islice(commands, COMMANDS // (2 * len(TWICE))))
        client.send(piece)
        for event in piece:
            sent[service_of(event)].append(event["id"])
        system.kill(step)
        system.spawn(step)
    for name in system.processes:
        system.wait_ready(name)
    check.wait_for_quiet(system, QUIET_S)
    check.everything(system, sent)
