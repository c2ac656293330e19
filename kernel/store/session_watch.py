"""Ends sessions of reading roles that exceed their limits.

A role may change its own statement timeout: the server's limits are only defaults. An open transaction holds up others
(a change of a table, vacuum), so a service watches its readers' sessions, as a member of their roles. A session that
stays within the defaults is never ended.
"""

import asyncio
from collections.abc import Sequence
from typing import Final

import asyncpg
import structlog

from kernel.runtime.faults import kind
from kernel.runtime.health import Health
from kernel.sql import queries
from kernel.store.provisioning import IDLE_MAX_S, READING_MAX_S

log = structlog.get_logger()
LOOK_EVERY_S: Final = 10.0
GRACE_S: Final = 15
"""Extra time, so that the server's own limits apply first."""
TRANSACTION_MAX_S: Final = 2 * IDLE_MAX_S
"""How long a transaction may stay open, active or idle."""


async def end_overlong(
    pool: asyncpg.Pool,
    roles: Sequence[str],
    *,
    question_max_s: float = READING_MAX_S + GRACE_S,
    transaction_max_s: float = TRANSACTION_MAX_S + GRACE_S,
) -> int:
    """End the sessions of these roles and of their members whose statement or transaction takes too long.

    A service inherits no right of a role that it watches, so it acts as that role. Returns how many sessions it ended.
    """
    sql, ended = queries("kernel.sql", "watching.sql"), 0
    async with pool.acquire() as connection:
        for watched in await connection.fetch(sql["watched"], list(roles)):
            async with connection.transaction():
                await connection.execute(f"SET LOCAL ROLE {watched['role']}")
                rows = await connection.fetch(sql["end_overlong"], question_max_s, transaction_max_s)
            for row in rows:
                log.warning(
                    "a session that only reads took too long, and was ended", role=row["role"], client=row["client"]
                )
            ended += len(rows)
    return ended


async def watch(pool: asyncpg.Pool, roles: Sequence[str], health: Health) -> None:
    """Check periodically, forever."""
    while True:
        try:
            await end_overlong(pool, roles)
            health.beat("readers")
        except Exception as fault:  # the database is unreachable, so nobody reads either
            health.failed("readers", fault)
            log.warning("readers cannot be looked after", fault=kind(fault))
        await asyncio.sleep(LOOK_EVERY_S)
