"""Starts both servers concurrently, all or none: if anything fails, it stops what it started.

A failed start never stops a server that was already running.
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass

from deploy.local import kafka, postgres
from deploy.local.errors import StackError
from deploy.local.home import Home
from deploy.local.interrupt import heeded
from deploy.local.ports import choose, is_free
from deploy.local.process import Daemon, Run, launch, living, read_run, stop, wait_until_it_answers
from deploy.local.progress import Progress

PORT_RACES_MAX = 3

StopRequested = Callable[[], bool]


@dataclass(frozen=True)
class Server:
    """What a kind of server adds to a daemon: how to check its data, and how to prepare a start."""

    daemon: Callable[[Home], Daemon]
    prepare: Callable[[Home, Progress, StopRequested], Daemon]


POSTGRES = Server(postgres.daemon, postgres.prepare)
SERVERS = (Server(kafka.daemon, kafka.prepare), POSTGRES)


def start_all(home: Home, progress: Progress, servers: Sequence[Server] = SERVERS) -> list[Run]:
    """Start the servers and wait until each answers; returns their runs in order."""
    present = {daemon.name for daemon in daemons(home) if _recorded(daemon)}
    failed = threading.Event()
    with heeded() as interrupted, ThreadPoolExecutor(len(SERVERS)) as pool:

        def stop_requested() -> bool:
            return interrupted() or failed.is_set()

        tasks = [pool.submit(_start, server, home, progress, stop_requested) for server in servers]
        try:
            done, _ = wait(tasks, return_when=FIRST_EXCEPTION)
            for task in done:
                task.result()
            _check_interrupted(interrupted)
            return [task.result() for task in tasks]
        except BaseException:
            failed.set()
            wait(tasks)
            stop_all([daemon for daemon in daemons(home) if daemon.name not in present], progress)
            raise


def stop_all(these: list[Daemon], progress: Progress) -> None:
    """Stop these servers; none of them runs when this returns."""
    with ThreadPoolExecutor(len(SERVERS)) as pool:
        for task in [pool.submit(_stop, daemon, progress) for daemon in these]:
            task.result()


def daemons(home: Home) -> list[Daemon]:
    return [server.daemon(home) for server in SERVERS]


def _start(server: Server, home: Home, progress: Progress, stop_requested: StopRequested) -> Run:
    daemon = server.daemon(home)
    run = _recorded(daemon)
    if run is not None:
        try:
            wait_until_it_answers(daemon, run, stop_requested)
        except StackError:
            if stop_requested() or run.process() is not None:
                raise  # it is alive but does not answer: not ours to kill
        else:
            return run
    _stop(daemon, progress)
    daemon = server.prepare(home, progress, stop_requested)
    progress(f"{daemon.name}: starting")
    run = _launch(daemon, stop_requested)
    progress(f"{daemon.name}: answers on port {run.ports[0]}")
    return run


def _launch(daemon: Daemon, stop_requested: StopRequested) -> Run:
    """Start it; once more on other ports if another process took the chosen one before the server did."""
    races = 0
    while True:
        last = read_run(daemon.record)
        ports = choose(last.ports if last else (), daemon.usual_ports)
        run = launch(daemon, ports)
        try:
            wait_until_it_answers(daemon, run, stop_requested)
        except StackError:
            races += 1
            lost_the_port = run.process() is None and not all(map(is_free, ports))
            if not lost_the_port or races == PORT_RACES_MAX:
                raise
        else:
            return run


def _stop(daemon: Daemon, progress: Progress) -> None:
    run = read_run(daemon.record)
    recorded = run.process() if run else None
    if recorded is not None:
        progress(f"{daemon.name}: stopping")
        stop(recorded, daemon.farewell)
    for process in living(daemon.program, daemon.place):
        progress(f"{daemon.name}: stopping one that was left behind")
        stop(process, daemon.farewell)


def _check_interrupted(interrupted: StopRequested) -> None:
    if interrupted():
        raise StackError("the start was interrupted")


def _recorded(daemon: Daemon) -> Run | None:
    run = read_run(daemon.record)
    return run if run and run.process() else None
