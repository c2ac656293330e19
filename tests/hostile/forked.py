"""Runs tests, each in a fork of one process that has loaded the libraries already: half of what a start costs.

    python tests/hostile/forked.py SECONDS < names of tests, a line each > their exit codes, a line each

What pytest prints is in the file `OUTPUT` of the working folder. No module of the project is loaded before the fork: a
run sees the source as it is then. The exit code is 124 for a run that did not end in time.
"""

import gc
import importlib
import os
import signal
import sys
import time
from pathlib import Path
from typing import Final

OUTPUT: Final = "output-of-pytest.txt"
TOO_SLOW: Final = 124
"""As of timeout(1)."""
LIBRARIES: Final = (
    *("pytest", "pytest_asyncio.plugin", "xdist", "hypothesis", "pydantic", "fastapi", "uvicorn", "httpx", "jinja2"),
    *("asyncpg", "psycopg", "aiokafka", "confluent_kafka", "joserfc.jwt", "structlog", "prometheus_client", "psutil"),
)


def main() -> None:
    """Load the libraries, and run what is read until there is no more."""
    sys.path[0] = str(Path.cwd())
    for name in LIBRARIES:
        importlib.import_module(name)
    gc.freeze()
    for line in sys.stdin:
        sys.stdout.write(f"{_run(line.rstrip(os.linesep), float(sys.argv[1]))}\n")
        sys.stdout.flush()


def _run(test: str, patience_s: float) -> int:
    if (child := os.fork()) == 0:
        _become(test)
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.02)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return TOO_SLOW


def _become(test: str) -> None:
    """Be the run of a test, and end with its exit code."""
    import pytest  # noqa: PLC0415  (before the fork, with the other libraries)

    os.setsid()
    opened = os.open(OUTPUT, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    for stream in (1, 2):
        os.dup2(opened, stream)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    code = 1
    try:
        code = pytest.main(["-x", "-q", "-n", "0", "-p", "no:cacheprovider", "--assert=plain", test])
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(int(code))


if __name__ == "__main__":
    main()
