"""What a measurement cost: CPU time and memory of each process, and what else the machine did meanwhile.

Figures of a machine that others use are no figures: so the load of all other processes, and the time that the host gave
to other machines, stand beside each line.
"""

import os
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import psutil

from tests.servers import Servers
from tests.system import RunningSystem

OTHERS_MAX: Final = 0.15
STOLEN_MAX: Final = 0.05
"""More cores used by others, or a larger share of time stolen, and a line is no figure to quote."""


@dataclass(frozen=True)
class Usage:
    """Of the processes of one measurement."""

    seconds: float
    cpu_s: Mapping[str, float]
    """CPU time by process; `benchmark` is what the measuring itself took."""
    memory_peak_bytes: Mapping[str, int]
    """The largest resident memory by process since it began; none of Postgres, whose processes share theirs."""
    others_cores: float
    """Cores that processes of nobody in this measurement used."""
    stolen: float
    """The share of the machine's time that its host gave to others."""

    @property
    def is_loaded(self) -> bool:
        """Whether others used the machine too much for these figures to be quoted."""
        return self.others_cores > OTHERS_MAX or self.stolen > STOLEN_MAX

    @property
    def cores(self) -> str:
        """The cores that each process used, as a text."""
        return ", ".join(f"{name} {spent / self.seconds:.2f}" for name, spent in self.cpu_s.items())

    @property
    def memory(self) -> str:
        """The largest memory of each service, as a text."""
        return ", ".join(f"{name} {peak / 1e6:.0f} MB" for name, peak in self.memory_peak_bytes.items())

    @property
    def text(self) -> str:
        """All of it, for a cell."""
        others = f"others {self.others_cores:.2f}, stolen {self.stolen:.0%}"
        return f"cores: {self.cores}; {self.memory}; {others}{' (loaded)' if self.is_loaded else ''}"


class Meter:
    """Reads the processes' counters at its start, and again when it is read."""

    def __init__(self, servers: Servers, system: RunningSystem | None = None) -> None:
        processes = {} if system is None else system.processes
        self._services = {name: psutil.Process(each.pid) for name, each in processes.items() if each.poll() is None}
        self._servers = {"kafka": _listening(servers.kafka), "postgres": _listening(servers.postgres)}
        self._began = time.perf_counter()
        self._before = self._spent()
        self._machine = psutil.cpu_times()

    def read(self) -> Usage:
        """What was spent since the start; processes must still run."""
        seconds, machine = time.perf_counter() - self._began, psutil.cpu_times()
        spent = {name: later - self._before.get(name, 0.0) for name, later in self._spent().items()}
        idle = sum(getattr(machine, name) - getattr(self._machine, name) for name in ("idle", "iowait", "steal"))
        stolen = (machine.steal - self._machine.steal) / (sum(machine) - sum(self._machine) or 1)
        busy = sum(machine) - sum(self._machine) - idle
        memory = {name: _memory_peak(process) for name, process in self._services.items()}
        return Usage(seconds, spent, memory, max(0.0, busy - sum(spent.values())) / seconds, stolen)

    def _spent(self) -> dict[str, float]:
        named = {**self._services, **{name: one for name, one in self._servers.items() if one is not None}}
        return {name: _cpu_s(process) for name, process in named.items()} | {"benchmark": _cpu_s(psutil.Process())}


def _cpu_s(process: psutil.Process) -> float:
    """Of a process and all that it started, those that have ended included."""
    times = process.cpu_times()
    total = float(times.user + times.system)
    if process.pid == os.getpid():
        return total
    total += times.children_user + times.children_system
    for child in process.children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            spent = child.cpu_times()
            total += spent.user + spent.system
    return total


def _memory_peak(process: psutil.Process) -> int:
    """The high-water mark where the operating system keeps one, else the present size."""
    status = Path(f"/proc/{process.pid}/status")
    marks = [line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmHWM:")]
    return int(marks[0]) * 1024 if marks else int(process.memory_info().rss)


def _listening(address: str) -> psutil.Process | None:
    """The process of a server; None if it is on another machine, in a container, or another user's."""
    port = urlsplit(address if "://" in address else f"//{address}").port
    with suppress(psutil.AccessDenied):
        for each in psutil.net_connections("tcp"):
            if each.status == psutil.CONN_LISTEN and getattr(each.laddr, "port", None) == port and each.pid:
                return psutil.Process(each.pid)
    return None
