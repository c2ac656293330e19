"""What somebody takes away is whole: no file stops at a number of rows, no number is of the first rows alone."""

import csv
import io
from collections.abc import AsyncIterator, Iterator
from datetime import date

import openpyxl
import pytest

from contracts.words import Event
from services.reporting.lists import run as lists
from services.reporting.pages import search
from services.reporting.reports import comparison
from tests import peacekeepers as story
from tests.integration.answering import QueryClient, given

TODAY = date(2014, 12, 1)
MANY = 1_050
"""More than the most rows of a page of the API."""


def much() -> Iterator[Event]:
    """More missions, and more applications that wait, than a page of the API has rows."""
    yield from (story.proposed(), story.approved())
    yield from (story.mission(f"MISSION{nr}") for nr in range(MANY))
    yield from (story.submitted(f"nv-{nr:04}") for nr in range(MANY))


@pytest.fixture(scope="module")
async def ask(postgres_dsn: str) -> AsyncIterator[QueryClient]:
    async with given(postgres_dsn, much(), today=TODAY) as ask:
        yield ask


async def rows_of_csv(ask: QueryClient, address: str) -> list[dict[str, str]]:
    answer = await ask.http.get(address)
    assert answer.status_code == 200, answer.text
    assert "forcegen-next" not in answer.headers
    return list(csv.DictReader(io.StringIO(answer.text)))


async def rows_of_workbook(ask: QueryClient, address: str) -> int:
    book = openpyxl.load_workbook(io.BytesIO((await ask.http.get(address)).content), read_only=True)
    return sum(1 for _ in book.worksheets[0].iter_rows()) - 1


async def test_a_list_is_taken_away_whole(ask: QueryClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where it is read with several statements: each item is there once."""
    monkeypatch.setattr(lists, "READ_AT_ONCE", 400)
    names = [row["mission"] for row in await rows_of_csv(ask, "/missions.csv")]
    assert (len(names), len(set(names))) == (MANY, MANY)
    assert await rows_of_workbook(ask, "/missions.xlsx") == MANY


async def test_a_list_that_is_too_long_for_a_file_is_refused_with_the_way_to_all_of_it(
    ask: QueryClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "READ_AT_ONCE", 400)
    monkeypatch.setattr(lists, "ROWS_MAX", 800)
    answer = await ask.http.get("/missions.csv")
    assert answer.status_code == 400
    assert answer.json()["detail"] == "The list has more than 800 rows."
    assert "limit and cursor" in answer.json()["remedy"]


async def test_the_document_of_a_list_says_where_the_next_rows_are(ask: QueryClient) -> None:
    address, names = "/missions.json?section=missions", list[str]()
    while True:
        part = (await ask.http.get(address)).json()["sections"]["missions"]
        names += [row["mission"] for row in part["rows"]]
        if part["next"] is None:
            break
        address = f"/missions.json?section=missions&cursor={part['next']}"
    assert (len(names), len(set(names))) == (MANY, MANY)


async def test_a_tile_counts_every_row(ask: QueryClient) -> None:
    tiles = (await ask.http.get("/questions.json")).json()["sections"]["questions"]["rows"]
    waits = next(tile for tile in tiles if tile["number"] == 5)
    assert waits["figure"] == f"{MANY:,}"


async def test_a_search_says_that_there_is_more_and_its_file_has_it(ask: QueryClient) -> None:
    page = (await ask.http.get("/search?q=nv-", headers={"Accept": "text/html"})).text
    assert page.count('href="/applications/') == search.HITS_MAX
    assert "Only the first hits of each kind are shown." in page
    assert len(await rows_of_csv(ask, "/search.csv?q=nv-")) == MANY
    few = (await ask.http.get("/search?q=nv-101", headers={"Accept": "text/html"})).text
    assert few.count('href="/applications/') == 10
    assert "Only the first hits" not in few


async def test_a_comparison_lists_every_event_of_its_changed_rows(
    ask: QueryClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = {"before_as_of": "2013-01-01", "as_of": str(TODAY)}
    answer = await ask.http.get("/v1/reports/headroom/compare", params=days)
    events = answer.json()["events"]
    assert events
    monkeypatch.setattr(comparison, "EVENTS_MAX", len(events) - 1)
    answer = await ask.http.get("/v1/reports/headroom/compare", params=days)
    assert (answer.status_code, answer.json()["remedy"]) == (400, comparison.CLOSER)
