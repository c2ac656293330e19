"""How long every page takes to load, warm, with the demo's story and with 200,000 tours of twenty States.

A real process of the query API serves them from a real Postgres, as its own role; the client reads one page after
another over one connection. The time is what the client waits for the whole page. Beside it stands the CPU time that
the process and Postgres spent on a page: other load on the machine changes it far less. While nothing changes, a page
is kept (docs/decisions/0046-pages-are-kept-until-the-views-change.md): what the first reader after a change waits
stands beside, too.
"""

import asyncio
import gzip
import tempfile
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from statistics import median, quantiles
from typing import Final

import asyncpg
import httpx
import psutil
import psycopg

from benchmarks import register
from benchmarks.measure import Bound, Measured
from benchmarks.paperwork import paperwork
from services.reporting import projection_version
from services.reporting.http.permits import QUERY
from services.reporting.projections.event import ConsumedEvent
from services.reporting.projector.projector import Projector
from tests.every_page import address_of, paths_of
from tests.projection_spec import history
from tests.servers import Servers
from tests.stories import run_story
from tests.system import BEARER, RunningSystem, prepared_system

TOURS: Final = 200_000
END_OF_STORY: Final = date(2024, 1, 19)
"""A day on which everything that the story tells is on record."""
REPEATS: Final = 30
WARMING: Final = 4
"""Requests of each page that are not counted: its statements are planned, and its data is read into memory."""
CHANGES: Final = 3
"""How often each page is read after a change."""
BATCH: Final = 2_000
DEMO_MS_MAX: Final = 30
LONG_MS_MAX: Final = 60
"""The largest median time of a page with the demo, and with the long history."""
OF_ALL_STATES: Final = ("/overview?", "/timeline?")
"""Pages that every reader begins with: they keep the demo's bound whatever the history."""
PAGE_KB_MAX: Final = 150
"""The largest page, before compression."""
BACKENDS: Final = "SELECT pid FROM pg_stat_activity WHERE datname = %s AND backend_type = 'client backend'"
"""Postgres in a container has processes of its own, which are not counted."""
KINDS: Final = {
    **{"application": "applications", "vacancy": "vacancies", "nomination": "nominations"},
    **{"candidate": "candidates", "unit": "units"},
}
"""The lists in which the things of pages are."""
HEADERS: Final = {**BEARER, "Accept": "text/html", "Accept-Language": "en"}
KNOWN: Final = "as_known_at={known_at}"
GIVEN: Final[Mapping[str, tuple[str, ...]]] = {
    "/": ("", KNOWN),
    "/overview": ("", KNOWN, "contributor={contributor}"),
    "/events": ("mission={mission}", "mandate={mandate}", f"mission={{mission}}&{KNOWN}"),
    "/missions/{mission}": ("", KNOWN),
    "/returns": ("", KNOWN),
    "/search": ("q={begin}", "q=nothing-of-this-name", f"q={{begin}}&{KNOWN}"),
    "/compare": ("", "report=who-is-where", "report=headroom", "before_as_known_at={known_at}"),
}
"""The parameters with which some pages are read, beside the day; the others are read without any."""


@dataclass(frozen=True)
class History:
    """A history to read, and the things that pages show of it."""

    name: str
    events: Iterable[ConsumedEvent]
    as_of: date
    known_at: str
    ms_max: int


@dataclass(frozen=True)
class Load:
    """What a page took."""

    seconds: list[float]
    seconds_anew: list[float]
    """The same for the first request after a change of the views."""
    cpu_ms: float
    """Of the process and of Postgres, for one request."""
    plain: int
    compressed: int
    """Bytes of the page."""


def run(servers: Servers) -> list[Measured]:
    """A line for each page with each history."""
    with tempfile.TemporaryDirectory() as folder:
        return [line for each in _histories() for line in asyncio.run(_run(servers, each, Path(folder)))]


def _histories() -> Iterable[History]:
    facts = [fact.data for fact in run_story().system.facts()]
    yield History("demo", history(facts), END_OF_STORY, "2022-07-01T12:01:00Z", DEMO_MS_MAX)
    long = register.history(TOURS, paperwork(TOURS))
    yield History(f"{TOURS:,} tours", long, date(2026, 6, 1), "2026-01-01T00:00:00Z", LONG_MS_MAX)


async def _run(servers: Servers, read: History, folder: Path) -> list[Measured]:
    with prepared_system(servers, folder) as system:
        events = await _fill(system, read.events)
        await asyncio.to_thread(system.start, "query")
        async with httpx.AsyncClient(base_url=system.url("query"), headers=HEADERS, timeout=60) as client:
            addresses = _addresses(read, await _things(client, read))
            lines = [_line(read, address, await _load(client, address, _Spent(system))) for address in addresses]
    above = [line.what for line in lines if line.figures["median_ms"] > read.ms_max]
    note = f"{events:,} events; {len(lines) - len(above)} of {len(lines)} pages within {read.ms_max} ms at the median"
    total = sum(line.seconds for line in lines)
    return [*lines, Measured(f"pages, {read.name}", REPEATS * len(lines), total, note)]


def _line(read: History, address: str, load: Load) -> Measured:
    middle, late = 1000 * median(load.seconds), 1000 * quantiles(load.seconds, n=20)[18]
    anew = 1000 * median(load.seconds_anew)
    figures = {
        **{"median_ms": round(middle, 2), "p95_ms": round(late, 2), "cpu_ms": round(load.cpu_ms, 2)},
        "after_a_change_ms": round(anew, 2),
        **{"bytes": load.plain, "bytes_compressed": load.compressed, "ms_max": read.ms_max},
    }
    note = f"median {middle:.1f} ms, p95 {late:.1f}, CPU {load.cpu_ms:.1f}; after a change {anew:.0f} ms"
    weight = f"{load.plain / 1000:.0f} kB, {load.compressed / 1000:.1f} compressed"
    most_ms = min(DEMO_MS_MAX, read.ms_max) if address.startswith(OF_ALL_STATES) else read.ms_max
    bounds = (
        Bound("median ms", middle, most_ms, is_least=False, digits=1),
        Bound("kB", load.plain / 1000, PAGE_KB_MAX, is_least=False, digits=0),
    )
    what = f"{read.name} {address}"
    return Measured(what, len(load.seconds), sum(load.seconds), f"{note}; {weight}", figures, bounds=bounds)


def _addresses(read: History, things: Mapping[str, str]) -> list[str]:
    """Every page, with the parameters of `GIVEN`; the API's own documentation has no data and is left out."""
    day = f"as_of={read.as_of}"
    of_data = [path for path in paths_of(QUERY) if not path.startswith(("/docs", "/redoc"))]
    queries = [(path, given) for path in of_data for given in GIVEN.get(path, ("",))]
    return [
        f"{address_of(path, things)}?{day}{'&' if given else ''}{given.format(**things)}" for path, given in queries
    ]


async def _things(client: httpx.AsyncClient, read: History) -> Mapping[str, str]:
    """The things that pages are about: of each kind the last on the first page of its list, and what is present."""
    rows = (await client.get(f"/v1/reports/who-is-where?as_of={read.as_of}&limit=1")).json()["rows"]
    [row] = rows
    mandate, line = row["line"].split("/")
    things = {"mission": row["mission"], "contributor": row["contributor"], "mandate": mandate, "line": line}
    things["tour"] = row["tour"].rpartition("/")[2]
    things |= {"event": row["last_event"], "known_at": read.known_at, "begin": things["tour"][:2]}
    for kind, listed in KINDS.items():
        items = (await client.get(f"/v1/{listed}?limit=50")).json()["items"]
        things[kind] = items[-1]["id"].rpartition("/")[2] if items else "nothing"
        things |= {"vacancy": items[-1]["vacancy"]} if kind == "nomination" else {}
    return things


async def _load(client: httpx.AsyncClient, address: str, spent: "_Spent") -> Load:
    seconds, begin = [], 0.0
    for nr in range(WARMING + REPEATS):
        if nr == WARMING:
            begin = spent.seconds()
        started = time.perf_counter()
        answer = await client.get(address)
        if nr >= WARMING:
            seconds.append(time.perf_counter() - started)
    if answer.status_code != httpx.codes.OK:
        raise RuntimeError(f"{address} answers {answer.status_code}")
    cpu_ms = 1000 * (spent.seconds() - begin) / REPEATS
    seconds_anew = []
    for _ in range(CHANGES):
        await asyncio.to_thread(spent.change)
        started = time.perf_counter()
        await client.get(address)
        seconds_anew.append(time.perf_counter() - started)
    return Load(seconds, seconds_anew, cpu_ms, len(answer.content), len(gzip.compress(answer.content, 6)))


class _Spent:
    """The CPU time of the query API and of Postgres' processes for it so far; and a change of the views."""

    def __init__(self, system: RunningSystem) -> None:
        self._owner = system.dsn("reporting")
        self._service = psutil.Process(system.processes["query"].pid)
        with psycopg.connect(system.servers.postgres) as connection:
            rows = connection.execute(BACKENDS, (system.database,)).fetchall()
        self._backends = [psutil.Process(pid) for (pid,) in rows if psutil.pid_exists(pid)]

    def change(self) -> None:
        """Say that the views have changed, as each batch of the projector does."""
        with psycopg.connect(self._owner, autocommit=True) as connection:
            connection.execute("UPDATE reporting.change_head SET last = last + 1")

    def seconds(self) -> float:
        """The sum; a connection that came later is not in it."""
        times = [process.cpu_times() for process in (self._service, *self._backends)]
        return sum(each.user + each.system for each in times)


async def _fill(system: RunningSystem, events: Iterable[ConsumedEvent]) -> int:
    """Apply the events as the reporting service does; returns their number."""
    projector, number, following = Projector(), 0, iter(events)
    connection = await asyncpg.connect(system.dsn("reporting"), server_settings={"search_path": "reporting"})
    try:
        await projection_version.begin(connection)
        while batch := list(islice(following, BATCH)):
            number += len(batch)
            async with connection.transaction():
                await projector.apply(connection, batch)
        await connection.execute("VACUUM ANALYZE")  # as autovacuum does it in time
    finally:
        await connection.close()
    return number
