"""A fuzzer sends each service whatever its document allows and forbids; no answer is a fault or undocumented.

Of the three deciding services, whose routes are one piece of code, the short run takes one through every edge of every
field, and the largest with values at random. `make documents` takes all of them through everything (3 minutes).
"""

import os
import subprocess
from pathlib import Path

import pytest

from tests import http_fuzzer
from tests.system import RunningSystem

pytestmark = [pytest.mark.servers, pytest.mark.timeout(900)]
MAY_BE_503 = ("/readyz", "/healthz/progress")  # where something does not move
WHOLE = dict.fromkeys(("approvals", "vacancies", "deployments", "reporting", "audit"), http_fuzzer.PHASES)
SHORT = {
    "approvals": http_fuzzer.PHASES,
    "deployments": ("examples", "fuzzing"),
    "reporting": http_fuzzer.PHASES,
    "audit": http_fuzzer.PHASES,
}
PHASES = WHOLE if "FORCEGEN_TEST_DOCUMENTS" in os.environ else SHORT


@pytest.mark.parametrize("service", PHASES)
def test_every_request_of_the_document_is_answered_as_documented(
    system: RunningSystem, service: str, tmp_path: Path
) -> None:
    command = http_fuzzer.command(system.url(service), examples=10, excluded_paths=MAY_BE_503, phases=PHASES[service])
    done = subprocess.run(
        command, cwd=tmp_path, env=http_fuzzer.ENVIRONMENT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-8000:]
