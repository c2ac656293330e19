"""Reports as files: whatever the form, the same rows."""

import csv
import io
import json
import re
from collections.abc import AsyncIterator
from datetime import UTC
from typing import Any

import httpx
import openpyxl
import pyarrow.parquet
import pytest

from cli.commands import report
from services.reporting.reports.catalogue import REPORTS
from tests.integration.answering import QueryClient, given
from tests.stories import AS_OF, run_story

NEEDED: dict[str, Any] = {"since": "2014-01-01", "mission": "UNIFIL", "closes_on": "2022-07-01"}


@pytest.fixture(scope="module")
async def ask(postgres_dsn: str) -> AsyncIterator[QueryClient]:
    async with given(postgres_dsn, [fact.data for fact in run_story().system.facts()], today=AS_OF) as ask:
        yield ask


def needed(name: str) -> dict[str, str]:
    definition = REPORTS[name]
    return {field: NEEDED[field] for field in definition.required} | (
        {"mission": "UNIFIL"} if definition.exactly_one_of else {}
    )


@pytest.mark.parametrize("name", REPORTS)
async def test_parquet_and_csv_have_the_rows_of_json(ask: QueryClient, name: str) -> None:
    whole = await ask.report(name, **needed(name))
    answer = await ask.http.get(f"/v1/reports/{name}", params={**needed(name), "format": "parquet"})
    assert answer.headers["content-type"] == "application/vnd.apache.parquet"
    table = pyarrow.parquet.read_table(io.BytesIO(answer.content))
    rows = [{key: _as_json(value) for key, value in row.items()} for row in table.to_pylist()]
    assert rows == whole["rows"]
    said = json.loads(table.schema.metadata[b"forcegen"])
    assert (said["as_of"], said["totals"]) == (whole["as_of"], whole["totals"])
    file = await ask.http.get(f"/v1/reports/{name}", params={**needed(name), "format": "csv"})
    assert len(list(csv.DictReader(file.text.splitlines()))) == len(whole["rows"])


KNOWN = "2026-01-02T03:04:05+00:00"
FORMS = ("json", "csv", "parquet", "xlsx", "table")
"""The forms of an answer; the table is that of the command line."""


def _book(answer: httpx.Response) -> list[tuple[Any, ...]]:
    return [*openpyxl.load_workbook(io.BytesIO(answer.content))["About"].iter_rows(values_only=True)]


def stated(form: str, answer: httpx.Response) -> tuple[str, str, str, bool]:
    """Of what report an answer says that it is, on what day and as known at which instant; and whether it is a part."""
    if form in ("json", "table"):
        body = answer.json()
        return body["report"], body["as_of"], body["as_known_at"], body["next"] is not None
    if form == "parquet":
        body = json.loads(pyarrow.parquet.read_table(io.BytesIO(answer.content)).schema.metadata[b"forcegen"])
        return body["report"], body["as_of"], body["as_known_at"], "forcegen-next" in answer.headers
    if form == "csv":
        said = answer.headers
        [name] = re.findall(r'filename="(.*)-\d{4}-\d\d-\d\d\.csv"', said["content-disposition"])
        return name, said["forcegen-as-of"], said["forcegen-as-known-at"], "forcegen-next" in said
    facts = {row[0]: row[1] for row in _book(answer) if row[0]}
    [heads] = [nr for nr, row in enumerate(_book(answer)) if row[0] == "Sheet"]
    name = re.findall(r"/v1/reports/([a-z-]+)\?", facts["Address that gives the same"])[0]
    known = facts["As known at (UTC)"].replace(tzinfo=UTC).isoformat()
    note = _book(answer)[heads + 1][3] or ""
    return name, facts["On the day"].date().isoformat(), known, note.startswith("There are more rows")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", REPORTS)
async def test_an_answer_says_what_it_is_of_which_day_and_knowledge_and_whether_it_is_all(
    ask: QueryClient, name: str, form: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """given any report in any form, when it is read later without its address, then it can be asked for again."""
    terms = {**needed(name), "as_of": "2022-06-01", "as_known_at": KNOWN}
    written = {} if form in ("json", "table") else {"format": form}
    more = len((await ask.http.get(f"/v1/reports/{name}", params=terms)).json()["rows"]) > 1
    for limit, is_part in (("1", more), ("1000", False)):
        shown = {**terms, **written, **({"lang": "en"} if form == "xlsx" else {}), "limit": limit}
        answer = await ask.http.get(f"/v1/reports/{name}", params=shown)
        assert answer.status_code == 200, answer.text
        assert stated(form, answer) == (name, "2022-06-01", answer_known(form, answer), is_part)
        if form == "table":
            monkeypatch.setenv("COLUMNS", "80")
            report._show(name, answer.json(), None)
            printed = capsys.readouterr().out
            assert f"{name}, as of 2022-06-01, as known at {answer.json()['as_known_at']}" in printed
            assert ("There is more" in printed) == is_part


def answer_known(form: str, answer: httpx.Response) -> str:
    """The instant of the question, in the way that the form writes it."""
    return stated("json", answer)[2] if form in ("json", "table") else KNOWN


def _as_json(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
