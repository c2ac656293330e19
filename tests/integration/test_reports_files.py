"""Reports as files: whatever the form, the same rows."""

import csv
import io
import json
from collections.abc import AsyncIterator
from typing import Any

import pyarrow.parquet
import pytest

from services.reporting.reports.catalogue import REPORTS
from tests.integration.answering import QueryClient, given
from tests.stories import AS_OF, run_story

NEEDED: dict[str, Any] = {"since": "2014-01-01", "mission": "UNIFIL", "closes_on": "2022-07-01"}


@pytest.fixture(scope="module")
async def ask(postgres_dsn: str) -> AsyncIterator[QueryClient]:
    async with given(postgres_dsn, [fact.data for fact in run_story().system.facts()], today=AS_OF) as ask:
        yield ask


def needed(name: str) -> dict[str, str]:
    report = REPORTS[name]
    return {field: NEEDED[field] for field in report.required} | (
        {"mission": "UNIFIL"} if report.exactly_one_of else {}
    )


@pytest.mark.parametrize("name", REPORTS)
async def test_parquet_and_csv_have_the_rows_of_json(ask: QueryClient, name: str) -> None:
    report = await ask.report(name, **needed(name))
    answer = await ask.http.get(f"/v1/reports/{name}", params={**needed(name), "format": "parquet"})
    assert answer.headers["content-type"] == "application/vnd.apache.parquet"
    table = pyarrow.parquet.read_table(io.BytesIO(answer.content))
    rows = [{key: _as_json(value) for key, value in row.items()} for row in table.to_pylist()]
    assert rows == report["rows"]
    said = json.loads(table.schema.metadata[b"forcegen"])
    assert (said["as_of"], said["totals"]) == (report["as_of"], report["totals"])
    file = await ask.http.get(f"/v1/reports/{name}", params={**needed(name), "format": "csv"})
    assert len(list(csv.DictReader(file.text.splitlines()))) == len(report["rows"])


def _as_json(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
