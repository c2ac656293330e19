"""A service that ended is started again, after a pause that grows, and is left alone where a command is at work."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from deploy.local import supervisor
from deploy.local.home import Home, claim, furnish
from deploy.local.process import launch, read_run
from deploy.local.service_process import Service, daemon, living, settings_file
from deploy.local.supervisor import CALM_S, PAUSE_MAX_S, Pause, restarts

SERVICE = Service("slow", "tests.deploy.slow_service", "nobody", 8099)


def test_pauses_grow_to_a_bound_and_begin_anew_after_a_calm() -> None:
    pause, now, pauses = Pause(), 0.0, []
    for _ in range(12):
        pause.runs(now)
        ended_at = now
        while not pause.ended(now):
            now += 1
        pauses.append(now - ended_at)
        pause.started(now)
    assert pauses[:5] == [0, 1, 2, 4, 8]
    assert pauses[-1] == PAUSE_MAX_S
    pause.runs(now)
    pause.runs(now + CALM_S + 1)
    assert pause.ended(now + CALM_S + 1)


def test_one_that_ends_before_it_was_seen_waits_too() -> None:
    pause = Pause()
    assert pause.ended(0)
    pause.started(0)
    assert not pause.ended(0.5)
    assert pause.ended(1)
    pause.started(1)
    assert not pause.ended(2.5)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    claimed = claim(tmp_path / "system")
    furnish(claimed)
    (claimed.path / "services").mkdir()
    daemon(claimed, SERVICE).place.mkdir()
    settings_file(claimed, SERVICE).write_text('{"FORCEGEN_HTTP_PORT": "0"}')
    try:
        yield claimed
    finally:
        supervisor.stop_supervisor(claimed)
        for process in living(daemon(claimed, SERVICE).place):
            process.kill()


def until(home: Home, other_than: psutil.Process) -> psutil.Process:
    """The service's next process."""
    deadline = time.monotonic() + 60
    while True:
        run = read_run(daemon(home, SERVICE).record)
        process = run.process() if run else None
        if process and process != other_than:
            return process
        assert time.monotonic() < deadline, "nobody started it again"
        time.sleep(0.1)


def test_a_service_that_ended_is_started_again_and_that_is_noted(home: Home) -> None:
    first = launch(daemon(home, SERVICE), (0,)).process()
    assert first is not None
    supervisor.start(home, [SERVICE])
    supervisor.start(home, [SERVICE])  # once is enough
    assert len(supervisor._alive(home)) == 1
    first.kill()
    second = until(home, first)
    assert restarts(home, SERVICE).times == 1
    second.kill()
    until(home, second)
    assert restarts(home, SERVICE).times == 2
    assert (restarts(home, SERVICE).last or "").startswith("20")
    assert "slow ended, and is started again (time 2)" in (home.logs / "supervisor.log").read_text()


def test_while_a_command_is_at_work_nothing_is_started(home: Home) -> None:
    process = launch(daemon(home, SERVICE), (0,)).process()
    assert process is not None
    supervisor.start(home, [SERVICE])
    with supervisor.one_command(home, lambda _: None):
        process.kill()
        time.sleep(2 * supervisor.LOOK_EVERY_S)
        assert not living(daemon(home, SERVICE).place)
        supervisor.stop_supervisor(home)
        assert not supervisor._alive(home)
    time.sleep(supervisor.LOOK_EVERY_S)
    assert not living(daemon(home, SERVICE).place)
    assert restarts(home, SERVICE).times == 0


def test_a_supervisor_that_has_nothing_to_look_after_ends(home: Home) -> None:
    supervisor.watch(home)


def test_a_supervisor_is_found_by_its_program(home: Home) -> None:
    supervisor.start(home, [SERVICE])
    (process,) = supervisor._alive(home)
    assert Path(process.cmdline()[0]).name == Path(sys.executable).name
