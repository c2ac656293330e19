"""No numbered step takes from officials what they read: views change by being made anew beside those that serve."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.sources import files, text

READ = Path("services/reporting/migrations")
BASELINE = "0001-baseline.sql"
STATEMENT_LINES_MAX = 60
TABLES_OF_DATA = {Path("services/reporting/migrations/functions/un_list.sql"): "one row a State"}
_TAKES_AWAY = re.compile(
    r"\b(DROP\s+(?:TABLE|VIEW|SCHEMA|COLUMN)|TRUNCATE|DELETE\s+FROM|RENAME\s+(?:TO|COLUMN)|SET\s+SCHEMA)\b",
    re.IGNORECASE,
)
_COMMENT = re.compile(r"--[^\n]*")


def takes_away(sql: str) -> list[str]:
    """What a step does to rows or columns that are read."""
    return [" ".join(words.split()).upper() for words in _TAKES_AWAY.findall(_COMMENT.sub("", sql))]


def test_no_step_drops_or_empties_what_officials_read() -> None:
    steps = [path for path in files() if path.parent == READ and path.name != BASELINE and path.suffix == ".sql"]
    assert {str(path): took for path in steps if (took := takes_away(text(path)))} == {}


@pytest.mark.parametrize(
    ("sql", "took"),
    [
        ("ALTER TABLE tours ADD COLUMN remark text", []),
        ("-- DROP TABLE tours\nCREATE INDEX i ON tours (line)", []),
        ("DROP INDEX tours_by_line", []),
        ("DROP\n  TABLE tours, stays", ["DROP TABLE"]),
        ("truncate tours", ["TRUNCATE"]),
        ("DELETE FROM tours", ["DELETE FROM"]),
        ("ALTER TABLE tours DROP COLUMN rank, ADD rank int", ["DROP COLUMN"]),
        ("ALTER TABLE tours RENAME TO old_tours", ["RENAME TO"]),
    ],
)
def test_what_takes_away_is_seen(sql: str, took: list[str]) -> None:
    assert takes_away(sql) == took


def statements() -> Iterator[tuple[str, int]]:
    """Every query, function and view, with its lines without comments; steps are many statements, and short."""
    for path in files():
        if path.suffix == ".sql" and path not in TABLES_OF_DATA and not re.match(r"\d{4}-", path.name):
            for part in text(path).split("-- name: "):
                lines = [line for line in part.splitlines() if line.strip() and not line.strip().startswith("--")]
                yield f"{path} {part.partition(chr(10))[0]}", len(lines)


def test_no_statement_is_longer_than_a_screen() -> None:
    """A longer one is made of views or functions with a name and a comment each, or of `{include}`s."""
    assert [name for name, lines in statements() if lines > STATEMENT_LINES_MAX] == []
