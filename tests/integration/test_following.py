"""Those who wait for their own writes, and those who follow what changes: over a real Postgres and real connections."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg
import httpx
import pytest

from kernel.runtime.health import Health
from kernel.runtime.process import running_together
from services.reporting.http.app import build
from services.reporting.projections.event import ConsumedEvent
from services.reporting.projector import record
from services.reporting.projector.projector import Projector
from services.reporting.query import change_feed as following_module
from services.reporting.query.change_feed import ChangeFeed
from services.reporting.query.scope import ReadPools
from tests import peacekeepers as story
from tests.integration.reading_database import reading_database
from tests.integration.serving import served
from tests.projection_spec import history

LOG = history([story.mission("MINURSO"), story.proposed(), story.approved(), story.planned(), story.arrived()])
OF_A_STATE = LOG[1:]
AFTER = "deployments:line/kz-2013/observers:2"


@dataclass
class Reader:
    """A query API that listens, and the views that it reads."""

    pool: asyncpg.Pool
    http: httpx.AsyncClient

    async def apply(self, events: Sequence[ConsumedEvent]) -> None:
        async with self.pool.acquire() as connection, connection.transaction():
            await Projector().apply(connection, events)

    async def strength(self, **params: Any) -> dict[str, Any]:
        answer = await self.http.get("/v1/reports/strength", params={"as_of": "2014-08-01", **params})
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    @asynccontextmanager
    async def follows(self, last: int | None = None, **params: Any) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
        headers = {} if last is None else {"Last-Event-ID": str(last)}
        async with self.http.stream("GET", "/v1/changes", params=params, headers=headers) as answer:
            assert (answer.status_code, answer.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
            yield _events(answer)


async def _events(answer: httpx.Response) -> AsyncIterator[dict[str, Any]]:
    event: dict[str, Any] = {}
    async for line in answer.aiter_lines():
        name, _, value = line.partition(": ")
        if line and name:
            event[name] = json.loads(value) if name == "data" else value
        elif event:
            yield event
            event = {}


async def some(events: AsyncIterator[dict[str, Any]], count: int) -> list[dict[str, Any]]:
    async with asyncio.timeout(20):
        return [await anext(events) for _ in range(count)]


@pytest.fixture
async def reader(postgres_dsn: str) -> AsyncIterator[Reader]:
    async with reading_database(postgres_dsn) as pool:
        following = ChangeFeed(ReadPools(pool), Health(60))
        async with (
            running_together([following.run()]),
            served(build(pool, change_feed=following)) as url,
            httpx.AsyncClient(base_url=url, timeout=30) as http,
        ):
            yield Reader(pool, http)


async def test_who_waits_for_what_is_there_is_answered_at_once(reader: Reader) -> None:
    await reader.apply(LOG)
    report = await reader.strength(wait_for=AFTER)
    assert (report["freshness"], report["totals"]["people"]) == ({"state": "fresh", "behind_events": 0}, 1)
    assert "freshness" not in await reader.strength()


async def test_who_waits_is_answered_as_soon_as_the_views_hold_it(reader: Reader) -> None:
    await reader.apply(LOG[:-1])
    waiting = [asyncio.create_task(reader.strength(wait_for=AFTER, timeout=20)) for _ in range(50)]
    await asyncio.sleep(0.3)
    assert not any(one.done() for one in waiting)
    await reader.apply(LOG[-1:])
    async with asyncio.timeout(10):
        for report in await asyncio.gather(*waiting):
            assert (report["freshness"]["state"], report["totals"]["people"]) == ("fresh", 1)


async def test_what_does_not_come_in_time_is_reported_as_stale_with_how_much_is_missing(reader: Reader) -> None:
    await reader.apply(LOG[:-2])
    report = await reader.strength(wait_for=AFTER, timeout=0.2)
    assert (report["freshness"], report["totals"]["people"]) == ({"state": "stale", "behind_events": 2}, 0)
    csv = await reader.http.get("/v1/reports/strength", params={"wait_for": AFTER, "timeout": 0, "format": "csv"})
    assert csv.headers["forcegen-freshness"] == "stale"
    page = await reader.http.get("/v1/tours", params={"wait_for": AFTER, "timeout": 0})
    assert page.json()["freshness"]["state"] == "stale"


async def test_what_cannot_be_applied_is_reported_as_parked_without_waiting(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    await reader.apply(LOG[:-1])
    waiting = asyncio.create_task(reader.strength(wait_for=AFTER, timeout=20))
    await asyncio.sleep(0.2)

    def fails(*_: object) -> None:
        raise ValueError("a defect of the projection")

    with monkeypatch.context() as broken:
        broken.setattr("services.reporting.projections.change_set.ChangeSet.apply", fails)
        await reader.apply(LOG[-1:])
    async with asyncio.timeout(10):
        report = await waiting
    assert (report["freshness"], report["incomplete"]) == ({"state": "parked", "behind_events": 1}, True)


@pytest.mark.parametrize("params", [{"wait_for": "17"}, {"wait_for": "a:b:0"}, {"wait_for": AFTER, "timeout": 31}])
async def test_what_is_no_token_or_no_time_is_refused_by_name(reader: Reader, params: dict[str, str]) -> None:
    answer = await reader.http.get("/v1/reports/strength", params=params)
    assert (answer.status_code, answer.json()["field"]) == (400, list(params)[-1])


async def test_a_follower_gets_a_change_of_each_view_that_a_batch_has_set(reader: Reader) -> None:
    async with reader.follows() as events, reader.follows(views="tours") as of_tours:
        assert [one["event"] for one in await some(events, 1) + await some(of_tours, 1)] == ["here", "here"]
        await reader.apply(LOG)
        [tours] = await some(of_tours, 1)
        frames = await some(events, 10)
    assert (tours["event"], tours["data"]["ids"], tours["data"]["rows"]) == ("change", ["kz-2013/observers/t-1"], 1)
    numbers = [int(one["id"]) for one in frames]
    assert numbers == list(range(numbers[0], numbers[0] + 10))
    assert {"missions", "mandates", "tours", "stays", "events"} <= {one["data"]["view"] for one in frames}


async def test_who_comes_again_gets_what_was_missed_and_no_more(reader: Reader) -> None:
    async with reader.follows() as events:
        [here] = await some(events, 1)
    for event in LOG:
        await reader.apply([event])
    async with reader.follows(last=int(here["id"]), views="events") as events:
        again, *missed = await some(events, 6)
        assert (again["event"], again["id"]) == ("here", here["id"])
        assert [one["data"]["ids"] for one in missed] == [[str(event.id)] for event in LOG]
    async with reader.follows(last=int(missed[2]["id"]), views="events") as events:
        assert [one["id"] for one in (await some(events, 3))[1:]] == [one["id"] for one in missed[3:]]


async def test_who_comes_too_late_is_sent_a_reset(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "CHANGES_KEPT", 3)
    for event in LOG:
        await reader.apply([event])
    assert await reader.pool.fetchval("SELECT count(*) FROM changes") == 3
    for last in (1, 10_000):
        async with reader.follows(last=last) as events:
            [frame] = await some(events, 1)
            newest = await reader.pool.fetchval("SELECT last FROM change_head")
            assert (frame["event"], int(frame["id"])) == ("reset", newest)


async def test_one_who_does_not_read_is_let_go_and_costs_the_others_nothing(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following_module, "UNREAD_MAX", 50)
    followed = ChangeFeed(ReadPools(reader.pool), Health(60))
    slow, quick = followed.follow(None, ()), followed.follow(None, ("events",))
    async with running_together([followed.run()]):
        await anext(slow), await anext(quick)
        while followed._last is None:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        for nr in range(60):
            await reader.apply(history([story.mission(f"UN-{nr}")]))
            assert b'"view": "events"' in await asyncio.wait_for(anext(quick), 10)
        read = [frame async for frame in slow]
    assert len(read) == 50
    assert len(followed._followers) == 1


async def test_more_than_can_be_served_are_refused_with_a_time_to_retry(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following_module, "FOLLOWERS_MAX", 1)
    async with reader.follows() as events:
        await some(events, 1)
        answer = await reader.http.get("/v1/changes")
    assert (answer.status_code, answer.json()["remedy"]) == (503, "Try again in a moment, or use another process.")


async def test_a_lost_connection_to_postgres_loses_no_change(reader: Reader) -> None:
    here = "FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'"
    async with reader.follows(views="events") as events:
        await some(events, 1)
        assert await reader.pool.fetch(f"SELECT pg_terminate_backend(pid) {here}")
        await reader.apply(OF_A_STATE)
        [frame] = await some(events, 1)
    assert frame["data"]["rows"] == len(OF_A_STATE)


async def test_a_notification_of_a_stranger_is_a_hint_to_look_and_sends_nobody_anything(reader: Reader) -> None:
    async with reader.follows(views="events") as events:
        await some(events, 1)
        for payload in ("", "7", "{}", "x" * 7_000):
            await reader.pool.execute("SELECT pg_notify($1, $2)", following_module.CHANNEL, payload)
        await reader.apply(OF_A_STATE)
        [frame] = await some(events, 1)
    assert frame["data"]["rows"] == len(OF_A_STATE)


@pytest.mark.parametrize("question", ["views=none-such", "mission=MINURSO"])
async def test_what_cannot_be_followed_is_named(reader: Reader, question: str) -> None:
    answer = await reader.http.get(f"/v1/changes?{question}")
    assert (answer.status_code, answer.json()["field"].partition(".")[0]) == (400, question.partition("=")[0])


async def test_the_cli_prints_what_changes_and_takes_up_where_it_was(reader: Reader) -> None:
    await reader.apply(LOG[:1])
    url = str(reader.http.base_url)
    arguments = ["follow", "--query-url", url, "--view", "events", "--json", "--after", "0"]
    done = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", "from cli.main import main; main()", *arguments), stdout=asyncio.subprocess.PIPE
    )
    assert done.stdout is not None
    async with asyncio.timeout(30):
        first = json.loads(await done.stdout.readline())
        await reader.apply(LOG[1:])
        second = json.loads(await done.stdout.readline())
    done.send_signal(signal.SIGINT)
    assert await done.wait() == 0
    assert (first["ids"], second["rows"]) == ([str(LOG[0].id)], len(LOG) - 1)
