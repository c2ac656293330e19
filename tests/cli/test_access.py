"""`forcegen access`: one table of all services, with the last use at any of them, and the keys of producers."""

import json
from pathlib import Path

import httpx
import pytest

from tests.cli.test_commands import answered_by, directory, run

__all__ = ["directory"]
TOKEN = {"name": "ministry", "roles": ["reader"], "contributors": ["KAZ"], "expires": "2099-01-01T00:00:00Z"}
PROVIDER = {"issuer": "https://login.example", "roles": {"officials": "reader"}, "last_used": None}
KEY = {
    "id": "ab12",
    "from": "2026-01-01T00:00:00Z",
    "until": None,
    "revoked": None,
    "last_used": "2026-11-26T12:00:00Z",
}
REGISTER = {
    "version": 7,
    "signed_by": ["first", "second"],
    "producers": [
        {"name": "mfa-kz", "contributors": ["KAZ"], "keys": [KEY]},
        {"name": "un-desk", "contributors": None, "keys": []},
    ],
}


def answer(request: httpx.Request) -> httpx.Response:
    used = {"approvals": "2026-11-26T09:00:00Z", "query": "2026-11-26T10:00:00Z"}[request.url.host]
    tokens = [TOKEN | {"last_used": used}]
    register = REGISTER if request.url.host == "query" else None
    return httpx.Response(200, json={"tokens": tokens, "providers": [PROVIDER], "producers": register})


def test_who_may_what_is_shown_once_with_the_last_use_at_any_service(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered_by(monkeypatch, answer)
    shown = run("access", "-d", directory).stdout
    assert shown.count("ministry") == shown.count("https://login.example") == 1
    assert "2026-11-26T10:00:00Z" in shown
    assert "2026-11-26T09:00:00Z" not in shown
    assert "version 7, signed by first and second" in shown
    for text in ("mfa-kz", "ab12", "2026-11-26T12:00:00Z", "every State"):
        assert text in shown


def test_as_json_each_service_is_a_line(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answered_by(monkeypatch, answer)
    lines = [json.loads(line) for line in run("access", "-d", directory, "--json").stdout.splitlines()]
    assert [line["service"] for line in lines] == ["approvals", "query"]
    assert lines[1]["producers"]["version"] == 7
