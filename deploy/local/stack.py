"""Kafka and Postgres on this machine, started and stopped as a unit.

`up` leaves either both servers answering or none that it started: whatever interrupts it (an error in one, a Ctrl-C, a
SIGTERM), it first stops what it started. It never stops a server that was already running.

    StackError   the fault, the path, the remedy (see errors.py)
"""

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from deploy.local import kafka, postgres
from deploy.local.errors import StackError
from deploy.local.home import Home, claim, furnish, locked, remove
from deploy.local.kafka_logins import KafkaLogin
from deploy.local.ports import LOOPBACK
from deploy.local.process import Daemon, living, read_run, write_atomically
from deploy.local.progress import Progress, one_at_a_time, quiet
from deploy.local.start import POSTGRES, daemons, start_all, stop_all

__all__ = ["ServerStatus", "Servers", "StackError", "Status", "down", "status", "up", "wipe"]


@dataclass(frozen=True)
class Servers:
    """Their addresses, and their super users. Passwords are kept out of the repr, and so out of logs."""

    kafka_bootstrap: str
    postgres_dsn: str = field(repr=False)
    kafka_admin: KafkaLogin


@dataclass(frozen=True)
class ServerStatus:
    name: str
    running: bool
    pid: int | None
    port: int | None
    data: Path
    log: Path


@dataclass(frozen=True)
class Status:
    kafka: ServerStatus
    postgres: ServerStatus


def up(directory: Path, *, progress: Progress = quiet) -> Servers:
    """Start both servers unless they run; returns when both answer. Other threads report progress, one at a time."""
    report = one_at_a_time(progress)
    with _spoken_errors(directory):
        home = claim(directory)
        with locked(home, report):
            furnish(home)
            kafka.check(home)
            postgres.check(home)
            of_kafka, of_postgres = start_all(home, report)
            dsn, admin = postgres.dsn(home, of_postgres.ports[0]), kafka.admin(home)
            servers = Servers(f"{LOOPBACK}:{of_kafka.ports[0]}", dsn, admin)
            write_atomically(home.servers, json.dumps(asdict(servers), indent=2) + "\n")
            return servers


@contextmanager
def postgres_for_once() -> Iterator[str]:
    """The superuser's address of a temporary Postgres, removed at the end with all its data."""
    directory = Path(tempfile.mkdtemp(prefix="forcegen-"))
    try:
        with _spoken_errors(directory):
            home = claim(directory)
            with locked(home, quiet):
                furnish(home)
                (run,) = start_all(home, quiet, [POSTGRES])
        yield postgres.dsn(home, run.ports[0])
    finally:
        wipe(directory)
        shutil.rmtree(directory, ignore_errors=True)


def down(directory: Path, *, progress: Progress = quiet) -> None:
    """Stop the servers of this directory. The data stays."""
    home, report = Home.at(directory), one_at_a_time(progress)
    if home.mark.is_file():
        with _spoken_errors(directory), locked(home, report):
            _stop(home, report)


def wipe(directory: Path, *, progress: Progress = quiet) -> None:
    """Stop the servers and remove the data; only if our mark shows that it is ours."""
    home, report = Home.at(directory), one_at_a_time(progress)
    if not home.path.exists():
        return
    if not home.mark.is_file():
        raise StackError(f"{home.path} has no {home.mark.name} in it: it is not ours, and nothing was removed.")
    with _spoken_errors(directory), locked(home, report):
        _stop(home, report)
        postgres.remove(home)
        remove(home)


def status(directory: Path) -> Status:
    """Which servers run, and where. Reads the operating system, changes nothing."""
    home = Home.at(directory)
    return Status(_status(kafka.daemon(home)), _status(postgres.daemon(home)))


@contextmanager
def _spoken_errors(directory: Path) -> Iterator[None]:
    """Report errors of the file system (a full disk, another user's files) like all others."""
    try:
        yield
    except OSError as error:
        raise StackError(f"{error.filename or directory}: {error.strerror or error}") from error


def _stop(home: Home, progress: Progress) -> None:
    home.servers.unlink(missing_ok=True)
    stop_all(daemons(home), progress)


def _status(daemon: Daemon) -> ServerStatus:
    run = read_run(daemon.record)
    recorded = run.process() if run else None
    process = recorded or next(iter(living(daemon.program, daemon.place)), None)
    return ServerStatus(
        name=daemon.name,
        running=process is not None,
        pid=process.pid if process else None,
        port=run.ports[0] if run and run.ports else None,
        data=daemon.place,
        log=daemon.log,
    )
