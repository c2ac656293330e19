"""UN operations as pages name them: what an acronym stands for, where the operation is, and its years.

`missions.csv` holds facts that the UN publishes, in three languages: the lists of current and past operations of United
Nations Peacekeeping, and the Security Council resolutions that opened and ended each. Whether a mission takes people is
not read from here: the register says that, as of the day. Of a mission that the table does not know, pages show the
acronym alone.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

from services.reporting.pages.i18n import Words


@dataclass(frozen=True, slots=True)
class MissionFacts:
    """What is public knowledge of an operation."""

    names: Mapping[str, str]
    """Its full name, by language."""
    places: Mapping[str, str]
    """The host country, or the area as the UN names it, by language."""
    began: int
    """The year in which it was established."""
    closed_on: date | None
    """The last day of its mandate; None if it had not ended when the table was written."""
    latitude: float
    """Of its headquarters, in degrees; with one decimal, as a schematic map needs no more."""
    longitude: float


@dataclass(frozen=True, slots=True)
class NamedMission:
    """An operation in the reader's language."""

    name: str
    place: str
    years: str
    """`1991–`, or `2004–2017`."""

    @property
    def expanded(self) -> str:
        """What the acronym stands for, in one text."""
        return f"{self.name} ({self.place})"


@cache
def known_missions() -> Mapping[str, MissionFacts]:
    """Every operation of the table by its acronym."""
    text = files(__package__).joinpath("missions.csv").read_text(encoding="utf-8")
    return {row["mission"]: _facts(row) for row in csv.DictReader(text.splitlines())}


def named_mission(mission: str, words: Words) -> NamedMission | None:
    """What pages say beside an acronym; None for a mission that the table does not know."""
    facts = known_missions().get(mission)
    if facts is None:
        return None
    years = f"{facts.began}–{facts.closed_on.year if facts.closed_on else ''}"
    return NamedMission(facts.names[words.language], facts.places[words.language], years)


def missions_called(text: str) -> list[str]:
    """The acronyms of the operations whose name or place, in any language, holds a text; none for an empty one."""
    looked_for = text.strip().lower()
    called = {
        mission: "\n".join((*facts.names.values(), *facts.places.values())).lower()
        for mission, facts in known_missions().items()
    }
    return [mission for mission, text in called.items() if looked_for and looked_for in text]


def _facts(row: Mapping[str, str]) -> MissionFacts:
    of_languages = {
        part: {key.removeprefix(f"{part}_"): text for key, text in row.items() if key.startswith(f"{part}_")}
        for part in ("name", "where")
    }
    return MissionFacts(
        names=of_languages["name"],
        places=of_languages["where"],
        began=int(row["began"]),
        closed_on=date.fromisoformat(row["closed_on"]) if row["closed_on"] else None,
        latitude=float(row["latitude"]),
        longitude=float(row["longitude"]),
    )
