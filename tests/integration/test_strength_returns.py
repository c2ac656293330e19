"""The UN's returns over a real Postgres: publications side by side, what is odd about a row, what was counted when."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from contracts.deployments import StrengthReturnRecorded
from kernel.http.page_cursor import encode
from services.reporting.http.app import build
from services.reporting.projector.projector import Projector
from tests.callers import CalledAs
from tests.integration.reading_database import reading_database
from tests.projection_spec import LEARNED, history


def row(day: str, mission: str, *counts: int | None, state: str = "XAA", **more: Any) -> StrengthReturnRecorded:
    male, female, total = counts
    data: dict[str, Any] = {
        **{"contributor": state, "as_of": date.fromisoformat(day), "contributor_as_published": f"State {state}"},
        **{"mission": mission, "personnel_type": "troops", "male": male, "female": female, "total": total},
        **{"published_at": datetime(2012, 6, 1, tzinfo=UTC), "source": "made up"},
    }
    return StrengthReturnRecorded(**{**data, **more})


LATER: dict[str, Any] = {"published_at": datetime(2013, 1, 1, tzinfo=UTC)}
PAST = [
    row("2012-01-31", "UNIFIL", 10, 0, 10),
    row("2012-01-31", "UNMISS", 10, 5, 16),
    row("2012-01-31", "UNDOF", None, 5, 4),
    row("2012-01-31", "UNTSO", None, None, None),
    row("2012-02-28", "UNIFIL", 10, 2, 12),
    row("2012-02-28", "UNMISS", 7, 0, 7),
    row("2012-02-28", "UNMISS", 8, 0, 8),
    row("2012-02-28", "UNIFIL", 2**31 - 1, 2**31 - 1, 2**31 - 1, state="XAB", contributor_as_published="State XAB"),
    row("2012-03-31", "UNIFIL", 1, 0, 1, state="XAB", contributor_as_published="XAB, State of"),
    row("2012-02-28", "UNIFIL", 10, 3, 13, **LATER),
]


@pytest.fixture(scope="module")
async def pool(postgres_dsn: str) -> AsyncIterator[asyncpg.Pool]:
    async with reading_database(postgres_dsn) as pool:
        async with pool.acquire() as connection, connection.transaction():
            assert (await Projector().apply(connection, history(PAST))).parked == 0
        yield pool


@pytest.fixture
async def api(pool: asyncpg.Pool) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=CalledAs(build(pool, today=lambda: date(2014, 1, 1))))
    async with httpx.AsyncClient(transport=transport, base_url="http://reading") as client:
        yield client


async def items(api: httpx.AsyncClient, path: str, **params: Any) -> list[dict[str, Any]]:
    """Every item, two a page."""
    collected: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        answer = await api.get(f"/v1/{path}", params={**params, **cursor, "limit": 2})
        assert answer.status_code == 200, answer.text
        collected += answer.json()["items"]
        if answer.json()["next"] is None:
            return collected
        cursor = {"cursor": answer.json()["next"]}


async def test_publications_and_contradictions_stay_side_by_side(api: httpx.AsyncClient) -> None:
    rows = await items(api, "strength-returns")
    assert len(rows) == len({one["event"] for one in rows}) == len(PAST)
    keys = [(one["contributor"], one["as_of"], one["mission"], one["published_at"]) for one in rows]
    assert keys == sorted(keys)
    restated = await items(api, "strength-returns", mission="UNIFIL", month_from="2012-02", contributor="XAA")
    assert [one["total"] for one in restated] == [12, 13]


async def test_what_is_odd_about_a_row_is_shown_beside_it(api: httpx.AsyncClient) -> None:
    odd = {
        (one["contributor"], one["as_of"], one["mission"], one["total"]): one["noticed"]
        for one in await items(api, "strength-returns")
        if one["noticed"]
    }
    assert odd == {
        ("XAA", "2012-01-31", "UNDOF", 4): ["does_not_add_up"],
        ("XAA", "2012-01-31", "UNMISS", 16): ["does_not_add_up"],
        ("XAA", "2012-02-28", "UNIFIL", 12): ["odd_month_end"],
        ("XAA", "2012-02-28", "UNIFIL", 13): ["odd_month_end"],
        ("XAA", "2012-02-28", "UNMISS", 7): ["odd_month_end", "duplicate"],
        ("XAA", "2012-02-28", "UNMISS", 8): ["odd_month_end", "duplicate"],
        ("XAB", "2012-02-28", "UNIFIL", 2**31 - 1): ["does_not_add_up", "odd_month_end", "spelling"],
        ("XAB", "2012-03-31", "UNIFIL", 1): ["spelling"],
    }


@pytest.mark.parametrize(
    ("params", "count"),
    [
        ({"contributor": "XAB"}, 2),
        ({"month_from": "2012-02", "month_until": "2012-02"}, 5),
        ({"as_of": "2012-01-31"}, 4),
        ({"published_before": "2013-01-01T00:00:00Z"}, 9),
        ({"noticed": "duplicate"}, 2),
        ({"personnel_type": "staff_officers"}, 0),
    ],
)
async def test_rows_are_found_by_what_they_say(api: httpx.AsyncClient, params: dict[str, str], count: int) -> None:
    assert len(await items(api, "strength-returns", **params)) == count


async def test_what_was_counted_is_that_of_the_newest_publication_of_the_month(api: httpx.AsyncClient) -> None:
    january = await items(api, "returned-strength", as_of="2012-02-27")
    assert [(one["mission"], one["people"]) for one in january] == [
        ("UNDOF", 4),
        ("UNIFIL", 10),
        ("UNMISS", 16),
        ("UNTSO", None),
    ]
    february = await items(api, "returned-strength", as_of="2012-02-29", contributor="XAA")
    assert [(one["mission"], one["people"], one["counted_on"]) for one in february] == [("UNIFIL", 13, "2012-02-28")]


async def test_a_restated_month_is_shown_as_it_was_first_published(api: httpx.AsyncClient) -> None:
    params = {"as_of": "2012-02-29", "contributor": "XAA", "published_before": "2013-01-01T00:00:00Z"}
    by_mission = {one["mission"]: one for one in await items(api, "returned-strength", **params)}
    assert {mission: one["people"] for mission, one in by_mission.items()} == {"UNIFIL": 12, "UNMISS": 8}
    assert (by_mission["UNMISS"]["people_least"], by_mission["UNMISS"]["rows"], by_mission["UNMISS"]["male"]) == (
        7,
        2,
        None,
    )
    assert (by_mission["UNMISS"]["female"], by_mission["UNMISS"]["sources"]) == (0, ["made up"])


async def test_a_restated_month_is_shown_as_it_was_known_at_an_instant(api: httpx.AsyncClient) -> None:
    """Each row was recorded a second after the one before, the restatement last."""
    before = (LEARNED + timedelta(seconds=len(PAST) - 2)).isoformat()
    params = {"as_of": "2012-02-29", "contributor": "XAA", "as_known_at": before}
    assert [one["people"] for one in await items(api, "returned-strength", **params)] == [12, 8]
    after = {**params, "as_known_at": (LEARNED + timedelta(seconds=len(PAST))).isoformat()}
    assert [one["people"] for one in await items(api, "returned-strength", **after)] == [13]
    assert len(await items(api, "strength-returns", as_known_at=before)) == len(PAST) - 1


@pytest.mark.parametrize(
    ("target", "field"),
    [
        ("strength-returns?month_from=2012-13", "month_from"),
        ("strength-returns?month_until=0000-01", "month_until"),
        ("strength-returns?noticed=colour", "noticed"),
        ("strength-returns?published_before=2013-01-01T00:00:00", "published_before"),
        ("strength-returns?published_before=0001-01-01T00:00:00%2B14:00", "published_before"),
        ("returned-strength?mandate=kz-2013", "mandate"),
        ("returned-strength?noticed=duplicate", "noticed"),
    ],
)
async def test_a_wrong_question_is_refused_by_its_name(api: httpx.AsyncClient, target: str, field: str) -> None:
    answer = await api.get(f"/v1/{target}")
    assert (answer.status_code, answer.json()["field"]) == (400, field)


@pytest.mark.parametrize("cursor", ["bm90LWEtdXVpZA==", "Lw==", "AA==", "é", "-", ""])
@pytest.mark.parametrize("path", ["strength-returns", "returned-strength", "events", "tours"])
async def test_what_is_no_cursor_is_refused(api: httpx.AsyncClient, path: str, cursor: str) -> None:
    answer = await api.get(f"/v1/{path}", params={"cursor": cursor})
    assert (answer.status_code, answer.json()["field"]) == (400, "cursor")


@pytest.mark.parametrize("key", ["not-a-uuid", "/", "\0", "\xe9", "-", ""])
@pytest.mark.parametrize("path", ["strength-returns", "returned-strength", "events", "tours"])
async def test_no_made_up_cursor_is_a_fault_of_ours(api: httpx.AsyncClient, path: str, key: str) -> None:
    answer = await api.get(f"/v1/{path}", params={"cursor": encode(path, key)})
    assert answer.status_code == 200 or answer.json()["field"] == "cursor", answer.text
    assert answer.status_code == 400 or path in ("returned-strength", "tours")


async def test_pages_go_by_the_index(pool: asyncpg.Pool) -> None:
    """The planner is kept from reading a small table whole, so that it shows whether the index can serve."""
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        sql = """EXPLAIN SELECT * FROM strength_returns_noticed()
            WHERE (contributor, as_of, mission, personnel_type, published_at, event) > (
                SELECT contributor, as_of, mission, personnel_type, published_at, event FROM strength_returns LIMIT 1)
            ORDER BY contributor, as_of, mission, personnel_type, published_at, event LIMIT 10"""
        plan = "\n".join(line[0] for line in await connection.fetch(sql))
    assert "Index Cond: (ROW(" in plan, plan
