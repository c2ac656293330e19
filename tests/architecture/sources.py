"""The system as files: what the habits in this folder are checked on."""

import ast
import tokenize
from collections.abc import Iterator
from functools import cache
from io import StringIO
from pathlib import Path

ROOT = Path(__file__).parents[2]
KEPT = (".ci", ".github", ".pre-commit-config.yaml", ".gitignore", ".dockerignore", ".env.example")
"""Hidden, and part of the system; all else that is hidden is somebody's own: environments, caches, data, secrets."""
LEFT_ALONE = ("__pycache__", "build", "dist")
DECIDING_SERVICES = ("approvals", "vacancies", "deployments")


@cache
def files() -> tuple[Path, ...]:
    """Every file of the system, relative to the root. Asked of the disk, since a copy without git is tested too."""
    return tuple(sorted(_below(ROOT)))


def _below(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name in LEFT_ALONE or path.suffix == ".pyc" or (path.name.startswith(".") and path.name not in KEPT):
            continue
        if path.is_dir():
            yield from _below(path)
        else:
            yield path.relative_to(ROOT)


def pages() -> list[Path]:
    """What people read: README, ARCHITECTURE and everything under docs."""
    return [path for path in files() if path.suffix == ".md" and (path.parts[0] == "docs" or len(path.parts) == 1)]


def python(*under: str) -> list[Path]:
    """Python files below some folders; all of them when none is named."""
    return [p for p in files() if p.suffix == ".py" and (not under or any(p.is_relative_to(u) for u in under))]


def text(path: Path) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(text(path), str(path))


def prose_of(path: Path) -> Iterator[tuple[int, str]]:
    """The comments and docstrings of a module, those of attributes too, line by line."""
    for token in tokenize.generate_tokens(StringIO(text(path)).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield from enumerate(node.value.value.splitlines(), node.lineno)


def calls(path: Path, name: str) -> Iterator[ast.Call]:
    """The calls of a function by its plain name."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
            yield node


def table(page: Path, heading: str) -> list[list[str]]:
    """The rows of the Markdown table whose first column has this heading, without heading and rule."""
    lines = text(page).splitlines()
    (start,) = [nr for nr, line in enumerate(lines) if line.startswith(f"| {heading} |")][:1]
    rows = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows
