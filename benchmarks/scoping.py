"""What a scope costs a reader: every report for one State, by who reads every State and by who is bound to this one.

Three ways in turns over the same history: without policies (a superuser passes them), under the policy of whoever reads
every State, which must cost nothing, and under that of one State, with its setting. What a scope adds is the median of
the differences between two reads that follow each other: other load on the machine touches both, and falls out of it.
"""

import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Final

import asyncpg
import uvloop

from benchmarks import reports
from benchmarks.measure import Bound, Measured
from kernel.runtime.health import Health
from kernel.store.database import PoolHooks
from kernel.store.scopes import EVERY_STATE
from services.reporting.query.change_feed import ChangeFeed
from services.reporting.query.scope import NAMED_AT_ONCE, NARROWED, ReadPools
from services.reporting.query.session import PLANNED_ONCE, ReadModel
from services.reporting.reports.catalogue import REPORTS
from services.reporting.reports.parameters import ReportParameters
from services.reporting.reports.run import find
from tests.servers import Servers

TOURS: Final = 20_000
REPEATS: Final = 200
MORE_MS_MAX: Final = 0.5
"""How much more a scoped report may take at the median."""


@dataclass(frozen=True)
class ScopeCost:
    """Seconds of each read in the three ways, in turns."""

    without: list[float]
    every: list[float]
    one: list[float]

    @property
    def more_ms(self) -> float:
        """How many milliseconds more the reader of one State waits, at the median."""
        return 1000 * median(one - every for one, every in zip(self.one, self.every, strict=True))

    @property
    def note(self) -> str:
        """The medians and the difference."""
        without, every, one = (1000 * median(each) for each in (self.without, self.every, self.one))
        return f"unscoped {every:.2f} ms, scoped {one:.2f} ms; no policies {without:.2f} ms"

    @property
    def bound(self) -> Bound:
        return Bound("ms more for a scope", self.more_ms, MORE_MS_MAX, is_least=False)


def run(servers: Servers) -> list[Measured]:
    """A line for each report, with its medians and what a scope adds, and one for the median of all reports."""
    costs = uvloop.run(_costs(servers))
    lines = [
        Measured(f"scope {name}", REPEATS, sum(cost.one), cost.note, bounds=(cost.bound,))
        for name, cost in costs.items()
    ]
    more = [cost.more_ms for cost in costs.values()]
    within = sum(each <= MORE_MS_MAX for each in more)
    note = f"{median(more):+.2f} ms at the median of reports; {within} of {len(more)} within {MORE_MS_MAX} ms"
    return [*lines, Measured("scope of one State", REPEATS, sum(sum(cost.one) for cost in costs.values()), note)]


async def _costs(servers: Servers) -> dict[str, ScopeCost]:
    async with reports.filled(servers, TOURS) as pool, _models(servers, pool) as models:
        return {name: await _cost(name, models) for name in REPORTS}


async def _cost(name: str, models: list[ReadModel]) -> ScopeCost:
    since = {"since": date(2025, 6, 1)} if name in reports.OF_A_PERIOD else {}
    more = reports.ONE_MISSION.get(name, {}) | since
    params = ReportParameters(as_of=reports.NOW, contributor=reports.STATE, limit=100, **more)
    cost = ScopeCost([], [], [])
    turns = list(zip(models, (cost.without, cost.every, cost.one), strict=True))
    for nr in range(REPEATS + 10):
        for model, times in turns if nr % 2 else reversed(turns):
            started = time.perf_counter()
            async with model.session(params) as session:
                await find(session, REPORTS[name], params)
            if nr >= 10:  # the first plan the statement
                times.append(time.perf_counter() - started)
    return cost


@asynccontextmanager
async def _models(servers: Servers, pool: asyncpg.Pool) -> AsyncIterator[list[ReadModel]]:
    """The same views without policies, as somebody who reads every State, and as one State."""
    name = await pool.fetchval("SELECT current_database()")

    async with AsyncExitStack() as stack:
        opened = []
        hooks: PoolHooks | None
        for role, hooks in (({"role": EVERY_STATE}, None), (NARROWED, NAMED_AT_ONCE)):
            made = asyncpg.create_pool(
                servers.database(name),
                min_size=1,
                max_size=1,
                max_cacheable_statement_size=0,
                server_settings={"search_path": "reporting", **PLANNED_ONCE, **role},
                **(hooks or {}),
            )
            opened.append(await stack.enter_async_context(made))
        every, narrowed = opened
        pools = [ReadPools(pool), ReadPools(every), ReadPools(every, narrowed)]
        scopes = [None, None, frozenset({reports.STATE})]
        yield [
            ReadModel(each, lambda: reports.NOW, ChangeFeed(each, Health(0)), scope=scope)
            for each, scope in zip(pools, scopes, strict=True)
        ]
