"""How the query API reads: a request opens one session, and reads everything that it answers on it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final, TypeVar

from contracts.outcome import WaitToken
from kernel.sql.template import Statement
from kernel.store.postgres import Connection
from services.reporting.queries import query
from services.reporting.query.change_feed import ChangeFeed
from services.reporting.query.consistency import Freshness
from services.reporting.query.errors import BadParameter
from services.reporting.query.kept import KeptAnswers, ViewsState
from services.reporting.query.keyset import PageQuery
from services.reporting.query.parameters import AsOf
from services.reporting.query.scope import ReadPools, Scope

T = TypeVar("T")
PLANNED_ONCE: Final = {"plan_cache_mode": "force_generic_plan", "random_page_cost": "1.1", "jit": "off"}
"""Postgres settings for readers. A statement holds only the filters that were given, so one plan fits every request for
it, and planning it again for each day would cost more than running it. The data is in memory, so reading a row through
an index costs little more than reading the next row of its table."""
CLOCKS_APART: Final = timedelta(seconds=5)
"""How far a caller's clock may be ahead of ours."""


@dataclass(slots=True)
class Learned:
    """Facts about the views that this process has learned and need not query again: they hold on every connection."""

    names: set[tuple[Scope, str, str, datetime | None]] = field(default_factory=set)
    """Scopes, and kinds and names that are on record in them, at an instant or now: what was recorded once stays so."""
    pages: dict[Hashable, PageQuery] = field(default_factory=dict)
    """By report and filters, the page query with its column types; one per combination of filters in use."""
    together: dict[Hashable, Statement] = field(default_factory=dict)
    """For the reports of a page, the one statement that answers all of them."""
    kept: KeptAnswers = field(default_factory=KeptAnswers)
    """Answers, as long as the views stay as they are."""


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
    scope: Scope = None
    """The States whose rows it sees."""


@dataclass(frozen=True, slots=True)
class ReadModel:
    """The views, as one process reads them, on behalf of one scope."""

    pools: ReadPools
    today: Callable[[], date]
    change_feed: ChangeFeed
    learned: Learned = field(default_factory=Learned)
    scope: Scope = None

    def of(self, scope: Scope) -> "ReadModel":
        """The same views as another scope sees them."""
        return replace(self, scope=scope)

    def connection(self) -> AbstractAsyncContextManager[Connection]:
        """A connection for one statement that is about no day."""
        return self.pools.connection(self.scope)

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
        refuse_future(params.as_known_at)
        is_snapshot = is_snapshot or params.as_known_at is not None
        async with self.pools.connection(self.scope, is_snapshot=is_snapshot) as connection:
            if params.as_known_at is not None:
                await connection.execute(query("know_at").sql, params.as_known_at)
            day = params.as_of or self.today()
            yield ReadSession(connection, day, params.as_known_at, freshness, self.learned, self.scope)

    async def kept(self, question: Hashable, make: Callable[[], Awaitable[T]], size: Callable[[T], int]) -> T:
        """The answer to a question on behalf of this scope, from before if the views have not changed (`kept.py`)."""
        return await self.learned.kept.of((self.scope, question), self._state, make, size)

    async def _state(self) -> ViewsState:
        [state] = await self.pools.unscoped.fetch(query("views_state").sql)
        return state["last"], state["made"], state["started"]

    async def _freshness(self, params: AsOf) -> Freshness | None:
        if params.wait_for is None:
            return None
        return await self.change_feed.waits.wait(WaitToken.read(params.wait_for), params.timeout, self.scope)


def refuse_future(as_known_at: datetime | None, field: str = "as_known_at") -> None:
    """Raises `BadParameter` for an instant that is still to come; `field` is the parameter that names it."""
    if as_known_at is not None and as_known_at > datetime.now(UTC) + CLOCKS_APART:
        detail = f"{as_known_at.isoformat()} is still to come: nobody can tell what will be known then."
        remedy = f"Send an instant that has passed, or leave {field} out for what is known now."
        raise BadParameter(detail, field=field, remedy=remedy)


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
