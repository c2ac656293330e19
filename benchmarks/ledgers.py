"""Commands decided by the real deployments process: from a filled topic to outcomes that are relayed.

Ninety thousand commands stand in the topic before the process starts: tours from plan to departure on sixty lines, each
with its ceiling and its claims. The first and the last tenth stand beside each other: so a rate that falls as a ledger
grows is seen. The peer is a library of event sourcing that loads, decides and saves; its bulk append decides nothing.
"""

import asyncio
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import psycopg

from benchmarks import event_log, peers
from benchmarks.measure import Bound, Measured, Reference
from benchmarks.progress import LOOK_EVERY_S, number, reached
from benchmarks.usage import Meter
from contracts import deployments
from contracts.words import Event, LineTerms
from tests.faults import flow
from tests.foreign import Client, command
from tests.servers import Servers
from tests.system import RunningSystem, prepared_system

COMMANDS: Final = 90_000
LINES: Final = 60
BEGIN: Final = date(2022, 7, 1)
PER_COMMAND_LEAST, BULK_LEAST = 4.0, 0.25
"""Of the peer's rates in the same run."""
DECIDED: Final = "SELECT outcomes FROM log_heads"
RELAYED: Final = "SELECT position FROM relayed WHERE log = 'outcomes'"
REFUSED: Final = "SELECT count(*) FROM inbox WHERE status <> 'accepted'"


def run(servers: Servers) -> list[Measured]:
    """One line: from the first decided batch to the last."""
    with tempfile.TemporaryDirectory() as logs, prepared_system(servers, Path(logs)) as system:
        ground = list(event_log.recorded("deployments", _ground()))
        asyncio.run(event_log.fill(system.dsn("deployments"), ground))
        commands = [each for nr in range(COMMANDS // 3) for each in _tour(nr)]
        Client(servers.kafka).send(commands)
        system.spawn("deployments")
        line = _followed(system, len(commands))
    try:
        single, bulk = (
            peers.rate("eventsourcing_lib.append_per_command"),
            peers.rate("eventsourcing_lib.append_per_bulk"),
        )
    except peers.NoPeer as why:
        return [replace(line, unjudged=f"no peer: {why}")]
    bounds = (
        Bound("times the library, a command each", line.per_second / single, PER_COMMAND_LEAST),
        Bound("share of its bulk append", line.per_second / bulk, BULK_LEAST),
    )
    return [replace(line, peer=Reference("library, a command each", single), bounds=bounds)]


def _ground() -> Iterator[Event]:
    yield deployments.MissionStatusRecorded(
        mission="UNIFIL", status="active", since=date(1978, 3, 19), authority="S/RES/425"
    )
    terms = LineTerms(line="all", missions=("UNIFIL",), categories=("staff_officer",), ceiling=60, valid_from=BEGIN)
    for nr in range(LINES):
        yield deployments.LineOpened(mandate=f"m-{nr}", line="all", contributor="KAZ", terms=terms, since=BEGIN)


def _tour(nr: int) -> list[flow.Event]:
    """Those of one line follow each other, thirty of them at a time."""
    begin = BEGIN + timedelta(days=3 * (nr // LINES))
    end, own = begin + timedelta(days=90), {"mandate": f"m-{nr % LINES}", "line": "all", "tour": f"t-{nr}"}
    plan = {
        **own, "contributor": "KAZ", "mission": "UNIFIL", "category": "staff_officer", "rank": "major",
        "person": f"p-{nr}", "planned_from": f"{begin}", "planned_until": f"{end}",
    }  # fmt: skip
    parts = {
        "PlanTour": plan,
        "RecordArrival": {**own, "arrived_on": f"{begin}"},
        "RecordDeparture": {**own, "departed_on": f"{end}", "reason": "rotation", "payer": "un"},
    }
    stream = f"line/{own['mandate']}/all"
    return [command(f"{name}-{nr}", f"deployments.{name}", stream, data) for name, data in parts.items()]


def _followed(system: RunningSystem, total: int) -> Measured:
    with psycopg.connect(system.dsn("deployments"), autocommit=True) as connection:
        first = reached(system, "deployments", connection, DECIDED, 1)
        meter, began = Meter(system.servers, system), time.perf_counter()
        marks = [(0.0, first)]
        for share in (1, 9, 10):
            now = reached(system, "deployments", connection, DECIDED, total * share // 10)
            marks.append((time.perf_counter() - began, now))
        seconds, usage = marks[-1][0], meter.read()
        reached(system, "deployments", connection, RELAYED, total)
        later = time.perf_counter() - began - seconds
        assert not (refused := number(connection, REFUSED)), f"{refused} commands were not accepted"
    early, late = _rate(*marks[:2]), _rate(*marks[2:])
    note = f"first tenth {early:,.0f}/s, last {late:,.0f}; all are relayed {later:.1f} s later"
    figures = {"first_tenth_per_s": early, "last_tenth_per_s": late}
    what = f"decided commands, {LINES} lines"
    return Measured(what, total - first, seconds, note, figures, usage=usage)


def _rate(begin: tuple[float, int], end: tuple[float, int]) -> float:
    return (end[1] - begin[1]) / max(end[0] - begin[0], LOOK_EVERY_S)
