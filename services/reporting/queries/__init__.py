"""The questions, in SQL: one file, one idea, with a line that says why.

Parameters are named in the text (`:as_of::date`), each with the type that Postgres is to read it as; here they become
the numbered ones that the driver sends, so nothing that a caller sends is ever part of a statement. A condition of the
form `(:name::type IS NULL OR …)` is a filter: a statement is made for the filters that were given and without the
others, so that Postgres can plan it once, and use an index for what was given.

A report that has many rows, of which a page shows some, is written in two parts. The first finds the rows, with no
more of them than their key and what adds up; the second, behind the line `-- Of each row:`, tells the rest of those in
`page`.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

_FILTER = re.compile(r"\(:([a-z_]+)::[a-z]+(?:\[\])? IS NULL\s+OR\s+")
_OF_EACH_ROW = "\n-- Of each row:"
_SEPARATOR = "\0"
_NAMED = re.compile(r"(?<![:\w]):([a-z_]+)\b")


@dataclass(frozen=True, slots=True)
class Query:
    """A statement and the names of its parameters, in the order of their numbers."""

    found: str
    """The rows; of a query in two parts, the first one."""
    told: str | None
    """What is told of each row in `page`; None where the rows tell all of themselves."""
    parameters: tuple[str, ...]

    @property
    def sql(self) -> str:
        """Every row, with all that is told of it."""
        return self.found if self.told is None else f"WITH page AS ({self.found}) {self.told}"

    def values(self, given: Mapping[str, Any]) -> list[Any]:
        """The arguments; a name that is not given is NULL."""
        return [given.get(name) for name in self.parameters]


@cache
def query(name: str) -> Query:
    """The query in the file `<name>.sql`, with every filter in it."""
    return _numbered(_code(name))


def filtered(name: str, given: Mapping[str, Any]) -> Query:
    """The query in the file `<name>.sql` with the filters that are given a value, and without those that are not."""
    return _filtered(
        name, frozenset(parameter for parameter in query(name).parameters if given.get(parameter) is not None)
    )


@lru_cache(maxsize=1000)
def _filtered(name: str, given: Collection[str]) -> Query:
    return _numbered(_narrowed(_code(name), given))


@cache
def _code(name: str) -> str:
    text = files(__package__).joinpath(f"{name}.sql").read_text(encoding="utf-8")
    return _SEPARATOR.join(
        "\n".join(line for line in part.splitlines() if not line.startswith("--")).strip()
        for part in text.split(_OF_EACH_ROW)
    )


def _narrowed(code: str, given: Collection[str]) -> str:
    """Each filter as its condition alone, or as `true`. Strings of the house's queries hold no lone parenthesis."""
    while (found := _FILTER.search(code)) is not None:
        end, depth = found.end(), 1
        while depth:
            depth += {"(": 1, ")": -1}.get(code[end], 0)
            end += 1
        condition = f"({code[found.end() : end - 1]})" if found[1] in given else "true"
        code = code[: found.start()] + condition + code[end:]
    return code


def _numbered(code: str) -> Query:
    names = tuple(dict.fromkeys(_NAMED.findall(code)))
    found, _, told = _NAMED.sub(lambda found: f"${names.index(found[1]) + 1}", code).partition(_SEPARATOR)
    return Query(found, told or None, names)
