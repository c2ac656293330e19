"""The whole way: commands through the system, the log over HTTP, taken away as files, checked by the one file alone."""

import json
import subprocess
import sys
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


def forgotten(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The verifier as an auditor runs it: a file, away from the system."""
    command = [sys.executable, "-I", verifier.__file__, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")


def test_a_running_service_is_verified_and_so_is_its_database(system: RunningSystem, key: str) -> None:
    alone = forgotten("--key", key, "--token", TOKEN, system.url("audit"))
    assert (alone.returncode, "all of it holds" in alone.stdout) == (0, True), alone.stdout + alone.stderr
    for place in (system.url("audit"), system.dsn("audit")):
        result = CliRunner().invoke(app, ["audit", "verify", "--key", key, "--from", place])
        assert (result.exit_code, "all of it holds" in result.output) == (0, True), result.output


def test_an_export_is_verified_offline_and_grows(system: RunningSystem, key: str, tmp_path: Path) -> None:
    export = ["audit", "export", str(tmp_path / "log"), "--from", system.url("audit")]
    assert CliRunner().invoke(app, export).exit_code == 0
    kept = tmp_path / "kept"
    kept.write_bytes((tmp_path / "log/checkpoint").read_bytes())
    Client(system.servers.kafka).send([proposal("proven-later")])
    time.sleep(2)
    assert CliRunner().invoke(app, export).exit_code == 0
    assert forgotten("--key", key, "--since", str(kept), str(tmp_path / "log")).returncode == 0
    records = max((tmp_path / "log/records").rglob("*.p/*"))
    first, _, rest = records.read_text().partition("\n")
    records.write_text(json.dumps(json.loads(first) | {"value": "00"}) + "\n" + rest)
    result = forgotten("--key", key, str(tmp_path / "log"))
    assert (result.returncode, f"leaf {json.loads(first)['leaf']}): changed" in result.stdout) == (1, True), (
        result.stdout
    )


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
