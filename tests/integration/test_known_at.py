"""Every report and list, asked as known at an instant, answers what it would have answered at that instant."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import date
from typing import Any

import asyncpg
import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel.runtime.health import Health
from services.reporting.http.app import build
from services.reporting.lists.catalogue import LISTS
from services.reporting.projections import VIEWS
from services.reporting.projections.change_set import ChangeSet, Tables, fold
from services.reporting.projections.event import ConsumedEvent
from services.reporting.projector import occupancy
from services.reporting.projector.projector import Projector
from services.reporting.projector.upsert_sql import Statements
from services.reporting.queries import query
from services.reporting.query.change_feed import ChangeFeed
from services.reporting.query.parameters import AsOf
from services.reporting.query.scope import ReadPools
from services.reporting.query.session import ReadModel
from services.reporting.reports.catalogue import REPORTS
from tests import peacekeepers as story
from tests.callers import CalledAs
from tests.integration.reading_database import reading_database
from tests.projection_spec import history
from tests.properties.histories import deliveries
from tests.properties.known_histories import Question, questions

TODAY = date(2015, 9, 1)
NEEDED: dict[str, dict[str, str]] = {
    "people-since": {"since": "2013-01-01"},
    "timeline": {"since": "2013-01-01"},
    "must-come-home": {"mission": "MINURSO", "closes_on": "2015-02-01"},
    "events-behind": {"mission": "MINURSO"},
}


@pytest.fixture(scope="module")
async def now(postgres_dsn: str) -> AsyncIterator[asyncpg.Pool]:
    """The database that knows the whole history."""
    async with reading_database(postgres_dsn) as pool:
        yield pool


@pytest.fixture(scope="module")
async def then(postgres_dsn: str) -> AsyncIterator[asyncpg.Pool]:
    """The database as it was at the instant that is asked about."""
    async with reading_database(postgres_dsn) as pool:
        yield pool


async def deliver(pool: asyncpg.Pool, *batches: Sequence[ConsumedEvent]) -> None:
    """The views of these events, and of none before."""
    tables = [name for view in VIEWS for name in (view.table, f"{view.table}_history")]
    await pool.execute(f"TRUNCATE {', '.join([*tables, occupancy.TABLE, 'events', 'parked', 'stream_versions'])}")
    for batch in batches:
        async with pool.acquire() as connection, connection.transaction():
            await Projector().apply(connection, batch)


async def known(pool: asyncpg.Pool, question: Question) -> Tables:
    """The views as they were known at the instant."""
    tables: dict[str, dict[tuple[object, ...], object]] = {}
    model = ReadModel(ReadPools(pool), lambda: TODAY, ChangeFeed(ReadPools(pool), Health(0)))
    async with model.session(AsOf(as_known_at=question.as_known_at)) as session:
        for view in VIEWS:
            rows = [Statements(view).row(r) for r in await session.connection.fetch(f"SELECT * FROM {view.table}")]  # noqa: S608
            tables[view.table] = {view.key_of(row): row for row in rows}
            assert len(rows) == len(tables[view.table])
    return tables


def addresses() -> list[str]:
    """Every report and every list."""
    reports = [f"/v1/reports/{name}?{httpx.QueryParams(NEEDED.get(name, {}))}" for name in REPORTS]
    return [*reports, *(f"/v1/{name}?" for name in LISTS)]


async def answers(pool: asyncpg.Pool, **params: Any) -> dict[str, Any]:
    """What every report and every list says; what it was asked is no part of the answer."""
    bodies = {}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=CalledAs(build(pool, lambda: TODAY)))) as http:
        for address in addresses():
            answer = await http.get(f"http://reading{address}", params=dict(httpx.URL(address).params) | params)
            body = answer.json()
            assert answer.status_code == 200 or body["title"] == "Unknown name", body  # of what nobody had recorded yet
            bodies[address] = {key: value for key, value in body.items() if key not in ("as_known_at", "detail")}
    return bodies


@given(questions(), st.data())
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
async def test_however_a_history_is_delivered_each_instant_of_it_can_be_queried(
    now: asyncpg.Pool, question: Question, data: st.DataObject
) -> None:
    await deliver(now, *data.draw(deliveries(question.log)))
    assert await known(now, question) == fold(question.known)
    change_set = ChangeSet()
    for event in question.log:
        change_set.apply(event)
    for view in VIEWS:
        statements = Statements(view)
        rows = await now.fetch(f"SELECT * FROM {view.table}_history")  # noqa: S608
        kept = Counter((statements.row(row), row["system_from"], row["system_to"]) for row in rows)
        assert kept == Counter(map(tuple, change_set.superseded[view.table]))
    assert await now.fetch(query("overlaps").sql) == []


@given(questions())
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
async def test_a_report_as_known_at_an_instant_is_the_report_of_that_instant(
    now: asyncpg.Pool, then: asyncpg.Pool, question: Question
) -> None:
    await deliver(now, question.log)
    await deliver(then, question.known)
    as_of = question.as_of.isoformat()
    known_then = await answers(now, as_of=as_of, as_known_at=question.as_known_at.isoformat())
    assert known_then == await answers(then, as_of=as_of)


async def test_two_versions_on_record_at_once_are_found(now: asyncpg.Pool) -> None:
    await deliver(now, history([story.planned(), story.scheduled(), story.arrived()]))
    assert await now.fetch(query("overlaps").sql) == []
    longer = "UPDATE tours_history SET system_to = system_to + interval '5 s' WHERE status = 'planned'"
    await now.execute(longer)
    overlaps = await now.fetch(query("overlaps").sql)
    assert [(row["view"], row["thing"]) for row in overlaps] == [("tours", "kz-2013/observers/t-1")]


@pytest.mark.parametrize("path", ["/v1/reports/strength", "/v1/tours", "/v1/missions/MINURSO"])
@pytest.mark.parametrize(
    ("instant", "why"),
    [
        ("2199-01-01T00:00:00Z", "still to come"),
        ("2999-01-01T00:00:00Z", "outside the calendar"),
        ("2022-07-01", "not an instant with its offset"),
        ("20220630", "not an instant with its offset"),
        ("yesterday", "not an instant with its offset"),
    ],
)
async def test_an_instant_that_no_report_can_answer_is_named(
    now: asyncpg.Pool, path: str, instant: str, why: str
) -> None:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=CalledAs(build(now))), base_url="http://reading"
    ) as http:
        answer = await http.get(path, params={"as_known_at": instant})
    problem = answer.json()
    assert (answer.status_code, problem["field"]) == (400, "as_known_at")
    assert problem["remedy"]
    assert why in problem["detail"]
