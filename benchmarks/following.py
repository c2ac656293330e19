"""A thousand followers of one query API, a hundred of which do not read: from a commit to the last that receives it."""

import asyncio
import statistics
import tempfile
from pathlib import Path
from typing import Final

from benchmarks.measure import Measured
from tests.integration.crowd import crowd
from tests.servers import Servers

READERS: Final = 900
SILENT: Final = 100
CHANGES: Final = 100


def run(servers: Servers) -> list[Measured]:
    """Make changes one after another, each received by all followers before the next."""
    return [asyncio.run(_run(servers))]


async def _run(servers: Servers) -> Measured:
    with tempfile.TemporaryDirectory() as directory:
        async with crowd(servers.postgres, Path(directory) / "api.log") as there:
            await there.come(READERS, SILENT)
            seconds = [await there.change() for _ in range(CHANGES)]
            memory = there.process.memory_info().rss / 1e6
    worst = statistics.quantiles(seconds, n=100)[98] * 1000
    note = f"commit to the last of {READERS}, 99th percentile {worst:.0f} ms; one process, {memory:.0f} MB"
    return Measured("follow changes", CHANGES * READERS, sum(seconds), note)
