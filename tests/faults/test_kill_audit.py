"""`kill -9` of the audit room while records flow: afterwards the archive is what the broker holds, byte for byte, and
every checkpoint that was ever signed, also just before a kill, is one of the final tree."""

import random
import time
from collections.abc import Iterator
from itertools import islice

import pytest

from services.audit.settings import AuditSettings
from services.audit.tlog import keys
from services.audit.verify import verifier
from tests import house as real_house
from tests.faults import check, flow
from tests.foreign import Client
from tests.house import House
from tests.servers import Servers

pytestmark = [pytest.mark.servers, pytest.mark.faults, pytest.mark.timeout(600)]
TIMES = 12
SEED = 20140101
COMMANDS = 6_000
DECIDING = ("approvals", "vacancies", "deployments", "reporting")


@pytest.fixture(scope="module")
def house(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with real_house.furnished(servers, tmp_path_factory.mktemp("logs")) as house:
        house.start(*DECIDING, "audit")
        yield house


def test_the_archive_is_whole_and_never_signed_what_it_does_not_hold(house: House) -> None:
    client = Client(house.servers.kafka)
    client.send(flow.ground())
    chance = random.Random(SEED)  # noqa: S311
    commands = islice(flow.twenty_thousand(), COMMANDS)
    kept: list[str] = []
    for _ in range(TIMES):
        client.send(list(islice(commands, COMMANDS // TIMES)))
        time.sleep(chance.uniform(0.1, 1.5))
        house.kill("audit")
        kept += [file.read_text() for file in (house.logs / "audit").glob("checkpoint")]
        house.spawn("audit")
    house.wait_ready("audit")
    check.wait_for_quiet(house, 240)
    time.sleep(1.5)  # signed at the latest
    check.archive_equals_the_topics(house)
    key = str(keys.signer(AuditSettings(directory=house.logs / "audit")).verifier)
    read = verifier.reader(house.url("audit"))
    report = verifier.verify(read, key)
    assert report.findings == []
    assert report.records == sum(Client(house.servers.kafka).ends(*real_house.every_topic()).values())
    assert len(kept) > TIMES // 2
    for note in {*kept}:
        assert verifier.verify(read, key, note).findings == []
