"""What keeps the system readable: nothing left open, and nothing that holds on one machine only; sizes: words.py."""

import ast
import re
import sys
from pathlib import Path

import pytest

from tests.architecture.sources import calls, files, python, text, tree
from tests.architecture.words import TABLES_OF_DATA

VOCABULARIES = {Path(f"contracts/{service}.py") for service in ("approvals", "vacancies", "deployments")}
"""One class a message, in the order of the things' lives: looked up like a dictionary, not read from end to end."""

STAND_ALONE = (
    Path("contracts/verifiability"),  # a producer takes it, as a wheel
    Path("services/audit/verify/verifier"),  # an auditor takes it, as one file
)
"""Folders that are taken without the rest of the system."""

LEFT_OPEN = re.compile(r"(?:#|//|--|<!--)\s*(?:TODO|FIXME|XXX|HACK)\b")
HOME = re.compile(r"(?<![\w.:$}-])/(?:home|root|work|Users|mnt)/\w")
HOST = re.compile(
    r"\b(?:py[p]i|python[h]osted|npm[j]s|jfrog|artifactory|ghcr|quay|ma[v]en|docker)\.(?:org|com|io)\b"
    r"|--(?:extra-)?index-url",
    re.IGNORECASE,
)


def readable() -> list[Path]:
    return [path for path in files() if path.suffix not in (".png", ".ico", ".woff2")]


def places_of(pattern: re.Pattern[str]) -> list[str]:
    """Where it stands, as `path:line`."""
    return [
        f"{path}:{nr}"
        for path in readable()
        for nr, line in enumerate(text(path).splitlines(), 1)
        if pattern.search(line)
    ]


def test_every_file_that_may_be_long_has_a_condition_here() -> None:
    assert set(TABLES_OF_DATA) == VOCABULARIES


def test_a_vocabulary_holds_only_words() -> None:
    """What makes them an exception: classes, type aliases and tables; no function of their own."""
    assert [
        p for p in VOCABULARIES if any(isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef) for n in tree(p).body)
    ] == []


@pytest.mark.parametrize("folder", STAND_ALONE, ids=str)
def test_a_folder_that_stands_alone_needs_nothing_of_ours(folder: Path) -> None:
    """Python's own library, the one that checks signatures, and by relative imports its own modules."""
    modules = [path for path in files() if path.parent == folder and path.suffix == ".py"]
    own = {f".{path.stem}" for path in modules}
    assert {name for path in modules for name in needed(path)} - own == {"cryptography"}
    assert not [path for path in files() if folder in path.parents and path not in modules]


def needed(path: Path) -> set[str]:
    """The packages that a module imports beside Python's own library; relative ones with their dots."""
    nodes = list(ast.walk(tree(path)))
    named = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    named |= {"." * node.level + (node.module or "") for node in nodes if isinstance(node, ast.ImportFrom)}
    return {name if name.startswith(".") else name.partition(".")[0] for name in named} - sys.stdlib_module_names


def test_no_source_is_searched_for_a_model_that_a_program_creates() -> None:
    """Pydantic looks through every loaded module for its docstrings, which took longer than the rest of a start."""
    created = [(path, call) for path in python() for call in calls(path, "create_model")]
    assert created
    assert not [
        f"{path}:{call.lineno}"
        for path, call in created
        if "WITHOUT_SOURCE" not in [ast.unparse(word.value) for word in call.keywords if word.arg == "__cls_kwargs__"]
    ]


def test_nothing_is_left_open() -> None:
    assert places_of(LEFT_OPEN) == []


def test_no_path_of_one_machine() -> None:
    assert places_of(HOME) == []


def test_no_host_of_a_registry() -> None:
    assert places_of(HOST) == []


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        (LEFT_OPEN, "x = 1  # " + "TODO later"),
        (HOME, "open('" + "/home" + "/someone/data')"),
        (HOST, "https://" + "pypi" + ".org/simple"),
    ],
)
def test_what_is_looked_for_would_be_seen(pattern: re.Pattern[str], line: str) -> None:
    assert pattern.search(line)
