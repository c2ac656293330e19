"""The whole system as real processes for tests, on a fresh database and empty topics; any process can be killed."""

import asyncio
import os
import secrets
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from unittest.mock import patch

import httpx
import psutil
from aiokafka.admin import AIOKafkaAdminClient
from pydantic import SecretStr

from deploy.local.kafka_logins import KafkaLogin
from deploy.local.ports import is_free
from deploy.provision import OWNERS, READERS, SCHEMAS_OF, UNSCOPED, provision_scope
from kernel.command_service import MIGRATIONS, DecidingService
from kernel.identity.principal import ROLES as EVERY_ROLE
from kernel.identity.tokens import line_of
from kernel.messaging import topics
from kernel.reader_service import ReaderService
from kernel.runtime.settings import Settings
from kernel.store import database
from kernel.store.postgres_url import address
from kernel.store.scopes import provision_scopes
from services.approvals.app import SERVICE as APPROVALS
from services.audit.app import SERVICE as AUDIT
from services.deployments.app import SERVICE as DEPLOYMENTS
from services.reporting.app import SERVICE as REPORTING
from services.vacancies.app import SERVICE as VACANCIES
from tests import kafka_clients, service_processes
from tests.servers import PASSWORD, Servers, fresh_database
from tests.template_databases import template

DECIDING: tuple[DecidingService, ...] = (APPROVALS, VACANCIES, DEPLOYMENTS)
MODULES = {
    "approvals": "services.approvals",
    "vacancies": "services.vacancies",
    "deployments": "services.deployments",
    "reporting": "services.reporting",
    "query": "services.reporting.http",
    "audit": "services.audit",
}
ROLES = {"query": "reporting_reader"}
TOKEN = "fg_only-for-tests"  # noqa: S105
"""The token of a client with every role, for every State."""
BEARER = {"Authorization": f"Bearer {TOKEN}"}
READY_S = 180.0


@dataclass
class RunningSystem:
    """Processes by name, and how to reach them."""

    servers: Servers
    database: str
    logs: Path
    settings: dict[str, str] = field(default_factory=dict)
    processes: dict[str, service_processes.Process] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=dict)
    memory_peak_bytes: dict[str, int] = field(default_factory=dict)

    def url(self, name: str) -> str:
        """The address at which a process answers HTTP."""
        return f"http://127.0.0.1:{self.ports[name]}"

    @cached_property
    def http(self) -> httpx.Client:
        """A client that may do everything, over HTTP. It keeps no connection: processes are killed and replaced."""
        return httpx.Client(headers=BEARER, timeout=30, limits=httpx.Limits(max_keepalive_connections=0))

    def dsn(self, role: str) -> str:
        """The database as a service's role sees it; `approvals#2` is another process of the same service."""
        service = role.partition("#")[0]
        return self.servers.as_role(ROLES.get(service, service), PASSWORD, self.database)

    def start(self, *names: str) -> None:
        """Start processes and wait until each reports that it is ready."""
        for name in names:
            self.spawn(name)
        for name in names:
            self.wait_ready(name)

    def spawn(self, name: str) -> None:
        """Start a process and do not wait for it."""
        self.ports.setdefault(name, free_port())
        environment = {
            **os.environ,
            "FORCEGEN_TOKENS_FILE": str(tokens_file(self.logs)),
            "FORCEGEN_QUERY_AUDIT_TOKEN": TOKEN,
            "FORCEGEN_KAFKA_BOOTSTRAP": self.servers.kafka,
            **(KafkaLogin(name.partition("#")[0], PASSWORD).as_environment() if self.servers.secured else {}),
            "FORCEGEN_DATABASE_URL": self.dsn(name),
            "FORCEGEN_HTTP_PORT": str(self.ports[name]),
            "FORCEGEN_AUDIT_DIRECTORY": str(self.logs / "audit"),
            "FORCEGEN_QUERY_AUDIT_URL": f"http://127.0.0.1:{self.ports.setdefault('audit', free_port())}",
            **self.settings,
        }
        self.processes[name] = service_processes.start(MODULES[name.partition("#")[0]], environment, self.log(name))

    def log(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def wait_ready(self, name: str) -> None:
        deadline = time.monotonic() + READY_S
        while time.monotonic() < deadline:
            if self.processes[name].poll() is not None:
                raise AssertionError(f"{name} ended:\n{self.log(name).read_text()[-3000:]}")
            try:
                if self.http.get(f"{self.url(name)}/healthz/progress", timeout=2).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.1)
        raise AssertionError(f"{name} is not ready:\n{self.log(name).read_text()[-3000:]}")

    def kill(self, name: str) -> None:
        """`kill -9`."""
        self.note_memory()
        self.processes[name].send_signal(signal.SIGKILL)
        self.processes[name].wait()

    def note_memory(self) -> None:
        """Note the highest memory use (RSS) of each process so far."""
        for name, process in self.processes.items():
            if process.poll() is None:
                used = psutil.Process(process.pid).memory_info().rss
                self.memory_peak_bytes[name] = max(used, self.memory_peak_bytes.get(name, 0))

    def stop(self) -> None:
        """Stop every process, first with a signal that lets it finish."""
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def tokens_file(folder: Path) -> Path:
    """A file that accepts `TOKEN`."""
    file = folder / "tokens"
    file.write_text(f"{line_of('tests', TOKEN, sorted(EVERY_ROLE), ['*'], None)}\n")
    return file


PORTS = range(10_000, 20_000)
_given: set[int] = set()


def free_port() -> int:
    """A port that nobody listens on, and that nobody was given before.

    It lies below those that the kernel gives to connections: one of these would take it before its service does.
    """
    while (port := secrets.choice(PORTS)) in _given or not is_free(port):
        pass
    _given.add(port)
    return port


def every_topic() -> list[str]:
    """All topics of the system."""
    services: list[DecidingService | ReaderService] = [*DECIDING, REPORTING, AUDIT]
    return sorted({topic for service in services for topic in [*service.topics_in, *service.topics_out]})


async def empty_topics(bootstrap: str, more: Sequence[str] = ()) -> None:
    """Delete every topic of the system, and `more`, and create it again, so that offsets begin at 0."""
    admin = AIOKafkaAdminClient(**kafka_clients.aiokafka(bootstrap))
    await admin.start()
    try:
        there = [topic for topic in (*every_topic(), *more) if topic in await admin.list_topics()]
        if there:
            await admin.delete_topics(there)
        for _ in range(600):
            if not set(await admin.list_topics()) & set(there):
                break
            await asyncio.sleep(0.05)
    finally:
        await admin.close()
    await topics.ensure(Settings(kafka_bootstrap=bootstrap), [*every_topic(), *more])


async def provision(servers: Servers, name: str) -> None:
    """Roles and schemas of every service in one database."""
    await _provision(servers.database(name))


async def _provision(admin: str) -> None:
    await provision_scopes(admin)
    for reader, schema in READERS.items():
        await database.provision_reader(admin, reader, PASSWORD, schema)
    for owner in OWNERS:
        await database.provision(admin, owner, PASSWORD, schemas=SCHEMAS_OF.get(owner))
    await provision_scope(admin, UNSCOPED, {})


async def _as_migrated(admin: str) -> None:
    """A database as the services leave it when they have started once."""
    await _provision(admin)
    name = str(address(admin).database)
    schemas = {service.name: MIGRATIONS for service in DECIDING} | {one.name: one.schema for one in (REPORTING, AUDIT)}
    for role, schema in schemas.items():
        await database.migrate(SecretStr(address(admin).as_role(role, PASSWORD, name)), schema)


@contextmanager
def prepared_system(servers: Servers, logs: Path, **settings: str) -> Iterator[RunningSystem]:
    """A system with no process running yet. The caller has emptied the topics."""
    with ThreadPoolExecutor(1) as aside, ExitStack() as to_the_end:
        migrated = aside.submit(asyncio.run, template(servers.postgres, "system", _as_migrated)).result()
        name = to_the_end.enter_context(fresh_database(servers, migrated))
        aside.submit(asyncio.run, empty_topics(servers.kafka)).result()
        aside.submit(asyncio.run, provision(servers, name)).result()  # the rights on the database
        system = RunningSystem(servers, name, logs, dict(settings))
        try:
            with patch.dict(os.environ, FORCEGEN_TOKEN=TOKEN, FORCEGEN_AUDIT_TOKEN=TOKEN):  # for the command line
                yield system
        finally:
            system.stop()
