"""What the code is written in, counted: retired words, names with two meanings, untyped places, sizes.

    python -m tests.architecture.words              each figure beside its ceiling
    python -m tests.architecture.words names.told   where it stands
    python -m tests.architecture.words --lower      set each ceiling to the present figure, where that is lower

`tests/architecture/ceilings.toml` holds the ceilings. A ceiling is never raised.
"""

import ast
import re
import sys
import tokenize
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from io import StringIO
from pathlib import Path

from tests.architecture.sources import ROOT, files, pages, python, text, tree

CEILINGS = Path("tests/architecture/ceilings.toml")
SOURCE = ("contracts", "kernel", "services", "operations", "cli", "deploy", "benchmarks")
LINES_MAX = 300
FUNCTION_LINES_MAX = 40

RETIRED = (
    *("told", "tells", "telling", "teller", "tellers", "asked", "asks", "asking", "found", "room", "rooms"),
    *("house", "houses", "doorplate", "bury", "buried", "planted", "plant", "complaint", "tally", "shelf"),
    *("folded", "outgoing", "witnessed", "selecting"),
)
"""Words for which the field has a better one, or that say nothing of what they name."""
SPOKEN = ("told", "room", "rooms", "house", "houses", "doorplate", "buried", "planted")
"""Of these, the ones that comments, docstrings, texts and pages do without as well."""

EXCEPTIONS = {
    "room left": "the title of a report, in the words of the officials who read it",
    "room under each": "the title of that report and of its page",
    "the room under": "the same, in a sentence",
    "room is left": "the same, in a sentence",
    "house of parliament": "a term of the domain",
    "houses of parliament": "a term of the domain",
}
"""Phrases in which a retired word stays, each with its reason."""
SAME_NAME = {
    **dict.fromkeys(
        ("Application", "Candidate", "Mandate", "Mission", "Nomination", "Tour", "Unit", "Vacancy"),
        "the domain's thing: its state in the service that decides it, its row in the views",
    ),
}
"""Public classes that may be defined in more than one module, each with its reason."""
RENAMED: dict[str, str] = {}
"""Imports under another name that may stay, as `name as other`, each with its reason."""
TABLES_OF_DATA = {
    Path("contracts/approvals.py"): "one class a message, in the order of a mandate's life",
    Path("contracts/vacancies.py"): "one class a message, in the order of the things' lives",
    Path("contracts/deployments.py"): "one class a message, in the order of the things' lives",
}
"""Files that may be long, each with its reason."""

Places = dict[str, list[str]]
"""Where each figure comes from, as `path:line`, by the figure's name."""


def words_of(name: str) -> list[str]:
    """The words that an identifier is made of: `_ReadingRoom` is `reading`, `room`."""
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)]


def _code(*, tests: bool) -> list[Path]:
    return [path for path in python(*(("tests",) if tests else SOURCE)) if path not in _ABOUT_WORDS]


_ABOUT_WORDS = {Path("tests/architecture/words.py"), Path("tests/architecture/test_words.py")}


def retired_names(*, tests: bool) -> Iterator[tuple[str, str]]:
    """A retired word and its place, for each identifier, module and folder that holds one.

    `found` counts where it is the whole name.
    """
    for path in _code(tests=tests):
        named = [(1, part) for part in (*path.parts[1:-1], path.stem)]
        for nr, name in [*named, *_identifiers(path)]:
            for word in {*words_of(name)} & {*RETIRED}:
                if word != "found" or name.strip("_") == "found":
                    yield word, f"{path}:{nr}"


def _identifiers(path: Path) -> Iterator[tuple[int, str]]:
    """Every name in a module with its line, those in f-strings too, whichever Python reads it."""
    for node in ast.walk(tree(path)):
        for member in ("id", "attr", "arg", "name", "asname", "module", "rest"):
            name = getattr(node, member, None)
            if isinstance(name, str):
                yield getattr(node, "lineno", 1), name
        if isinstance(node, ast.Global | ast.Nonlocal):
            yield from ((node.lineno, name) for name in node.names)


def retired_prose(paths: list[Path]) -> Iterator[tuple[str, str]]:
    """A retired word and its place, for each time that comments, docstrings and texts use one."""
    for path in paths:
        for nr, spoken in _spoken(path):
            for phrase in EXCEPTIONS:
                spoken = re.sub(phrase, "", spoken, flags=re.IGNORECASE)  # noqa: PLW2901
            for word in re.findall(r"[A-Za-z]+", spoken):
                if word.lower() in SPOKEN:
                    yield word.lower(), f"{path}:{nr}"


def _spoken(path: Path) -> Iterator[tuple[int, str]]:
    if path.suffix != ".py":
        lines = text(path).splitlines()
        for nr, line in enumerate(lines, 1):
            yield nr, re.sub(r"`[^`]*`|\]\([^)]*\)", "", line) if path.suffix == ".md" else line
        return
    for token in tokenize.generate_tokens(StringIO(text(path)).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from enumerate(node.value.splitlines(), node.lineno)


def duplicate_classes() -> Iterator[tuple[str, str]]:
    """Public classes at the top of a module whose name stands in another module too."""
    where: dict[str, list[str]] = defaultdict(list)
    for path in _code(tests=False):
        for node in tree(path).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                where[node.name].append(f"{path}:{node.lineno}")
    for name, places in where.items():
        if len(places) > 1 and name not in SAME_NAME:
            yield "duplicate_class_names", f"{name}: {', '.join(places)}"


def untyped() -> Iterator[tuple[str, str]]:
    """Lines that use `Any`; imports of it do not count."""
    for path in _code(tests=False):
        used = {node.lineno for node in ast.walk(tree(path)) if isinstance(node, ast.Name) and node.id == "Any"}
        yield from (("any_lines", f"{path}:{nr}") for nr in sorted(used))


def _lines(node: ast.stmt) -> range:
    return range(node.lineno, (node.end_lineno or node.lineno) + 1)


def long_files() -> Iterator[tuple[str, str]]:
    """Files of more than 300 lines, those of `TABLES_OF_DATA` excepted; tests are held to it too."""
    for path in python():
        if path not in TABLES_OF_DATA and (lines := len(text(path).splitlines())) > LINES_MAX:
            yield "long_files", f"{path}: {lines} lines"


def long_functions() -> Iterator[tuple[str, str]]:
    """Functions of more than 40 lines, the docstring not counted; tests are held to it too."""
    for path in python():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                docstring = len(_lines(node.body[0])) if ast.get_docstring(node) else 0
                length = len(_lines(node)) - docstring
                if length > FUNCTION_LINES_MAX:
                    yield "long_functions", f"{path}:{node.lineno} {node.name}: {length} lines"


def renamed_imports() -> Iterator[tuple[str, str]]:
    """Modules and names that are imported under another name."""
    for path in _code(tests=False):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Import | ast.ImportFrom):
                for alias in node.names:
                    said = f"{alias.name} as {alias.asname}"
                    if alias.asname and alias.asname != alias.name and said not in RENAMED:
                        yield "renamed_imports", f"{path}:{node.lineno} {said}"


def cli_imports_of_services() -> Iterator[tuple[str, str]]:
    """Imports of a service by the command line."""
    for path in python("cli"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [one.name for one in node.names]
                if any(name.partition(".")[0] == "services" for name in names):
                    yield "cli_imports_of_services", f"{path}:{node.lineno}"


def figures() -> list[str]:
    """The name of everything that is counted."""
    spoken = [f"{part}.{word}" for part in ("prose", "tests_prose", "docs") for word in SPOKEN]
    return (
        [f"{part}.{word}" for part in ("names", "tests_names") for word in RETIRED]
        + spoken
        + [f"shape.{one}" for one in SHAPE]
    )


@cache
def places() -> Places:
    """Every figure, as the places that it counts. Figures that are zero are there too."""
    sql = [path for path in files() if path.suffix == ".sql" and path.parts[0] != "tests"]
    counted: Places = {figure: [] for figure in figures()}
    found = [("names", retired_names(tests=False)), ("tests_names", retired_names(tests=True))]
    found += [("prose", retired_prose([*_code(tests=False), *sql])), ("tests_prose", retired_prose(_code(tests=True)))]
    found += [("docs", retired_prose(pages()))]
    found += [("shape", each()) for each in SHAPE.values()]
    for part, placed in found:
        for figure, place in placed:
            counted[f"{part}.{figure}"].append(place)
    return counted


SHAPE = {
    "duplicate_class_names": duplicate_classes,
    "any_lines": untyped,
    "long_files": long_files,
    "long_functions": long_functions,
    "renamed_imports": renamed_imports,
    "cli_imports_of_services": cli_imports_of_services,
}


def written() -> dict[str, dict[str, int]]:
    """The ceilings as the file has them, by part and name."""
    return tomllib.loads(text(CEILINGS)) if (ROOT / CEILINGS).exists() else {}


def ceilings() -> dict[str, int]:
    """The ceiling of each figure; one that the file does not name is 0."""
    parts = {part: written().get(part, {}) for part in {figure.partition(".")[0] for figure in figures()}}
    return {figure: parts[part].get(name, 0) for figure in figures() for part, _, name in [figure.partition(".")]}


def lower() -> None:
    """Write the present figures where they are lower than their ceilings."""
    held = ceilings() if (ROOT / CEILINGS).exists() else {figure: len(at) for figure, at in places().items()}
    parts: dict[str, list[str]] = defaultdict(list)
    for figure, ceiling in held.items():
        if lowest := min(ceiling, len(places()[figure])):
            part, _, name = figure.partition(".")
            parts[part].append(f"{name} = {lowest}")
    blocks = [f"[{part}]\n" + "\n".join(lines) + "\n" for part, lines in parts.items()]
    (ROOT / CEILINGS).write_text(HEADING + "\n".join(blocks), encoding="utf-8")


HEADING = """\
# How often the code may still use what it is to lose (tests/architecture/words.py counts it). A figure that is not
# named is 0. Ceilings only go down: python -m tests.architecture.words --lower

"""

if __name__ == "__main__":
    match sys.argv[1:]:
        case ["--lower"]:
            lower()
        case []:
            held = ceilings()
            for figure, at in places().items():
                if at or held[figure]:
                    print(f"{figure:40} {len(at):5} of {held[figure]}")  # noqa: T201
        case named:
            print("\n".join(place for figure in named for place in places()[figure]))  # noqa: T201
