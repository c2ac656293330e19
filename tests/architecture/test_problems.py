"""Every kind of problem has a line on the page for people, and is answered somewhere."""

from pathlib import Path

import pytest

from kernel.http import problem_types
from kernel.http.problem_types import TYPES, ProblemType
from tests.architecture.sources import python, table, text

PAGE = Path("docs/reference/problems.md")


def test_the_page_says_of_each_type_what_it_means_and_what_to_do() -> None:
    rows = {row[0].strip("`"): tuple(row[2:4]) for row in table(PAGE, "type")}

    assert rows == {uri: (each.meaning, each.action) for uri, each in TYPES.items()}


def test_types_have_names_of_their_own() -> None:
    assert len(TYPES) == len([one for one in vars(problem_types).values() if isinstance(one, ProblemType)])


@pytest.mark.parametrize("name", [n for n, one in vars(problem_types).items() if isinstance(one, ProblemType)])
def test_each_type_is_answered_somewhere(name: str) -> None:
    sources = [path for path in python("kernel", "services") if path.name != "problem_types.py"]

    assert any(f"{name}," in text(path) or f"{name} " in text(path) for path in sources)
