"""How the query API reads: a request opens one session, and reads everything that it answers on it."""

from collections.abc import AsyncIterator, Callable, Hashable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Final

import asyncpg

from contracts.outcome import WaitToken
from kernel.sql.template import Statement
from kernel.store.postgres import Connection
from services.reporting.queries import query
from services.reporting.query.change_feed import ChangeFeed
from services.reporting.query.consistency import Freshness
from services.reporting.query.errors import BadParameter
from services.reporting.query.keyset import PageQuery
from services.reporting.query.parameters import AsOf

PLANNED_ONCE: Final = {"plan_cache_mode": "force_generic_plan", "random_page_cost": "1.1", "jit": "off"}
"""Postgres settings for readers. A statement holds only the filters that were given, so one plan fits every request for
it, and planning it again for each day would cost more than running it. The data is in memory, so reading a row through
an index costs little more than reading the next row of its table."""
CLOCKS_APART: Final = timedelta(seconds=5)
"""How far a caller's clock may be ahead of ours."""


@dataclass(slots=True)
class Learned:
    """Facts about the views that this process has learned and need not query again: they hold on every connection."""

    names: set[tuple[str, str, datetime | None]] = field(default_factory=set)
    """Kinds and names that are on record, at an instant or now: what was recorded once stays on record."""
    pages: dict[Hashable, PageQuery] = field(default_factory=dict)
    """By report and filters, the page query with its column types; one per combination of filters in use."""
    together: dict[Hashable, Statement] = field(default_factory=dict)
    """For the reports of a page, the one statement that answers all of them."""


@dataclass(frozen=True, slots=True)
class ReadSession:
    """The means by which one request reads: a connection, and the day and the instant of its question."""

    connection: Connection
    as_of: date
    as_known_at: datetime | None
    """None for the present knowledge."""
    freshness: Freshness | None
    """How the views relate to the token that was waited for; None without a token."""
    learned: Learned


@dataclass(frozen=True, slots=True)
class ReadModel:
    """The views, as one process reads them."""

    pool: asyncpg.Pool
    today: Callable[[], date]
    change_feed: ChangeFeed
    learned: Learned = field(default_factory=Learned)

    @asynccontextmanager
    async def session(self, params: AsOf, *, is_snapshot: bool = False) -> AsyncIterator[ReadSession]:
        """A session for one statement, which is a snapshot by itself; with `is_snapshot`, for several in one snapshot.

        If the request names a token, the session first waits for it. With `as_known_at`, the views are as they were at
        that instant: the same queries then answer as they would have answered at that time
        (services/reporting/migrations/known/views.sql).

        Raises:
            BadParameter: the instant is in the future.
        """
        freshness = await self._freshness(params)
        is_snapshot = is_snapshot or params.as_known_at is not None
        async with self._snapshot(params.as_known_at) if is_snapshot else self.pool.acquire() as connection:
            yield ReadSession(connection, params.as_of or self.today(), params.as_known_at, freshness, self.learned)

    async def _freshness(self, params: AsOf) -> Freshness | None:
        if params.wait_for is None:
            return None
        return await self.change_feed.waits.wait(WaitToken.read(params.wait_for), params.timeout)

    @asynccontextmanager
    async def _snapshot(self, as_known_at: datetime | None) -> AsyncIterator[Connection]:
        """A read-only connection on which every statement sees the same snapshot."""
        if as_known_at is not None and as_known_at > datetime.now(UTC) + CLOCKS_APART:
            detail = f"{as_known_at.isoformat()} is still to come: nobody can tell what will be known then."
            remedy = "Send an instant that has passed, or leave as_known_at out for what is known now."
            raise BadParameter(detail, field="as_known_at", remedy=remedy)
        async with (
            self.pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            if as_known_at is not None:
                await connection.execute(query("know_at").sql, as_known_at)
            yield connection


SourceStreams = Sequence[str]
"""The streams that an answer is based on: the service and the prefix of their names."""
APPROVED: Final = "approvals/mandate/"
DEPLOYED: Final = "deployments/line/"
COUNTED: Final = "deployments/contributor/"
ANSWERED: Final = "vacancies/vacancy/"
OFFERED: Final = "vacancies/application/"


async def incomplete(session: ReadSession, source_streams: SourceStreams) -> bool:
    """Whether an event that the answer should rest on is parked."""
    return bool(await session.connection.fetchval(query("waits").sql, source_streams))
