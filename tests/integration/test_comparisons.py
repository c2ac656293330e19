"""A report in two states: rows that differ, and by which events. What each event changed adds up to the difference."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

import asyncpg
import httpx
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as given_any
from hypothesis import strategies as st

from services.reporting.http.app import build
from services.reporting.projections.event import ConsumedEvent
from services.reporting.reports.catalogue import REPORTS
from tests import peacekeepers as story
from tests.callers import CalledAs
from tests.integration.reading_database import reading_database
from tests.integration.test_known_at import NEEDED, TODAY, deliver
from tests.projection_spec import history
from tests.properties.known_histories import CORRECTED, FIRST, LAST, logs

KEYS = {
    "strength": ("contributor", "mission", "category", "rank"),
    "who-is-where": ("contributor", "mission", "category", "rank", "line"),
}


@dataclass(frozen=True)
class TwoStates:
    """A history, and two states of it: each a day, as known at an instant or now."""

    log: list[ConsumedEvent]
    before: tuple[date, datetime | None]
    after: tuple[date, datetime | None]

    @property
    def params(self) -> dict[str, str]:
        (before_day, before_known), (day, known) = self.before, self.after
        instants = {"before_as_known_at": before_known, "as_known_at": known}
        return {
            "before_as_of": before_day.isoformat(),
            "as_of": day.isoformat(),
            **{name: instant.isoformat() for name, instant in instants.items() if instant},
        }


@st.composite
def two_states(draw: st.DrawFn) -> TwoStates:
    """Any two days, any two instants, in either order; or the same day, or the same knowledge."""
    log = draw(logs().filter(bool))
    instants = st.sampled_from([event.recorded for event in log])
    days = st.dates(FIRST, LAST)
    first = (draw(days), draw(instants))
    second = (draw(st.one_of(st.just(first[0]), days)), draw(st.one_of(st.just(first[1]), st.none(), instants)))
    return TwoStates(log, first, second)


@pytest.fixture(scope="module")
async def pool(postgres_dsn: str) -> AsyncIterator[asyncpg.Pool]:
    async with reading_database(postgres_dsn) as pool:
        yield pool


@pytest.fixture(scope="module")
async def http(pool: asyncpg.Pool) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=CalledAs(build(pool, lambda: TODAY)))
    async with httpx.AsyncClient(transport=transport, base_url="http://reading") as http:
        yield http


async def answered(http: httpx.AsyncClient, path: str, **params: Any) -> dict[str, Any]:
    answer = await http.get(f"/v1/reports/{path}", params=params)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def summed(rows: list[Mapping[str, Any]], key: tuple[str, ...], sign: int = 1) -> dict[tuple[str, ...], list[int]]:
    """People and tours by key."""
    sums: dict[tuple[str, ...], list[int]] = {}
    for row in rows:
        total = sums.setdefault(tuple(str(row[name]) for name in key), [0, 0])
        total[0] += sign * row["people"]
        total[1] += sign * row["tours"]
    return sums


async def check(http: httpx.AsyncClient, name: str, states: TwoStates) -> dict[str, Any]:
    """The explained changes add up to the difference, in all and row by row, and the states are the report's own."""
    body = await answered(http, f"{name}/compare", **states.params)
    (day, known), (before_day, before_known) = states.after, states.before
    answers = []
    for as_of, instant in ((before_day, before_known), (day, known)):
        terms = {"as_of": as_of.isoformat()} | ({"as_known_at": instant.isoformat()} if instant else {})
        answers.append(await answered(http, name, **terms))
    assert [body["before"]["totals"], body["after"]["totals"]] == [one["totals"] for one in answers]
    for total in ("people", "tours"):
        assert sum(row[total] for row in body["explained"]) == body["difference"][total]
    key, expected = KEYS[name], dict[tuple[str, ...], list[int]]()
    for sign, one in zip((-1, 1), answers, strict=True):
        for of_key, numbers in summed(one["rows"], key, sign).items():
            so_far = expected.setdefault(of_key, [0, 0])
            expected[of_key] = [so_far[0] + numbers[0], so_far[1] + numbers[1]]
    explained = summed(body["explained"], key)
    for of_key in {*expected, *explained}:
        assert explained.get(of_key, [0, 0]) == expected.get(of_key, [0, 0]), of_key
    assert all(row["event"] and row["sentence"] for row in body["explained"])
    return body


@given_any(two_states())
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
async def test_the_explained_changes_add_up_to_the_difference(
    pool: asyncpg.Pool, http: httpx.AsyncClient, states: TwoStates
) -> None:
    """Over random histories with late events and corrections: days, instants and both, forwards and backwards."""
    await deliver(pool, states.log)
    for both in (states, TwoStates(states.log, states.after, states.before)):
        # Without an instant before, the knowledge of the first state is that of the second: name one that is later.
        known = both.before[1] or both.log[-1].recorded + timedelta(days=1)
        states = replace(both, before=(both.before[0], known))
        for name in KEYS:
            body = await check(http, name, states)
            kinds = {row["kind"] for row in body["explained"]}
            if states.before[1] == states.after[1]:
                assert kinds <= {"effective"}
            if states.before[0] == states.after[0]:
                assert kinds <= {"late", "corrected"}


def recorded(*events: tuple[str, Any]) -> list[ConsumedEvent]:
    """Events with the day on which each was recorded."""
    log = history(event for _, event in events)
    days = [datetime.fromisoformat(f"{day}T12:00:00+00:00") for day, _ in events]
    return [replace(one, recorded=day) for one, day in zip(log, days, strict=True)]


LATE: Final = recorded(
    ("2014-01-01", story.proposed()),
    ("2014-01-02", story.approved()),
    ("2014-06-01", story.planned("t-1")),
    ("2014-07-02", story.arrived("t-1", "2014-07-01")),
    ("2014-07-03", story.planned("t-2", person="p-2")),
    ("2014-09-20", story.arrived("t-2", "2014-07-20")),
    ("2014-09-21", story.planned("t-3", person="p-3")),
    ("2014-09-22", story.arrived("t-3", "2014-08-15")),
    ("2014-10-01", story.corrected(CORRECTED, "t-1", arrived_on=story.D("2014-09-10"))),
)


async def test_each_change_is_effective_late_or_corrected(pool: asyncpg.Pool, http: httpx.AsyncClient) -> None:
    """given an arrival that was recorded late and one that was wrong, when two states are compared, then each is so."""
    await deliver(pool, LATE)
    what = {"as_of": "2014-08-20", "before_as_of": "2014-08-01", "before_as_known_at": "2014-08-02T00:00:00Z"}
    body = await answered(http, "strength/compare", **what)
    assert [(row["kind"], row["people"], row["sentence"].partition(" ")[0]) for row in body["explained"]] == [
        ("late", 1, "p-2"),
        ("effective", 1, "p-3"),
        ("corrected", -1, "corrected"),
    ]
    assert (body["difference"]["people"], body["unexplained"], body["events"]) == (1, None, [])
    [row] = body["rows"]
    assert (row["change"], row["before"]["people"], row["after"]["people"]) == ("changed", 1, 2)
    assert "people" in row["columns"]


async def test_rows_come_go_and_change(pool: asyncpg.Pool, http: httpx.AsyncClient) -> None:
    await deliver(pool, history([story.planned("t-1"), story.arrived("t-1"), story.transferred("t-1")]))
    body = await answered(http, "who-is-where/compare", as_of="2015-02-01", before_as_of="2014-12-01")
    assert [(row["change"], row["key"]["mission"]) for row in body["rows"]] == [("gone", "MINURSO"), ("added", "UNOCI")]
    assert [(row["people"], row["mission"]) for row in body["explained"]] == [(-1, "MINURSO"), (1, "UNOCI")]
    assert body["difference"] == {"people": 0, "tours": 0} | dict.fromkeys(body["difference"], 0)


async def test_every_report_is_compared_and_says_what_it_does_not_explain(
    pool: asyncpg.Pool, http: httpx.AsyncClient
) -> None:
    await deliver(pool, LATE)
    for name in REPORTS:
        body = await answered(http, f"{name}/compare", **NEEDED.get(name, {}), before_as_of="2014-07-15")
        assert (body["explained"] is None) == (name not in KEYS), name
        rest = {total for total, more in body["difference"].items() if more} - {"people", "tours"}
        assert (body["unexplained"] is None) == (name in KEYS and not rest), name
    counted = await answered(http, "strength/compare", source="returns", before_as_of="2014-07-15")
    assert counted["explained"] is None
    held = await answered(http, "occupancy/compare", before_as_of="2014-06-15", as_of="2014-08-01")
    kinds = [event["type"].rpartition(".")[2] for event in held["events"]]
    assert "TourArrived" in kinds


@pytest.mark.parametrize(
    ("params", "status", "field"),
    [
        ({}, 400, "before_as_of"),
        ({"before_as_of": "yesterday"}, 400, "before_as_of"),
        ({"before_as_known_at": "2199-01-01T00:00:00Z"}, 400, "before_as_known_at"),
        ({"before_as_of": "2014-07-01", "receipt": "true"}, 400, "receipt"),
        ({"before_as_of": "2014-07-01", "format": "html"}, 400, "format"),
        ({"before_as_of": "2014-07-01", "limit": "1"}, 400, "limit"),
    ],
)
async def test_what_cannot_be_compared_is_refused_by_name(
    http: httpx.AsyncClient, params: dict[str, str], status: int, field: str
) -> None:
    answer = await http.get("/v1/reports/strength/compare", params=params)
    assert (answer.status_code, answer.json()["field"]) == (status, field)
    assert answer.json()["remedy"]
