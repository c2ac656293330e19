"""All services are built alike: the same file names in each, and no I/O and no clock where rules live."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.architecture.sources import DECIDING_SERVICES, files, python, tree

SAME_IN_EACH = ("__init__.py", "__main__.py", "app.py", "decider.py", "policies.py")
SHELL = ("__init__.py", "__main__.py", "app.py")
"""Of a deciding service: where it is put together and started. Everything else in it is pure."""
PURE_KERNEL = (
    *("model/outcome_body", "model/dead_letters", "model/decider", "model/effective_dated", "model/records"),
    *("model/four_eyes", "model/demo_clock", "identity/person", "decide/within_scope"),
    *("decide/batch", "decide/decode", "identity/principal", "identity/permits", "identity/senders"),
)
WRITES_FILES = Path("contracts/publish.py")
"""The one module of the contracts that is a program: it writes what the others say."""
PURE_LIBRARIES = {
    *("base64", "bisect", "calendar", "collections", "dataclasses", "datetime", "difflib", "enum", "functools"),
    *(
        "hashlib",
        "itertools",
        "json",
        "operator",
        "re",
        "traceback",
        "types",
        "typing",
        "urllib.parse",
        "uuid",
        "orjson",
    ),
    *("binascii", "contextlib", "cryptography", "pydantic", "pydantic_core", "unicodedata"),
}
"""Nothing in these reaches out, except for the names in `REACHING`."""
OURS = ("contracts", "kernel", "services", "operations", "cli", "deploy")
REACHING = {"now", "today", "utcnow", "uuid1", "uuid4", "open", "print", "input", "__import__", "generate"}


@cache
def pure() -> list[Path]:
    """The modules that may neither do I/O nor know what time it is."""
    folders = [f"services/{service}" for service in DECIDING_SERVICES]
    kernel = [Path(f"kernel/{name}.py") for name in PURE_KERNEL]
    contracts = [path for path in python("contracts") if path != WRITES_FILES]
    decided = [path for path in python(*folders) if path.name not in SHELL]
    return [*contracts, *kernel, *decided, Path("services/mandate_lines.py"), *python("services/reporting/projections")]


def imported(path: Path) -> Iterator[str]:
    """Modules that it imports, and names that it imports from packages of ours."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = _named(path, node)
            yield module
            yield from (name for name in (f"{module}.{a.name}" for a in node.names) if _file(name) in files())


def _named(path: Path, node: ast.ImportFrom) -> str:
    """The module of an import; a relative one by its whole name."""
    package = path.parts[: len(path.parts) - node.level] if node.level else ()
    return ".".join([*package, *([node.module] if node.module else [])])


def _file(module: str) -> Path:
    return Path(module.replace(".", "/") + ".py")


def may_import(module: str) -> bool:
    """Libraries that do not reach out, and modules of ours that are held to the same."""
    top = module.partition(".")[0]
    if top in OURS:
        return _file(module) in pure() or Path(module.replace(".", "/"), "__init__.py") in files()
    return top in PURE_LIBRARIES or module in PURE_LIBRARIES


@pytest.mark.parametrize("service", DECIDING_SERVICES)
def test_every_deciding_service_has_the_same_files(service: str) -> None:
    there = {path.name for path in files() if path.parent == Path("services") / service}
    assert not set(SAME_IN_EACH) - there


@pytest.mark.parametrize("service", ["approvals", "vacancies", "deployments", "reporting", "audit"])
def test_every_service_says_what_it_is(service: str) -> None:
    assert ast.get_docstring(tree(Path("services") / service / "__init__.py"))


def test_the_pure_modules_are_found() -> None:
    assert {Path("contracts/words.py"), Path("services/deployments/occupancy.py")} < set(pure())


@pytest.mark.parametrize("path", pure(), ids=str)
def test_a_pure_module_imports_nothing_that_reaches_out(path: Path) -> None:
    assert [module for module in imported(path) if not may_import(module)] == []


@pytest.mark.parametrize("path", pure(), ids=str)
def test_a_pure_module_uses_no_clock_no_chance_and_no_file(path: Path) -> None:
    named = [node.attr for node in ast.walk(tree(path)) if isinstance(node, ast.Attribute)]
    named += [node.id for node in ast.walk(tree(path)) if isinstance(node, ast.Name)]
    named += [a.name for node in ast.walk(tree(path)) if isinstance(node, ast.ImportFrom) for a in node.names]
    assert REACHING.isdisjoint(named)


def test_what_reaches_out_would_be_seen() -> None:
    """The check itself: a module of the shell does not pass it."""
    assert not all(may_import(module) for module in imported(Path("services/reporting/projector/projector.py")))
