"""Reads the committed tables of the story; nothing else does. An empty cell means unknown, never zero."""

import csv
import json
from collections.abc import Mapping, Sequence
from datetime import date
from importlib.resources import files
from typing import Final, TypeAlias, TypedDict

Row: TypeAlias = Mapping[str, str]


class StoryLine(TypedDict):
    """A line of a mandate, as in the file."""

    line: str
    missions: list[str]
    categories: list[str]
    ceiling: int
    sub_ceilings: dict[str, int]


class StoryMandate(TypedDict):
    """A mandate with its lines, as in the file."""

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
EXAMPLE: Final = "example"
"""Made up, to show what such a thing looks like: a late entry, a mistake and its correction, an error of a return."""

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
    """The day in a cell that must hold one."""
    return date.fromisoformat(cell)


def words(cell: str) -> tuple[str, ...]:
    """The items of a cell that holds a list separated by spaces."""
    return tuple(cell.split())
