"""The steps of a line are those of a sweep over all of its stays, however late something is learned."""

from collections.abc import AsyncIterator, Sequence
from datetime import date
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.words import Event
from services.reporting.projections import VIEWS
from services.reporting.projections.event import ConsumedEvent
from services.reporting.projector import occupancy
from services.reporting.projector.projector import Projector
from services.reporting.queries import query
from tests import peacekeepers as story
from tests.integration.reading_database import reading_database
from tests.integration.test_reports_ceiling import amended, waived
from tests.projection_spec import history
from tests.properties.histories import deliveries
from tests.properties.known_histories import Question, questions

D = date.fromisoformat
LINE = "kz-2013/observers"


@pytest.fixture(scope="module")
async def pool(postgres_dsn: str) -> AsyncIterator[asyncpg.Pool]:
    async with reading_database(postgres_dsn) as pool:
        yield pool


async def deliver(pool: asyncpg.Pool, *batches: Sequence[ConsumedEvent]) -> None:
    """The views of these events, and of none before."""
    tables = [name for view in VIEWS for name in (view.table, f"{view.table}_history")]
    await pool.execute(f"TRUNCATE {', '.join([*tables, occupancy.TABLE, 'events', 'parked', 'stream_versions'])}")
    for batch in batches:
        async with pool.acquire() as connection, connection.transaction():
            await Projector().apply(connection, batch)


async def steps(pool: asyncpg.Pool, mission: str = "") -> list[tuple[str, int, int | None]]:
    """From when on, how many people, and the limit."""
    rows = await pool.fetch(
        'SELECT valid_from, people, "limit" FROM line_occupancy WHERE line = $1 AND mission = $2 ORDER BY valid_from',
        LINE,
        mission,
    )
    return [(str(row["valid_from"]), row["people"], row["limit"]) for row in rows]


@given(questions(), st.data())
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
async def test_however_a_history_is_delivered_the_steps_are_those_of_a_sweep(
    pool: asyncpg.Pool, question: Question, data: st.DataObject
) -> None:
    log = [*question.log]
    if data.draw(st.booleans()):  # an act that is amended, and an exception from it
        own = (story.proposed(), story.approved(), amended(8, "2014-09-01"), waived(2, "2014-08-01", "2014-12-01"))
        log = [*history(own), *(event for event in log if event.stream != "mandate/kz-2013")]
    one_by_one = [[event] for event in log]  # so that each correction meets the steps that it corrects
    await deliver(pool, *data.draw(st.just(one_by_one) | deliveries(log)))
    assert await pool.fetch(query("steps_astray").sql) == []


async def test_what_is_learned_late_changes_the_steps_from_its_day_on(pool: asyncpg.Pool) -> None:
    log = history([
        *(story.proposed(), story.approved(), story.planned("t-1"), story.arrived("t-1", "2014-08-01")),
        *(story.planned("t-2", person="p-2"), story.arrived("t-2", "2014-07-01"), story.departed("t-1", "2014-09-01")),
    ])  # fmt: skip
    await deliver(pool, log[:4])
    assert (await steps(pool))[1:] == [("2014-08-01", 1, 20)]
    await deliver(pool, *([event] for event in log))
    assert (await steps(pool))[1:] == [("2014-07-01", 1, 20), ("2014-08-01", 2, 20), ("2014-09-01", 1, 20)]
    assert (await steps(pool, "MINURSO"))[-1] == ("2014-09-01", 1, 5)


@pytest.mark.parametrize(
    ("field", "value", "then"),
    [
        ("arrived_on", "2014-06-01", [("2014-06-01", 1, 20), ("2014-08-01", 0, 20)]),
        ("arrived_on", "2014-07-10", [("2014-07-10", 1, 20), ("2014-08-01", 0, 20)]),
        ("departed_on", "2014-07-20", [("2014-07-01", 1, 20), ("2014-07-20", 0, 20)]),
        ("departed_on", "2014-09-01", [("2014-07-01", 1, 20), ("2014-09-01", 0, 20)]),
        ("headcount", 3, [("2014-07-01", 3, 20), ("2014-08-01", 0, 20)]),
    ],
)
async def test_a_correction_moves_the_steps(
    pool: asyncpg.Pool, field: str, value: Any, then: list[tuple[str, int, int]]
) -> None:
    past: list[Event] = [story.proposed(), story.approved(), story.planned(), story.arrived("t-1", "2014-07-01")]
    past.append(story.departed("t-1", "2014-08-01"))
    right: dict[str, Any] = {field: D(value) if isinstance(value, str) else value}
    log = history([*past, story.corrected(history(past)[3].id, **right)])
    await deliver(pool, log[:-1], log[-1:])
    assert (await steps(pool))[1:] == then
    assert await pool.fetch(query("steps_astray").sql) == []


async def test_steps_that_went_astray_are_found(pool: asyncpg.Pool) -> None:
    await deliver(pool, history([story.proposed(), story.approved(), story.planned(), story.arrived()]))
    assert await pool.fetch(query("steps_astray").sql) == []
    await pool.execute("UPDATE line_occupancy SET people = people + 1 WHERE valid_from = '2014-07-01' AND mission = ''")
    astray = await pool.fetch(query("steps_astray").sql)
    assert [(row["where_found"], row["people"]) for row in astray] == [("swept", 1), ("kept", 2)]
