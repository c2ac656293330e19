"""Whatever a page names that has a page of its own is a link to it, and none of these links leads nowhere."""

import re
from collections.abc import AsyncIterator
from html import unescape

import pytest

from services.reporting.pages.linked import PATHS
from tests.integration.answering import QueryClient, given
from tests.integration.test_pages import addresses
from tests.stories import AS_OF, run_story

LISTS = {
    **{"mandate": "mandates", "line": "lines", "tour": "tours", "vacancy": "vacancies", "application": "applications"},
    **{"nomination": "nominations", "person": "candidates", "unit": "units", "mission": "missions"},
}
TEXT = re.compile(r"<(?:td|th|dd)[^>]*>([^<]+)</(?:td|th|dd)>")
HREF = re.compile(r'href="(/[^"#]*)"')


@pytest.fixture(scope="module")
async def ask(postgres_dsn: str) -> AsyncIterator[QueryClient]:
    async with given(postgres_dsn, [fact.data for fact in run_story().system.facts()], today=AS_OF) as ask:
        yield ask


async def page(ask: QueryClient, address: str) -> str:
    answer = await ask.http.get(address, headers={"Accept": "text/html"})
    assert answer.status_code == 200, (address, answer.text)
    return answer.text


async def ids(ask: QueryClient) -> dict[str, set[str]]:
    """The ids of all things that have a page, by kind."""
    of_kind = {}
    for kind, name in LISTS.items():
        items = (await ask.http.get(f"/v1/{name}", params={"limit": 1000})).json()["items"]
        of_kind[kind] = {item.get("id") or item[kind] for item in items}
    return of_kind


async def test_every_thing_that_a_page_names_is_a_link_to_its_page(ask: QueryClient) -> None:
    """On every page: no cell is the bare id of a thing with a page, but that of the page's own thing."""
    of_kind = await ids(ask)
    things = set().union(*of_kind.values())
    bare = set[tuple[str, str]]()
    for address in await addresses(ask):
        texts = {unescape(text).strip() for text in TEXT.findall(await page(ask, address))}
        bare |= {(address.split("?")[0], text) for text in texts & things if text not in unescape(address)}
    assert not bare, sorted(bare)


@pytest.mark.parametrize("kind", LISTS)
async def test_the_events_of_a_thing_lead_back_to_it(ask: QueryClient, kind: str) -> None:
    """An event links the thing whose stream it is in by its own page: a mandate by /mandates, not by its events."""
    name = sorted((await ids(ask))[kind])[0]
    streams = {"person": "candidate", "nomination": "vacancy", "tour": "line"}
    of = name.rpartition("/")[0] if kind in ("nomination", "tour") else name
    events = await ask.http.get("/v1/events", params={"stream": f"{streams.get(kind, kind)}/{of}", "limit": 1000})
    pages = [await page(ask, f"/events/{event['id']}") for event in events.json()["items"]]
    assert any(f'href="{PATHS[kind]}/{name}' in text for text in pages)
    for text in pages[:3]:
        for href in set(HREF.findall(text.partition("<main")[2])):
            assert (await ask.http.get(unescape(href), headers={"Accept": "text/html"})).status_code == 200, href
