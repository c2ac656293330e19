"""One session with a database: with the first of its hosts that answers, and takes writes."""

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
"""A server that is not there yet, or not there now; or none of several that takes writes now."""


async def session(url: str, **settings: Any) -> asyncpg.Connection:
    """A connection, with settings of the driver's. `Any`: they are typed there, and their types have no name."""
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
    """The same, and `Any` for the same reason; waits for a server that is still starting."""
    return await session(url, **settings)
