"""A fuzzer sends each service whatever its document allows and forbids; no answer is a fault or undocumented."""

import subprocess
from pathlib import Path

import pytest

from tests import http_fuzzer
from tests.system import RunningSystem

pytestmark = pytest.mark.servers
MAY_BE_503 = ("/readyz", "/healthz/progress")  # where something does not move


@pytest.mark.parametrize("service", ["approvals", "deployments", "reporting", "audit"])
def test_every_request_of_the_document_is_answered_as_documented(
    system: RunningSystem, service: str, tmp_path: Path
) -> None:
    command = http_fuzzer.command(system.url(service), examples=10, excluded_paths=MAY_BE_503)
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-8000:]
