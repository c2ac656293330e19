"""The lines of a run as JSON: every figure, the bounds, and the machine, from which the page of docs is made."""

import json
import os
import platform
import subprocess
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

import psutil

from benchmarks.measure import Measured

Json: TypeAlias = dict[str, Any]
"""`Any`: what JSON can hold."""


def machine() -> str:
    """What the figures depend on, without a name."""
    memory = psutil.virtual_memory().total / 2**30
    system = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
    return f"{os.cpu_count()} cores, {memory:.0f} GiB, {system}"


def write(file: Path, lines: Sequence[Measured]) -> None:
    """Write a run."""
    run = {"when": f"{datetime.now(UTC):%Y-%m-%d}", "commit": _commit(), "machine": machine()}
    file.write_text(
        json.dumps({**run, "lines": [as_json(line) for line in lines]}, indent=1, ensure_ascii=False) + "\n"
    )


def as_json(line: Measured) -> Json:
    """A line with what is computed of it."""
    bounds = [{**asdict(each), "is_broken": each.is_broken} for each in line.bounds]
    used = None if line.usage is None else {**asdict(line.usage), "is_loaded": line.usage.is_loaded}
    return {**asdict(line), "per_second": line.per_second, "bounds": bounds, "usage": used}


def _commit() -> str:
    """The state of the code; empty where it is not a checkout."""
    command = ["git", "describe", "--always", "--dirty", "--exclude=*"]
    done = subprocess.run(command, cwd=Path(__file__).parent, capture_output=True, text=True, check=False)
    return done.stdout.strip()
