"""`kill -9` of the audit service while records flow: afterwards the archive is what the broker holds, byte for byte.

Every checkpoint that was ever signed, also just before a kill, is one of the final tree.
"""

import random
import time
from collections.abc import Iterator
from itertools import islice

import pytest

from services.audit.settings import AuditSettings
from services.audit.tlog import keys
from services.audit.verify import verifier
from tests.faults import check, flow
from tests.foreign import Client
from tests.servers import Servers
from tests.system import TOKEN, RunningSystem, every_topic, prepared_system

pytestmark = [pytest.mark.servers, pytest.mark.faults, pytest.mark.timeout(600)]
TIMES = 12
SEED = 20140101
COMMANDS = 6_000
DECIDING = ("approvals", "vacancies", "deployments", "reporting")


@pytest.fixture(scope="module")
def system(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSystem]:
    with prepared_system(servers, tmp_path_factory.mktemp("logs")) as system:
        system.start(*DECIDING, "audit")
        yield system


def test_the_archive_is_whole_and_never_signed_what_it_does_not_hold(system: RunningSystem) -> None:
    client = Client(system.servers.kafka)
    client.send(flow.ground())
    chance = random.Random(SEED)  # noqa: S311
    commands = islice(flow.commands(parts=10), COMMANDS)
    kept: list[str] = []
    for _ in range(TIMES):
        client.send(list(islice(commands, COMMANDS // TIMES)))
        time.sleep(chance.uniform(0.1, 1.5))
        system.kill("audit")
        kept += [file.read_text() for file in (system.logs / "audit").glob("checkpoint")]
        system.spawn("audit")
    system.wait_ready("audit")
    check.wait_for_quiet(system, 240)
    time.sleep(1.5)  # signed at the latest
    check.archive_equals_the_topics(system)
    key = str(keys.signer(AuditSettings(directory=system.logs / "audit")).verifier)
    read = verifier.reader(system.url("audit"), TOKEN)
    report = verifier.verify(read, key)
    assert report.findings == []
    assert report.records == sum(Client(system.servers.kafka).ends(*every_topic()).values())
    assert len(kept) > TIMES // 2
    for note in {*kept}:
        assert verifier.verify(read, key, note).findings == []
