"""Did you mean: a name that nobody knows is answered with the nearest one that the reader may see."""

import re
from collections.abc import AsyncIterator
from html import unescape

import pytest

from tests.integration.answering import QueryClient, given
from tests.stories import AS_OF, run_story

CASES = (
    ("/v1/reports/strenght", "strength"),
    ("/v1/reports/who_is_where", "who-is-where"),
    ("/v1/reports/strength?misions=UNIFIL", "missions"),
    ("/v1/reports/strength?missions=UNFIL", "UNIFIL"),
    ("/v1/reports/strength?source=registr", "register"),
    ("/v1/reports/waiting?mandate=kz-20188", "kz-2018"),
    ("/v1/reports/who-is-where?line=kz-2018/oficers", "kz-2018/officers"),
    ("/v1/tours?person=p-kz-00001", "p-kz-0001"),
    ("/v1/tours?unit=kaz-compny-1", "kaz-company-1"),
    ("/v1/missions/MINUSRO", "MINURSO"),
    ("/v1/mision", "/v1/missions"),
    ("/v1/vacancies?status=opn", "open"),
    ("/missions/UNFIL", "UNIFIL"),
    ("/people/p-kz-0001x", "p-kz-0001"),
    ("/units/kaz-company", "kaz-company-1"),
    ("/mandate/kz-2018", "/mandates/kz-2018"),
    ("/overveiw", "/overview"),
    ("/ending?witin_days=60", "within_days"),
    ("/overview?section=presnt", "present"),
    ("/overview?section=present&sort=-pepole", "people"),
    ("/compare?report=headrom", "headroom"),
)
"""Addresses with a slip in them, and the name that is meant."""


@pytest.fixture(scope="module")
async def ask(postgres_dsn: str) -> AsyncIterator[QueryClient]:
    async with given(postgres_dsn, [fact.data for fact in run_story().system.facts()], today=AS_OF) as ask:
        yield ask


@pytest.mark.parametrize(("address", "meant"), CASES)
async def test_a_slip_is_answered_with_the_name_that_is_meant(ask: QueryClient, address: str, meant: str) -> None:
    answer = await ask.http.get(address)
    assert answer.status_code in (400, 404)
    assert answer.json()["remedy"].startswith(f"Did you mean {meant}? "), answer.text


@pytest.mark.parametrize(("language", "begins"), [("ru", "Возможно, вы имели в виду "), ("kk", "Мүмкін, ")])
async def test_a_page_suggests_in_the_reader_s_language(ask: QueryClient, language: str, begins: str) -> None:
    for address, meant in CASES:
        if not address.startswith("/v1/"):
            and_lang = f"{address}{'&' if '?' in address else '?'}lang={language}"
            text = unescape((await ask.http.get(and_lang, headers={"Accept": "text/html"})).text)
            assert re.search(rf"{begins}{re.escape(meant)}\b", text), (address, text)
            assert "Did you mean" not in text


async def test_what_is_like_nothing_has_no_suggestion(ask: QueryClient) -> None:
    for address in (
        "/v1/reports/xyzzy",
        "/missions/QQQQQQ",
        "/xyzzy",
        "/v1/tours?person=zzzzzzzz",
        "/missions/" + "M" * 64,
    ):
        assert "Did you mean" not in (await ask.http.get(address)).text


async def test_a_search_without_hits_suggests_what_is_on_record(ask: QueryClient) -> None:
    text = (await ask.http.get("/search?q=UNFIL&lang=ru", headers={"Accept": "text/html"})).text
    [href] = re.findall(r'Возможно, вы имели в виду: <a href="([^"]*)">UNIFIL</a>', text)
    assert 'href="/missions/UNIFIL?lang=ru"' in (await ask.http.get(unescape(href))).text
