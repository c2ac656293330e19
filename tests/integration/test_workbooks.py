"""Reports and pages as workbooks: the rows of JSON with their types, and where they come from."""

import io
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import openpyxl
import pytest
from openpyxl.utils.escape import unescape

from services.reporting.http.shapes import columns
from services.reporting.pages.catalogue import SHEETS
from services.reporting.pages.cells import CODES
from services.reporting.pages.i18n import words
from services.reporting.reports import receipts, run
from services.reporting.reports.catalogue import REPORTS
from services.reporting.spreadsheets.values import head
from services.reporting.spreadsheets.workbook import MEDIA_TYPE
from tests import peacekeepers
from tests.integration.answering import QueryClient, given
from tests.integration.test_pages import addresses
from tests.integration.test_reports_files import needed
from tests.stories import AS_OF, run_story

HOSTILE = '=HYPERLINK("http://x")'
Book = Mapping[str, Sequence[Sequence[Any]]]
"""The rows of each sheet."""


@pytest.fixture(scope="module")
async def ask(postgres_dsn: str) -> AsyncIterator[QueryClient]:
    hostile = peacekeepers.rescheduled("t-9").model_copy(update={"reason": HOSTILE, "decided_on": AS_OF})
    events = [*(fact.data for fact in run_story().system.facts()), peacekeepers.planned("t-9"), hostile]
    async with given(postgres_dsn, events, today=AS_OF) as ask:
        yield ask


async def book(ask: QueryClient, address: str, **params: Any) -> Book:
    """A workbook as somebody else's reader finds it; no cell of it is a formula."""
    answer = await ask.http.get(address, params=params or None)
    assert (answer.status_code, answer.headers["content-type"]) == (200, MEDIA_TYPE), answer.text
    pages = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets
    assert all(cell.data_type != "f" for page in pages for row in page.iter_rows() for cell in row)
    return {page.title: [[_plain(cell) for cell in row] for row in page.iter_rows(values_only=True)] for page in pages}


def _plain(value: Any) -> Any:
    return unescape(value) if isinstance(value, str) else value


def expected(column: str, kind: str, value: Any) -> Any:
    """What a cell holds for a value of JSON."""
    if value is None or value == []:
        return None
    if kind in ("date", "timestamptz"):
        instant = datetime.fromisoformat(value)
        instant = instant.astimezone(UTC).replace(tzinfo=None) if instant.tzinfo else instant
        return instant.replace(microsecond=round(instant.microsecond, -3) % 1_000_000)
    texts = value if isinstance(value, list) else [value]
    if kind in ("text", "text[]", "uuid", "int4[]"):
        return "; ".join(words("en").code(str(one)) if column in CODES else str(one) for one in texts)
    return value


@pytest.mark.parametrize("name", REPORTS)
async def test_a_workbook_has_the_rows_of_json_with_their_types(ask: QueryClient, name: str) -> None:
    report = await ask.report(name, **needed(name))
    sheets = await book(ask, f"/v1/reports/{name}", format="xlsx", **needed(name))
    heads, *rows = next(iter(sheets.values()))
    types = columns(f"reports/{name}")
    assert heads == [head(column, kind, words("en")) for column, kind in types.items()]
    assert rows == [[expected(c, kind, row[c]) for c, kind in types.items()] for row in report["rows"]]


async def test_what_a_spreadsheet_would_run_is_text(ask: QueryClient) -> None:
    sheets = await book(ask, "/v1/reports/moved-dates", format="xlsx")
    assert HOSTILE in {cell for row in next(iter(sheets.values())) for cell in row}


def facts(sheet: Sequence[Sequence[Any]]) -> dict[str, Any]:
    """The facts of the sheet that tells the source."""
    return {row[0]: row[1] for row in sheet if row[0]}


async def test_the_sheet_about_it_leads_to_the_same_answer_and_its_digest(ask: QueryClient) -> None:
    """The address fixes the day and the instant, so its answer is that of the workbook, then and later."""
    params = {"as_of": "2022-06-01", "contributor": "KAZ", "missions": ["UNIFIL", "MINURSO"]}
    about = (await book(ask, "/v1/reports/strength", format="xlsx", lang="en", **params))["About"]
    said = facts(about)
    assert said["On the day"] == datetime(2022, 6, 1)
    assert (said["Filter: missions"], said["Filter: contributor"], said["States"]) == (
        "UNIFIL, MINURSO",
        "KAZ",
        "every State",
    )
    [heads] = [at for at, row in enumerate(about) if row[0] == "Sheet"]
    title, rows, total, _, address, digest = about[heads + 1]
    answer = (await ask.http.get(address)).json()
    assert (len(answer["rows"]), title) == (rows, "Strength by mission, category and rank")
    assert total == "; ".join(f"{name}: {value}" for name, value in answer["totals"].items())
    assert datetime.fromisoformat(answer["as_known_at"]).replace(tzinfo=None) - said["As known at (UTC)"] < (
        datetime.resolution * 1000
    )
    assert receipts.digest({**answer, "as_known_at": datetime.fromisoformat(answer["as_known_at"])}) == digest
    again = facts((await book(ask, said["Address that gives the same"]))["About"])
    assert again["Address that gives the same"] == said["Address that gives the same"]


async def test_every_page_is_a_workbook_in_every_language(ask: QueryClient) -> None:
    for address in await addresses(ask):
        path, _, params = address.partition("?")
        path = "/questions" if path == "/" else path
        twin = (await ask.http.get(f"{path}.json?{params}")).json()
        for language in ("en", "ru", "kk"):
            sheets = await book(ask, f"{path}.xlsx?{params}&lang={language}")
            *tables, about = sheets.values()
            assert [len(rows) - 1 for rows in tables] == [len(one["rows"]) for one in twin["sections"].values()], path
            assert facts(about)[words(language).say("On the day")].date() == AS_OF
            source = facts(about)[words(language).say("Address that gives the same")]
            page = await ask.http.get(source, headers={"Accept": "text/html"})
            assert page.status_code == 200, source
            [heads] = [at for at, row in enumerate(about) if row[0] == words(language).say("Sheet")]
            nested = {section.name for section in SHEETS[twin["page"]].sections if section.inside}
            for name, row, table in zip(twin["sections"], about[heads + 1 :], tables, strict=False):
                if name in nested:  # the address has the things that hold these rows
                    continue
                answer = (await ask.http.get(row[4])).json()
                assert len(answer.get("rows", answer.get("items", table[1:]))) == len(table) - 1, row


async def test_a_workbook_is_in_the_language_that_the_browser_prefers(ask: QueryClient) -> None:
    answer = await ask.http.get("/overview.xlsx", headers={"Accept-Language": "ru"})
    assert answer.headers["content-language"] == "ru"
    assert "Accept-Language" in answer.headers["vary"]


async def test_more_rows_than_a_file_may_have_are_refused_and_never_cut(
    ask: QueryClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "ROWS_MAX", 3)
    for address in ("/v1/reports/strength?format=xlsx", "/overview.xlsx", "/overview.csv"):
        answer = await ask.http.get(address)
        assert answer.status_code == 400, answer.text
        assert "more than 3 rows" in answer.json()["detail"]
    page = await book(ask, "/v1/reports/strength", format="xlsx", limit=2, lang="en")
    [note] = [row[3] for row in page["About"] if row[1] == 2]
    assert note.startswith("There are more rows: they are at the address. ")


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"bom": "true"}, "bom"),
        ({"labels": "true", "format": "xlsx"}, "labels"),
        ({"separator": "semicolon", "format": "parquet"}, "separator"),
        ({"lang": "ru"}, "lang"),
        ({"lang": "ru", "format": "csv"}, "lang"),
        ({"lang": "de", "format": "xlsx"}, "lang"),
        ({"separator": "tab", "format": "csv"}, "separator"),
        ({"format": "xls"}, "format"),
        ({"receipt": "true", "format": "xlsx"}, "receipt"),
    ],
)
async def test_what_says_nothing_in_a_format_is_refused(ask: QueryClient, params: dict[str, str], field: str) -> None:
    assert await ask.refused("strength", **params) == (400, field)


@pytest.mark.parametrize("suffix", ["", ".json", ".xlsx"])
async def test_only_the_csv_of_a_page_takes_the_form_of_one(ask: QueryClient, suffix: str) -> None:
    assert (await ask.http.get(f"/overview{suffix}?bom=true")).status_code == 400
    assert (await ask.http.get("/overview.csv?bom=perhaps")).status_code == 400


async def test_csv_in_the_form_of_a_region(ask: QueryClient) -> None:
    form = {"labels": "true", "bom": "true", "separator": "semicolon", "lang": "ru"}
    report = await ask.http.get("/v1/reports/strength", params={**form, "format": "csv"})
    page = await ask.http.get("/overview.csv", params=form)
    for answer in (report, page):
        assert answer.content.startswith("\ufeffГосударство;Миссия;Категория;".encode())
        assert answer.headers["content-language"] == "ru"
    plain = await ask.http.get("/v1/reports/strength", params={"format": "csv"})
    assert plain.text.startswith("contributor,mission,category,")
    assert "content-language" not in plain.headers
