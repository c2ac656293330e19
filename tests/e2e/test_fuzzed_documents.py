"""A fuzzer sends each service whatever its document allows and forbids; no answer is a fault or undocumented."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.system import RunningSystem

pytestmark = pytest.mark.servers
FUZZ = [
    *("--phases", "examples,coverage,fuzzing", "--max-examples", "10", "--seed", "1", "--generation-deterministic"),
    *("--checks", "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"),
    *("--exclude-path", "/readyz", "--exclude-path", "/healthz/progress"),  # 503 where something does not move
    *("--workers", "2", "--warnings", "off", "--no-color", "--max-failures", "5", "--request-timeout", "120"),
]


@pytest.mark.parametrize("service", ["approvals", "deployments", "reporting", "audit"])
def test_every_request_of_the_document_is_answered_as_documented(
    system: RunningSystem, service: str, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "schemathesis.cli", "run", f"{system.url(service)}/openapi.json", *FUZZ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-8000:]
