"""Every report, and every table of another command, at 60, 80 and 120 characters: no name is cut or left out."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from services.reporting.reports.catalogue import REPORTS
from tests.cli import test_access, test_commands
from tests.cli.test_commands import answered_by, directory
from tests.documents import DOCUMENTS

__all__ = ["directory"]
WIDTHS = ("60", "80", "120", "")
HELD = {
    **{"nr": 1, "topic": "deployments.events", "partition": 2, "offset": 1041, "stream": "mission/UNIFIL"},
    **{"version": 3, "type": "forcegen.deployments.Soon", "reason": "It is newer than this service.", "since": "2024"},
}
LAG = {"records": 12_345, "behind_seconds": 1.5, "standing": {}, "passed_over": []}
LONG = "a-consumer-with-a-long-name-of-its-own"


def example(report: str) -> dict[str, Any]:
    """The answer that the document of the query API gives for a report."""
    answer = DOCUMENTS["query"]["paths"][f"/v1/reports/{report}"]["get"]["responses"]["200"]
    given: dict[str, Any] = answer["content"]["application/json"]["example"]
    return given | {"rows": given["rows"] * 3}


def at(width: str, *arguments: str, directory: Path) -> Result:
    environment = {"FORCEGEN_QUERY_URL": "", "COLUMNS": width}
    return CliRunner().invoke(app, [*arguments, "-d", str(directory)], env=environment)


def words(output: str) -> list[str]:
    return re.sub(r"[│┃━┏┓┡┩╇┳└┘┴─├┤┼]", " ", output).split()


def cells(value: object) -> Iterator[str]:
    """The words of a cell; of a list or a sentence each is whole, of a name the name."""
    match value:
        case bool() | None:
            return
        case int():
            yield f"{value:,}"
        case list():
            yield from (word for one in value for word in str(one).split())
        case _:
            yield from str(value).split()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("report", REPORTS)
def test_a_report_shows_every_column_and_every_name_at_any_width(
    directory: Path, monkeypatch: pytest.MonkeyPatch, report: str, width: str
) -> None:
    answer = example(report)
    answered_by(monkeypatch, lambda _: httpx.Response(200, json=answer))
    shown = at(width, "report", report, directory=directory)
    assert shown.exit_code == 0, shown.stderr
    said = [word.strip(",") for word in words(shown.stdout)]
    for name, value in answer["rows"][0].items():
        if name == "incomplete":
            continue
        assert set(name.split("_")) <= set(said), (name, shown.stdout)
        assert {word.strip(",") for word in cells(value)} <= set(said), (name, shown.stdout)
    assert "…" not in shown.stdout


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(
    ("command", "names"),
    [
        ("access", ["ministry", "https://login.example", "2099-01-01", "mfa-kz", "ab12", "2026-11-26T12:00:00Z"]),
        ("lag", [LONG, "12,345", "approvals", "1.5"]),
        ("dead-letters", ["approvals.commands/2/7", "value", "approvals"]),
        ("held", ["deployments.events/2/1041", "mission/UNIFIL", "approvals"]),
    ],
)
def test_a_table_shows_every_name_at_any_width(
    directory: Path, monkeypatch: pytest.MonkeyPatch, width: str, command: str, names: list[str]
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        match request.url.path:
            case "/v1/access":
                return test_access.answer(request)
            case "/v1/lag":
                return httpx.Response(200, json={LONG: LAG})
            case "/v1/held":
                return httpx.Response(200, json={"items": [HELD], "next": None})
            case _:
                return test_commands.letters(request)

    answered_by(monkeypatch, answer)
    shown = at(width, command, directory=directory)
    assert shown.exit_code == 0, shown.stderr
    assert set(names) <= {word.strip(",") for word in words(shown.stdout)}, shown.stdout


@pytest.mark.parametrize("command", ["report strength", "report", "lag", "access", "dead-letters", "held"])
def test_columns_are_chosen_and_an_unknown_one_lists_them(
    directory: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        listed = {"reports": [{"name": "strength", "description": "Who.", "parameters": [], "required": []}]}
        answers = {"/v1/lag": {"a": LAG}, "/v1/reports": listed, "/v1/held": {"items": [], "next": None}}
        if request.url.path == "/v1/access":
            return test_access.answer(request)
        return httpx.Response(
            200, json=answers.get(request.url.path, example("strength") | {"items": [], "next": None})
        )

    answered_by(monkeypatch, answer)
    wrong = at("80", *command.split(), "--columns", "nonsense", directory=directory)
    assert wrong.exit_code == 2
    there = re.search(r"Name some of: (\S+)\.", wrong.stderr)
    assert there, wrong.stderr
    *_, last = there[1].split(",")
    right = at("80", *command.split(), "--columns", last, directory=directory)
    assert right.exit_code == 0, right.stderr
    header = next(line for line in right.stdout.splitlines() if line.startswith("┃"))
    assert header.count("┃") == 2


def test_columns_go_with_a_table(directory: Path) -> None:
    wrong = at("80", "report", "strength", "--json", "--columns", "people", directory=directory)
    assert (wrong.exit_code, "--columns goes with a table" in wrong.stderr) == (2, True)
