"""`forcegen audit replay` as an operator runs it, on any archive."""

import json
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from cli.main import app

ALONE = {f"FORCEGEN_{name}": "" for name in ("DATABASE_URL", "AUDIT_DATABASE_URL", "KAFKA_BOOTSTRAP")}


def audit(command: str, url: str, *more: str | Path) -> Result:
    """The command on the database at `url`."""
    return CliRunner().invoke(app, ["audit", command, "--database", url, *map(str, more)], env=ALONE)


def to_file(url: str, out: Path, *more: str) -> Result:
    return audit("replay", url, "--to", "file", "--out", out, *more)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]
