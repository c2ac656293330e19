"""A comparison taken away: as CSV and as a workbook, with the rows and events of the API's answer."""

import csv
import io
import re
from collections.abc import AsyncIterator
from html import unescape
from typing import Any

import openpyxl
import pyarrow.parquet
import pytest

from services.reporting.pages import paging
from services.reporting.pages.i18n import words
from services.reporting.reports.catalogue import REPORTS
from services.reporting.spreadsheets.workbook import MEDIA_TYPE
from tests.integration.answering import QueryClient, given
from tests.integration.test_reports_files import needed
from tests.stories import AS_OF, run_story

STATES = {"before_as_of": "2019-06-30", "as_of": "2022-06-30"}
CYRILLIC = re.compile(r"[А-Яа-яЁёӘәҒғҚқҢңӨөҰұҮүҺһІі]")


@pytest.fixture(scope="module")
async def ask(postgres_dsn: str) -> AsyncIterator[QueryClient]:
    async with given(postgres_dsn, [fact.data for fact in run_story().system.facts()], today=AS_OF) as ask:
        yield ask


async def compared(ask: QueryClient, name: str, **params: Any) -> Any:
    answer = await ask.http.get(f"/v1/reports/{name}/compare", params={**needed(name), **STATES, **params})
    assert answer.status_code == 200, answer.text
    return answer


async def table(ask: QueryClient, name: str, section: str, **params: Any) -> list[dict[str, str]]:
    answer = await compared(ask, name, format="csv", section=section, **params)
    return list(csv.DictReader(io.StringIO(answer.text)))


@pytest.mark.parametrize("name", REPORTS)
async def test_csv_has_the_rows_the_events_and_the_totals_of_json(ask: QueryClient, name: str) -> None:
    body = (await compared(ask, name)).json()
    rows = await table(ask, name, "rows")
    assert [row["change"] for row in rows] == [row["change"] for row in body["rows"]]
    for row, expected in zip(rows, body["rows"], strict=True):
        key = {name: "" if value is None else str(value) for name, value in expected["key"].items()}
        assert {name: row[name] for name in key} == key
        for side in ("before", "after"):
            numbers = {k: v for k, v in (expected[side] or {}).items() if type(v) is int and k not in key}
            assert {k: row[f"{side}_{k}"] for k in numbers} == {k: str(v) for k, v in numbers.items()}
    events = body["events"] if body["explained"] is None else body["explained"]
    assert [row["sentence"] for row in await table(ask, name, "events")] == [event["sentence"] for event in events]
    typed = pyarrow.parquet.read_table(io.BytesIO((await compared(ask, name, format="parquet")).content))
    assert typed["change"].to_pylist() == [row["change"] for row in rows]
    totals = await table(ask, name, "totals")
    assert {row["what"]: int(row["difference"]) for row in totals} == body["difference"]


async def test_a_workbook_has_a_sheet_for_each_table_and_says_both_states(ask: QueryClient) -> None:
    answer = await compared(ask, "strength", format="xlsx", lang="en", before_as_known_at="2026-01-01T00:00:00Z")
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert 'filename="strength-compared-2019-06-30-2022-06-30.xlsx"' in answer.headers["content-disposition"]
    stated = {name: answer.headers[f"forcegen-{name}"] for name in ("as-of", "before-as-of", "before-as-known-at")}
    assert stated == {
        **{"as-of": "2022-06-30", "before-as-of": "2019-06-30"},
        "before-as-known-at": "2026-01-01T00:00:00+00:00",
    }
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    assert book.sheetnames == ["Rows that differ", "Why it changed", "Totals", "About"]
    body = (await compared(ask, "strength")).json()
    assert [sheet.max_row - 1 for sheet in book.worksheets[:2]] == [len(body["rows"]), len(body["explained"])]
    assert [cell.value for cell in book.worksheets[0][1]][:6] == [
        *("Change", "Contributor", "Mission", "Category", "Rank", "Before: people")
    ]
    facts = {row[0]: row[1] for row in book["About"].iter_rows(values_only=True) if row[0]}
    assert (f"{facts['On the day']:%Y-%m-%d}", f"{facts['Compare with the day']:%Y-%m-%d}") == (
        "2022-06-30",
        "2019-06-30",
    )
    again = await ask.http.get(facts["Address that gives the same"])
    assert openpyxl.load_workbook(io.BytesIO(again.content)).sheetnames == book.sheetnames


@pytest.mark.parametrize("language", ["ru", "kk"])
async def test_the_heads_and_sentences_of_a_workbook_are_in_the_reader_s_language(
    ask: QueryClient, language: str
) -> None:
    for name in ("strength", "waiting"):
        answer = await compared(ask, name, format="xlsx", lang=language)
        for sheet in openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets:
            heads = [str(cell.value) for cell in sheet[1] if cell.value]
            assert all(CYRILLIC.search(head) for head in heads), (sheet.title, heads)
    labelled = await table(ask, "strength", "events", labels="true", lang=language)
    for row in labelled:
        assert CYRILLIC.search(row[words(language).say("sentence").capitalize()]), row


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"section": "rows"}, "section"),
        ({"format": "xlsx", "section": "rows"}, "section"),
        ({"format": "csv", "section": "all"}, "section"),
        ({"labels": "true"}, "labels"),
        ({"format": "parquet", "bom": "true"}, "bom"),
        ({"limit": "3"}, "limit"),
    ],
)
async def test_a_form_that_says_nothing_is_refused(ask: QueryClient, params: dict[str, str], field: str) -> None:
    answer = await ask.http.get("/v1/reports/strength/compare", params={**STATES, **params})
    assert (answer.status_code, answer.json()["field"]) == (400, field)


async def test_the_page_links_its_files_and_says_how_much_of_them_it_shows(
    ask: QueryClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "ROWS_MAX", 2)
    text = (await ask.http.get("/compare", params=STATES, headers={"Accept": "text/html"})).text
    body = (await compared(ask, "strength")).json()
    for rows in (body["rows"], body["explained"]):
        assert len(rows) > 2
        assert f"Shown: 2 of {len(rows)}. All of them as a file:" in text
    links = {unescape(href) for href in re.findall(r'href="(/v1/[^"]*)"', text)}
    kinds = {(await ask.http.get(href)).headers["content-type"].partition(";")[0] for href in links}
    assert (len(links), kinds) == (5, {MEDIA_TYPE, "text/csv", "application/json"})
