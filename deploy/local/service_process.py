"""A service as a daemon: started with its settings in a file, ready when its own `/healthz/progress` says so.

A service keeps its state only in Kafka and Postgres, so one that has outdated settings, or whose starter died, is
restarted without asking the user.
"""

import http.client
import json
import os
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from deploy.local.errors import Late, StackError
from deploy.local.home import Home
from deploy.local.kafka_logins import KafkaLogin
from deploy.local.ports import LOOPBACK, choose, is_free
from deploy.local.process import Daemon, Run, launch, read_run, stop, wait_until_it_answers, write_atomically
from deploy.local.progress import Progress
from deploy.local.tokens import read_token

ENTRY = Path(__file__).with_name("enter.py")
ANSWER_SECONDS_MAX = 2
PORT_RACES_MAX = 3
OWN_SETTINGS = (
    *("KAFKA_BOOTSTRAP", "KAFKA_SECURITY_PROTOCOL", "KAFKA_SASL_MECHANISM", "KAFKA_SASL_USERNAME"),
    *("KAFKA_SASL_PASSWORD", "DATABASE_URL", "HTTP_HOST", "HTTP_PORT"),
)

StopRequested = Callable[[], bool]


@dataclass(frozen=True)
class Service:
    """One process: its module, its database role, its preferred port."""

    name: str
    module: str
    role: str
    usual_port: int
    url_settings: Mapping[str, str] = field(default_factory=dict)
    """By environment variable, the service whose URL it holds; that service is listed before this one."""
    uses_kafka: bool = True
    """Whether it logs in at Kafka, under its own name."""


@dataclass(frozen=True)
class Environment:
    """The environment of a service: Kafka, the database for each role (a secret), other services by name."""

    kafka_bootstrap: str
    databases: Mapping[str, str]
    further: Mapping[str, str] = field(default_factory=dict)
    """Settings that every service has."""
    kafka_logins: Mapping[str, KafkaLogin] = field(default_factory=dict)
    """By service."""
    urls: Mapping[str, str] = field(default_factory=dict)

    def settings(self, service: Service, port: int) -> Mapping[str, str]:
        """The settings of a service: the caller's `FORCEGEN_…` variables, with our addresses."""
        own = {name: text for name, text in os.environ.items() if name.startswith("FORCEGEN_")}
        return {name: text for name, text in own.items() if not name.endswith(OWN_SETTINGS)} | {
            "FORCEGEN_KAFKA_BOOTSTRAP": self.kafka_bootstrap,
            "FORCEGEN_DATABASE_URL": self.databases[service.role],
            "FORCEGEN_HTTP_HOST": LOOPBACK,
            "FORCEGEN_HTTP_PORT": str(port),
            **self.further,
            **(self.kafka_logins[service.name].as_environment() if service.uses_kafka else {}),
            **{setting: self.urls[name] for setting, name in service.url_settings.items() if name in self.urls},
        }


def daemon(home: Home, service: Service) -> Daemon:
    """The service as a daemon in this directory."""
    place = home.path / "services" / service.name
    log = home.logs / f"{service.name}.log"
    record = home.path / "services" / f"{service.name}.run.json"
    return Daemon(
        name=service.name,
        program=Path(sys.executable).name,
        place=place,
        log=log,
        console=log,
        record=record,
        usual_ports=(service.usual_port,),
        command=lambda _: [sys.executable, "-P", str(ENTRY), str(settings_file(home, service)), service.module],
        answers=lambda ports: _answers(record, ports[0]),
        farewell=signal.SIGTERM,
    )


def settings_file(home: Home, service: Service) -> Path:
    return home.path / "services" / f"{service.name}.settings.json"


def start(
    home: Home, service: Service, environment: Environment, progress: Progress, stop_requested: StopRequested
) -> Run:
    """Start the service unless it runs with these settings; wait until it is ready, or report it as late."""
    is_ours = daemon(home, service)
    run = read_run(is_ours.record)
    if run and run.process() and _settings(home, service) == environment.settings(service, run.ports[0]):
        _wait(is_ours, run, progress, stop_requested)
        return run
    stop_service(home, service, progress)
    is_ours.place.mkdir(mode=0o700, exist_ok=True)
    progress(f"{service.name}: starting")
    return _launch(home, service, environment, progress, stop_requested)


def stop_service(home: Home, service: Service, progress: Progress) -> None:
    """Stop the recorded process, and any other that was left in its directory; they are gone when this returns."""
    is_ours = daemon(home, service)
    run = read_run(is_ours.record)
    if run and (recorded := run.process()):
        progress(f"{service.name}: stopping")
        stop(recorded, is_ours.farewell)
    for process in living(is_ours.place):
        progress(f"{service.name}: stopping one that was left behind")
        stop(process, is_ours.farewell)


def living(place: Path) -> list[psutil.Process]:
    """Service processes that work in that directory, recorded or not."""
    processes = psutil.process_iter(["cwd", "cmdline"])
    return [one for one in processes if one.info["cwd"] == str(place) and str(ENTRY) in (one.info["cmdline"] or ())]


def readiness(port: int, token: str | None = None) -> tuple[bool, tuple[str, ...]]:
    """Whether the service at that port is ready, and, to an operator's token, its own report: what is unhealthy, what
    waits for others.
    """
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=ANSWER_SECONDS_MAX)
    try:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        connection.request("GET", "/healthz/progress", headers=headers)
        answer = connection.getresponse()
        content = json.loads(answer.read())
        return answer.status == http.HTTPStatus.OK, tuple(
            map(str, [*content.get("problems", ()), *content.get("remarks", ())])
        )
    except (OSError, http.client.HTTPException, ValueError, AttributeError):
        return False, ("it does not answer",)
    finally:
        connection.close()


def _wait(is_ours: Daemon, run: Run, progress: Progress, stop_requested: StopRequested) -> None:
    """Wait until it is ready; one that runs but is late is left running, and reported with its own report."""
    try:
        wait_until_it_answers(is_ours, run, stop_requested)
    except Late:
        _, problems = readiness(run.ports[0], read_token(is_ours.record.parents[1]))
        reason = "; ".join(problems) or "it does not say why"
        progress(f"{is_ours.name}: runs on port {run.ports[0]}, and is not ready: {reason}")
    else:
        progress(f"{is_ours.name}: ready on port {run.ports[0]}")


def _launch(
    home: Home, service: Service, environment: Environment, progress: Progress, stop_requested: StopRequested
) -> Run:
    """Start it; retry on another port if the chosen one was taken, and once more if it ended for another reason."""
    is_ours = daemon(home, service)
    for race in range(1, PORT_RACES_MAX + 1):
        last = read_run(is_ours.record)
        ports = choose(last.ports if last else (), is_ours.usual_ports)
        write_atomically(settings_file(home, service), json.dumps(environment.settings(service, ports[0]), indent=2))
        run = launch(is_ours, ports)
        try:
            _wait(is_ours, run, progress, stop_requested)
        except StackError:
            lost_the_port = run.process() is None and not is_free(ports[0])
            if stop_requested() or race == PORT_RACES_MAX or not (lost_the_port or race == 1):
                raise
        else:
            return run
    raise AssertionError("the last race returns or raises")


def _answers(record: Path, port: int) -> bool:
    """Whether it is ready, as reported by this process and not by another at the same port."""
    run = read_run(record)
    process = run.process() if run else None
    return process is not None and readiness(port)[0] and _listens(process, port)


def _listens(process: psutil.Process, port: int) -> bool:
    try:
        held = process.net_connections(kind="tcp")
    except psutil.NoSuchProcess:
        return False
    return any(one.status == psutil.CONN_LISTEN and one.laddr.port == port for one in held)


def _settings(home: Home, service: Service) -> object:
    try:
        return json.loads(settings_file(home, service).read_text())
    except (OSError, ValueError):
        return None
