"""A rebuild of all views from the archive, by the command line, while the system runs and is asked.

In one run: the reporting process catches up, the archive takes the same records, and `forcegen audit replay --to views`
projects all of them into a second schema, compares every row and swaps. A report is asked for at a steady pace before
and meanwhile, so that what a reader notices of a rebuild stands beside.
"""

import asyncio
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from itertools import islice
from pathlib import Path
from statistics import quantiles
from typing import Final

import httpx
import psycopg

from benchmarks import catching_up, register, traffic
from benchmarks.measure import Bound, Measured, Reference
from benchmarks.progress import reached
from benchmarks.usage import Meter, Usage
from tests.servers import Servers
from tests.system import BEARER, RunningSystem, prepared_system

EVENTS: Final = 100_000
LEAST: Final = 1.0
"""Of the rate of the catch-up in the same run."""
P99_MOST: Final = 2.0
"""The 99th percentile of a query meanwhile, as a multiple of that before."""
BEFORE_S: Final = 10.0
QUERY_EVERY_S: Final = 0.05
DAY: Final = date(2026, 6, 1)
REPORT: Final = f"/v1/reports/strength?as_of={DAY}&contributor={register.STATES[0]}"
ARCHIVED: Final = "SELECT size FROM tree"
SAME: Final = "the same as those that served"


def run(servers: Servers) -> list[Measured]:
    """Two lines: the catch-up, and the rebuild."""
    with tempfile.TemporaryDirectory() as logs, prepared_system(servers, Path(logs)) as system:
        history = islice(register.history(catching_up.tours_of(EVENTS)), EVENTS)
        sent = asyncio.run(traffic.send(servers, traffic.published(history)))
        system.spawn("reporting")
        caught_up = catching_up.followed(system, sent)
        system.start("audit", "query")
        with psycopg.connect(system.dsn("audit"), autocommit=True) as connection:
            reached(system, "audit", connection, ARCHIVED, sent)
        with _queried(system) as before:
            time.sleep(BEFORE_S)
        with _queried(system) as meanwhile:
            meter, began = Meter(servers, system), time.perf_counter()
            used = _rebuilt(system)
            seconds, usage = time.perf_counter() - began, _with_command(meter.read(), used)
    late = [1000 * quantiles(times, n=100)[98] for times in (before, meanwhile)]
    bounds = (
        Bound("share of the catch-up", sent / seconds / caught_up.per_second, LEAST),
        Bound("p99 of a query, times of before", late[1] / late[0], P99_MOST, is_least=False, digits=1),
    )
    note = f"projected, compared, swapped; a query's p99 {late[1]:.0f} ms, before {late[0]:.0f}; none failed"
    reference = Reference("catch-up", caught_up.per_second)
    what = f"rebuild of all views, {sent:,} events"
    return [caught_up, Measured(what, sent, seconds, note, ceiling=reference, bounds=bounds, usage=usage)]


def _rebuilt(system: RunningSystem) -> resource.struct_rusage:
    """The command itself in a process of its own; returns what that used."""
    program = [sys.executable, "-c", "from cli.main import main; main()", "audit", "replay", "--to", "views"]
    addresses = ["--database", system.dsn("audit"), "--views", system.dsn("reporting")]
    printed = system.log("rebuild")
    with printed.open("wb") as log, subprocess.Popen([*program, *addresses], stdout=log, stderr=log) as command:
        _, status, used = os.wait4(command.pid, 0)
        command.returncode = os.waitstatus_to_exitcode(status)
    assert command.returncode == 0, printed.read_text()[-3000:]
    assert SAME in printed.read_text(), printed.read_text()
    return used


def _with_command(usage: Usage, used: resource.struct_rusage) -> Usage:
    """The command is a process of this measurement, too."""
    spent = used.ru_utime + used.ru_stime
    return replace(
        usage,
        cpu_s={**usage.cpu_s, "rebuild": spent},
        memory_peak_bytes={**usage.memory_peak_bytes, "rebuild": used.ru_maxrss * 1024},
        others_cores=max(0.0, usage.others_cores - spent / usage.seconds),
    )


@contextmanager
def _queried(system: RunningSystem) -> Iterator[list[float]]:
    """Ask for a report at a steady pace meanwhile; the seconds that each answer took."""
    seconds, ended, faults = list[float](), threading.Event(), list[str]()

    def query() -> None:
        with httpx.Client(base_url=system.url("query"), headers=BEARER, timeout=60) as client:
            while not ended.wait(QUERY_EVERY_S):
                began = time.perf_counter()
                answer = client.get(REPORT)
                seconds.append(time.perf_counter() - began)
                if answer.status_code != httpx.codes.OK:
                    faults.append(f"{answer.status_code}: {answer.text[:300]}")

    querying = threading.Thread(target=query)
    querying.start()
    try:
        yield seconds
    finally:
        ended.set()
        querying.join()
    assert not faults, faults[0]
