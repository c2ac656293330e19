"""People over time: the steps of the page and of its picture are what the reports say of each of their days."""

import re
from collections.abc import AsyncIterator
from datetime import date

import pytest

from tests.integration.answering import QueryClient, given
from tests.stories import AS_OF, run_story

HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
async def ask(postgres_dsn: str) -> AsyncIterator[QueryClient]:
    async with given(postgres_dsn, [fact.data for fact in run_story().system.facts()], today=AS_OF) as ask:
        yield ask


@pytest.mark.parametrize("mission", ["", "UNIFIL", "MINUSTAH"])
async def test_every_step_is_the_strength_and_the_ceilings_of_its_day(ask: QueryClient, mission: str) -> None:
    of = {"mission": mission} if mission else {}
    twin = await ask.http.get("/strength.json", params=of)
    steps = twin.json()["sections"]["strength"]["rows"]
    assert steps
    for nr, step in enumerate(steps):
        assert step["valid_to"] == (steps[nr + 1]["valid_from"] if nr + 1 < len(steps) else None)
        missions = {"missions": mission} if mission else {}
        strength = await ask.report("strength", as_of=step["valid_from"], **missions)
        assert step["people"] == strength["totals"]["people"], step
        assert (step["ceiling"] or 0) == await _ceilings(ask, step["valid_from"], mission), step


async def _ceilings(ask: QueryClient, day: str, mission: str) -> int:
    """What the lines in force allow, by the report of headroom; closed missions allow nothing."""
    closed = {
        one["mission"]
        for one in (await ask.http.get("/v1/missions", params={"as_of": day})).json()["items"]
        if one["status"] == "closed"
    }
    rows = await ask.rows("headroom", as_of=day, **({"missions": mission} if mission else {}))
    own = {row["line"]: row for row in rows if row["mission"] is None}
    own |= {row["line"]: row for row in rows if mission and row["mission"] == mission}
    held = [row for row in own.values() if not ({mission} if mission else set(row["missions"])) <= closed]
    return sum(row["ceiling"] + row["waived"] for row in held)


async def test_a_closed_mission_has_no_ceiling_any_more(ask: QueryClient) -> None:
    steps = (await ask.http.get("/strength.json?mission=MINUSTAH")).json()["sections"]["strength"]["rows"]
    assert (steps[-1]["valid_from"], steps[-1]["ceiling"]) == ("2017-10-15", None)
    assert {step["ceiling"] for step in steps[:-1]} == {5}


async def test_the_picture_has_each_step_at_its_day(ask: QueryClient) -> None:
    steps = (await ask.http.get("/strength.json?mission=UNIFIL")).json()["sections"]["strength"]["rows"]
    picture = (await ask.http.get("/strength.svg?mission=UNIFIL")).text
    first = date.fromisoformat(steps[0]["valid_from"])
    [path] = re.findall(r'class="people" d="([^"]+)"', picture)
    drawn = [int(day) for day in re.findall(r"[ML](\d+),", path)]
    assert drawn == [(date.fromisoformat(step["valid_from"]) - first).days for step in steps]
    most = max(step["people"] for step in steps)
    assert f'<desc id="desc">Most: {most} (' in picture


async def test_numbers_of_one_mission_lead_to_the_events_behind_them(ask: QueryClient) -> None:
    page = await ask.http.get("/strength?mission=UNIFIL&since=2021-01-01", headers=HTML)
    assert 'value="2021-01-01"' in page.text
    numbers = re.findall(r'<a href="(/events\?[^"]+)">(\d+)</a>', page.text)
    assert len(numbers) > 2
    for href, number in numbers:
        behind = await ask.http.get(href.replace("&amp;", "&"), headers=HTML)
        assert re.search(rf'<strong class="sum">{number}\b', behind.text), href


async def test_pages_of_missions_and_the_overview_show_the_picture(ask: QueryClient) -> None:
    assert '<img src="/strength.svg?mission=UNIFIL"' in (await ask.http.get("/missions/UNIFIL", headers=HTML)).text
    assert '<img src="/strength.svg"' in (await ask.http.get("/overview", headers=HTML)).text


async def test_a_period_that_ends_before_it_begins_is_refused(ask: QueryClient) -> None:
    for page in ("/strength", "/strength.svg"):
        answer = await ask.http.get(page, params={"since": "2022-07-01", "as_of": "2022-06-30"})
        assert (answer.status_code, answer.json()["field"]) == (400, "since")
        unknown = await ask.http.get(page, params={"mission": "NOWHERE"})
        assert (unknown.status_code, unknown.json()["field"]) == (404, "mission")


async def test_before_the_first_record_the_page_says_so(ask: QueryClient) -> None:
    page = await ask.http.get("/strength?as_of=2001-01-01", headers=HTML)
    assert 'data-evidence="before_first"' in page.text
    assert "<img" not in page.text
