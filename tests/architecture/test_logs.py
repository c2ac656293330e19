"""Logs name the kind of a fault and its place, never its text: a message of a library may quote somebody's data."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.architecture.sources import files, tree

LOGGED = [path for path in files() if path.suffix == ".py" and path.parts[0] in ("kernel", "services")]

KNOWN = {("kernel/command_service.py", "?"): "a NewerThanProgram from a future, whose text is ours"}


@cache
def ours() -> set[str]:
    """The classes of faults whose texts we write."""
    walked = (node for path in LOGGED for node in ast.walk(tree(path)))
    return {node.name for node in walked if isinstance(node, ast.ClassDef)} | {"NewerThanProgram"}


def texts_of_faults(node: ast.AST, caught: dict[str, list[str]]) -> Iterator[tuple[int, str]]:
    """Each logged text of a fault: the line, and the classes of the fault; `?` where they are not known."""
    if isinstance(node, ast.ExceptHandler) and node.name and node.type:
        named = [one.id for one in ast.walk(node.type) if isinstance(one, ast.Name)]
        caught = {**caught, node.name: named}
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) == "log":
        for keyword in node.keywords:
            value = keyword.value
            if keyword.arg == "exc_info" or node.func.attr == "exception":
                yield node.lineno, "?"
            if isinstance(value, ast.Call) and ast.unparse(value.func) in ("str", "repr") and value.args:
                name = ast.unparse(value.args[0])
                if name in caught or name in ("fault", "error"):
                    yield from ((node.lineno, kind) for kind in caught.get(name, ["?"]))
    for child in ast.iter_child_nodes(node):
        yield from texts_of_faults(child, caught)


@pytest.mark.parametrize("path", LOGGED, ids=str)
def test_a_log_quotes_no_text_of_a_fault_that_is_not_of_our_own_making(path: Path) -> None:
    quoted = [(line, kind) for line, kind in texts_of_faults(tree(path), {}) if kind not in ours()]
    assert [one for one in quoted if (str(path), one[1]) not in KNOWN] == []
