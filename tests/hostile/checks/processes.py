"""Every process is well, and has come to rest."""

import json
import time
from collections import Counter
from collections.abc import Iterator, Mapping

import httpx

from tests.system import RunningSystem

READY_S = 45.0
CALM_S = 8.0
"""Longer than the longest pause between two tries (`FORCEGEN_RETRY_DELAY_MAX_MS`)."""


def healthy(system: RunningSystem, patience_s: float = READY_S) -> Iterator[str]:
    """Every process runs, says that it is ready, and tells of no lag."""
    deadline = time.monotonic() + patience_s
    for name, process in system.processes.items():
        if process.poll() is not None:
            yield f"{name} has ended with {process.returncode}"
            continue
        while (problem := _problem(system, name)) and time.monotonic() < deadline:
            time.sleep(0.5)
        if problem:
            yield f"{name}: {problem}"


def _problem(system: RunningSystem, name: str) -> str | None:
    try:
        for path in ("/readyz", "/healthz/progress"):
            answer = system.http.get(f"{system.url(name)}{path}", timeout=10)
            if answer.status_code != 200:
                return f"{path}: {answer.text[:500]}"
        if name != "query":
            lags = system.http.get(f"{system.url(name)}/v1/lag", timeout=10).json()
            if any(one.get("records") for one in lags.values() if isinstance(one, dict)):
                return f"says that it lags: {lags}"
    except (httpx.HTTPError, ValueError) as fault:
        return f"does not answer: {type(fault).__name__}"
    return None


def ends_of_logs(system: RunningSystem) -> dict[str, int]:
    """Where each log ends."""
    return {name: system.log(name).stat().st_size for name in system.processes}


def calm(system: RunningSystem, rested: Mapping[str, int], since: float) -> Iterator[str]:
    """Nothing is tried again for ever: once all is at rest (`rested`, at `since`), no fault is logged any more."""
    time.sleep(max(0.0, since + CALM_S - time.monotonic()))
    for name in system.processes:
        with system.log(name).open("rb") as log:
            log.seek(rested.get(name, 0))
            faults = Counter(_fault(line) for line in log)
        faults.pop("", None)
        yield from (f"{name} goes on to log, {times} times: {fault[:900]}" for fault, times in faults.items())


def _fault(line: bytes) -> str:
    try:
        entry = json.loads(line)
    except ValueError:
        return "a traceback" if line.startswith(b"Traceback") else ""
    if not isinstance(entry, dict) or entry.get("level") not in ("warning", "error", "critical"):
        return ""
    return json.dumps({n: v for n, v in entry.items() if n not in ("timestamp", "time", "delay_s")}, sort_keys=True)
