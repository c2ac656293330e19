"""Every report for one State, now and as known on another day, over a short history and over one ten times as long.

The unit of comparison is the read of one indexed row, interleaved over the same connections: a report should cost a few
of those, however many years the register holds. Reports of a period cover one year.
"""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from itertools import islice
from typing import Final, TypeAlias

import asyncpg
import uvloop

from benchmarks import register
from benchmarks.measure import Bound, Measured
from kernel.runtime.health import Health
from services.reporting.pages.catalogue import SHEETS
from services.reporting.pages.content import read
from services.reporting.pages.i18n import words
from services.reporting.pages.render import Question
from services.reporting.projector.projector import Projector
from services.reporting.query.change_feed import ChangeFeed
from services.reporting.query.scope import ReadPools
from services.reporting.query.session import ReadModel
from services.reporting.reports.catalogue import REPORTS
from services.reporting.reports.parameters import ReportParameters
from services.reporting.reports.run import find
from tests.integration.reading_database import reading_database
from tests.servers import Servers

SIZES: Final = (20_000, 200_000)
REPEATS: Final = 1_000
"""Enough for a meaningful 99th percentile."""
ROWS_NOW_MAX: Final = 5
"""The most that a query may cost, in single-row reads."""
ROWS_KNOWN_MAX: Final = 20
"""The same for a query as known on another day."""
GROWTH_MAX: Final = 1.5
"""The largest allowed ratio of its cost over the long history to that over the short one."""
BATCH: Final = 2_000
NOW, THEN = date(2026, 6, 1), date(2025, 11, 1)
KNOWN_AT: Final = datetime(2025, 12, 1, tzinfo=UTC)
STATE: Final = register.STATES[0]
OF_A_PERIOD: Final = ("lead-times", "moved-dates", "ceiling-held", "occupancy", "people-since", "timeline")
ONE_MISSION: Final[dict[str, dict[str, object]]] = {
    "must-come-home": {"mission": "UNIFIL", "closes_on": date(2026, 6, 15)},
    "events-behind": {"mission": "UNIFIL"},
}


Ask: TypeAlias = Callable[[], Awaitable[None]]


@dataclass(frozen=True)
class Cost:
    """Sorted seconds: of a query, and of the single-row reads that alternate with it."""

    question: Sequence[float]
    row: Sequence[float]

    def rows(self, percent: int) -> float:
        """The cost of the query at a percentile, in single-row reads."""
        return _at(self.question, percent) / _at(self.row, percent)


def _at(times: Sequence[float], percent: int) -> float:
    return times[max(len(times) * percent // 100 - 1, 0)]


@dataclass(frozen=True)
class Costs:
    """The costs of a report now, and as known on another day."""

    now: Cost
    known: Cost


def run(servers: Servers) -> list[Measured]:
    """A line for each query: its time over the long history; its bounds are in single-row reads."""
    short, long = (uvloop.run(_costs(servers, size)) for size in SIZES)
    rows = sorted(_at(cost.row, 99) for each in long.values() for cost in (each.now, each.known))
    seconds = rows[len(rows) // 2] * REPEATS
    first = Measured("one indexed row", REPEATS, seconds, f"{SIZES[1]:,} tours; at the 99th percentile")
    return [first, *(_line(name, short[name], long[name]) for name in long)]


def _line(name: str, short: Costs, long: Costs) -> Measured:
    bounds = (
        _bound("now", [long.now.rows(50), long.now.rows(99)], ROWS_NOW_MAX),
        _bound("known on another day", [long.known.rows(50), long.known.rows(99)], ROWS_KNOWN_MAX),
        _grown("now", long.now.rows(50) / short.now.rows(50)),
        _grown("known on another day", long.known.rows(50) / short.known.rows(50)),
    )
    return Measured(f"ask {name}", REPEATS, _at(long.now.question, 99) * REPEATS, "", bounds=bounds)


def _bound(what: str, ratios: Sequence[float], at_most: float) -> Bound:
    """The larger of median and 99th percentile; other load on the machine makes the latter alike for all queries."""
    return Bound(f"{what}, single-row reads", max(ratios), at_most, is_least=False, digits=1)


def _grown(what: str, ratio: float) -> Bound:
    return Bound(f"{what}, times of {SIZES[0]:,} tours", ratio, GROWTH_MAX, is_least=False, digits=1)


async def _costs(servers: Servers, tours: int) -> dict[str, Costs]:
    async with filled(servers, tours) as pool:
        model = ReadModel(ReadPools(pool), lambda: NOW, ChangeFeed(ReadPools(pool), Health(0)))
        tour = await pool.fetchval("SELECT id FROM tours WHERE contributor = $1 ORDER BY id LIMIT 1", STATE)

        async def one_row() -> None:
            async with pool.acquire() as connection:
                await connection.fetchrow("SELECT * FROM tours WHERE id = $1", tour)

        reports: dict[str, Callable[[date, datetime | None], Ask]] = {
            "overview": partial(_overview, model),
            **{name: partial(_report, model, name) for name in REPORTS},
        }
        return {
            name: Costs(await _cost(ask(NOW, None), one_row), await _cost(ask(THEN, KNOWN_AT), one_row))
            for name, ask in reports.items()
        }


def _report(model: ReadModel, name: str, as_of: date, known_at: datetime | None) -> Ask:
    since = {"since": as_of.replace(year=as_of.year - 1)} if name in OF_A_PERIOD else {}
    more = ONE_MISSION.get(name, {}) | since
    params = ReportParameters(as_of=as_of, as_known_at=known_at, contributor=STATE, limit=100, **more)

    async def ask() -> None:
        async with model.session(params) as session:
            await find(session, REPORTS[name], params)

    return ask


def _overview(model: ReadModel, as_of: date, known_at: datetime | None) -> Ask:
    """The start page: four reports of one snapshot."""
    terms = ReportParameters(as_of=as_of, as_known_at=known_at, contributor=STATE)
    question = Question(words("en"), "/", {}, {}, (), terms, as_of, NOW)

    async def ask() -> None:
        await read(SHEETS["overview"], question, model)

    return ask


async def _cost(ask: Ask, one_row: Ask) -> Cost:
    """Measure both in turn, so that they run under the same load; after some runs that plan the statement."""
    took: dict[Ask, list[float]] = {ask: [], one_row: []}
    for nr in range(REPEATS + 10):
        for each, times in took.items():
            started = time.perf_counter()
            await each()
            if nr >= 10:
                times.append(time.perf_counter() - started)
    return Cost(sorted(took[ask]), sorted(took[one_row]))


@asynccontextmanager
async def filled(servers: Servers, tours: int) -> AsyncIterator[asyncpg.Pool]:
    """A pool on a register of many years."""
    projector = Projector()
    async with reading_database(servers.postgres) as pool:
        events = register.history(tours)
        while batch := list(islice(events, BATCH)):
            async with pool.acquire() as connection, connection.transaction():
                await projector.apply(connection, batch)
        await pool.execute("VACUUM ANALYZE")
        yield pool
