"""Events into the views: the projector's transaction alone, batch after batch, without Kafka and decoding.

A part of what benchmarks/catching_up.py measures on the real process: for whoever works on the projector.
"""

import asyncio
import time
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import asyncpg

from benchmarks.measure import Measured
from benchmarks.register import TourNames
from contracts import deployments
from contracts.registry import type_name
from contracts.words import Event
from services.reporting.projections.event import ConsumedEvent
from services.reporting.projector.projector import Projector
from tests.integration.reading_database import reading_database
from tests.servers import Servers

BATCH = 1_000
TOURS = 10_000
LINES = 20


def run(servers: Servers) -> list[Measured]:
    """Tours from plan to departure on twenty lines, each event in the log and in the views."""
    return [asyncio.run(_run(servers))]


async def _run(servers: Servers) -> Measured:
    events = _events()
    projector = Projector()
    async with reading_database(servers.postgres, settings={}) as pool:
        started = time.perf_counter()
        for first in range(0, len(events), BATCH):
            await _apply(pool, projector, events[first : first + BATCH])
        seconds = time.perf_counter() - started
    return Measured(
        "project into views",
        len(events),
        seconds,
        "no Kafka, no decoding; batches of 1,000; rows, histories, event log, guard",
    )


async def _apply(pool: asyncpg.Pool, projector: Projector, events: list[ConsumedEvent]) -> None:
    async with pool.acquire() as connection, connection.transaction():
        await projector.apply(connection, events)


def _events() -> list[ConsumedEvent]:
    versions = dict.fromkeys(range(LINES), 0)
    events: list[ConsumedEvent] = []
    for nr in range(TOURS):
        for event in _tour(nr):
            versions[nr % LINES] += 1
            events.append(_recorded(event, versions[nr % LINES], len(events) + 1))
    return events


def _tour(nr: int) -> list[Event]:
    begin = date(2022, 7, 1) + timedelta(days=nr // LINES)
    own = TourNames(mandate=f"m-{nr % LINES}", line="all", tour=f"t-{nr}")
    end = begin + timedelta(days=60)
    planned = deployments.TourPlanned(
        **own,
        contributor="KAZ",
        mission="UNIFIL",
        category="staff_officer",
        person=f"p-{nr}",
        rank="major",
        planned_from=begin,
        planned_until=end,
    )
    arrived = deployments.TourArrived(**own, arrived_on=begin, headcount=1, mission="UNIFIL", category="staff_officer")
    departed = deployments.TourDeparted(
        **own, departed_on=end, reason="rotation", payer="un", mission="UNIFIL", person=f"p-{nr}"
    )
    return [planned, arrived, departed]


def _recorded(event: Event, version: int, position: int) -> ConsumedEvent:
    now = datetime(2022, 7, 1, tzinfo=UTC) + timedelta(microseconds=position)  # so that histories are written
    own = (UUID(int=position), type_name(type(event)), event.stream, version, position, "deployments", now, now, event)
    return ConsumedEvent(*own, "c-1", "c-1", None, "deployments.events", 0, position)
