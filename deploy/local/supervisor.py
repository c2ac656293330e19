"""Restarts services that ended, after a growing pause: services end themselves rather than go on in doubt.

`up` starts one supervisor for a directory, `down` ends it first. It holds the lock of the services while it starts one,
so it never conflicts with a command that works on them. It records restarts beside each service's record.

    python -P supervisor.py DIRECTORY
"""

import json
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))

import psutil

from deploy.local.errors import StackError
from deploy.local.home import Home, locked
from deploy.local.process import Daemon, launch, read_run, stop, write_atomically
from deploy.local.progress import Progress, quiet
from deploy.local.service_process import Service, daemon, living

ENTRY = Path(__file__)
LOOK_EVERY_S = 1.0
PAUSE_MAX_S = 60.0
CALM_S = 300.0
"""After running for so long a service counts as healthy again: its next pause is the first one."""


@dataclass(frozen=True)
class Restarts:
    """The supervisor's restarts of one service since the last `up`."""

    times: int = 0
    last: str | None = None
    """When it was last restarted (UTC)."""


@dataclass
class Pause:
    """How long to wait after a service ended before it is restarted."""

    seconds: float = 0.0
    until: float = 0.0
    running_since: float | None = field(default=None)

    def runs(self, now: float) -> None:
        """Note that it runs."""
        self.running_since = self.running_since or now
        if now - self.running_since > CALM_S:
            self.seconds = 0.0

    def ended(self, now: float) -> bool:
        """Note that it does not run; returns whether it is time to start it."""
        if self.running_since is not None:
            self.running_since = None
            self.until = now + self.seconds
        return now >= self.until

    def started(self, now: float) -> None:
        """Note that it was restarted; if it ends at once, the next pause is longer."""
        self.seconds = min(max(2 * self.seconds, 1.0), PAUSE_MAX_S)
        self.until = now + self.seconds


@contextmanager
def one_command(home: Home, report: Progress) -> Iterator[None]:
    """Allow one command on the services at a time; a separate lock, since the servers' lock is taken within."""
    with locked(Home(home.path / "services"), report):
        yield


def restarts(home: Home, service: Service) -> Restarts:
    """The recorded restarts of a service."""
    try:
        content = json.loads(_noted(home, service).read_text())
        return Restarts(int(content["times"]), str(content["last"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Restarts()


def start(home: Home, services: Sequence[Service]) -> None:
    """Supervise these services from now on. Call under the lock of the services."""
    watched = json.dumps([asdict(service) for service in services], indent=2)
    if _alive(home) and _watched_file(home).read_text() == watched:
        return
    stop_supervisor(home)
    for service in services:
        _noted(home, service).unlink(missing_ok=True)
    own = _daemon(home)
    own.place.mkdir(mode=0o700, exist_ok=True)
    write_atomically(_watched_file(home), watched)
    launch(own, ())


def stop_supervisor(home: Home) -> None:
    """Stop the supervisor. Call under the lock of the services, so that it is not just starting one."""
    _watched_file(home).unlink(missing_ok=True)
    for process in _alive(home):
        stop(process, signal.SIGTERM)


def watch(
    home: Home, *, now: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
) -> None:
    """Supervise the services until there are none left to supervise."""
    pauses: dict[str, Pause] = {}
    while services := _watched(home):
        for service in services:
            pause = pauses.setdefault(service.name, Pause())
            if _runs(home, service):
                pause.runs(now())
            elif pause.ended(now()):
                _start_again(home, service, pause, now)
        sleep(LOOK_EVERY_S)


def _start_again(home: Home, service: Service, pause: Pause, now: Callable[[], float]) -> None:
    with one_command(home, quiet):
        run = read_run(daemon(home, service).record)
        if service not in _watched(home) or _runs(home, service) or run is None:
            return  # a command changed the services meanwhile
        before = restarts(home, service)
        last = datetime.now(UTC).isoformat(timespec="seconds")
        write_atomically(_noted(home, service), json.dumps(asdict(Restarts(before.times + 1, last))))
        _say(f"{service.name} ended, and is started again (time {before.times + 1})")
        try:
            launch(daemon(home, service), run.ports)
        except StackError as fault:
            _say(f"{service.name} could not be launched: {fault}")
        pause.started(now())


def _runs(home: Home, service: Service) -> bool:
    own = daemon(home, service)
    run = read_run(own.record)
    return bool((run and run.process()) or living(own.place))


def _watched(home: Home) -> list[Service]:
    try:
        return [Service(**each) for each in json.loads(_watched_file(home).read_text())]
    except (OSError, ValueError, TypeError):
        return []


def _alive(home: Home) -> list[psutil.Process]:
    place = str(_daemon(home).place)
    processes = psutil.process_iter(["cwd", "cmdline"])
    return [one for one in processes if one.info["cwd"] == place and str(ENTRY) in (one.info["cmdline"] or ())]


def _daemon(home: Home) -> Daemon:
    log = home.logs / "supervisor.log"
    return Daemon(
        name="supervisor",
        program=Path(sys.executable).name,
        place=home.path / "services" / "supervisor",
        log=log,
        console=log,
        record=home.path / "services" / "supervisor.run.json",
        usual_ports=(),
        command=lambda _: [sys.executable, "-P", str(ENTRY), str(home.path)],
        answers=lambda _: True,
        farewell=signal.SIGTERM,
    )


def _watched_file(home: Home) -> Path:
    return home.path / "services" / "supervised.json"


def _noted(home: Home, service: Service) -> Path:
    return home.path / "services" / f"{service.name}.restarts.json"


def _say(text: str) -> None:
    sys.stderr.write(f"{datetime.now(UTC).isoformat(timespec='seconds')} {text}\n")


if __name__ == "__main__":
    watch(Home(Path(sys.argv[1])))
