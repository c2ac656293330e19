"""With `--json`, standard output carries one document or one object a line, and nothing else."""

import json
from pathlib import Path

import pytest
import structlog
from typer.testing import CliRunner

from cli.commands import rebuild
from cli.main import app
from operations.rebuild_views import Difference

DATABASE = ("--database", "postgresql://reader@nowhere/x", "--views", "postgresql://owner@nowhere/x")


def test_what_the_services_code_logs_is_not_among_the_results(monkeypatch: pytest.MonkeyPatch) -> None:
    async def rebuild_all(*_: object, **__: object) -> list[Difference]:
        structlog.get_logger().info("a step of the schema is applied")
        return [Difference("tours", 1, 2, ["- a row"])]

    monkeypatch.setattr(rebuild, "rebuild_all", rebuild_all)
    shown = CliRunner().invoke(app, ["audit", "replay", "--to", "views", "--dry-run", "--json", *DATABASE])
    structlog.get_logger().info("the stream of the command is closed, and a log goes on")
    structlog.reset_defaults()
    assert shown.exit_code == 0, shown.stderr
    difference = {"view": "tours", "only_served": 1, "only_rebuilt": 2, "examples": ["- a row"]}
    assert json.loads(shown.stdout) == {"differences": [difference], "dry_run": True}
    assert "a step of the schema" in shown.stderr


def test_a_key_is_one_document(tmp_path: Path) -> None:
    new = json.loads(CliRunner().invoke(app, ["keys", "new", str(tmp_path / "key"), "--json"]).stdout)
    assert json.loads(CliRunner().invoke(app, ["keys", "show", str(tmp_path / "key"), "--json"]).stdout) == new
    assert new.keys() == {"public_key", "key_id"}
