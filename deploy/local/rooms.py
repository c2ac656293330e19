"""The whole house on this machine: Kafka, Postgres and every room, up and down as one thing.

The rooms start at once, as soon as both servers answer. `up` leaves every room running, or nothing that it started:
whatever interrupts it, one that ends at its start, a Ctrl-C, a SIGTERM. One that runs and is not ready yet is told,
with what it says of itself, and left to it. A room that ends later is started again (`supervisor`). `rooms.json` says
where everything is, with no secret.

    StackError   what is wrong, which path, what to do (see errors.py)
"""

import threading
from collections.abc import Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from pathlib import Path

from deploy.local import roles, stack, supervisor
from deploy.local.errors import StackError
from deploy.local.home import Home, claim, furnish, locked
from deploy.local.house import FILE, QUERY, House, house
from deploy.local.interrupt import heeded
from deploy.local.ports import LOOPBACK
from deploy.local.process import Run, read_run, write_atomically
from deploy.local.progress import Progress, one_at_a_time, quiet
from deploy.local.room_process import Addresses, Room, StopAsked, daemon, living, readiness, start, stop_room
from deploy.local.supervisor import Restarts

__all__ = ["QUERY", "ROOMS", "House", "Room", "RoomStatus", "StackError", "down", "house", "status", "up", "wipe"]

AUDIT = "audit"
ROOMS = (
    Room("approvals", "services.approvals", "approvals", 8081),
    Room("vacancies", "services.vacancies", "vacancies", 8082),
    Room("deployments", "services.deployments", "deployments", 8083),
    Room("reporting", "services.reporting", "reporting", 8084),
    Room(AUDIT, "services.audit", "audit", 8085),
    Room(QUERY, "services.reporting.http", roles.READER, 8080),
)


@dataclass(frozen=True)
class RoomStatus:
    name: str
    running: bool
    pid: int | None
    port: int | None
    ready: bool
    problems: tuple[str, ...]
    log: Path
    restarts: Restarts = field(default_factory=Restarts)
    """What was done for it since it ended by itself."""


def up(directory: Path, *, rooms: Sequence[Room] = ROOMS, progress: Progress = quiet) -> House:
    """Both servers answering and every room running; started if they are not."""
    tell = one_at_a_time(progress)
    with heeded() as interrupted:
        home = claim(directory)
        with locked(home, tell):
            furnish(home)
        with supervisor.one_command(home, tell):
            return _up(home, rooms, tell, interrupted)


def down(directory: Path, *, rooms: Sequence[Room] = ROOMS, servers: bool = True, progress: Progress = quiet) -> None:
    """No room of this directory is left running, and then no server, unless they are to stay. The data stays."""
    home, tell = Home.at(directory), one_at_a_time(progress)
    if home.mark.is_file():
        with supervisor.one_command(home, tell):
            (home.path / FILE).unlink(missing_ok=True)
            supervisor.stop_supervisor(home)
            _stop(home, rooms, tell)
            if servers:
                stack.down(directory, progress=tell)


def wipe(directory: Path, *, rooms: Sequence[Room] = ROOMS, progress: Progress = quiet) -> None:
    """Down, and the data removed; only where the mark says that it is ours."""
    home, tell = Home.at(directory), one_at_a_time(progress)
    if home.mark.is_file():
        with supervisor.one_command(home, tell):
            supervisor.stop_supervisor(home)
            _stop(home, rooms, tell)
            stack.wipe(directory, progress=tell)
    else:
        stack.wipe(directory, progress=tell)


def status(directory: Path, *, rooms: Sequence[Room] = ROOMS) -> tuple[RoomStatus, ...]:
    """What runs, where, and whether it is ready. Changes nothing."""
    home = Home.at(directory)
    with ThreadPoolExecutor(len(rooms)) as pool:
        return tuple(pool.map(lambda room: _status(home, room), rooms))


def _up(home: Home, rooms: Sequence[Room], tell: Progress, interrupted: StopAsked) -> House:
    servers_before = stack.status(home.path)
    rooms_before = {room for room in rooms if _running(home, room)}
    begun = [room for room in rooms if room not in rooms_before]
    try:
        servers = stack.up(home.path, progress=tell)
        addresses = Addresses(servers.kafka_bootstrap, roles.provision(servers.postgres_dsn, home.path / "rooms"))
        runs = _start_all(home, rooms, addresses, tell, interrupted)
    except BaseException:
        _stop(home, begun, tell)
        if not (servers_before.kafka.running or servers_before.postgres.running):
            (home.path / FILE).unlink(missing_ok=True)
            stack.down(home.path, progress=tell)
        raise
    urls = {room.name: f"http://{LOOPBACK}:{run.ports[0]}" for room, run in zip(rooms, runs, strict=True)}
    found = House(servers.kafka_bootstrap, urls)
    write_atomically(home.path / FILE, found.as_json())
    supervisor.start(home, rooms)
    return found


def _start_all(
    home: Home, rooms: Sequence[Room], addresses: Addresses, tell: Progress, interrupted: StopAsked
) -> list[Run]:
    """Every room at once; the first that fails ends the waiting for the others."""
    failed = threading.Event()

    def stop_asked() -> bool:
        return interrupted() or failed.is_set()

    with ThreadPoolExecutor(len(rooms)) as pool:
        tasks: list[Future[Run]] = []

        def begin(room: Room) -> Run:
            audit = next((task for one, task in zip(rooms, tasks, strict=False) if one.name == AUDIT), None)
            told = addresses
            if room.name == QUERY and audit is not None:  # which is in ROOMS before it, so it is under way
                told = replace(addresses, audit_url=f"http://{LOOPBACK}:{audit.result().ports[0]}")
            return start(home, room, told, tell, stop_asked)

        for room in rooms:
            tasks.append(pool.submit(begin, room))
        try:
            done, _ = wait(tasks, return_when=FIRST_EXCEPTION)
            for task in done:
                task.result()
        except BaseException:
            failed.set()
            wait(tasks)
            raise
    if interrupted():
        raise StackError("the start was interrupted")
    return [task.result() for task in tasks]


def _stop(home: Home, rooms: Sequence[Room], tell: Progress) -> None:
    with ThreadPoolExecutor(max(1, len(rooms))) as pool:
        for task in [pool.submit(stop_room, home, room, tell) for room in rooms]:
            task.result()


def _running(home: Home, room: Room) -> bool:
    return _status_of(home, room)[0] is not None


def _status_of(home: Home, room: Room) -> tuple[int | None, int | None]:
    """Process id and port."""
    is_ours = daemon(home, room)
    run = read_run(is_ours.record)
    process = (run.process() if run else None) or next(iter(living(is_ours.place)), None)
    return process.pid if process else None, run.ports[0] if run else None


def _status(home: Home, room: Room) -> RoomStatus:
    pid, port = _status_of(home, room)
    ready, problems = readiness(port) if pid and port else (False, ())
    again = supervisor.restarts(home, room)
    return RoomStatus(room.name, pid is not None, pid, port, ready, problems, daemon(home, room).log, again)
