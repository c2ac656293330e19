"""The projector over a real Postgres: the same views as the fold in memory, whatever the delivery; and what waits."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import asyncpg
import httpx
import pytest
from hypothesis import given, settings

from contracts.deployments import ConsentRecorded
from contracts.envelope import ActedBy
from contracts.words import Event
from kernel.store.postgres import Connection
from services.reporting.http.app import build
from services.reporting.projections import PROJECTION_OF, VIEWS
from services.reporting.projections.change_set import Tables, fold
from services.reporting.projections.event import SAID_BY, ConsumedEvent
from services.reporting.projections.view import Project
from services.reporting.projector.projector import Applied, Projector
from services.reporting.projector.upsert_sql import Statements
from tests import peacekeepers as story
from tests.callers import CalledAs
from tests.integration.reading_database import reading_database
from tests.projection_spec import history
from tests.properties.histories import delivered


@pytest.fixture(scope="module")
async def pool(postgres_dsn: str) -> AsyncIterator[asyncpg.Pool]:
    async with reading_database(postgres_dsn) as pool:
        yield pool


@pytest.fixture
async def connection(pool: asyncpg.Pool) -> AsyncIterator[Connection]:
    """A connection in a transaction that is rolled back, so every test begins with empty views."""
    async with pool.acquire() as connection:
        undone = connection.transaction()
        await undone.start()
        yield connection
        await undone.rollback()


async def views(connection: Connection) -> Tables:
    tables: dict[str, dict[tuple[object, ...], object]] = {}
    for view in VIEWS:
        rows = [Statements(view).row(r) for r in await connection.fetch(f"SELECT * FROM {view.table}")]  # noqa: S608
        tables[view.table] = {view.key_of(row): row for row in rows}
    return tables


async def apply(connection: Connection, *batches: Sequence[ConsumedEvent]) -> list[Applied]:
    return [await Projector().apply(connection, batch) for batch in batches]


async def parked(connection: Connection) -> list[tuple[str, int, int, bool]]:
    rows = await connection.fetch("SELECT stream, version, attempts, error FROM parked ORDER BY stream, version")
    return [(row["stream"], row["version"], row["attempts"], row["error"] is not None) for row in rows]


@given(delivered())
@settings(max_examples=25, deadline=None)
async def test_views_do_not_depend_on_how_events_are_delivered(
    pool: asyncpg.Pool, case: tuple[list[ConsumedEvent], list[list[ConsumedEvent]]]
) -> None:
    log, batches = case
    async with pool.acquire() as connection:
        undone = connection.transaction()
        await undone.start()
        done = await apply(connection, *batches)
        assert await views(connection) == fold(log)
        assert await parked(connection) == []
        assert sum(one.applied for one in done) == len(log) == await connection.fetchval("SELECT count(*) FROM events")
        await undone.rollback()


async def test_the_tables_have_the_columns_that_the_views_describe(connection: Connection) -> None:
    for view in VIEWS:
        statement = await connection.prepare(f"SELECT * FROM {view.table}")  # noqa: S608
        types = {"int4": "integer", "bool": "boolean"}
        columns = [(c.name, types.get(c.type.name, c.type.name)) for c in statement.get_attributes()]
        assert columns == [*((c.name, c.type) for c in view.columns), ("system_from", "timestamptz")]


async def test_an_event_beyond_a_gap_waits_until_the_gap_is_filled(connection: Connection) -> None:
    log = history([story.planned(), story.consented(), story.scheduled()])
    assert await apply(connection, [log[2], log[0]]) == [Applied(applied=1, parked=1)]
    assert await parked(connection) == [("line/kz-2013/observers", 3, 0, False)]
    assert await apply(connection, [log[1], log[1]]) == [Applied(applied=2, duplicates=1, released=1)]
    assert await parked(connection) == []
    assert await views(connection) == fold(log)


async def test_who_said_an_event_is_kept_while_it_waits_and_when_it_is_applied(connection: Connection) -> None:
    """Given an event of a producer and one of a policy, that wait behind a gap, then both are logged as they came."""
    by = ActedBy("app_user", "mfa-kz", "a" * 32, "b" * 64, "7:" + "c" * 64)
    policy = ActedBy("system", "urn:forcegen:vacancies", on_behalf_of="mfa-kz")
    one, other = history([story.proposed(), story.approved()])
    first = replace(one, acted_by=by, cause_place="approvals.commands/0/7")
    second = replace(other, acted_by=policy)
    await apply(connection, [second])
    await apply(connection, [first])
    rows = await connection.fetch(f"SELECT {', '.join(SAID_BY)} FROM events ORDER BY version")  # noqa: S608
    assert [tuple(row) for row in rows] == [first.said_by, second.said_by]
    assert first.said_by == (
        "app_user",
        "mfa-kz",
        "a" * 32,
        "b" * 64,
        "7:" + "c" * 64,
        None,
        "approvals.commands/0/7",
        None,
    )


async def test_an_event_that_cannot_be_applied_stops_its_own_stream_only(connection: Connection) -> None:
    log = history([story.arrived("t-9"), story.planned("t-1"), story.mission("MINURSO")])
    assert await apply(connection, log) == [Applied(applied=1, parked=2)]
    assert await parked(connection) == [
        ("line/kz-2013/observers", 1, 1, True),
        ("line/kz-2013/observers", 2, 0, False),
    ]
    error = await connection.fetchval("SELECT error FROM parked WHERE version = 1")
    assert error == "LookupError: no row kz-2013/observers/t-9 in tours"


async def test_a_value_that_no_column_holds_stops_its_own_stream_only(connection: Connection) -> None:
    """Events that were recorded before their contract had these bounds; they are still read."""
    before = [
        story.proposed().model_copy(update={"area": "a\0b"}),
        story.counted(1).model_copy(update={"total": 2**40}),
    ]
    log = history([*(type(event).read(event.model_dump_json()) for event in before), story.mission("MINURSO")])
    assert await apply(connection, log) == [Applied(applied=1, parked=2)]
    assert [row[1:] for row in await parked(connection)] == [(1, 1, True), (1, 1, True)]


async def test_an_absurd_version_or_a_position_given_twice_breaks_nothing(connection: Connection) -> None:
    log = history([story.mission("MINURSO"), story.mission("UNOCI"), story.mission("UNIFIL")])
    twice, far = replace(log[1], position=1), replace(log[2], version=2**63 - 1)
    assert await apply(connection, [log[0], twice, far]) == [Applied(applied=2, parked=1)]


@contextmanager
def broken(word: type[Event]) -> Iterator[None]:
    """A projection with a fault, which is then repaired."""
    projection = PROJECTION_OF[word]
    good: Project = projection.project

    def faulty(event: ConsumedEvent, rows: object) -> tuple[object, ...]:
        raise ZeroDivisionError(event.type)

    PROJECTION_OF[word] = replace(projection, project=faulty)  # type: ignore[index]
    try:
        yield
    finally:
        PROJECTION_OF[word] = replace(projection, project=good)  # type: ignore[index]


async def retried(connection: Connection) -> Applied:
    """What may follow now of all that is parked."""
    return await Projector().retry(connection, await Projector().next_parked(connection))


async def test_parked_events_are_applied_in_order_once_the_projection_is_repaired(
    connection: Connection,
) -> None:
    log = history([story.planned(), story.consented(), story.scheduled(), story.arrived(), story.mission("UNOCI")])
    with broken(ConsentRecorded):
        await apply(connection, log[:3], log[3:])
        assert await retried(connection) == Applied()
    assert [row[1:] for row in await parked(connection)] == [(2, 2, True), (3, 0, False), (4, 0, False)]
    assert await retried(connection) == Applied(applied=3, released=3)
    assert await parked(connection) == []
    assert await views(connection) == fold(log)


async def test_one_stream_name_in_two_services_is_two_streams(connection: Connection) -> None:
    log = history(
        [story.mission("MINURSO"), story.mission_status("MINURSO"), story.mission_change("MINURSO", "closed")]
    )
    assert await apply(connection, log) == [Applied(applied=3)]
    rows = await connection.fetch("SELECT service, version FROM stream_versions ORDER BY service")
    assert [tuple(row) for row in rows] == [("deployments", 1), ("vacancies", 2)]


async def test_rows_of_a_parked_stream_say_that_they_are_incomplete(pool: asyncpg.Pool) -> None:
    log = history([story.planned("t-1"), story.arrived("t-1"), story.arrived("t-9")])
    async with pool.acquire() as connection, connection.transaction():
        await apply(connection, log)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=CalledAs(build(pool))), base_url="http://reading"
    ) as api:
        page = (await api.get("/v1/tours")).json()
        assert page["incomplete"] is True
        assert [item["incomplete"] for item in page["items"]] == [True]
        assert (await api.get("/v1/missions")).json()["incomplete"] is False
        assert (await api.get("/v1/reports/strength")).json()["incomplete"] is True
    tables = ", ".join([*(view.table for view in VIEWS), "events", "parked", "stream_versions"])
    await pool.execute(f"TRUNCATE {tables}")
