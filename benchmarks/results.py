"""A run and its JSON: every figure, the bounds and the machine, from which the page of docs is made."""

import os
import platform
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import psutil
from pydantic import TypeAdapter

from benchmarks.measure import Measured


@dataclass(frozen=True)
class BenchmarkRun:
    """All lines of one run."""

    when: str
    """The day."""
    commit: str
    """The state of the code; empty where it is not a checkout."""
    machine: str
    lines: Sequence[Measured]
    remark: str = ""
    """What a reader of the page must know of this run."""


_JSON: Final = TypeAdapter(BenchmarkRun)


def machine() -> str:
    """What the figures depend on, without a name."""
    memory = psutil.virtual_memory().total / 2**30
    system = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
    return f"{os.cpu_count()} cores, {memory:.0f} GiB, {system}"


def write(file: Path, lines: Sequence[Measured], remark: str = "") -> None:
    """Write a run of now."""
    run = BenchmarkRun(f"{datetime.now(UTC):%Y-%m-%d}", _commit(), machine(), lines, remark)
    file.write_bytes(_JSON.dump_json(run, indent=1) + b"\n")


def read(file: Path) -> BenchmarkRun:
    """The run that a file holds.

    Raises:
        ValidationError: it holds no run.
    """
    return _JSON.validate_json(file.read_bytes())


def _commit() -> str:
    command = ["git", "describe", "--always", "--dirty", "--exclude=*"]
    done = subprocess.run(command, cwd=Path(__file__).parent, capture_output=True, text=True, check=False)
    return done.stdout.strip()
