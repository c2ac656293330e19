"""A key is made, a command is signed and sent, decided, archived; its bundle leads back to the signature, offline."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from tests.e2e.test_main_path import proposal
from tests.system import RunningSystem

pytestmark = pytest.mark.servers


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(one) for one in arguments])


def bundle_of(system: RunningSystem, command_id: str) -> dict[str, Any]:
    """The bundle of the command's record, once it is archived and signed."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        for partition in range(4):
            for offset in range(1_000):
                place = f"{system.url('audit')}/v1/bundles/approvals.commands/{partition}/{offset}"
                answer = system.http.get(place)
                if answer.status_code != 200:
                    break
                if command_id.encode().hex() in answer.text:
                    return dict(answer.json())
        time.sleep(0.2)
    raise AssertionError(f"{command_id} is not archived")


@pytest.mark.parametrize("mode", ["binary", "structured"])
def test_from_a_new_key_to_the_signature_in_the_archive(system: RunningSystem, tmp_path: Path, mode: str) -> None:
    key, file, record = tmp_path / "producer.key", tmp_path / "commands.ndjson", tmp_path / "record.json"
    public = run("keys", "new", key).stdout.partition("\n")[0].removeprefix("public key ")
    command = proposal(f"signed-{mode}") | {"actor": "clerk", "datacontenttype": "application/json"}
    file.write_text(json.dumps(command))

    sent = run("send", file, "--sign", key, "--bootstrap", system.servers.kafka, "--mode", mode, "--json")
    assert (sent.exit_code, json.loads(sent.stdout)["status"]) == (0, "accepted"), sent.output

    record.write_text(json.dumps(bundle_of(system, command["id"] if mode == "binary" else f'"{command["id"]}"')))
    verified = json.loads(run("verify-event", record, "--key", public, "--json").stdout)["verified"]
    assert (verified["attributes"]["id"], verified["signed"]) == (command["id"], ["actor"])
