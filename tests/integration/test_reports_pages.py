"""Long reports: pages by key hold every row once, whatever the totals; each report is documented with an example."""

import base64
import csv
import json
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest

from services.reporting.reports.catalogue import REPORTS
from tests import peacekeepers as story
from tests.integration.answering import QueryClient, given
from tests.integration.test_query_api import NEEDED, PAST


@pytest.fixture(scope="module")
async def ask(postgres_dsn: str) -> AsyncIterator[QueryClient]:
    said = [story.counted(nr, month=f"2014-{nr:02d}-28") for nr in range(1, 8)]
    async with given(postgres_dsn, [*PAST, *said]) as ask:
        yield ask


def needed(name: str) -> dict[str, Any]:
    report = REPORTS[name]
    return {field: NEEDED[field] for field in (*report.required, *report.exactly_one_of[:1])}


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize("limit", [1, 3])
async def test_pages_hold_every_row_once_and_each_shows_the_total_of_all(
    ask: QueryClient, name: str, limit: int
) -> None:
    whole = await ask.report(name, **needed(name))
    rows: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = await ask.report(name, **needed(name), limit=limit, **cursor)
        assert page["totals"] == whole["totals"]
        assert len(page["rows"]) <= limit
        rows += page["rows"]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert rows == whole["rows"]


@pytest.mark.parametrize("name", REPORTS)
async def test_csv_has_the_rows_of_json(ask: QueryClient, name: str) -> None:
    report = await ask.report(name, **needed(name))
    answer = await ask.http.get(f"/v1/reports/{name}", params={**needed(name), "format": "csv"})
    rows = list(csv.DictReader(answer.text.splitlines()))
    assert len(rows) == len(report["rows"])
    assert all(set(row) == set(report["rows"][0]) for row in rows)


async def test_a_page_of_csv_has_the_next_cursor_in_a_header(ask: QueryClient) -> None:
    params: dict[str, Any] = {"limit": 2, "format": "csv"}
    first = await ask.http.get("/v1/reports/reconciliation", params=params)
    second = await ask.http.get(
        "/v1/reports/reconciliation", params={**params, "cursor": first.headers["forcegen-next"]}
    )
    assert first.text.splitlines()[1:] != second.text.splitlines()[1:]
    whole = await ask.http.get("/v1/reports/reconciliation", params={"format": "csv"})
    assert "forcegen-next" not in whole.headers


def sealed(*key: Any, of: str = "reports/reconciliation") -> str:
    return base64.urlsafe_b64encode(json.dumps([of, *key]).encode()).decode()


@pytest.mark.parametrize(
    "cursor",
    [
        *("!", "e30=", sealed("KAZ"), sealed("KAZ", "someday", "", ""), sealed(1, 2, 3, 4)),
        sealed("KAZ", "2014-01-28", "a\0b", ""),
        sealed("KAZ", "2014-01-28", "\ud800", ""),
        sealed("KAZ", "2014-01-28", "", "", of="reports/strength"),
        *("ключ", base64.urlsafe_b64encode(b"[" * 1_400).decode()),
    ],
)
async def test_what_is_no_cursor_of_the_report_is_refused(ask: QueryClient, cursor: str) -> None:
    assert await ask.refused("reconciliation", cursor=cursor) == (400, "cursor")


@pytest.mark.parametrize("instant", ["2014-09-01T00:00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:00-12:00"])
async def test_an_instant_that_could_not_be_meant_is_refused(ask: QueryClient, instant: str) -> None:
    assert await ask.refused("reconciliation", published_before=instant) == (400, "published_before")


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize("day", ["1900-01-01", "2199-12-31"])
async def test_a_report_has_an_answer_on_the_first_and_the_last_of_days(ask: QueryClient, name: str, day: str) -> None:
    await ask.report(name, **needed(name) | {"since": day} if "since" in needed(name) else needed(name), as_of=day)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
@pytest.mark.parametrize("field", ["as_of", "closes_on"])
async def test_a_day_that_cannot_be_reckoned_with_is_refused(ask: QueryClient, field: str, day: str) -> None:
    params = {**needed("must-come-home"), field: day}
    assert await ask.refused("must-come-home", **params) == (400, field)


async def test_sql_in_a_cursor_is_only_a_place_in_the_alphabet(ask: QueryClient) -> None:
    place = sealed("KAZ'; DROP TABLE tours; --", "2014-01-28", "", "")
    assert (await ask.report("reconciliation", cursor=place, limit=5))["rows"] == []


@pytest.mark.parametrize("name", REPORTS)
async def test_each_report_is_documented_with_its_parameters_and_an_example_of_its_rows(
    ask: QueryClient, name: str
) -> None:
    operation = (await ask.http.get("/openapi.json")).json()["paths"][f"/v1/reports/{name}"]["get"]
    parameters = {parameter["name"]: parameter for parameter in operation["parameters"]}
    assert set(parameters) == set(REPORTS[name].parameters)
    assert {required for required, one in parameters.items() if one["required"]} == set(REPORTS[name].required)
    content = operation["responses"]["200"]["content"]
    (row,) = content["application/json"]["example"]["rows"]
    columns = {column["name"] for column in (await ask.report(name, **needed(name)))["columns"]}
    assert set(row) <= columns
    assert content["text/csv"]["example"].startswith(",".join(row))


async def test_an_empty_report_has_its_columns_and_totals_of_nothing(ask: QueryClient) -> None:
    report = await ask.report("strength", as_of=date(2000, 1, 1).isoformat())
    assert (report["rows"], report["totals"]) == ([], {"people": 0, "tours": 0, "overdue": 0})
    assert "mission" in {column["name"] for column in report["columns"]}
