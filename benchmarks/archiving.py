"""The archive in its real process: topics filled before, until every record is archived, signed and searchable.

The process does what it does in service: it consumes, hashes, grows and signs the tree, writes, and indexes what it
has written. Beside it stands a COPY of the very same rows into one table with a primary key, made beforehand.
"""

import asyncio
import tempfile
import time
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Final

import psycopg

from benchmarks import ceiling, register, traffic
from benchmarks.measure import Bound, Measured, Reference
from benchmarks.progress import number, reached
from benchmarks.usage import Meter
from tests.servers import Servers
from tests.system import RunningSystem, prepared_system

RECORDS: Final = 200_000
TOURS: Final = RECORDS // 3 + 1
LEAST: Final = 0.15
"""Of COPY's rate in the same run."""
SEARCHABLE_S_MAX: Final = 10.0
"""How long after the last record was archived, at the archive's own rate, it may not be found yet."""
ARCHIVED: Final = "SELECT size FROM tree"
SEARCHABLE: Final = "SELECT leaf FROM messages_high_water_mark"
SIGNED: Final = "SELECT coalesce(max(size), 0) FROM checkpoints"


def run(servers: Servers) -> list[Measured]:
    """One line: from the first archived batch to the last, and how long until the last record is searchable."""
    with tempfile.TemporaryDirectory() as logs, prepared_system(servers, Path(logs)) as system:
        history = islice(register.history(TOURS), RECORDS)
        sent = asyncio.run(traffic.send(servers, traffic.published(history)))
        limits = asyncio.run(ceiling.of_records(servers, system.dsn("reporting"), ["deployments.events"]))
        system.spawn("audit")
        line = _followed(system, sent)
    share = Bound("share of COPY", line.per_second / limits.copied, LEAST)
    bounds = (share, *line.bounds)
    return [replace(line, ceiling=Reference("COPY", limits.copied), bounds=bounds, figures=limits.figures)]


def _followed(system: RunningSystem, total: int) -> Measured:
    with psycopg.connect(system.dsn("audit"), autocommit=True) as connection:
        first = reached(system, "audit", connection, ARCHIVED, 1)
        meter, began = Meter(system.servers, system), time.perf_counter()
        reached(system, "audit", connection, ARCHIVED, total)
        seconds, usage = time.perf_counter() - began, meter.read()
        behind = 1 - number(connection, SEARCHABLE) / total
        reached(system, "audit", connection, SEARCHABLE, total)
        later = time.perf_counter() - began - seconds
        reached(system, "audit", connection, SIGNED, total)
    note = f"tree, signatures, search index; {behind:.0%} were not searchable when all were archived"
    bound = Bound("seconds until the last is searchable", later, SEARCHABLE_S_MAX, is_least=False, digits=1)
    return Measured("archive in its process", total - first, seconds, note, bounds=(bound,), usage=usage)
