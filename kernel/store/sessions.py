"""One database session, on the first of the hosts that answers and accepts writes."""

from typing import Any

import asyncpg
import stamina

from kernel.store.postgres_url import address

PASSING_FAULTS = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.TargetServerAttributeNotMatched,
    TimeoutError,
)
"""Faults of a server that is not up yet or is unreachable now, or of several hosts of which none accepts writes now."""


async def session(url: str, **settings: Any) -> asyncpg.Connection:
    """A connection, with settings of the driver. `Any`: their types in the driver have no name."""
    last: Exception | None = None
    for attempt in address(url).attempts():
        try:
            return await asyncpg.connect(**attempt, **settings)
        except PASSING_FAULTS as fault:
            last = fault
    assert last is not None  # noqa: S101  (there is at least one attempt)
    raise last


@stamina.retry(on=PASSING_FAULTS, attempts=30, timeout=120, wait_max=2)
async def patient_session(url: str, **settings: Any) -> asyncpg.Connection:
    """The same, but waits for a server that is still starting. `Any` for the same reason."""
    return await session(url, **settings)
