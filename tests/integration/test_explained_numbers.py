"""Every linked number of people is the sum that its page shows, event by event: in the story, and in any history."""

import re
from collections.abc import AsyncIterator, Iterator
from html import unescape
from uuid import UUID

import asyncpg
import httpx
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as given_any

from contracts.words import Event
from services.reporting.http.app import build
from services.reporting.pages import compare, explain
from services.reporting.pages.i18n import words
from tests import peacekeepers as story
from tests.callers import CalledAs
from tests.integration.answering import QueryClient, given
from tests.integration.reading_database import reading_database
from tests.integration.test_known_at import TODAY, deliver
from tests.projection_spec import history
from tests.properties.known_histories import CORRECTED as CORRECTION
from tests.properties.known_histories import Question, questions
from tests.stories import AS_OF, run_story

LINK = re.compile(r'<a href="((?:/[^"]*)?/events\?[^"]*)">([\d,]+)</a>')
SUM = re.compile(r'<strong class="sum">([\d,]+) (?:person|people)</strong>')
TITLE = re.compile(r"<h1>([\d,]+) ")
DAYS = ("2014-12-01", "2018-11-15", "2020-03-31", "2022-06-30")


def linked_numbers(page: str) -> Iterator[tuple[str, int]]:
    """The numbers of a page that lead to their events."""
    for href, number in LINK.findall(page):
        yield unescape(href), int(number.replace(",", ""))


async def check(http: httpx.AsyncClient, href: str, number: int) -> None:
    """The page behind a number says the number in its title, and its events add up to it."""
    page = (await http.get(href, headers={"Accept": "text/html", "Accept-Language": "en"})).text
    for shown in (TITLE, SUM):
        matched = shown.search(page)
        assert matched is not None, (href, page)
        assert int(matched[1].replace(",", "")) == number, (href, shown.pattern)
    path, _, query = href.partition("?")
    answer = (await http.get(f"{path}.json?{query}")).json()["sections"]["events"]
    total = 0
    for row in answer["rows"]:
        total += row["change"]
        assert row["running_sum"] == total, (href, row)
    assert total == answer["totals"]["change"] == number, href


async def check_all(http: httpx.AsyncClient, paths: list[str], **terms: str) -> int:
    """How many linked numbers these pages have; each is checked."""
    numbers: dict[str, int] = {}
    for path in paths:
        page = await http.get(path, params=terms, headers={"Accept": "text/html", "Accept-Language": "en"})
        assert page.status_code in (200, 404), page.text
        for href, number in linked_numbers(page.text):
            assert numbers.setdefault(href, number) == number, href
    for href, number in numbers.items():
        await check(http, href, number)
    return len(numbers)


@pytest.fixture(scope="module")
async def ask(postgres_dsn: str) -> AsyncIterator[QueryClient]:
    async with given(postgres_dsn, (fact.data for fact in run_story().system.facts()), today=AS_OF) as ask:
        yield ask


@pytest.mark.parametrize("day", DAYS)
async def test_each_linked_number_of_the_story_is_the_sum_on_its_page(ask: QueryClient, day: str) -> None:
    missions = [one["id"] for one in (await ask.http.get("/v1/missions", params={"limit": 100})).json()["items"]]
    lines = [one["id"] for one in (await ask.http.get("/v1/lines", params={"limit": 100})).json()["items"]]
    paths = [
        "/",
        "/overview",
        "/ceilings",
        *(f"/missions/{mission}" for mission in missions),
        *(f"/lines/{line}" for line in lines),
    ]
    assert await check_all(ask.http, paths, as_of=day) > len(lines)


@pytest.fixture(scope="module")
async def pool(postgres_dsn: str) -> AsyncIterator[asyncpg.Pool]:
    async with reading_database(postgres_dsn) as pool:
        yield pool


@given_any(questions())
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
async def test_each_linked_number_of_any_history_is_the_sum_on_its_page(pool: asyncpg.Pool, question: Question) -> None:
    await deliver(pool, question.log)
    terms = {"as_of": question.as_of.isoformat(), "as_known_at": question.as_known_at.isoformat()}
    paths = [
        "/",
        "/lines/kz-2013/observers",
        "/lines/kz-2013/company",
        *(f"/missions/{m}" for m in ("MINURSO", "UNMIL")),
    ]
    transport = httpx.ASGITransport(app=CalledAs(build(pool, lambda: TODAY)))
    async with httpx.AsyncClient(transport=transport, base_url="http://reading") as http:
        await check_all(http, paths, **terms)
        await check_all(http, paths, as_of=terms["as_of"])


CORRECTED: list[Event] = [
    *(story.proposed(), story.approved(), story.planned("t-1"), story.arrived("t-1", "2014-07-02")),
    *(story.planned("t-2", person="p-2"), story.arrived("t-2", "2014-07-01"), story.departed("t-2", "2014-08-01")),
]


async def test_a_correction_is_listed_with_what_it_took_away_and_an_ordinary_stay_is_not(postgres_dsn: str) -> None:
    """given one who was said to be there by mistake, and one who came and left, then only the mistake is explained."""
    async with given(postgres_dsn, CORRECTED) as ask:
        arrival = (await ask.rows("events-behind", tour="kz-2013/observers/t-1"))[1]["event"]
    wrong = story.corrected(UUID(arrival), arrived_on=story.D("2014-10-01"))
    async with given(postgres_dsn, [*CORRECTED, wrong]) as ask:
        changes = await ask.picked("events-behind", "type", "tour", "change", mission="MINURSO", as_of="2014-09-01")
        listed = [(kind.rpartition(".")[2], tour.rpartition("/")[2], change) for kind, tour, change in changes]
        assert listed == [("TourPlanned", "t-1", 0), ("TourArrived", "t-1", 1), ("TourCorrected", "t-1", -1)]
        page = (await ask.http.get("/events?mission=MINURSO&as_of=2014-09-01")).text
        day = words("en").day
        assert f"<h1>0 people in MINURSO on {day(story.D('2014-09-01'))}</h1>" in page
        assert f"corrected for p-0001: arrived on is {day(story.D('2014-10-01'))}" in page
        assert "−1" in page


PUT_RIGHT: list[Event] = [
    *(story.proposed(), story.approved(), story.proposed("kz-2014"), story.approved("kz-2014")),
    *(story.planned("t-1"), story.arrived("t-1")),
    *(story.planned("t-2", person="p-2"), story.arrived("t-2"), story.corrected(CORRECTION, "t-2", rank="major")),
    *(story.planned("t-3", person="p-3"), story.arrived("t-3"), story.corrected(CORRECTION, "t-3", mission="UNOCI")),
    *(
        story.company(),
        story.company_arrived(day="2014-07-01"),
        story.corrected(CORRECTION, "u-1", "company", headcount=90),
    ),
    story.planned("t-4", person="p-4", mandate="kz-2014", category="staff_officer"),
    story.arrived("t-4", "2014-10-01", mandate="kz-2014", category="staff_officer"),
    story.corrected(CORRECTION, "t-4", mandate="kz-2014", arrived_on=story.D("2014-07-02")),
]
"""Of every tour but the first something was put right, so each of them may be behind any number."""


@pytest.mark.parametrize(
    ("question", "people"),
    [
        ({"mission": "MINURSO"}, 3),
        ({"mission": "MINURSO", "rank": "captain"}, 2),
        ({"mission": "MINURSO", "rank": "major"}, 1),
        ({"mission": "MINURSO", "category": "military_observer"}, 2),
        ({"mission": "MINURSO", "line": "kz-2013/observers"}, 2),
        ({"mission": "MINURSO", "mandate": "kz-2014"}, 1),
        ({"mission": "MINURSO", "mandate": "kz-2013"}, 2),
        ({"mission": "UNIFIL", "rank": "none"}, 90),
        ({"contributor": "KAZ", "rank": "captain"}, 3),
        ({"contributor": "KAZ", "category": "infantry"}, 90),
    ],
    ids=lambda one: "-".join(one.values()) if isinstance(one, dict) else "",
)
async def test_a_change_counts_only_for_those_whom_the_number_is_about(
    put_right: QueryClient, question: dict[str, str], people: int
) -> None:
    """given tours that were put right, in a number and outside it, then only those are credited that it counts."""
    behind = await put_right.report("events-behind", **question, as_of="2014-09-01")
    assert behind["totals"]["change"] == people


@pytest.fixture(scope="module")
async def put_right(postgres_dsn: str) -> AsyncIterator[QueryClient]:
    async with given(postgres_dsn, PUT_RIGHT) as ask:
        yield ask


async def test_who_arrived_after_leaving_was_never_there(postgres_dsn: str) -> None:
    """given an arrival that was corrected past the departure, then it explains nothing, no number and no turn."""
    past = story.corrected(CORRECTION, "t-2", arrived_on=story.D("2014-09-01"))
    async with given(postgres_dsn, [*CORRECTED, past]) as ask:
        for day in ("2014-07-15", "2014-08-15", "2014-09-15"):
            behind = await ask.report("events-behind", mission="MINURSO", as_of=day)
            assert behind["totals"]["change"] == 1, "t-1 alone"
        for first, then in (("2014-07-15", "2014-08-15"), ("2014-08-15", "2014-09-15"), ("2014-07-15", "2014-12-01")):
            days = {"before_as_of": first, "as_of": then}
            body = (await ask.http.get("/v1/reports/strength/compare", params=days)).json()
            assert (body["difference"]["people"], body["explained"]) == (0, []), days


async def test_the_page_of_a_number_leads_to_tours_missions_proofs_and_its_receipt(
    postgres_dsn: str,
) -> None:
    async with reading_database(postgres_dsn) as pool:
        await deliver(pool, history(CORRECTED))
        app = CalledAs(build(pool, lambda: TODAY, archive_pages="https://archive.example"))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://reading") as http:
            page = (await http.get("/events?mission=MINURSO&rank=captain", headers={"Accept-Language": "en"})).text
            event = (await http.get("/events.json?mission=MINURSO")).json()["sections"]["events"]["rows"][0]["event"]
            one = (await http.get(f"/events/{event}", headers={"Accept-Language": "en"})).text
    assert 'href="/tours/kz-2013/observers/t-1"' in page
    assert 'href="/missions/MINURSO"' in page
    assert 'href="https://archive.example/messages/deployments.events/' in page
    receipt = f"mission=MINURSO&amp;rank=captain&amp;as_of={TODAY}&amp;receipt=true"
    assert f'href="/v1/reports/events-behind?{receipt}"' in page
    for link in ("/tours/kz-2013/observers/t-1", "/lines/kz-2013/observers"):
        assert f'href="{link}"' in one, link


@pytest.mark.parametrize(("language", "few"), [("en", "2 people"), ("ru", "2 человека"), ("kk", "2 адам")])
def test_the_noun_follows_the_number(language: str, few: str) -> None:
    assert explain.counted(2, words(language)) == few
    assert explain.counted(1, words(language)) != explain.counted(1, words("en")) or language == "en"


@pytest.mark.parametrize("language", ["en", "ru", "kk"])
async def test_a_report_is_compared_on_a_page(ask: QueryClient, language: str) -> None:
    """A month ago unless another day is given; the events on the page are those of the API, and add up."""
    headers = {"Accept": "text/html", "Accept-Language": language}
    assert (await ask.http.get("/compare", headers=headers)).status_code == 200
    params = {"as_of": "2022-06-30", "before_as_of": "2018-10-01"}
    api = (await ask.http.get("/v1/reports/strength/compare", params=params)).json()
    first, events, signed = 1, 0, list[str]()
    while first <= len(api["explained"]):  # page by page, as its links lead on
        alone = {**params, "section": "events", "first": str(first)}
        page = (await ask.http.get("/compare", params=alone, headers=headers)).text
        events += page.count('href="/events/')
        why = page[page.index('id="s-why"') :]
        signed += re.findall(r'<td class="number" data-head="[^"]+">([+−]\d+)</td>', why)
        onward = [int(line) for line in re.findall(r"section=events&amp;first=(\d+)", page)]
        first = max((line for line in onward if line > first), default=len(api["explained"]) + 1)
    assert events == len(api["explained"]) > 5
    assert sum(int(one.replace("−", "-")) for one in signed) == api["difference"]["people"]
    for wrong, field in (
        ({"section": "people"}, "section"),
        ({"first": "2"}, "first"),
        ({"section": "rows", "first": "0"}, "first"),
    ):
        refused = await ask.http.get("/compare", params={**params, **wrong}, headers={"Accept": "application/json"})
        assert (refused.status_code, refused.json()["field"]) == (400, field)
    for name in compare.CHOICES:
        assert (await ask.http.get("/compare", params={**params, "report": name}, headers=headers)).status_code == 200
    instant = {**params, "before_as_known_at": "2022-07-01T12:05"}
    assert (await ask.http.get("/compare", params=instant, headers=headers)).status_code == 200


async def test_each_event_of_a_comparison_says_what_it_is_about(put_right: QueryClient) -> None:
    """given changes of ceilings, which no event explains alone, then those listed name the tour and who is on it."""
    address = "/compare?report=occupancy&before_as_of=2014-06-01&as_of=2014-09-01"
    page = (await put_right.http.get(address, headers={"Accept": "text/html", "Accept-Language": "en"})).text
    why = page[page.index('id="s-why"') : page.index('id="s-rows"')]
    events = re.findall(r'<tr><td[^>]*><a href="/events/[^"]*">([^<]*)</a></td><td[^>]*>(.*?)</td>', why)
    assert len(events) > 8
    assert all(about for _, about in events), events
    of_tours = [(said, about) for said, about in events if "/tours/" in about]
    assert of_tours
    for said, about in of_tours:
        assert re.search(r"p-\d|kazbat", said), (said, about)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("report=timeline", "report"),
        ("before_as_of=yesterday", "before_as_of"),
        ("before_as_known_at=2199-01-01T00:00", "before_as_known_at"),
        ("report=strength&report=strength", "report"),
        ("colour=red", "colour"),
    ],
)
async def test_what_the_page_cannot_compare_is_refused_by_name(ask: QueryClient, query: str, field: str) -> None:
    answer = await ask.http.get(f"/compare?{query}")
    assert (answer.status_code, answer.json()["field"]) == (400, field)
    page = await ask.http.get(f"/compare?{query}", headers={"Accept": "text/html", "Accept-Language": "ru"})
    assert '<span lang="en">' not in page.text
