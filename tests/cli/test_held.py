"""`forcegen held` and `forcegen drop-held`: what they show, and what they ask before they give something up."""

from typing import Any

import pytest
from typer.testing import CliRunner, Result

from cli.commands import held as command
from cli.connect import http
from cli.main import app

EVENT = {
    **{"nr": 1, "topic": "deployments.events", "partition": 2, "offset": 1041, "stream": "mission/UNIFIL"},
    **{"version": 3, "type": "forcegen.deployments.Soon", "reason": "newer", "since": "2024-01-01", "attempts": 2},
}


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


@pytest.fixture
def services(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two services that decide, one of which holds an event, and one that only reads."""

    class System:
        urls = {"approvals": "http://a", "vacancies": "http://v", "query": "http://q"}  # noqa: RUF012

    def get_json(url: str, parameters: Any) -> Any:
        assert not url.startswith("http://q")
        return {"items": [EVENT] if url.startswith("http://v") else [], "next": None}

    monkeypatch.setattr(command, "running_system", lambda _: System)
    monkeypatch.setattr(http, "get_json", get_json)


@pytest.mark.usefixtures("services")
def test_what_is_held_is_shown_by_its_place() -> None:
    shown = run("held").stdout
    assert "deployments.events/2/1041" in shown
    assert run("held", "approvals").stdout == "No event is held.\n"
    assert '"service": "vacancies"' in run("held", "--json").stdout
    other = run("held", "query")
    assert (other.exit_code, "Name one of: approvals, vacancies" in other.stderr) == (1, True)


@pytest.mark.usefixtures("services")
def test_a_table_says_how_many_rows_it_leaves_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """And how to get them all; JSON has them."""
    monkeypatch.setattr(http, "get_json", lambda *_: {"items": [EVENT] * 7, "next": None})
    monkeypatch.setattr(command, "ROWS_MAX", 10)
    answer = run("held")
    assert answer.stdout.count("deployments.events/2/1041") == 10
    assert "4 more are not shown: `forcegen held --json` prints them all." in answer.stderr
    assert "more are not shown" not in run("held", "vacancies").stderr
    assert len(run("held", "--json").stdout.splitlines()) == 14


@pytest.mark.usefixtures("services")
def test_a_drop_is_proposed_until_a_second_operator_gives_the_same_command(monkeypatch: pytest.MonkeyPatch) -> None:
    states, sent = iter(["proposed", "dropped"]), []

    def post_json(url: str, parameters: Any) -> Any:
        sent.append((url, dict(parameters)))
        return {"state": next(states)}

    monkeypatch.setattr(http, "post_json", post_json)
    once = ("drop-held", "vacancies", "a.events/0/1", "--reason", " by hand ")
    assert "Another operator gives the same command" in run(*once).stdout
    assert "is a dead letter of vacancies now" in run(*once).stdout
    named = {"at": "a.events/0/1", "reason": "by hand"}
    assert sent == [("http://v/v1/held/drop", named)] * 2


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("reporting", "a.events/0/1", "--reason", "x"), "SERVICE"),
        (("vacancies", "a.events/0", "--reason", "x"), "TOPIC/PARTITION/OFFSET"),
        (("vacancies", "a.events/0/١", "--reason", "x"), "TOPIC/PARTITION/OFFSET"),
        (("vacancies", "a.events/0/1", "--reason", " "), "--reason"),
        (("vacancies", "a.events/0/1", "--reason", "x" * 501), "--reason"),
        (("vacancies", "a.events/0/1"), "--reason"),
    ],
)
def test_nothing_is_given_up_by_a_wrong_command_line(arguments: tuple[str, ...], named: str) -> None:
    answer = run("drop-held", *arguments)
    assert answer.exit_code == 2
    assert named in answer.stderr
