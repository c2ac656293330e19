"""The frame of pages: short tables with all rows behind them, links that hold for good, days as people type them."""

import csv
import re
from collections.abc import AsyncIterator, Iterator
from datetime import date, timedelta
from html import unescape

import pytest

from contracts.words import Event, LineTerms
from services.reporting.pages.paging import CELLS_MAX, ROWS_MIN, in_order_of, rows_alone, shares
from services.reporting.pages.routes import ROUTES
from tests import peacekeepers as story
from tests.integration.answering import QueryClient, given

TODAY = date(2014, 12, 1)
LINES = tuple(
    LineTerms(
        line=f"observers-{nr}",
        missions=(f"MISSION{nr}",),
        categories=("military_observer",),
        ceiling=40,
        valid_from=date(2014, 1, 1),
    )
    for nr in range(20)
)
WEIGHT_MAX = 150_000
"""Bytes of a page."""
DRAWN = re.compile(r"<t[hd][ >]")


def much() -> Iterator[Event]:
    """Twenty missions with twenty tours each, and all that goes with them."""
    yield from (story.proposed(lines=LINES), story.approved(lines=LINES))
    for nr in range(20):
        name, line = f"MISSION{nr}", f"observers-{nr}"
        yield story.mission(name)
        yield from (story.submitted(f"nv-{nr}-{one}", missions=(name,), number=5) for one in range(10))
        yield from (story.announced(f"v-{nr}-{one}", mission=name) for one in range(10))
        for one in range(20):
            tour, person = f"t-{nr}-{one}", f"p-{nr}-{one}"
            days = {"planned_from": date(2014, 7, 1), "planned_until": TODAY + timedelta(days=one)}
            of = {"mission": name, "consents_required": (), **days}
            yield story.planned(tour, person=person, **of).model_copy(update={"line": line})
            yield story.arrived(tour, "2014-07-01", mission=name, line=line)
    yield from (story.registered("p-3-3"), story.nominated("n-3", vacancy="v-3-3", person="p-3-3"), story.pledged())


@pytest.fixture(scope="module")
async def ask(postgres_dsn: str) -> AsyncIterator[QueryClient]:
    async with given(postgres_dsn, much(), today=TODAY) as ask:
        yield ask


async def text(ask: QueryClient, address: str) -> str:
    answer = await ask.http.get(address, headers={"Accept": "text/html"})
    assert answer.status_code == 200, (address, answer.text)
    return answer.text


def links(page: str, words: str) -> list[str]:
    return [unescape(href) for href in re.findall(rf'<a href="([^"]*)"[^>]*>{words}</a>', page)]


@pytest.mark.parametrize("language", ["en", "ru", "kk"])
async def test_no_page_is_heavy_or_long(ask: QueryClient, language: str) -> None:
    things = {"mission": "MISSION3", "mandate": "kz-2013", "line": "observers-3", "tour": "t-3-3", "unit": "kazbat"}
    things |= {"vacancy": "v-3-3", "application": "nv-3-3", "nomination": "n-3", "candidate": "p-3-3"}
    event = (await ask.rows("who-is-where"))[0]["last_event"]
    for path in ROUTES:
        address = path.format(**things, event=event) + ("?mission=MISSION3&" if path == "/events" else "?")
        page = await text(ask, f"{address}as_of={TODAY}&contributor=KAZ&lang={language}")
        assert 'class="newest"' in page, address  # of when the newest fact and record are
        assert len(page.encode()) < WEIGHT_MAX, (address, len(page.encode()))
        rows_of_least = ROWS_MIN * 16 * page.count("<tbody>")
        assert len(DRAWN.findall(page.partition("<tbody>")[2])) < CELLS_MAX + rows_of_least, address


async def test_a_table_is_read_to_its_end_by_next_rows(ask: QueryClient) -> None:
    address, shown, pages = "/ending?within_days=90", list[str](), 0
    while address:
        page, pages = await text(ask, address), pages + 1
        shown += re.findall(r'<th scope="row"[^>]*><a href="/tours/[^"]*">([^<]*)</a>', page)
        address = next(iter(links(page, "Next rows")), "")
        assert links(page, "The whole page") or pages == 1
    everything = [row["id"] for row in await ask.rows("ending-tours")]
    assert len(everything) == 400
    assert (shown, pages > 5) == (everything, True)


async def test_a_file_has_every_row_of_its_table(ask: QueryClient) -> None:
    page = await text(ask, "/ending")
    (shown,) = re.findall(r"Shown: (\d+) of 400\. All of them as a file:", page)
    assert len(re.findall(r'<th scope="row"[^>]*><a href="/tours/', page)) == int(shown)
    file = links(page, "CSV")[0]
    rows = list(csv.DictReader((await ask.http.get(file)).text.splitlines()))
    assert [row["id"] for row in rows] == [row["id"] for row in await ask.rows("ending-tours")]


async def test_the_newest_come_first_however_many_there_are(ask: QueryClient) -> None:
    newest = (await ask.rows("timeline", since="2014-06-01"))[-1]
    page = await text(ask, "/timeline?section=timeline")
    assert re.findall(r'href="/events/([^"?]*)"', page)[0] == newest["event"]
    following = await text(ask, links(page, "Next rows")[0])
    assert newest["event"] not in following


async def test_a_list_goes_on_behind_its_cursor(ask: QueryClient) -> None:
    address, shown = "/pipeline?section=vacancies", list[str]()
    while address:
        page = await text(ask, address)
        shown += re.findall(r'<th scope="row"[^>]*>(?:<a [^>]*>)?(v-[^<]*)<', page)
        address = next(iter(links(page, "Next rows")), "")
    assert len(shown) == len(set(shown)) == 200


async def test_a_short_table_is_sorted_by_the_column_that_was_chosen(ask: QueryClient) -> None:
    page = await text(ask, "/missions/MISSION3?section=tours")
    by_day = links(page, "expected until")[0]
    sorted_page = await text(ask, by_day)
    days = re.findall(r'data-head="expected until">([^<]*)<', sorted_page)
    assert days[0] == "1 December 2014"
    assert 'aria-sort="ascending"' in sorted_page
    turned = await text(ask, links(sorted_page, "expected until")[0])
    assert 'aria-sort="descending"' in turned
    assert re.findall(r'data-head="expected until">([^<]*)<', turned) == days[::-1]


@pytest.mark.parametrize(
    ("address", "field"),
    [
        ("/ending?section=nothing", "section"),
        ("/ending?cursor=W10=", "cursor"),
        ("/ending?sort=days", "sort"),
        ("/ending?section=ending&sort=colour", "sort"),
        ("/ending?section=ending&cursor=W10=", "cursor"),
        ("/pipeline?section=vacancies&cursor=W10=", "cursor"),
        ("/overview?as_of=06/07/2022", "as_of"),
        ("/overview?as_of=06.07.22", "as_of"),
        ("/since?since=31.06.2014", "since"),
    ],
)
async def test_what_is_of_no_table_and_what_can_be_two_days_is_refused_by_name(
    ask: QueryClient, address: str, field: str
) -> None:
    problem = await ask.http.get(address)
    assert problem.status_code in (400, 404)
    assert problem.json()["field"] == field
    assert problem.json()["remedy"]
    for language in ("ru", "kk"):
        page = await ask.http.get(address, headers={"Accept": "text/html", "Accept-Language": language})
        assert '<span lang="en">' not in page.text, page.text


async def test_a_cursor_of_the_other_order_is_refused(ask: QueryClient) -> None:
    """The timeline is read newest first: a cursor of the report, which goes the other way, is none of the page."""
    report = await ask.report("timeline", since="2014-06-01", limit=5)
    answer = await ask.http.get("/timeline", params={"section": "timeline", "cursor": report["next"]})
    assert (answer.status_code, answer.json()["field"]) == (400, "cursor")


async def test_a_day_is_taken_as_it_was_typed_and_kept_in_one_form(ask: QueryClient) -> None:
    for typed in ("1.9.2014", "1 сентября 2014 г.", "September 1, 2014", "2014 ж. 1 қыркүйек"):
        twin = await ask.http.get("/overview.json", params={"as_of": typed})
        assert twin.json()["as_of"] == "2014-09-01", typed
    page = await text(ask, "/overview?as_of=1.9.2014")
    assert 'name="as_of" value="2014-09-01"' in page
    assert "as_of=2014-09-01" in page
    assert "1.9.2014" not in page


async def test_a_permanent_link_shows_the_same_for_good(ask: QueryClient) -> None:
    page = await text(ask, "/overview")
    (address,) = links(page, "This page as it is now, for good")
    assert f"as_of={TODAY}" in address
    assert "as_known_at=2" in address
    fixed = await text(ask, address)
    assert [unescape(href) for href in links(fixed, "This page as it is now, for good")] == [address]
    then = (await ask.http.get(address.replace("/overview", "/overview.json"))).json()["sections"]
    now = (await ask.http.get("/overview.json")).json()["sections"]
    assert {name: one["rows"] for name, one in then.items()} == {name: one["rows"] for name, one in now.items()}


async def test_the_form_keeps_the_instant_to_the_second(ask: QueryClient) -> None:
    page = await text(ask, "/overview?as_known_at=2022-07-01T17:05:09%2B05:00")
    assert 'name="as_known_at" value="2022-07-01T12:05:09" step="1"' in page
    page = await text(ask, "/overview?as_known_at=2022-07-01T12:05")
    assert 'name="as_known_at" value="2022-07-01T12:05">' in page


def test_tables_share_the_page() -> None:
    assert shares([(3, 10), (1_000, 10)]) == [3, 29]
    assert shares([(1_000, 12), (1_000, 6)]) == [13, 26]
    assert min(shares([(1_000, 12)] * 9)) == ROWS_MIN
    assert (rows_alone(12), rows_alone(2), rows_alone(200)) == (26, 100, ROWS_MIN)


def test_what_is_unknown_comes_last_in_either_order() -> None:
    rows: list[dict[str, object]] = [{"n": 2}, {"n": None}, {"n": 10}, {"n": 2, "second": True}]
    assert [row["n"] for row in in_order_of(rows, "n", descending=False)] == [2, 2, 10, None]
    assert [row["n"] for row in in_order_of(rows, "n", descending=True)] == [10, 2, 2, None]


async def test_a_number_of_more_events_than_fit_ends_with_its_sum_and_goes_back(ask: QueryClient) -> None:
    number = (await ask.report("events-behind", mandate="kz-2013"))["totals"]["change"]
    page, sums = await text(ask, "/events?mandate=kz-2013"), list[str]()
    while page:
        here = re.findall(r'data-head="running sum">([^<]*)</td>', page)
        sums = [*here, *sums]
        earlier = links(page, "Earlier rows")
        page = await text(ask, earlier[0]) if earlier else ""
    assert (int(sums[-1]), len(sums)) == (number, len(await ask.rows("events-behind", mandate="kz-2013")))
