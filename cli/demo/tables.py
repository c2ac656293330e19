"""The story's tables as they are committed: read here and nowhere else. An empty cell is an unknown, never a zero."""

import csv
import json
from collections.abc import Mapping, Sequence
from datetime import date
from importlib.resources import files
from typing import Final, TypeAlias, TypedDict

Row: TypeAlias = Mapping[str, str]


class StoryLine(TypedDict):
    """A line of a mandate, as the file has it."""

    line: str
    missions: list[str]
    categories: list[str]
    ceiling: int
    sub_ceilings: dict[str, int]


class StoryMandate(TypedDict):
    """A mandate with its lines, as the file has it."""

    mandate: str
    voted_on: str
    act: str
    votes_for: int | None
    area: str | None
    tasks: str | None
    lines: list[StoryLine]
    basis: str
    sources: list[str]


PUBLIC_RECORD: Final = "public record"
RECONSTRUCTION: Final = "reconstruction"

_FOLDER = files(__package__) / "story"


def rows(name: str) -> Sequence[Row]:
    """The rows of one table, e.g. `officers`."""
    text = (_FOLDER / f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def mandates() -> Sequence[StoryMandate]:
    """The mandates with their lines."""
    mandates: Sequence[StoryMandate] = json.loads((_FOLDER / "mandates.json").read_text(encoding="utf-8"))
    return mandates


def sources() -> Mapping[str, Row]:
    """The public sources by their identifier."""
    return {row["source"]: row for row in rows("sources")}


def day(cell: str) -> date:
    """A cell that must hold a day."""
    return date.fromisoformat(cell)


def words(cell: str) -> tuple[str, ...]:
    """A cell that holds a list, separated by spaces."""
    return tuple(cell.split())
