"""`forcegen compare`: what differs between two states of a report, and the events of it."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from cli.main import app
from tests.cli.test_commands import answered_by, directory

__all__ = ["directory"]
STATE = {"as_of": "2022-05-31", "as_known_at": None, "totals": {"people": 14}, "incomplete": False}
ARRIVAL: dict[str, Any] = {
    **{"kind": "effective", "people": 1, "tours": 1, "sentence": "p-9 arrived in UNIFIL on 3 June 2022"},
    **{"mission": "UNIFIL", "tour": "kz-2018/officers/t-9", "recorded": "2022-06-04T09:00:00Z", "event": "0f3a1d4e"},
}
COMPARED: dict[str, Any] = {
    **{"report": "strength", "before": STATE, "after": {**STATE, "as_of": "2022-06-30", "totals": {"people": 15}}},
    **{"difference": {"people": 1}, "rows": [{"change": "changed"}], "explained": [ARRIVAL], "events": []},
    "unexplained": None,
}


@pytest.mark.parametrize(("form", "section"), [("csv", "events"), ("xlsx", ""), ("json", "")])
def test_files_are_passed_on(monkeypatch: pytest.MonkeyPatch, directory: Path, form: str, section: str) -> None:
    sent = answered_by(monkeypatch, lambda _: httpx.Response(200, content=b"PK\x03\x04"))
    options = ["--before-as-of", "2022-05-31", "--format", form, *(["--section", section] if section else [])]
    arguments = ["compare", "strength", *options, "-d", str(directory)]
    result = CliRunner().invoke(app, arguments, env={"FORCEGEN_QUERY_URL": ""})
    assert result.stdout_bytes.startswith(b"PK\x03\x04"), result.output
    query = sent[0].partition("?")[2]
    assert ("format=" in query, f"section={section}" in query) == (form != "json", bool(section))


@pytest.mark.parametrize(
    "command", ["report strength --format xlsx", "report strength --format parquet", "compare strength --format xlsx"]
)
def test_what_is_no_text_is_not_sent_to_a_terminal(
    monkeypatch: pytest.MonkeyPatch, directory: Path, command: str
) -> None:
    sent = answered_by(monkeypatch, lambda _: httpx.Response(200, content=b"PK\x03\x04"))
    monkeypatch.setattr("cli.commands.report.is_terminal", lambda: True)
    before = ["--before-as-of", "2022-05-31"] if command.startswith("compare") else []
    result = CliRunner().invoke(app, [*command.split(), *before, "-d", str(directory)], env={"FORCEGEN_QUERY_URL": ""})
    assert (result.exit_code, "send it to a file" in result.stderr, sent) == (2, True, [])


@pytest.mark.parametrize("options", [("--section", "rows"), ("--format", "csv", "--columns", "kind")])
def test_an_option_that_says_nothing_is_refused(directory: Path, options: tuple[str, ...]) -> None:
    result = CliRunner().invoke(app, ["compare", "strength", *options, "-d", str(directory)])
    assert result.exit_code == 2


def compared(monkeypatch: pytest.MonkeyPatch, directory: Path, body: dict[str, Any], *options: str) -> tuple[str, str]:
    """What is printed, and the query that was sent."""
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200, json=body)

    answered_by(monkeypatch, answer)
    arguments = ["compare", "strength", "--before-as-of", "2022-05-31", "--as-of", "2022-06-30", *options]
    result = CliRunner().invoke(app, [*arguments, "-d", str(directory)], env={"FORCEGEN_QUERY_URL": "", "COLUMNS": ""})
    assert result.exit_code == 0, result.output
    [request] = sent
    return result.stdout, f"{request.url.path}?{request.url.query.decode()}"


def test_the_difference_and_its_events_are_shown(monkeypatch: pytest.MonkeyPatch, directory: Path) -> None:
    output, query = compared(monkeypatch, directory, COMPARED)
    assert query == "/v1/reports/strength/compare?as_of=2022-06-30&before_as_of=2022-05-31"
    assert "strength, 2022-05-31 and 2022-06-30" in output
    assert "people: 14 → 15 (+1)" in output
    assert "Rows: 0 added, 0 gone, 1 changed" in output
    for text in ("effective", "+1", ARRIVAL["sentence"], ARRIVAL["tour"]):
        assert text in output


def test_what_is_not_explained_is_said(monkeypatch: pytest.MonkeyPatch, directory: Path) -> None:
    event = {name: ARRIVAL[name] for name in ("sentence", "recorded", "event")}
    other = {**COMPARED, "explained": None, "events": [event], "unexplained": "No event explains it."}
    output, _ = compared(monkeypatch, directory, other)
    assert "No event explains it." in output
    assert ARRIVAL["sentence"] in output


def test_the_answer_is_passed_on_as_json(monkeypatch: pytest.MonkeyPatch, directory: Path) -> None:
    output, _ = compared(monkeypatch, directory, COMPARED, "--json")
    assert json.loads(output) == COMPARED
