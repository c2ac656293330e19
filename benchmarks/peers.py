"""What somebody would use instead, measured in the same run, where a folder of peers is beside the project.

The folder (`BENCHMARK_PEERS`, else `../shared/peers`) has a program for each peer, which is started with the addresses
of a Kafka and a Postgres on this machine and prints lines `NAME events_per_s=NUMBER …`. Its programs know no logins:
they get a Kafka of their own, which demands none, and the Postgres of this run. Without the folder, or without an
interpreter that has its requirements (`BENCHMARK_PEERS_PYTHON`), the column is empty and says why.
"""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from benchmarks.plain_kafka import plain_kafka

FOLDER: Final = "BENCHMARK_PEERS"
PYTHON: Final = "BENCHMARK_PEERS_PYTHON"
PROGRAMS: Final = {
    "debezium_jdbc_sink": "debezium_jdbc_sink/run.py",
    "eventsourcing_lib": "eventsourcing_lib.py",
    "outbox_relay": "outbox_relay.py",
}
"""By the beginning of the names that each prints."""
LINE: Final = re.compile(r"^(\S+) events_per_s=(\d+) ", re.MULTILINE)
GIVEN_UP_S: Final = 900


class NoPeer(Exception):
    """A peer is not measured in this run, and why."""


_postgres: list[str] = []
"""The Postgres in which the peers of this run are to work; empty: nowhere."""


def provide(postgres: str) -> None:
    """Let peers be measured in this Postgres from now on."""
    _postgres[:] = [postgres]


def folder() -> Path:
    """The folder of peers.

    Raises:
        NoPeer: there is none.
    """
    place = Path(os.environ.get(FOLDER) or Path(__file__).parents[2] / "shared/peers").resolve()
    if not place.is_dir():
        raise NoPeer(f"no folder of peers is beside the project ({FOLDER} may name one)")
    if not os.environ.get(PYTHON):
        raise NoPeer(f"{PYTHON} names no interpreter with the peers' requirements")
    return place


def rate(name: str) -> float:
    """Events a second of a peer, e.g. `debezium_jdbc_sink.cold`; each program runs once in a run.

    Raises:
        NoPeer: it cannot be measured here.
    """
    rates = _rates(name.partition(".")[0])
    if name not in rates:
        raise NoPeer(f"{name} printed no rate")
    return rates[name]


@cache
def _measured(program: str) -> str | Mapping[str, float]:
    """The rates that a program printed, or why there are none; asked once, since some take minutes."""
    try:
        place = folder()
    except NoPeer as why:
        return str(why)
    if not _postgres:
        return "this run has no Postgres for it"
    try:
        printed = _printed([os.environ[PYTHON], str(place / PROGRAMS[program])], place)
    except (OSError, subprocess.SubprocessError) as fault:
        return f"{program} failed ({type(fault).__name__})"
    return {name: float(rate) for name, rate in LINE.findall(printed)}


def _printed(command: Sequence[str], place: Path) -> str:
    """What a program printed. Its Kafka runs no longer than it: nothing else is measured beside that one."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, plain_kafka(Path(folder) / "p") as kafka:
        addresses = {"KAFKA_BOOTSTRAP": kafka, "PG_DSN": _postgres[0]}
        paths = {"PYTHONPATH": str(place), "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(
            command,
            env={**os.environ, **addresses, **paths},
            stdout=subprocess.PIPE,
            stderr=sys.stderr,
            timeout=GIVEN_UP_S,
            check=True,
        )
    return done.stdout.decode()


def _rates(program: str) -> Mapping[str, float]:
    measured = _measured(program)
    if isinstance(measured, str):
        raise NoPeer(measured)
    return measured
