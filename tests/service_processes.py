"""Processes of services for tests. Each is forked off one process that has imported the code that services share.

A service spends 1.5 s of CPU on imports before it does anything, and the tests start hundreds of them. A forked process
is as separate as any other: it has a pid, memory and files of its own, and `kill -9` ends it alone. Where fork is not
safe (macOS), and where coverage counts (its data is of one process), every process is started by its command.
That a service starts by its command is shown by the tests of `deploy.local`, which know nothing of this module.
"""

import atexit
import gc
import importlib
import json
import os
import runpy
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TypeAlias

IMPORTED = (
    *("services.approvals.app", "services.vacancies.app", "services.deployments.app"),
    *("services.reporting.app", "services.reporting.reports.catalogue", "services.audit.app"),
    *("kernel.command_service", "kernel.reader_service"),
    *("anyio._backends._asyncio", "httpcore", "pydantic.v1", "uvicorn.lifespan.on", "uvicorn.protocols.http.h11_impl"),
)
"""The code of services, and what their libraries import when they are first used. Importing it starts no thread, so a
fork is safe; pyarrow, which starts one, is left to the query API."""
LOOK_EVERY_S = 0.02


class ForkedProcess:
    """Forked by the process of `Forks`, which is its parent and alone can learn how it ended; used as a `Popen` is."""

    def __init__(self, forks: "Forks", pid: int) -> None:
        self._forks = forks
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Its exit code, or minus the signal that ended it; None while it runs."""
        if self.returncode is None:
            self.returncode = self._forks.answer({"pid": self.pid})
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end.

        Raises:
            subprocess.TimeoutExpired: it still runs after this many seconds.
        """
        started = time.monotonic()
        while (code := self.poll()) is None:
            if timeout is not None and time.monotonic() - started > timeout:
                raise subprocess.TimeoutExpired(f"process {self.pid}", timeout)
            time.sleep(LOOK_EVERY_S)
        return code

    def send_signal(self, number: int) -> None:
        """As `Popen` does it: nothing happens to a process that has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


Process: TypeAlias = subprocess.Popen[bytes] | ForkedProcess


class Forks:
    """The process that others are forked off; it ends with this one."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", __name__]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._one_at_a_time = threading.Lock()
        atexit.register(self._end)

    def start(self, module: str, environment: Mapping[str, str], log: Path) -> ForkedProcess:
        """Run `python -m module` with this environment; what it prints goes to the end of the log."""
        pid = self.answer({"module": module, "environment": dict(environment), "log": str(log), "cwd": str(Path.cwd())})
        assert pid is not None
        return ForkedProcess(self, pid)

    def answer(self, request: Mapping[str, object]) -> int | None:
        assert self._process.stdin
        assert self._process.stdout
        with self._one_at_a_time:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
            answer: int | None = json.loads(self._process.stdout.readline())
            return answer

    def _end(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe
            pipe.close()
        self._process.wait(10)


_forks = cache(Forks)


def start(module: str, environment: Mapping[str, str], log: Path) -> Process:
    """Run `python -m module` with this environment; what it prints goes to the end of the log."""
    if sys.platform == "linux" and not {"COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG"} & environment.keys():
        return _forks().start(module, environment, log)
    with log.open("ab") as written:
        return subprocess.Popen([sys.executable, "-m", module], env=environment, stderr=written, stdout=written)


def _serve() -> None:
    """Answer requests, one a line, until there are no more; a forked process leaves by the end of its program."""
    for name in IMPORTED:
        importlib.import_module(name)
    assert len(list(Path("/proc/self/task").iterdir())) == 1
    gc.collect()
    gc.freeze()  # as services do it with what they have imported; else each of them walks through it, and copies it
    while line := sys.stdin.readline():
        request = json.loads(line)
        if "module" in request:
            answer: int | None = os.fork()
            if not answer:
                return _become(request["module"], request["environment"], request["log"], request["cwd"])
        else:
            ended, status = os.waitpid(request["pid"], os.WNOHANG)
            answer = os.waitstatus_to_exitcode(status) if ended else None
        print(json.dumps(answer), flush=True)  # noqa: T201
    return None


def _become(module: str, environment: Mapping[str, str], log: str, cwd: str) -> None:
    nothing, written = os.open(os.devnull, os.O_RDONLY), os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    for old, new in ((nothing, 0), (written, 1), (written, 2)):
        os.dup2(old, new)
    os.closerange(3, written + 1)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(cwd)
    sys.argv[1:] = []
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    _serve()
