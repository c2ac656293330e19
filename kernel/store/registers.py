"""Which registers of producers were in force at a service, so that none comes back after a restart."""

import asyncpg

from kernel.identity.register import Register
from kernel.store.sql import sql


async def latest(pool: asyncpg.Pool) -> Register | None:
    """The newest register that was in force, by version and digest; its producers are not kept."""
    row = await pool.fetchrow(sql()["latest_register"])
    return Register(row["version"], row["sha256"], {}) if row else None


async def note(pool: asyncpg.Pool, register: Register) -> None:
    """Put on record that this register is in force."""
    await pool.execute(sql()["note_register"], register.version, register.sha256)
