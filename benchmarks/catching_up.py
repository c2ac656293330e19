"""Catch-up: the real reporting process against topics that were filled before, until every event is in the views.

The clock runs from the first committed batch to the last, so the start of the process is not in it; what the views hold
at the first look is not counted. Beside it stand the ceilings of one process with one connection on the same records
(consume and validate; COPY of the records; the two one after the other) and a connector that keeps one flat table.
"""

import asyncio
import tempfile
import time
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Final

import psycopg

from benchmarks import ceiling, options, peers, register, traffic
from benchmarks.measure import Bound, Measured, Reference
from benchmarks.progress import reached
from benchmarks.usage import Meter
from tests.servers import Servers
from tests.system import RunningSystem, prepared_system

EVENTS_PER_TOUR_LEAST: Final = 3
"""Of tours that have not ended; the history is cut at the size, in recording order."""
EVENTS_PER_TOUR: Final = 4.1
WARM_LEAST, COLD_LEAST = 0.10, 0.20
"""Of the peer's rate in the same run, after it has warmed up and from its start."""
FLAT_LEAST: Final = 0.85
"""Of the rate with the least size, with the largest."""
READ: Final = "SELECT coalesce(sum(next_offset), 0)::bigint FROM consumed WHERE consumer = 'reporting'"


def run(servers: Servers) -> list[Measured]:
    """A line for each size; the last one says whether the rate is flat."""
    lines = [_caught_up(servers, size) for size in options.sizes()]
    if len(lines) > 1:
        lines[-1] = _flat(lines)
    return lines


def _flat(lines: list[Measured]) -> Measured:
    last, share = lines[-1], lines[-1].per_second / lines[0].per_second
    bound = Bound(f"rate at {last.messages:,} to that at {lines[0].messages:,}", share, FLAT_LEAST)
    return replace(last, bounds=(*last.bounds, bound))


def _caught_up(servers: Servers, events: int) -> Measured:
    with tempfile.TemporaryDirectory() as logs, prepared_system(servers, Path(logs)) as system:
        history = islice(register.history(tours_of(events)), events)
        sent = asyncio.run(traffic.send(servers, traffic.published(history)))
        assert sent == events
        limits = asyncio.run(ceiling.of_records(servers, system.dsn("audit"), ["deployments.events"]))
        began = time.perf_counter()
        system.spawn("reporting")
        line = followed(system, sent)
        whole = time.perf_counter() - began
        _is_complete(system, sent)
    return _beside(replace(line, note=f"{line.note}; {whole:.1f} s with the start of the process"), limits)


def tours_of(events: int) -> int:
    """At least as many tours as have so many events: those of the last year have not ended."""
    return min(events // EVENTS_PER_TOUR_LEAST, round((events + register.TOURS_PER_YEAR) / EVENTS_PER_TOUR)) + 1


def followed(system: RunningSystem, total: int) -> Measured:
    """From the first look at which there are events in the views to the one at which all are."""
    with psycopg.connect(system.dsn("reporting"), autocommit=True) as connection:
        first = reached(system, "reporting", connection, READ, 1)
        meter, began = Meter(system.servers, system), time.perf_counter()
        reached(system, "reporting", connection, READ, total)
        seconds, usage = time.perf_counter() - began, meter.read()
    note = "rows, histories, event log, guard, offsets"
    return Measured(f"catch-up of all views, {total:,} events", total - first, seconds, note, usage=usage)


def _is_complete(system: RunningSystem, total: int) -> None:
    """Every event is in the log of events, none is parked or unreadable, and histories were written."""
    with psycopg.connect(system.dsn("reporting")) as connection:
        counts = (
            "SELECT (SELECT count(*) FROM events), (SELECT count(*) FROM parked), (SELECT count(*) FROM dead_letters)"
        )
        assert connection.execute(counts).fetchone() == (total, 0, 0)
        row = connection.execute("SELECT count(*), (SELECT count(*) FROM tours) FROM tours_history").fetchone()
        assert row
        assert row[0] > row[1] > 0, f"{row[0]} versions of {row[1]} tours"


def _beside(line: Measured, limits: ceiling.Ceilings) -> Measured:
    figures = {"ceiling_in_series_per_s": limits.serial, **limits.figures}
    line = replace(line, ceiling=Reference("ceiling: consume, validate; COPY", limits.overlapped), figures=figures)
    try:
        warm, cold = peers.rate("debezium_jdbc_sink"), peers.rate("debezium_jdbc_sink.cold")
    except peers.NoPeer as why:
        return replace(line, unjudged=f"no peer: {why}")
    bounds = (
        Bound("share of the connector, warm", line.per_second / warm, WARM_LEAST),
        Bound("of it, cold", line.per_second / cold, COLD_LEAST),
    )
    return replace(line, peer=Reference("connector, warm", warm), bounds=bounds)
