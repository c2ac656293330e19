"""The questions, in SQL: one file, one idea, with a line that says why.

Parameters are named in the text (`:as_of::date`), each with the type that Postgres is to read it as; here they become
the numbered ones that the driver sends, so nothing that a caller sends is ever part of a statement.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

_NAMED = re.compile(r"(?<![:\w]):([a-z_]+)\b")


@dataclass(frozen=True, slots=True)
class Query:
    """A statement and the names of its parameters, in the order of their numbers."""

    sql: str
    parameters: tuple[str, ...]

    def values(self, given: Mapping[str, Any]) -> list[Any]:
        """The arguments; a name that is not given is NULL."""
        return [given.get(name) for name in self.parameters]


@cache
def query(name: str) -> Query:
    """The query in the file `<name>.sql`."""
    text = files(__package__).joinpath(f"{name}.sql").read_text(encoding="utf-8")
    code = "\n".join(line for line in text.splitlines() if not line.startswith("--"))
    names = tuple(dict.fromkeys(_NAMED.findall(code)))
    return Query(_NAMED.sub(lambda found: f"${names.index(found[1]) + 1}", code).strip(), names)
