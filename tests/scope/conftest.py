"""One database with the history of two States, provisioned as an administrator does: with a role for each reader."""

import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from io import BytesIO

import asyncpg
import httpx
import pytest
from pydantic import SecretStr

from kernel.runtime.health import Health
from kernel.runtime.process import running_together
from kernel.store import scopes
from kernel.store.database import migrate, provision_reader
from services.reporting import projection_version
from services.reporting.analysts.publish import publish
from services.reporting.app import SERVICE
from services.reporting.http.app import build
from services.reporting.http.dependencies import caller_scope
from services.reporting.projections.event import ConsumedEvent
from services.reporting.projector.projector import Projector
from services.reporting.query.change_feed import ChangeFeed
from services.reporting.query.scope import NAMED_AT_ONCE, NARROWED, ReadPools, Scope
from services.reporting.query.session import PLANNED_ONCE
from tests.integration.serving import served
from tests.scope import histories
from tests.servers import PASSWORD, Servers, fresh_database
from tests.system import provision

TODAY = histories.D("2014-12-01")


@dataclass(frozen=True)
class TwoStates:
    """The database, and who may read it."""

    servers: Servers
    name: str
    log: Sequence[ConsumedEvent]
    ours: str
    """A role bound to OURS."""
    theirs: str
    """A role bound to THEIRS."""

    def url(self, role: str) -> str:
        """The address of the database for a role."""
        return self.servers.as_role(role, PASSWORD, self.name)

    @asynccontextmanager
    async def session(self, role: str) -> AsyncIterator[asyncpg.Connection]:
        connection = await asyncpg.connect(self.url(role))
        try:
            yield connection
        finally:
            await connection.close()

    @asynccontextmanager
    async def pools(self, narrowed: list[str] | None = None) -> AsyncIterator[ReadPools]:
        """The pools of the query API, as its process opens them; `narrowed` gets the statements of callers in scope."""
        url = self.url("reporting_reader")

        async def listed(connection: asyncpg.Connection) -> None:
            if narrowed is not None:
                connection.add_query_logger(lambda ran: narrowed.append(ran.query))

        async with (
            asyncpg.create_pool(url, min_size=1, max_size=4, server_settings=PLANNED_ONCE) as unscoped,
            asyncpg.create_pool(
                url,
                min_size=1,
                max_size=2,
                init=listed,
                server_settings={**PLANNED_ONCE, **NARROWED},
                **NAMED_AT_ONCE,
            ) as scoped,
        ):
            yield ReadPools(unscoped, scoped)

    @property
    def foreign(self) -> Sequence[bytes]:
        """What nobody of OURS may see: marks, the code of the State, a number, and ids of events."""
        mark = histories.MARKS[histories.THEIRS]
        ids = [str(event.id) for event in self.log if mark in event.data.model_dump_json()]
        return [text.encode() for text in (mark, histories.THEIRS, str(histories.COUNTED_BY_THEM), *ids)]

    def seen(self, content: bytes) -> list[bytes]:
        """What of theirs is in there."""
        return [value for value in self.foreign if value in content]


@pytest.fixture(scope="package")
async def two_states(servers: Servers) -> AsyncIterator[TwoStates]:
    ours, theirs = (f"analyst_{secrets.token_hex(4)}" for _ in range(2))
    with fresh_database(servers) as name:
        admin = servers.database(name)
        await provision(servers, name)
        for role, state in ((ours, histories.OURS), (theirs, histories.THEIRS)):
            await provision_reader(admin, role, PASSWORD, "analysts", connections_max=20)
            await scopes.bind(admin, role, [state], watched_by="reporting")
        made = TwoStates(servers, name, histories.log(), ours, theirs)
        owner = made.url("reporting")
        await migrate(SecretStr(owner), SERVICE.schema)
        async with asyncpg.create_pool(owner, min_size=1, max_size=2) as pool:
            async with pool.acquire() as connection, connection.transaction():
                await projection_version.begin(connection)
                await Projector().apply(connection, made.log)
                await Projector().apply(connection, [histories.waiting(made.log, state) for state in histories.MARKS])
            await publish(pool)
        yield made
    server = await asyncpg.connect(servers.postgres)
    await server.execute(f"DROP ROLE {ours}; DROP ROLE {theirs}")
    await server.close()


@dataclass
class Caller:
    """The query API, and the States that its caller is bound to: a test sets them."""

    http: httpx.AsyncClient
    scope: Scope = frozenset({histories.OURS})
    statements: list[str] = field(default_factory=list)
    """What the database was asked for callers within a scope."""


@pytest.fixture
async def caller(two_states: TwoStates) -> AsyncIterator[Caller]:
    statements: list[str] = []
    async with two_states.pools(statements) as pools:
        feed = ChangeFeed(pools, Health(60))
        app = build(pools.unscoped, lambda: TODAY, feed, scoped_pool=pools.scoped)
        async with (
            running_together([feed.run()]),
            served(app) as url,
            httpx.AsyncClient(base_url=url, timeout=60) as http,
        ):
            caller = Caller(http, statements=statements)

            async def scope() -> Scope:
                return caller.scope

            app.dependency_overrides[caller_scope] = scope
            yield caller


@pytest.fixture
async def ours(two_states: TwoStates) -> AsyncIterator[asyncpg.Connection]:
    """A session of the analyst of our State, who has lifted what a role may lift."""
    async with two_states.session(two_states.ours) as session:
        await session.execute("SET default_transaction_read_only = off; SET statement_timeout = 0")
        await session.execute("SET forcegen.known_at = '2030-01-01'")
        yield session


async def everything(session: asyncpg.Connection, source: str) -> bytes:
    """All of a table, a view or a function's answer, as the server writes it."""
    written = BytesIO()
    await session.copy_from_query(f"SELECT * FROM {source}", output=written)  # noqa: S608
    return written.getvalue()
