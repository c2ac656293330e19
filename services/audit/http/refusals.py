"""Requests for content that were refused: counted in memory, and put on record once a minute for each client.

A row for each of them would let anybody fill a table from which nothing is ever deleted.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Final

import asyncpg
import structlog

from kernel.runtime.health import Health

log = structlog.get_logger()
WRITTEN_EVERY_S: Final = 60
CLIENTS_MAX: Final = 1_000
"""Clients that are counted apart within a minute; all further ones count as one."""
REQUEST_LENGTH_MAX: Final = 200
"""Characters of a refused request that are recorded."""
OTHERS: Final = "others"


@dataclass
class Refusals:
    """What was refused since the last writing, by client."""

    counted: dict[str, tuple[int, str]] = field(default_factory=dict)
    """How many requests, and the last of them."""

    def count(self, client: str, request: str) -> None:
        """Count a refused request of a client."""
        key = client if client in self.counted or len(self.counted) < CLIENTS_MAX else OTHERS
        before, _ = self.counted.get(key, (0, ""))
        self.counted[key] = (before + 1, request[:REQUEST_LENGTH_MAX])

    async def write(self, pool: asyncpg.Pool, statement: str) -> None:
        """Put what was counted on record, a row for each client; what cannot be written stays counted."""
        counted, self.counted = self.counted, {}
        rows = [(None, shown(number, last), client, False) for client, (number, last) in counted.items()]
        try:
            await pool.executemany(statement, rows)
        except BaseException:
            self.counted = {**counted, **self.counted}
            raise


def shown(number: int, last: str) -> str:
    """Refused requests of one client, as one line."""
    return last if number == 1 else f"{number:,} requests, the last of them {last}"


async def run(pool: asyncpg.Pool, refusals: Refusals, statement: str, health: Health) -> None:
    """Write what was refused, once a minute and once more at the end."""
    try:
        while True:
            for _ in range(WRITTEN_EVERY_S):
                await asyncio.sleep(1)
                if "refusals" not in health.faults:
                    health.beat("refusals")
            try:
                await refusals.write(pool, statement)
                health.beat("refusals")
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as fault:
                health.failed("refusals", fault)
                log.warning("refused readings could not be recorded", fault=type(fault).__name__)
    finally:
        await refusals.write(pool, statement)
