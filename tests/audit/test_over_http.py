"""The whole way: commands through the system, the log over HTTP, taken away as files, checked by the verifier alone."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.main import app
from services.audit.settings import AuditSettings
from services.audit.tlog import merkle
from services.audit.tlog.keys import signer
from services.audit.verify import verifier
from tests.audit.taken_alone import Alone
from tests.e2e.test_main_path import proposal
from tests.foreign import Client
from tests.system import TOKEN, RunningSystem

pytestmark = pytest.mark.servers


def get(system: RunningSystem, path: str) -> Any:
    answer = system.http.get(f"{system.url('audit')}{path}")
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture(scope="module")
def key(system: RunningSystem) -> str:
    """The log's key, as the operator tells it, once a mandate is on record and signed."""
    Client(system.servers.kafka).send([proposal("to-be-proven")])
    deadline = time.monotonic() + 60
    places = [f"{system.url('audit')}/v1/bundles/approvals.events/{partition}/0" for partition in range(4)]
    while not any(system.http.get(place).status_code == 200 for place in places):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    return str(signer(AuditSettings(directory=system.logs / "audit")).verifier)


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Alone:
    """The verifier as an auditor runs it: one file, away from the system."""
    return Alone(tmp_path_factory.mktemp("auditor"))


def test_a_running_service_is_verified_and_so_is_its_database(system: RunningSystem, key: str, alone: Alone) -> None:
    code, said = alone("--key", key, "--token", TOKEN, system.url("audit"))
    assert (code, "all of it holds" in said) == (0, True), said
    for place in (system.url("audit"), system.dsn("audit")):
        result = CliRunner().invoke(app, ["audit", "verify", "--key", key, "--from", place])
        assert (result.exit_code, "all of it holds" in result.output) == (0, True), result.output


def test_an_export_is_verified_offline_and_grows(system: RunningSystem, key: str, alone: Alone, tmp_path: Path) -> None:
    export = ["audit", "export", str(tmp_path / "log"), "--from", system.url("audit")]
    assert CliRunner().invoke(app, export).exit_code == 0
    kept = tmp_path / "kept"
    kept.write_bytes((tmp_path / "log/checkpoint").read_bytes())
    Client(system.servers.kafka).send([proposal("proven-later")])
    time.sleep(2)
    assert CliRunner().invoke(app, export).exit_code == 0
    assert alone("--key", key, "--since", kept, tmp_path / "log")[0] == 0
    records = max((tmp_path / "log/records").rglob("*.p/*"))
    first, _, rest = records.read_text().partition("\n")
    records.write_text(json.dumps(json.loads(first) | {"value": "00"}) + "\n" + rest)
    code, said = alone("--key", key, tmp_path / "log")
    assert (code, f"leaf {json.loads(first)['leaf']}): changed" in said) == (1, True), said


def test_proofs_are_those_of_the_tree(system: RunningSystem, key: str) -> None:
    note = system.http.get(f"{system.url('audit')}/checkpoint").text
    newest = verifier.checkpoint(note, [key])
    tile = system.http.get(f"{system.url('audit')}/tile/0/000.p/1").content
    proof = get(system, f"/v1/proofs/inclusion?leaf=0&size={newest.size}")
    hashes = [bytes.fromhex(one) for one in proof["hashes"]]
    merkle.check_inclusion(0, newest.size, tile, hashes, newest.root)
    assert verifier.included(0, newest.size, tile, hashes, newest.root)
    proof = get(system, f"/v1/proofs/consistency?old=1&size={newest.size}")
    hashes = [bytes.fromhex(one) for one in proof["hashes"]]
    merkle.check_consistency(1, newest.size, hashes, tile, newest.root)


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/v1/proofs/inclusion?leaf=9&size=9",
            "/v1/proofs/consistency?old=1&size=99999999",
            "/tile/0/999",
            "/tile/60/000",
        ),
        *("/tile/0/000.p/257", "/records/000/000", "/v1/bundles/nothing/0/0", "/checkpoints/-1"),
    ],
)
def test_what_is_not_there_is_a_problem(system: RunningSystem, path: str) -> None:
    answer = system.http.get(f"{system.url('audit')}{path}")
    assert answer.status_code == 404, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
