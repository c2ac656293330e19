"""Every report for one State, now and as known on another day, over a short history and over one ten times as long.

What is compared is one indexed row over the same connection: a report should cost a few of those, however many years
the register holds. Questions about a period are asked about one year.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any, Final

import asyncpg

from benchmarks import register
from benchmarks.measure import Measured
from kernel.health import Health
from services.reporting.answers import find
from services.reporting.asked import Asked
from services.reporting.asking import Reading
from services.reporting.following import Following
from services.reporting.projector import Projector
from services.reporting.reports import REPORTS
from tests.integration.reading_database import reading_database
from tests.servers import Servers

SIZES: Final = (20_000, 200_000)
ASKED_TIMES: Final = 100
BATCH: Final = 2_000
NOW, THEN = date(2026, 6, 1), date(2025, 11, 1)
KNOWN_AT: Final = datetime(2025, 12, 1, tzinfo=UTC)
STATE: Final = register.STATES[0]
OF_A_PERIOD: Final = ("lead-times", "moved-dates", "ceiling-held", "occupancy", "people-since", "timeline")
ONE_MISSION: Final[dict[str, dict[str, Any]]] = {
    "must-come-home": {"mission": "UNIFIL", "closes_on": date(2026, 6, 15)},
    "events-behind": {"mission": "UNIFIL"},
}


@dataclass(frozen=True)
class Costs:
    """Seconds: of one row, and of each report now and as known on another day, all at the 99th percentile."""

    one_row: float
    now: dict[str, float]
    known: dict[str, float]


def run(servers: Servers) -> list[Measured]:
    """A line for each report: its time over the long history; the note compares it with one row and the short one."""
    short, long = (asyncio.run(_costs(servers, size)) for size in SIZES)
    first = Measured(
        "one indexed row", ASKED_TIMES, long.one_row * ASKED_TIMES, f"{SIZES[1]:,} tours; at the 99th percentile"
    )
    return [first, *(_line(name, short, long) for name in REPORTS)]


def _line(name: str, short: Costs, long: Costs) -> Measured:
    rows = (
        f"{long.now[name] / long.one_row:.1f} x one row; known on another day {long.known[name] / long.one_row:.1f} x"
    )
    grown = f"{long.now[name] / short.now[name]:.1f} x and {long.known[name] / short.known[name]:.1f} x of {SIZES[0]:,}"
    return Measured(f"report {name}", ASKED_TIMES, long.now[name] * ASKED_TIMES, f"{rows}; {grown}")


async def _costs(servers: Servers, tours: int) -> Costs:
    async with _filled(servers, tours) as pool:
        read = Reading(pool, lambda: NOW, Following(pool, Health(0)))
        tour = await pool.fetchval("SELECT id FROM tours WHERE contributor = $1 ORDER BY id LIMIT 1", STATE)

        async def one_row() -> None:
            async with read.connection() as connection:
                await connection.fetchrow("SELECT * FROM tours WHERE id = $1", tour)

        now = {name: await _p99(_asking(read, name, NOW, None)) for name in REPORTS}
        known = {name: await _p99(_asking(read, name, THEN, KNOWN_AT)) for name in REPORTS}
        return Costs(await _p99(one_row), now, known)


def _asking(read: Reading, name: str, as_of: date, known_at: datetime | None) -> Callable[[], Awaitable[None]]:
    since = {"since": as_of.replace(year=as_of.year - 1)} if name in OF_A_PERIOD else {}
    more = ONE_MISSION.get(name, {}) | since
    asked = Asked(as_of=as_of, as_known_at=known_at, contributor=STATE, limit=100, **more)

    async def ask() -> None:
        await find(REPORTS[name], asked, read)

    return ask


async def _p99(ask: Callable[[], Awaitable[None]]) -> float:
    """After some that plan the statement."""
    took = []
    for nr in range(ASKED_TIMES + 10):
        started = time.perf_counter()
        await ask()
        if nr >= 10:
            took.append(time.perf_counter() - started)
    return sorted(took)[ASKED_TIMES * 99 // 100 - 1]


@asynccontextmanager
async def _filled(servers: Servers, tours: int) -> AsyncIterator[asyncpg.Pool]:
    projector = Projector()
    async with reading_database(servers.postgres) as pool:
        events = register.history(tours)
        while batch := list(islice(events, BATCH)):
            async with pool.acquire() as connection, connection.transaction():
                await projector.apply(connection, batch)
        await pool.execute("VACUUM ANALYZE")
        yield pool
