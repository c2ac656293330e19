"""A file of UN strength returns as large as a few published years, from the command line into the views."""

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

import psutil

from benchmarks.measure import Measured
from tests import returns
from tests.servers import Servers
from tests.system import RunningSystem, prepared_system

STATES: Final = 130
ROWS: Final = 44_054
SERVICES: Final = ("approvals", "vacancies", "deployments", "reporting", "audit", "query")


def run(servers: Servers) -> list[Measured]:
    """130 States at once: every row goes through Kafka, is decided, answered, and in the views."""
    with tempfile.TemporaryDirectory() as place, prepared_system(servers, Path(place)) as system:
        system.start(*SERVICES)
        file = Path(place) / "returns.csv"
        file.write_bytes(returns.file(returns.rows(STATES, 25)[:ROWS]))
        started = time.perf_counter()
        memory = _imported(system, file)
        while _shown(system) < ROWS:
            time.sleep(0.2)
        seconds = time.perf_counter() - started
        system.note_memory()
    largest = max(system.memory_peak_bytes.values()) / 1e6
    note = f"{STATES} States; sender {memory / 1e6:.0f} MB at most, largest service {largest:.0f} MB; sent to shown"
    return [Measured("import strength returns", ROWS, seconds, note)]


def _imported(system: RunningSystem, file: Path) -> int:
    """The largest observed memory of the command, in bytes."""
    program = [sys.executable, "-c", "from cli.main import main; main()", "import", "strength-returns", str(file)]
    options = ["--bootstrap", system.servers.kafka, "--published-at", "2015-01-01T00:00:00Z", "--source", "made up"]
    most = 0
    with (file.parent / "import.log").open("wb") as log, subprocess.Popen([*program, *options], stdout=log) as command:
        while command.poll() is None:
            most = max(most, psutil.Process(command.pid).memory_info().rss)
            system.note_memory()
            time.sleep(0.2)
    assert command.returncode == 0
    return most


def _shown(system: RunningSystem) -> int:
    answer = system.http.get(f"{system.url('query')}/v1/position", timeout=30).raise_for_status().json()
    return sum(one["next_offset"] for one in answer["consumed"] if one["topic"] == "deployments.events")
