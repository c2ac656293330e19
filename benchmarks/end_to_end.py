"""The whole system: from a stock client's commands in Kafka to the last event in views and last archived record."""

import tempfile
import time
from pathlib import Path

from benchmarks.measure import Measured
from tests.faults import check, flow
from tests.foreign import Client, service_of
from tests.servers import Servers
from tests.system import prepared_system

LOOK_EVERY_S = 0.1
SERVICES = ("approvals", "vacancies", "deployments", "reporting", "audit", "query")


def run(servers: Servers) -> list[Measured]:
    """Twenty thousand commands at once, three services deciding, one projecting, one archiving, on one machine."""
    commands = list(flow.commands(parts=10))
    with tempfile.TemporaryDirectory() as logs, prepared_system(servers, Path(logs)) as system:
        system.start(*SERVICES)
        client = Client(servers.kafka)
        client.send(flow.ground())
        for service in ("approvals", "vacancies"):
            client.outcomes(service, [e["id"] for e in flow.ground() if service_of(e) == service])
        started = time.perf_counter()
        client.send(commands)
        check.wait_for_quiet(system, 300, look_every_s=LOOK_EVERY_S)
        seconds = time.perf_counter() - started
        system.note_memory()
    most = max(system.memory_peak_bytes.values()) / 1e6
    note = f"command to view and archive, six processes, Kafka and Postgres; largest service {most:.0f} MB"
    return [Measured("end to end", len(commands), seconds, note)]
