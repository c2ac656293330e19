"""Server processes, identified by process id *and* start time, in a run record beside the data.

An id alone may belong to another process by now, and a process that is not surely ours is never signalled. The record
also remembers the ports, and stays when the server stops, so that it restarts on the same ports.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from deploy.local.errors import Late, StackError

START_SECONDS_MAX = 60
STOP_SECONDS_MAX = 20
LOG_BYTES_KEPT = 16 * 1024 * 1024
LOG_LINES_QUOTED = 12
POLL_SECONDS = 0.05
LAUNCHER = Path(__file__).with_name("launch.py")


@dataclass(frozen=True)
class Run:
    """The record of a server's last start."""

    pid: int
    started: float
    ports: tuple[int, ...]

    def process(self) -> psutil.Process | None:
        """The live process of this run; None if it ended, even if another process has its id now."""
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.started) < 1 and process.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return None
        return process if same else None


@dataclass(frozen=True)
class Daemon:
    """How to start a server, how to check that it serves, how to stop it."""

    name: str
    program: str
    place: Path  # its working directory, by which a live one is recognised
    log: Path
    console: Path  # its printed output; the log itself, or a file for one run only
    record: Path
    usual_ports: tuple[int, ...]
    command: Callable[[tuple[int, ...]], list[str]]
    answers: Callable[[tuple[int, ...]], bool]
    farewell: signal.Signals
    user: tuple[int, int] | None = None


def read_run(record: Path) -> Run | None:
    """The last run; an unreadable record counts as none, since `living` finds a live server without it."""
    try:
        content = json.loads(record.read_text())
        return Run(int(content["pid"]), float(content["started"]), tuple(map(int, content["ports"])))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_atomically(path: Path, text: str) -> None:
    """Write an owner-only file, never a partial one."""
    draft = path.with_name(f"{path.name}.new")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:  # noqa: PTH123
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def launch(daemon: Daemon, ports: tuple[int, ...]) -> Run:
    """Start the server detached, and write its record."""
    _turn_over(daemon)
    user = "{}:{}".format(*daemon.user) if daemon.user else "-"
    settings = [str(daemon.console), user, str(daemon.place)]
    launcher = [sys.executable, "-I", "-S", str(LAUNCHER), *settings, *daemon.command(ports)]
    # In a separate session, so that a Ctrl-C cannot come between the fork and the record.
    started = subprocess.run(  # noqa: S603
        launcher, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        start_new_session=True,
    )  # fmt: skip
    if started.returncode:
        raise StackError(f"{daemon.name} could not be launched: {started.stderr.strip()}")
    pid = int(started.stdout)
    try:
        run = Run(pid, psutil.Process(pid).create_time(), ports)
    except psutil.NoSuchProcess:
        raise died(daemon) from None
    write_atomically(daemon.record, json.dumps(asdict(run)))
    return run


def wait_until_it_answers(daemon: Daemon, run: Run, stop_requested: Callable[[], bool]) -> None:
    """Wait until it answers; raises an error as soon as it is dead, interrupted, or late."""
    deadline = time.monotonic() + START_SECONDS_MAX
    while time.monotonic() < deadline:
        if stop_requested():
            raise StackError(f"{daemon.name}: the start was interrupted")
        if run.process() is None:
            raise died(daemon)
        if daemon.answers(run.ports):
            return
        time.sleep(POLL_SECONDS)
    raise Late(f"{daemon.name} did not answer within {START_SECONDS_MAX} s. {last_words(daemon)}")


def died(daemon: Daemon) -> StackError:
    return StackError(f"{daemon.name} died at its start. {last_words(daemon)}")


def last_words(daemon: Daemon) -> str:
    quotes = []
    for file in dict.fromkeys((daemon.log, daemon.console)):
        with contextlib.suppress(OSError):
            lines = file.read_text(errors="replace").splitlines()
            quoted = [line for line in lines if not line.startswith("\t")]  # Java's stack frames do not help a user
            quotes += [f"The end of {file}:", *quoted[-LOG_LINES_QUOTED:]] if quoted else []
    return "\n".join(quotes) or f"It left no word in {daemon.log}."


def stop(process: psutil.Process, farewell: signal.Signals, seconds: float = STOP_SECONDS_MAX) -> None:
    """Signal it to stop, kill what does not: it and its children are gone when this returns."""
    try:
        family = [process, *process.children(recursive=True)]
        process.send_signal(farewell)
        for one in _left_after(seconds, family):
            with contextlib.suppress(psutil.NoSuchProcess):
                one.kill()
    except psutil.NoSuchProcess:
        return
    except psutil.AccessDenied:
        raise StackError(f"process {process.pid} is {process.username()}'s: stop it as that user") from None
    if _left_after(5, family):
        raise StackError(f"process {process.pid} does not end, not even by SIGKILL: its disk may not answer")


def living(program: str, place: Path) -> list[psutil.Process]:
    """Every process of that program that works in that directory, recorded or not.

    Not recorded are a server whose starter was killed before it could write, and children that outlive their parent.
    """
    processes = psutil.process_iter(["name", "cwd"])
    return [one for one in processes if one.info["name"] == program and one.info["cwd"] == str(place)]


def _left_after(seconds: float, family: list[psutil.Process]) -> list[psutil.Process]:
    """Those that still run. A zombie does not count: in a container it may never be reaped, and the wait never ends."""
    deadline = time.monotonic() + seconds
    while (left := [one for one in family if _runs(one)]) and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
    return left


def _runs(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _turn_over(daemon: Daemon) -> None:
    if daemon.console != daemon.log:
        daemon.console.unlink(missing_ok=True)
    elif daemon.log.exists() and daemon.log.stat().st_size > LOG_BYTES_KEPT:
        daemon.log.replace(daemon.log.with_name(f"{daemon.log.name}.1"))
