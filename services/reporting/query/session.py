"""How the reading room reads: one snapshot for an answer and for what is said about it."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Final

import asyncpg
from fastapi import Request

from contracts.outcome import WaitToken
from kernel.http.problem_types import BAD_PARAMETER
from kernel.store.postgres import Connection
from services.reporting.queries import query
from services.reporting.query.change_feed import ChangeFeed
from services.reporting.query.consistency import Freshness
from services.reporting.query.errors import Problem
from services.reporting.query.parameters import AsOf

PLANNED_ONCE: Final = {"plan_cache_mode": "force_generic_plan", "random_page_cost": "1.1", "jit": "off"}
"""Settings of the server for those who read. A statement holds the filters that were given and no others, so one plan
of it fits all that is asked, and to plan it anew for each day would cost more than to run it. What is asked for is in
memory, so a row by its index costs little more than the next one in its table."""
CLOCKS_APART: Final = timedelta(seconds=5)
"""How far the clock of a caller may be ahead of ours."""


@dataclass(frozen=True, slots=True)
class ReadSession:
    """What an answer needs: a pool to read from, and what day it is."""

    pool: asyncpg.Pool
    today: Callable[[], date]
    change_feed: ChangeFeed
    known: set[tuple[str, str, datetime | None]] = field(default_factory=set)
    """Names that were found on record (checking.py)."""

    async def freshness(self, params: AsOf) -> Freshness | None:
        """Waits for what the question is to rest on, where it names a token; None where it does not."""
        if params.wait_for is None:
            return None
        return await self.change_feed.waits.wait(WaitToken.read(params.wait_for), params.timeout)

    @asynccontextmanager
    async def connection(self, as_known_at: datetime | None = None) -> AsyncIterator[Connection]:
        """A connection for one statement, which is a snapshot by itself; with `as_known_at`, in a transaction."""
        if as_known_at is not None:
            async with self.snapshot(as_known_at) as connection:
                yield connection
            return
        async with self.pool.acquire() as connection:
            yield connection

    @asynccontextmanager
    async def snapshot(self, as_known_at: datetime | None = None) -> AsyncIterator[Connection]:
        """A connection on which everything is read as of one moment, and nothing can be written.

        With `as_known_at`, the views are what they were at that instant: the same queries then answer what they would
        have answered (migrations/0007-history.sql). Raises `Problem` for an instant that is still to come.
        """
        if as_known_at is not None and as_known_at > datetime.now(UTC) + CLOCKS_APART:
            detail = f"{as_known_at.isoformat()} is still to come: nobody can tell what will be known then."
            remedy = "Send an instant that has passed, or leave as_known_at out to be told what is known now."
            raise Problem(BAD_PARAMETER, detail, field="as_known_at", remedy=remedy)
        async with (
            self.pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            if as_known_at is not None:
                await connection.execute(query("know_at").sql, as_known_at)
            yield connection


def read_session(request: Request) -> ReadSession:
    """The app's reading, as a dependency of its routes."""
    session: ReadSession = request.app.state.read_session
    return session


SourceStreams = Sequence[str]
"""The streams that an answer is built on: the room, and what their names begin with."""
APPROVED: Final = "approvals/mandate/"
DEPLOYED: Final = "deployments/line/"
COUNTED: Final = "deployments/contributor/"
ANSWERED: Final = "vacancies/vacancy/"
OFFERED: Final = "vacancies/application/"


async def incomplete(connection: Connection, source_streams: SourceStreams) -> bool:
    """Whether an event that the answer should rest on is parked."""
    return bool(await connection.fetchval(query("waits").sql, source_streams))
