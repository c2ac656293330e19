"""The walks of ARCHITECTURE.md go through functions that there are, and through each file once."""

import ast
import re
from pathlib import Path

import pytest

from tests.architecture.sources import text, tree

STEP = re.compile(r"`([\w/]+\.py)::([\w.]+)`")
WALK = re.compile(r"^\*\*(An? \w+: [^*]+)\*\*\n\n((?:\d+\. .*\n(?: .*\n)*)+)", re.MULTILINE)
PAGE = text(Path("ARCHITECTURE.md"))
WALKS = {name: [STEP.findall(line) for line in steps.splitlines()] for name, steps in WALK.findall(PAGE)}


def defined(path: Path) -> set[str]:
    """Functions and classes of a module, and methods as `Class.method`."""
    names = set[str]()
    for node in tree(path).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        if isinstance(node, ast.ClassDef):
            inner = [each for each in node.body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)]
            names |= {f"{node.name}.{each.name}" for each in inner}
    return names


def test_there_are_four_walks() -> None:
    assert len(WALKS) == 4
    assert all(len(steps) >= 8 for steps in WALKS.values())


@pytest.mark.parametrize(("path", "name"), STEP.findall(PAGE))
def test_each_function_of_a_walk_is_there(path: str, name: str) -> None:
    assert name in defined(Path(path))


@pytest.mark.parametrize("name", WALKS)
def test_a_walk_visits_no_file_twice(name: str) -> None:
    visited = [path for step in WALKS[name] for path, _ in step]

    assert len(visited) == len({*visited})
