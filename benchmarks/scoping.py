"""What a scope costs a reader: every report for one State, by who reads every State and by who is bound to this one.

Three ways in turns over the same history: without policies (a superuser passes them), under the policy of whoever reads
every State, which must cost nothing, and under that of one State, with its transaction and its setting.
"""

import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import date
from statistics import median
from typing import Final

import asyncpg
import uvloop

from benchmarks import reports
from benchmarks.measure import Measured
from kernel.runtime.health import Health
from kernel.store.scopes import EVERY_STATE
from services.reporting.query.change_feed import ChangeFeed
from services.reporting.query.scope import NARROWED, ReadPools
from services.reporting.query.session import PLANNED_ONCE, ReadModel
from services.reporting.reports.catalogue import REPORTS
from services.reporting.reports.parameters import ReportParameters
from services.reporting.reports.run import find
from tests.servers import Servers

TOURS: Final = 20_000
REPEATS: Final = 200
MORE_MS_MAX: Final = 0.5
"""How much more a scoped report may take at the median."""


def run(servers: Servers) -> list[Measured]:
    """A line for each report, with its medians in the three ways, and one for the median of all reports."""
    costs = uvloop.run(_costs(servers))
    lines = [
        Measured(f"scope {name}", REPEATS, sum(scoped), _note(plain, every, scoped))
        for name, (plain, every, scoped) in costs.items()
    ]
    more = [1000 * (median(scoped) - median(every)) for _, every, scoped in costs.values()]
    within = sum(each <= MORE_MS_MAX for each in more)
    note = f"{median(more):+.2f} ms at the median of reports; {within} of {len(more)} within {MORE_MS_MAX} ms"
    return [*lines, Measured("scope of one State", REPEATS, sum(sum(scoped) for _, _, scoped in costs.values()), note)]


def _note(*seconds: list[float]) -> str:
    without, every, one = (1000 * median(each) for each in seconds)
    above = "" if one - every <= MORE_MS_MAX else f" (above +{MORE_MS_MAX:g})"
    return f"without policies {without:.2f} ms, every State {every:.2f} ms, one State {one:.2f} ms{above}"


async def _costs(servers: Servers) -> dict[str, tuple[list[float], list[float], list[float]]]:
    async with reports.filled(servers, TOURS) as pool, _models(servers, pool) as models:
        costs = {}
        for name in REPORTS:
            since = {"since": date(2025, 6, 1)} if name in reports.OF_A_PERIOD else {}
            more = reports.ONE_MISSION.get(name, {}) | since
            params = ReportParameters(as_of=reports.NOW, contributor=reports.STATE, limit=100, **more)
            took: tuple[list[float], list[float], list[float]] = ([], [], [])
            for nr in range(REPEATS + 10):
                for model, times in zip(models, took, strict=True):
                    started = time.perf_counter()
                    async with model.session(params) as session:
                        await find(session, REPORTS[name], params)
                    if nr >= 10:  # the first plan the statement
                        times.append(time.perf_counter() - started)
            costs[name] = took
        return costs


@asynccontextmanager
async def _models(servers: Servers, pool: asyncpg.Pool) -> AsyncIterator[list[ReadModel]]:
    """The same views without policies, as somebody who reads every State, and as one State."""
    name = await pool.fetchval("SELECT current_database()")

    async with AsyncExitStack() as stack:
        opened = []
        for role in ({"role": EVERY_STATE}, NARROWED):
            settings = {"search_path": "reporting", **PLANNED_ONCE, **role}
            made = asyncpg.create_pool(
                servers.database(name),
                min_size=1,
                max_size=1,
                max_cacheable_statement_size=0,
                server_settings=settings,
            )
            opened.append(await stack.enter_async_context(made))
        every, narrowed = opened
        pools = [ReadPools(pool), ReadPools(every), ReadPools(every, narrowed)]
        scopes = [None, None, frozenset({reports.STATE})]
        yield [
            ReadModel(each, lambda: reports.NOW, ChangeFeed(each, Health(0)), scope=scope)
            for each, scope in zip(pools, scopes, strict=True)
        ]
