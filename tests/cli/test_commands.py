"""What the commands print and how they end, with a few lines in the place of the services."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner, Result

from cli.commands import report
from cli.commands.send.summary import SendSummary
from cli.connect import http
from cli.main import app, imported
from cli.output.errors import CommandError
from cli.output.terminal import notices
from contracts.outcome import CommandDecided
from deploy.local.endpoints import FILE, Endpoints
from deploy.local.kafka_logins import USERS_FILE

Answer = Callable[[httpx.Request], httpx.Response]
STRENGTH: dict[str, Any] = {
    "report": "strength",
    "as_of": "2014-07-01",
    "incomplete": False,
    "columns": [
        {"name": "mission", "type": "text"},
        {"name": "people", "type": "int8"},
        {"name": "incomplete", "type": "bool"},
    ],
    "rows": [
        {"mission": "MINURSO", "people": 5, "incomplete": False},
        {"mission": "[bold]UNIFIL", "people": 1200, "incomplete": False},
    ],
    "totals": {"people": 1205},
}


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    urls = {"approvals": "http://approvals", "query": "http://query"}
    (tmp_path / FILE).write_text(Endpoints("127.0.0.1:1", urls).as_json())
    (tmp_path / USERS_FILE).parent.mkdir()
    (tmp_path / USERS_FILE).write_text('{"cli": "secret"}')
    return tmp_path


def answered_by(monkeypatch: pytest.MonkeyPatch, answer: Answer) -> list[str]:
    """Every request goes to `answer`; the addresses that were requested."""
    requested: list[str] = []

    def noted(request: httpx.Request) -> httpx.Response:
        requested.append(str(request.url))
        return answer(request)

    monkeypatch.setattr(http, "client", lambda: httpx.Client(transport=httpx.MockTransport(noted)))
    return requested


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(one) for one in arguments], env={"FORCEGEN_QUERY_URL": "", "COLUMNS": "200"})


def test_every_command_has_help_with_examples_and_exit_codes() -> None:
    for name in ("up", "down", "status", "demo", "send", "report", "lag", "dead-letters"):
        result = run(name, "--help")
        assert result.exit_code == 0
        assert f"forcegen {name}" in result.stdout
        assert "Exit codes:" in result.stdout


def test_a_report_is_a_table_with_totals_on_its_day(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    requested = answered_by(monkeypatch, lambda _: httpx.Response(200, json=STRENGTH))
    result = run("report", "strength", "--as-of", "2014-07-01", "-p", "missions=UNIFIL", "-d", directory)
    assert result.exit_code == 0, result.stderr
    assert requested == ["http://query/v1/reports/strength?as_of=2014-07-01&missions=UNIFIL"]
    assert "strength, as of 2014-07-01" in result.stdout
    assert "│ total        │  1,205 │" in result.stdout
    assert "[bold]UNIFIL" in result.stdout
    assert "ncomplete" not in result.stdout


def test_an_incomplete_report_says_so(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answered_by(monkeypatch, lambda _: httpx.Response(200, json=STRENGTH | {"incomplete": True}))
    assert "Incomplete: events" in run("report", "strength", "-d", directory).stdout


@pytest.mark.parametrize("form", ["json", "csv"])
def test_json_and_csv_pass_unchanged(form: str, directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    requested = answered_by(monkeypatch, lambda _: httpx.Response(200, content=b'a,"b\xc3\xb4"\r\n1,2\r\n'))
    result = run("report", "strength", "--format", form, "-d", directory)
    assert result.stdout_bytes.startswith(b'a,"b\xc3\xb4"\r\n1,2\r\n')
    assert requested == [f"http://query/v1/reports/strength{'?format=csv' if form == 'csv' else ''}"]


@pytest.mark.parametrize("command", [("report", "strength"), ("compare", "strength", "--before-as-of", "2014-01-01")])
def test_a_workbook_goes_to_a_file_and_never_to_a_terminal(
    command: tuple[str, ...], directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    requested = answered_by(monkeypatch, lambda _: httpx.Response(200, content=b"PK\x03\x04"))
    into_a_file = run(*command, "--format", "xlsx", "-p", "lang=ru", "-d", directory)
    assert into_a_file.stdout_bytes == b"PK\x03\x04"
    assert requested[0].endswith("lang=ru&format=xlsx") or "format=xlsx&" in requested[0]
    monkeypatch.setattr(report, "is_terminal", lambda: True)
    shown = run(*command, "--format", "xlsx", "-d", directory)
    assert (shown.exit_code, shown.stdout, len(requested)) == (2, "", 1)
    assert "send it to a file, as in `… --format xlsx > file.xlsx`" in shown.stderr
    listed = run("report", "--format", "xlsx", "-d", directory)
    assert (listed.exit_code, "name a report for xlsx" in listed.stderr) == (2, True)


def test_a_page_of_a_file_says_that_there_is_more(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """CSV has no place for it, so it is said beside the file."""
    answered_by(monkeypatch, lambda _: httpx.Response(200, content=b"a\r\n1\r\n", headers={"Forcegen-Next": "WyJh"}))
    result = run("report", "strength", "--format", "csv", "-p", "limit=1", "-d", directory)
    assert result.stdout_bytes == b"a\r\n1\r\n"
    assert result.stderr == "There are more rows. Next: --param cursor=WyJh\n"


def test_reports_are_listed(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = {"reports": [{"name": "strength", "description": "Who.", "parameters": ["as_of", "line"], "required": []}]}
    answered_by(monkeypatch, lambda _: httpx.Response(200, json=listed))
    result = run("report", "-d", directory)
    assert "strength" in result.stdout
    assert "as_of, line" in result.stdout


def test_the_address_is_shown_without_a_request(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    requested = answered_by(monkeypatch, lambda _: httpx.Response(500))
    result = run("report", "people-since", "--since", "2014-01-01", "--url", "-d", directory)
    assert result.stdout == "http://query/v1/reports/people-since?since=2014-01-01\n"
    assert requested == []


def test_a_problem_is_reported_in_one_line_with_its_remedy(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    problem = {"title": "Not found", "detail": "There is no report x.", "remedy": "There are strength."}
    answered_by(monkeypatch, lambda _: httpx.Response(404, json=problem))
    result = run("report", "x", "-d", directory)
    assert (result.exit_code, result.stdout) == (1, "")
    there = "http://query/v1/reports/x"
    assert result.stderr == f"forcegen: {there} answered 404: There is no report x. There are strength.\n"


def test_a_service_that_is_not_there_is_reported_in_one_line(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    answered_by(monkeypatch, refuse)
    result = run("lag", "-d", directory)
    assert result.exit_code == 1
    assert result.stderr == "forcegen: http://approvals/v1/lag does not answer (refused): see `forcegen status`.\n"


@pytest.mark.parametrize("command", [["report"], ["lag"], ["dead-letters"], ["send", "-"]])
def test_where_nothing_is_up_the_remedy_is_named(command: list[str], tmp_path: Path) -> None:
    result = run(*command, "-d", tmp_path)
    assert result.exit_code == 1
    assert result.stderr.startswith(f"forcegen: Nothing is up in {tmp_path}: run `forcegen up`")


@pytest.mark.parametrize(
    "wrong", [["report", "x", "-p", "noequals"], ["report", "x", "--as-of", "1 July"], ["send"], ["send", "-", "--no"]]
)
def test_a_wrong_command_line_ends_with_2(wrong: list[str], directory: Path) -> None:
    result = run(*wrong, *(["-d", str(directory)] if wrong[0] == "report" else []))
    assert result.exit_code == 2
    assert "Error: " in result.stderr


def test_lag_is_a_row_for_each_consumer(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.host == "query":
            return httpx.Response(404, json={"detail": "Not Found"})
        mark = {"topic": "approvals.commands", "part": 1, "first_offset": 60, "next_offset": 61}
        stands = {"standing": {"approvals.commands/2": "at offset 7: it ends before 5"}}
        lag = {"records": 12345, "behind_seconds": 1.25, "passed_over": [mark | {"reason": "transaction mark"}]}
        return httpx.Response(200, json={"approvals": lag | stands})

    answered_by(monkeypatch, answer)
    result = run("lag", "-d", directory)
    assert "12,345" in result.stdout
    assert "approvals: approvals.commands/2 stands still: at offset 7: it ends before 5" in result.stdout
    assert "approvals: approvals.commands/1: offset 60 passed over: transaction mark" in result.stdout
    assert "query" not in result.stdout


def letters(request: httpx.Request) -> httpx.Response:
    """Two pages in one service, none in the other."""
    if request.url.host == "query":
        return httpx.Response(404, json={"detail": "Not Found"})
    first = 2 if request.url.params.get("cursor") == "behind-1" else 1
    letter = {"position": first, "topic": "approvals.commands", "partition": 2, "offset": 7, "field": "value"}
    letter |= {"reason": f"Reason {first}.", "remedy": "Correct it.", "key": "k", "value": "v", "headers": []}
    return httpx.Response(200, json={"items": [letter], "next": "behind-1" if first == 1 else None})


def test_dead_letters_are_shown_page_by_page(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answered_by(monkeypatch, letters)
    result = run("dead-letters", "-d", directory)
    assert result.exit_code == 0, result.stderr
    assert "approvals.commands/2/7" in result.stdout
    assert "Reason 1." in result.stdout
    assert "Reason 2." in result.stdout


def test_dead_letters_as_json_are_one_object_a_line(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answered_by(monkeypatch, letters)
    result = run("dead-letters", "approvals", "--json", "-d", directory)
    assert [json.loads(one)["position"] for one in result.stdout.splitlines()] == [1, 2]


def test_an_unknown_service_is_refused_with_those_there_are(directory: Path) -> None:
    result = run("dead-letters", "kitchen", "-d", directory)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "Name one of: approvals, query." in result.stderr


def test_a_file_that_is_not_there_is_reported_in_one_line(directory: Path) -> None:
    result = run("send", directory / "none.ndjson", "-d", directory)
    assert result.exit_code == 1
    assert "none.ndjson cannot be read (No such file or directory)" in result.stderr


def test_a_kafka_that_is_not_there_is_reported_in_one_line(directory: Path) -> None:
    (directory / "commands.ndjson").write_text("")
    result = run("send", directory / "commands.ndjson", "-d", directory)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith("forcegen: Kafka does not answer at 127.0.0.1:1 ")


def test_a_system_of_a_version_without_logins_is_reported_with_the_remedy(directory: Path) -> None:
    (directory / USERS_FILE).unlink()
    (directory / "commands.ndjson").write_text("")
    result = run("send", directory / "commands.ndjson", "-d", directory)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "has no user cli: run `forcegen up` again" in result.stderr


def test_a_command_whose_needs_are_not_installed_says_which() -> None:
    with pytest.raises(CommandError, match="`forcegen up` needs a_package_that_nobody_has"):
        imported("up", "a_package_that_nobody_has:up")


def decided(status: str, **fields: Any) -> CommandDecided:
    of = {"command_id": "c-1", "command_source": "s", "command_type": "forcegen.approvals.X", "command_stream": "m"}
    return CommandDecided.model_validate({**of, "status": status, **fields})


def summary(*outcomes: CommandDecided, as_json: bool = False) -> SendSummary:
    totals = SendSummary(notices(), as_json=as_json, advanced=lambda _size, _so_far: None)
    totals.sent_count = len(outcomes)
    for one in outcomes:
        totals.decided(one)
    return totals


@pytest.mark.parametrize(
    ("status", "exit_code"), [("accepted", 0), ("refused", 0), ("pending", 0), ("invalid", 1), ("conflict", 1)]
)
def test_a_refusal_is_an_answer_and_what_cannot_be_decided_is_not(status: str, exit_code: int) -> None:
    assert summary(decided(status)).exit_code == exit_code


def test_every_answer_that_is_not_yes_is_printed_with_its_remedy(capsys: pytest.CaptureFixture[str]) -> None:
    refused = decided("refused", rule="I1", reason="21 would be present.", remedy="Ask for a waiver.")
    summary(decided("accepted"), refused, decided("pending", waits_for="mandate/kz-2013")).show(waited=True)
    shown = capsys.readouterr().out
    assert "21 would be present." in shown
    assert "Ask for a waiver." in shown
    assert "Waits for mandate/kz-2013." in shown


def test_as_json_only_outcomes_are_on_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    summary(decided("accepted"), decided("refused"), as_json=True).show(waited=True)
    assert [json.loads(one)["status"] for one in capsys.readouterr().out.splitlines()] == ["accepted", "refused"]


def test_where_nothing_came_nothing_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    summary().show(waited=False)
    assert capsys.readouterr().out == ""
