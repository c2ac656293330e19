"""A whole system on this machine: Kafka, Postgres and every service, started and stopped as a unit.

All services start concurrently, as soon as both servers answer. `up` leaves every service running, or nothing that it
started, whatever interrupts it: a service that ends at its start, a Ctrl-C, a SIGTERM. A service that runs but is not
ready yet is reported, with its own report, and left running. One that ends later is restarted (`supervisor`).
`endpoints.json` lists the addresses, without secrets. The caller defines which services there are.

    StackError   the fault, the path, the remedy (see errors.py)
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from pathlib import Path

from deploy.local import stack, supervisor
from deploy.local.endpoints import FILE, Endpoints
from deploy.local.errors import StackError
from deploy.local.home import Home, claim, furnish, locked
from deploy.local.interrupt import heeded
from deploy.local.kafka_logins import KafkaLogin
from deploy.local.ports import LOOPBACK
from deploy.local.process import Run, read_run, write_atomically
from deploy.local.progress import Progress, one_at_a_time, quiet
from deploy.local.service_process import (
    Environment,
    Service,
    StopRequested,
    daemon,
    living,
    readiness,
    start,
    stop_service,
)
from deploy.local.supervisor import Restarts
from deploy.local.tokens import read_token

__all__ = ["Endpoints", "Service", "ServiceStatus", "StackError", "System", "down", "status", "up", "wipe"]


@dataclass(frozen=True)
class System:
    """The services that run beside the servers."""

    services: Sequence[Service]
    provision: Callable[[str, Path], Mapping[str, str]]
    """Makes the roles, given Postgres' administrator URL and the directory of passwords; returns a URL for each."""
    provision_kafka: Callable[[stack.Servers, Path], Mapping[str, KafkaLogin]]
    """Makes topics, users and ACLs, given the servers and the system's directory; returns a login for each user."""
    settings: Callable[[Path], Mapping[str, str]] = lambda _: {}
    """Further settings of every service, as environment variables, given the directory of the system."""

    def only(self, *services: Service) -> "System":
        """The same system with only these services."""
        return replace(self, services=services)


@dataclass(frozen=True)
class ServiceStatus:
    name: str
    running: bool
    pid: int | None
    port: int | None
    ready: bool
    problems: tuple[str, ...]
    log: Path
    restarts: Restarts = field(default_factory=Restarts)
    """Its restarts by the supervisor."""


def up(directory: Path, system: System, *, progress: Progress = quiet) -> Endpoints:
    """Start what does not run yet; then both servers answer and every service runs."""
    report = one_at_a_time(progress)
    with heeded() as interrupted:
        home = claim(directory)
        with locked(home, report):
            furnish(home)
        with supervisor.one_command(home, report):
            return _up(home, system, report, interrupted)


def down(directory: Path, system: System, *, servers: bool = True, progress: Progress = quiet) -> None:
    """Stop every service of this directory, and then the servers, unless these are to stay. The data stays."""
    home, report = Home.at(directory), one_at_a_time(progress)
    if home.mark.is_file():
        with supervisor.one_command(home, report):
            (home.path / FILE).unlink(missing_ok=True)
            supervisor.stop_supervisor(home)
            _stop(home, system.services, report)
            if servers:
                stack.down(directory, progress=report)


def wipe(directory: Path, system: System, *, progress: Progress = quiet) -> None:
    """Stop everything and remove the data; only if the mark shows that it is ours."""
    home, report = Home.at(directory), one_at_a_time(progress)
    if home.mark.is_file():
        with supervisor.one_command(home, report):
            supervisor.stop_supervisor(home)
            _stop(home, system.services, report)
            stack.wipe(directory, progress=report)
    else:
        stack.wipe(directory, progress=report)


def status(directory: Path, system: System) -> tuple[ServiceStatus, ...]:
    """Which services run, where, and whether they are ready. Changes nothing."""
    home = Home.at(directory)
    with ThreadPoolExecutor(len(system.services)) as pool:
        return tuple(pool.map(lambda service: _status(home, service), system.services))


def _up(home: Home, system: System, report: Progress, interrupted: StopRequested) -> Endpoints:
    servers_before = stack.status(home.path)
    begun = [service for service in system.services if not _running(home, service)]
    try:
        servers = stack.up(home.path, progress=report)
        databases = system.provision(servers.postgres_dsn, home.path / "services")
        logins = system.provision_kafka(servers, home.path)
        environment = Environment(servers.kafka_bootstrap, databases, system.settings(home.path), logins)
        runs = _start_all(home, system.services, environment, report, interrupted)
    except BaseException:
        _stop(home, begun, report)
        if not (servers_before.kafka.running or servers_before.postgres.running):
            (home.path / FILE).unlink(missing_ok=True)
            stack.down(home.path, progress=report)
        raise
    urls = {service.name: _url(run) for service, run in zip(system.services, runs, strict=True)}
    endpoints = Endpoints(servers.kafka_bootstrap, urls)
    write_atomically(home.path / FILE, endpoints.as_json())
    supervisor.start(home, system.services)
    return endpoints


def _url(run: Run) -> str:
    return f"http://{LOOPBACK}:{run.ports[0]}"


def _start_all(
    home: Home, services: Sequence[Service], environment: Environment, report: Progress, interrupted: StopRequested
) -> list[Run]:
    """Start all services concurrently; the first failure ends the wait for the others."""
    failed = threading.Event()

    def stop_requested() -> bool:
        return interrupted() or failed.is_set()

    with ThreadPoolExecutor(len(services)) as pool:
        tasks: dict[str, Future[Run]] = {}

        def begin(service: Service) -> Run:
            needed = [name for name in service.url_settings.values() if name in tasks]  # listed before it: starting
            urls = {name: _url(tasks[name].result()) for name in needed}
            return start(home, service, replace(environment, urls=urls), report, stop_requested)

        for service in services:
            tasks[service.name] = pool.submit(begin, service)
        try:
            done, _ = wait(tasks.values(), return_when=FIRST_EXCEPTION)
            for task in done:
                task.result()
        except BaseException:
            failed.set()
            wait(tasks.values())
            raise
    if interrupted():
        raise StackError("the start was interrupted")
    return [task.result() for task in tasks.values()]


def _stop(home: Home, services: Sequence[Service], report: Progress) -> None:
    with ThreadPoolExecutor(max(1, len(services))) as pool:
        for task in [pool.submit(stop_service, home, service, report) for service in services]:
            task.result()


def _running(home: Home, service: Service) -> bool:
    return _status_of(home, service)[0] is not None


def _status_of(home: Home, service: Service) -> tuple[int | None, int | None]:
    """Process id and port."""
    is_ours = daemon(home, service)
    run = read_run(is_ours.record)
    process = (run.process() if run else None) or next(iter(living(is_ours.place)), None)
    return process.pid if process else None, run.ports[0] if run else None


def _status(home: Home, service: Service) -> ServiceStatus:
    pid, port = _status_of(home, service)
    ready, problems = readiness(port, read_token(home.path)) if pid and port else (False, ())
    again = supervisor.restarts(home, service)
    return ServiceStatus(service.name, pid is not None, pid, port, ready, problems, daemon(home, service).log, again)
