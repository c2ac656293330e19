"""Retries parked events: at the start, when a repaired projection may accept them, and at intervals.

A retry may overlap with a batch that is being written; the primary key of the event log lets only one of them through,
and the other is tried again.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final

import asyncpg
import structlog

from kernel.runtime.bisect_batch import bisect_batch
from kernel.runtime.faults import kind
from kernel.runtime.process import running_together
from services.reporting.projector.gate import Stream
from services.reporting.projector.projector import Projector

log = structlog.get_logger()
RETRY_EVERY_S: Final = 30.0


@asynccontextmanager
async def retried(pool: asyncpg.Pool) -> AsyncIterator[None]:
    """Retry for as long as the projector runs."""
    async with running_together([_run(pool)]):
        yield


async def _run(pool: asyncpg.Pool) -> None:
    while True:
        try:
            while await _retry(pool):
                pass
        except Exception as fault:  # the server is unreachable; parked events are stored, and are tried again
            log.warning("parked events could not be tried again", fault=type(fault).__name__)
        await asyncio.sleep(RETRY_EVERY_S)


async def _retry(pool: asyncpg.Pool) -> int:
    async with pool.acquire() as connection:
        streams = await Projector().next_parked(connection)
    released = await _retried(pool, streams) if streams else 0
    if released:
        log.info("parked events were applied", released=released)
    return released


async def _retried(pool: asyncpg.Pool, streams: Sequence[Stream]) -> int:
    """Retry all streams together if possible; a stream that the database refuses does not stop the others."""

    async def together(part: Sequence[Stream]) -> int:
        async with pool.acquire() as connection, connection.transaction():
            return (await Projector().retry(connection, part)).released

    return sum(await bisect_batch(streams, together, _refused))


async def _refused(stream: Stream, fault: Exception) -> int:
    log.warning("a parked stream is refused again", service=stream[0], fault=kind(fault))
    return 0
