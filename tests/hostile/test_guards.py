"""Each guard that the search was tried without is still in the source, and listed on the page about reliability.

So is each test that the page names for an input that once failed.
"""

import ast
import re
from pathlib import Path

import pytest

from tests.architecture.sources import files, table, tree
from tests.hostile.guards import GUARDS, ROOT, Guard, taken_out
from tests.hostile.mutants import EVERY

PAGE = Path("docs/reliability.md")
ATTACKS = Path("docs/reference/attacks.md")
TEST = re.compile(r"`([^`:]+)::([^`]+)`")


@pytest.mark.parametrize("guard", EVERY, ids=lambda guard: guard.name)
def test_the_guard_stands_in_the_source(guard: Guard) -> None:
    for edit in guard.edits:
        source = (ROOT / edit.file).read_text()
        assert taken_out(edit, source) != source


@pytest.mark.parametrize("guard", EVERY, ids=lambda guard: guard.name)
def test_the_test_of_the_guard_is_there(guard: Guard) -> None:
    path, _, name = guard.search.partition("::")
    assert Path(path) in files()
    assert not name or is_test(Path(path), name.partition("[")[0])


def test_no_two_guards_have_one_name() -> None:
    assert len({guard.name for guard in EVERY}) == len(EVERY)


def test_there_are_fifteen_and_each_is_documented() -> None:
    assert len(GUARDS) >= 15
    assert {row[0] for row in table(PAGE, "guard")} == {guard.name for guard in GUARDS}


def test_each_input_that_once_failed_names_tests_that_there_are() -> None:
    for failure, _, cell in table(PAGE, "input"):
        named = TEST.findall(cell)
        assert named, failure
        assert cell == "<br>".join(f"`{path}::{name}`" for path, name in named), failure
        assert [f"{path}::{name}" for path, name in named if not is_test(Path(path), name)] == []


def test_each_attack_names_tests_that_there_are() -> None:
    rows = [row for row in ATTACKS.read_text(encoding="utf-8").splitlines() if row.startswith("| ") and "::" in row]
    assert len(rows) > 25
    named = [(path, name) for row in rows for path, name in TEST.findall(row)]
    assert [f"{path}::{name}" for path, name in named if not is_test(Path(path), name)] == []


def is_test(path: Path, name: str) -> bool:
    """Whether pytest would collect a function of this name from this file."""
    if path not in files() or not path.name.startswith("test_") or not name.startswith("test_"):
        return False
    return any(isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef) and n.name == name for n in tree(path).body)
