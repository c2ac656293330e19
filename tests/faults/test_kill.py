"""`kill -9` of every process in turn, ten times each, at random moments, while 20,000 commands flow.

Afterwards every command is answered, each accepted command's events are in the store once and in the topic once,
positions have no gap, the archive holds every record, and the views equal a single-threaded fold of the topics.
"""

import random
import time
from collections.abc import Iterator
from itertools import islice

import pytest

from tests import house as real_house
from tests.faults import check, flow
from tests.foreign import Client, room_of
from tests.house import House
from tests.servers import Servers

pytestmark = [pytest.mark.servers, pytest.mark.faults, pytest.mark.timeout(900)]
KILLED = ("approvals", "vacancies", "deployments", "reporting", "audit", "query")
TIMES = 10
SEED = 20220630
MEMORY_MAX_BYTES = 200_000_000
QUIET_S = 240.0


@pytest.fixture(scope="module")
def house(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    lease = {"FORCEGEN_RELAY_LEASE_MS": "2000"}  # the shortest, so that each killed relay is soon replaced
    with real_house.furnished(servers, tmp_path_factory.mktemp("logs"), **lease) as house:
        house.start(*KILLED)
        yield house


def test_nothing_is_lost_and_nothing_is_double(house: House) -> None:
    client = Client(house.servers.kafka)
    client.send(flow.ground())
    for room in ("approvals", "vacancies"):
        client.outcomes(room, [e["id"] for e in flow.ground() if room_of(e) == room], 120)
    sent = kill_while_sending(house, client)
    for name in KILLED:
        house.wait_ready(name)
    check.wait_for_quiet(house, QUIET_S)
    house.note_memory()
    check.everything(house, sent)
    print({name: f"{used / 1e6:.0f} MB" for name, used in house.memory_peak_bytes.items()})  # noqa: T201
    assert all(used < MEMORY_MAX_BYTES for used in house.memory_peak_bytes.values()), house.memory_peak_bytes


def kill_while_sending(house: House, client: Client) -> dict[str, list[str]]:
    """Send in slices; between two slices one process is killed at a random moment and started again at once."""
    chance = random.Random(SEED)  # noqa: S311
    order = [name for _ in range(TIMES) for name in chance.sample(KILLED, len(KILLED))]
    commands = flow.twenty_thousand()
    sent: dict[str, list[str]] = {room: [] for room in check.DECIDING}
    total = flow.TOURS * 3 + flow.CANDIDATES * 2 + flow.PROPOSALS
    for name in order:
        piece = list(islice(commands, total // len(order) + 1))
        client.send(piece)
        for event in piece:
            sent[room_of(event)].append(event["id"])
        time.sleep(chance.uniform(0.1, 1.0))
        house.kill(name)
        house.spawn(name)
    assert sum(map(len, sent.values())) == total
    assert next(commands, None) is None
    return sent
