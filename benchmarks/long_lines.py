"""What a decision costs on a line with a long history beside one with a short history, in the real process.

Both lines have as many people at a time and the same terms; one has had 1,000 tours, the other 100,000. Commands go
through Kafka, to one line and to the other in turns, and are answered; the medians of the turns are compared. What the
first command of each line waits for, whose stream is read and folded then, stands beside.
"""

import asyncio
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import chain
from pathlib import Path
from statistics import median
from typing import Final

import asyncpg
import psycopg

from benchmarks import event_log
from benchmarks.measure import Bound, Measured
from benchmarks.register import TourNames
from benchmarks.usage import Meter
from contracts import deployments
from contracts.words import Event, LineTerms
from services.deployments import tour_events
from services.reporting.projections.event import ConsumedEvent
from tests.faults import flow
from tests.foreign import Client, command
from tests.servers import Servers
from tests.system import RunningSystem, prepared_system

SHORT: Final = 1_000
LONG: Final = int(os.environ.get("BENCHMARK_LONG_LINE", "100000"))
"""Tours that a line has had."""
TURNS: Final = 5
TOURS: Final = 100
"""New tours in a turn, three commands each."""
MOST: Final = 1.3
"""The longest time of a command on the long line, as a multiple of that on the short one."""
TODAY: Final = date(2022, 7, 1)
A_DAY: Final = 20
"""Tours that begin on one day, and end ten days later."""
LASTS: Final = timedelta(days=10)
CEILING: Final = 400
LOOK_EVERY_S: Final = 0.005
GIVEN_UP_S: Final = 600
HEADS: Final = "SELECT outcomes FROM log_heads"
REFUSED: Final = "SELECT body FROM outcomes WHERE position IN (SELECT outcome FROM inbox WHERE status <> 'accepted')"


def run(servers: Servers) -> list[Measured]:
    """A line for each length, the second with the bound."""
    with tempfile.TemporaryDirectory() as logs, prepared_system(servers, Path(logs)) as system:
        events = list(event_log.recorded("deployments", chain([_mission()], _line(SHORT), _line(LONG))))
        asyncio.run(_fill(system.dsn("deployments"), events))
        system.start("deployments")
        client = Client(servers.kafka)
        with psycopg.connect(system.dsn("deployments"), autocommit=True) as connection:
            cold = [_answered(client, connection, _commands(tours, turn=0)[:1]) for tours in (SHORT, LONG)]
            _answered(client, connection, [each for tours in (SHORT, LONG) for each in _commands(tours, turn=0)[1:]])
            return _turns(system, client, connection, cold)


def _turns(
    system: RunningSystem, client: Client, connection: psycopg.Connection, cold: Sequence[float]
) -> list[Measured]:
    seconds: dict[int, list[float]] = {SHORT: [], LONG: []}
    meter = Meter(system.servers, system)
    for turn in range(1, TURNS + 1):
        for tours, times in seconds.items():
            times.append(_answered(client, connection, _commands(tours, turn)))
    usage = meter.read()
    refused = connection.execute(REFUSED).fetchall()
    assert not refused, refused[0]
    short, long = (median(times) for times in seconds.values())
    ratio = Bound(f"a command, to one on a line of {SHORT:,}", long / short, MOST, is_least=False)
    lines = []
    for tours, first, middle in zip(seconds, cold, (short, long), strict=True):
        note = f"median of {TURNS} turns; {1000 * first:.0f} ms for the line's first command"
        figures = {"first_command_ms": 1000 * first, "command_ms": 1000 * middle / (3 * TOURS)}
        lines.append(
            Measured(
                f"decide on a line of {tours:,} tours",
                *(3 * TOURS, middle, note, figures),
                bounds=(ratio,) if tours == LONG else (),
                usage=usage if tours == LONG else None,
            )
        )
    return lines


def _name(tours: int) -> str:
    return f"m-{tours}"


def _mission() -> Event:
    return deployments.MissionStatusRecorded(
        mission="UNIFIL", status="active", since=date(1978, 3, 19), authority="S/RES/425"
    )


def _line(tours: int) -> Iterator[Event]:
    """A line's events: its opening, and so many tours that have all ended today."""
    days = -(-tours // A_DAY)
    begin = TODAY - LASTS - timedelta(days=days)
    terms = LineTerms(
        line="all", missions=("UNIFIL",), categories=("staff_officer",), ceiling=CEILING, valid_from=begin
    )
    yield deployments.LineOpened(mandate=_name(tours), line="all", contributor="KAZ", terms=terms, since=begin)
    for nr in range(tours):
        yield from _ended_tour(tours, nr, begin + timedelta(days=nr // A_DAY))


def _ended_tour(tours: int, nr: int, begin: date) -> Iterator[Event]:
    own = TourNames(mandate=_name(tours), line="all", tour=f"t-{nr}")
    person = f"p-{tours}-{nr}"
    yield deployments.TourPlanned(
        **own, contributor="KAZ", mission="UNIFIL", category="staff_officer", person=person, rank="major",
        planned_from=begin, planned_until=begin + LASTS,
    )  # fmt: skip
    yield deployments.TourArrived(**own, arrived_on=begin, headcount=1, mission="UNIFIL", category="staff_officer")
    yield deployments.TourDeparted(
        **own, departed_on=begin + LASTS, reason="rotation", payer="un", mission="UNIFIL", person=person
    )


async def _fill(dsn: str, events: Sequence[ConsumedEvent]) -> None:
    """Events that are relayed already, and the claims of their tours."""
    await event_log.fill(dsn, events)
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("UPDATE relayed SET position = $1 WHERE log = 'events'", len(events))
        claims = list(_claims(events))
        await connection.copy_records_to_table("claims", records=claims, columns=("owner", "kind", "holder", "during"))
    finally:
        await connection.close()


def _claims(events: Sequence[ConsumedEvent]) -> Iterator[tuple[str, str, str, "asyncpg.Range[date]"]]:
    """Of each tour as its last event leaves them."""
    for nr, event in enumerate(events):
        if isinstance(event.data, deployments.TourPlanned):
            tour = tour_events.planned(event.data, event.id)
            for later in events[nr + 1 : nr + 3]:
                assert isinstance(later.data, tour_events.LaterEvent)
                tour = tour_events.after(tour, later.data, later.id)
            for claim in tour.claims():
                yield f"{event.stream}/{tour.id}", claim.kind, claim.holder, asyncpg.Range(claim.start, claim.end)


def _commands(tours: int, turn: int) -> list[flow.Event]:
    """Three for each new tour of a turn: planned, arrived, departed."""
    commands = []
    for nr in range(turn * TOURS, (turn + 1) * TOURS):
        begin = TODAY + timedelta(days=nr // A_DAY)
        own = {"mandate": _name(tours), "line": "all", "tour": f"new-{nr}"}
        plan = {
            **own, "contributor": "KAZ", "mission": "UNIFIL", "category": "staff_officer", "rank": "major",
            "person": f"p-new-{tours}-{nr}", "planned_from": f"{begin}", "planned_until": f"{begin + LASTS}",
        }  # fmt: skip
        arrival = {**own, "arrived_on": f"{begin}"}
        departure = {**own, "departed_on": f"{begin + LASTS}", "reason": "rotation", "payer": "un"}
        parts = {"PlanTour": plan, "RecordArrival": arrival, "RecordDeparture": departure}
        commands += [
            command(f"{tours}-{nr}-{name}", f"deployments.{name}", f"line/{_name(tours)}/all", data)
            for name, data in parts.items()
        ]
    return commands


def _answered(client: Client, connection: psycopg.Connection, commands: Sequence[flow.Event]) -> float:
    """Seconds from sending the first to the last outcome on record."""
    wanted = _outcomes(connection) + len(commands)
    began = time.perf_counter()
    client.send(commands)
    while (now := _outcomes(connection)) < wanted:
        assert time.perf_counter() - began < GIVEN_UP_S, f"{wanted - now} commands have no outcome"
        time.sleep(LOOK_EVERY_S)
    return time.perf_counter() - began


def _outcomes(connection: psycopg.Connection) -> int:
    row = connection.execute(HEADS).fetchone()
    assert row
    return int(row[0])
