"""Every question in SQL: it is read and checked, its filters are marked, it is short, and somebody asks it."""

import re
from pathlib import Path

import pytest

from services.reporting.queries import named

FOLDER = Path(__file__).parents[2] / "services/reporting/queries"
FILES = sorted(FOLDER.glob("*.sql"))
LINES_MAX = 60
UNMARKED = re.compile(r":(\w+)::[a-z]+(?:\[\])?\s+IS\s+NULL\s+OR\b")
CODE = "\n".join(path.read_text() for path in (*FOLDER.parent.rglob("*.py"), *FILES))
USED_BY_OPERATORS = {"overlaps", "steps_astray"}
"""What must never be: asked by whoever operates the system, and by tests."""


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_query_is_read_and_short_and_its_filters_are_marked(path: Path) -> None:
    text = path.read_text()
    assert named(path.stem).nullable().statement().sql
    assert text.startswith("-- ")
    assert len(text.splitlines()) <= LINES_MAX
    assert not UNMARKED.findall(text)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_query_is_used(path: Path) -> None:
    assert path.stem in USED_BY_OPERATORS or f'"{path.stem}"' in CODE or f"{{include {path.stem}}}" in CODE
