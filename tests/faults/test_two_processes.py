"""Two processes of every room share its partitions; one of each is killed, and comes back, while commands flow.

This is how a room scales out and how it survives a lost machine: Kafka's consumer group divides the partitions, the
store fences whoever was replaced, one relay of a room is active, and nothing is lost or doubled.
"""

from collections.abc import Iterator
from itertools import islice

import pytest

from tests import house as real_house
from tests.faults import check, flow
from tests.foreign import Client, room_of
from tests.house import House
from tests.servers import Servers

pytestmark = [pytest.mark.servers, pytest.mark.faults, pytest.mark.timeout(600)]
TWICE = ("approvals", "vacancies", "deployments", "reporting", "audit")
COMMANDS = 3_000
QUIET_S = 120.0


@pytest.fixture(scope="module")
def house(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with real_house.furnished(servers, tmp_path_factory.mktemp("logs")) as house:
        house.start(*TWICE, "query", *(f"{name}#2" for name in TWICE))
        yield house


def test_rooms_share_their_work_and_take_over_from_each_other(house: House) -> None:
    client = Client(house.servers.kafka)
    client.send(flow.ground())
    for room in ("approvals", "vacancies"):
        client.outcomes(room, [e["id"] for e in flow.ground() if room_of(e) == room], 120)
    commands = flow.twenty_thousand()
    sent: dict[str, list[str]] = {room: [] for room in check.DECIDING}
    for step in (*TWICE, *(f"{name}#2" for name in TWICE)):
        piece = list(islice(commands, COMMANDS // (2 * len(TWICE))))
        client.send(piece)
        for event in piece:
            sent[room_of(event)].append(event["id"])
        house.kill(step)
        house.spawn(step)
    for name in house.processes:
        house.wait_ready(name)
    check.wait_for_quiet(house, QUIET_S)
    check.everything(house, sent)
