"""Kafka and Postgres on this machine, up and down, as one thing.

`up` leaves either both servers answering or none that it started: whatever interrupts it, an error in one, a
Ctrl-C, a SIGTERM, it first stops what it began. A server that was already there is never stopped by it.

    StackError   what is wrong, which path, what to do (see errors.py)
"""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from deploy.local import kafka, postgres
from deploy.local.errors import StackError
from deploy.local.home import Home, claim, furnish, locked, remove
from deploy.local.ports import LOOPBACK
from deploy.local.process import Daemon, living, read_run, write_atomically
from deploy.local.start import Progress, daemons, start_all, stop_all

__all__ = ["ServerStatus", "Servers", "StackError", "Status", "down", "status", "up", "wipe"]


@dataclass(frozen=True)
class Servers:
    """Where they are. The DSN holds the superuser's password, so it stays out of the repr, and so out of logs."""

    kafka_bootstrap: str
    postgres_dsn: str = field(repr=False)


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


def quiet(_: str) -> None:
    """No progress wanted."""


def up(directory: Path, *, progress: Progress = quiet) -> Servers:
    """Both servers, answering; started if they are not. Progress may be told from several threads."""
    home = claim(directory)
    try:
        with locked(home, progress):
            furnish(home)
            kafka.check(home)
            postgres.check(home)
            of_kafka, of_postgres = start_all(home, progress)
            servers = Servers(f"{LOOPBACK}:{of_kafka.ports[0]}", postgres.dsn(home, of_postgres.ports[0]))
            write_atomically(home.servers, json.dumps(asdict(servers), indent=2) + "\n")
            return servers
    except OSError as error:
        raise StackError(f"{error.filename or home.path}: {error.strerror or error}") from error


def down(directory: Path, *, progress: Progress = quiet) -> None:
    """No server of this directory is left running. The data stays."""
    home = Home.at(directory)
    if home.mark.is_file():
        with locked(home, progress):
            _stop(home, progress)


def wipe(directory: Path, *, progress: Progress = quiet) -> None:
    """Down, and the data removed; only where our mark says that it is ours."""
    home = Home.at(directory)
    if not home.path.exists():
        return
    if not home.mark.is_file():
        raise StackError(f"{home.path} has no {home.mark.name} in it: it is not ours, and nothing was removed.")
    with locked(home, progress):
        _stop(home, progress)
        postgres.remove(home)
        remove(home)


def status(directory: Path) -> Status:
    """What runs, and where. Asks the operating system, changes nothing."""
    home = Home.at(directory)
    return Status(_status(kafka.daemon(home)), _status(postgres.daemon(home)))


def _stop(home: Home, progress: Progress) -> None:
    home.servers.unlink(missing_ok=True)
    stop_all(daemons(home), progress)


def _status(daemon: Daemon) -> ServerStatus:
    run = read_run(daemon.record)
    process = run.process() if run else next(iter(living(daemon.program, daemon.place)), None)
    return ServerStatus(
        name=daemon.name,
        running=process is not None,
        pid=process.pid if process else None,
        port=run.ports[0] if run and run.ports else None,
        data=daemon.place,
        log=daemon.log,
    )
