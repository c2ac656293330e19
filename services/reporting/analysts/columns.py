"""What each column means that analysts read: its unit, and of which of the two times it is (`columns.toml`)."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

EVERYWHERE = "everywhere"


@cache
def meanings() -> Mapping[str, Mapping[str, str]]:
    """By view or report, or `EVERYWHERE`: the meanings by column."""
    return tomllib.loads(files(__package__).joinpath("columns.toml").read_text(encoding="utf-8"))


def meaning(view: str, column: str) -> str:
    """The meaning of a column of a view or report; empty if nobody has written it down, which a test refuses."""
    return meanings().get(view, {}).get(column) or meanings()[EVERYWHERE].get(column, "")
