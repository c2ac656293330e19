"""The cards of the overview: the missions where people are, or to which they may be sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter

from services.reporting.pages import mission_map
from services.reporting.pages.cells import OccupancyBar, PageAddress, bar
from services.reporting.pages.i18n import Words
from services.reporting.pages.mission_map import MissionPlace
from services.reporting.pages.missions import NamedMission, known_missions, named_mission
from services.reporting.query.values import NamedValues
from services.reporting.reports.formats import ReportResult


@dataclass(frozen=True, slots=True)
class Card:
    """A mission in which people are present, or to which they may be sent."""

    mission: str
    named: NamedMission | None
    """What the acronym stands for, and where it is; None for a mission that nobody knows."""
    href: str
    people: int
    overdue: int
    """The number of those whose tour should have ended."""
    parts: Sequence[tuple[str, int]]
    """The number of people by category."""
    ceilings: Sequence[tuple[OccupancyBar, NamedValues]]
    """For each line that covers the mission, the mission's own ceiling, or else the line's ceiling, which it shares."""


def cards_of(sections: Mapping[str, ReportResult], words: Words, address: PageAddress) -> list[Card]:
    """A card for every mission where people are or may be sent; the people are those of the strength report.

    Where a mission takes nobody new (I8) and nobody is there, no rule stands behind a zero: it has no card.
    """
    present, lines = sections["present"].rows, sections["headroom"].rows
    people = {row["mission"]: 0 for row in present} | {
        name: 0 for row in lines for name in row["missions"] if name not in row["closed_to_new"]
    }
    overdue = dict.fromkeys(people, 0)
    parts: dict[str, dict[str, int]] = {name: {} for name in people}
    for row in present:
        people[row["mission"]] += row["people"]
        overdue[row["mission"]] += row["overdue"]
        of = parts[row["mission"]]
        of[row["category"]] = of.get(row["category"], 0) + row["people"]
    return [
        Card(
            name,
            named_mission(name, words),
            address.of(f"/missions/{name}"),
            people[name],
            overdue[name],
            [(words.code(category), number) for category, number in sorted(parts[name].items())],
            [(bar(row), row) for row in _ceilings(name, lines)],
        )
        for name in sorted(people, key=lambda name: (-people[name], name))
    ]


def _ceilings(mission: str, lines: Sequence[NamedValues]) -> list[NamedValues]:
    own = {row["line"]: row for row in lines if row["mission"] == mission}
    shared = {row["line"]: row for row in lines if row["mission"] is None and mission in row["missions"]}
    return sorted((shared | own).values(), key=itemgetter("present"), reverse=True)


def map_of(cards: Sequence[Card]) -> Mapping[str, object]:
    """The map of the cards' missions, for each size of screen, and the missions whose place nobody knows."""
    known = known_missions()
    places = tuple(
        MissionPlace(card.mission, known[card.mission].longitude, known[card.mission].latitude, card.people)
        for card in cards
        if card.mission in known
    )
    return {
        "land": mission_map.land(),
        "maps": [mission_map.drawn(places, size) for size in mission_map.SIZES] if places else [],
        "hrefs": {card.mission: card.href for card in cards},
        "unplaced": [card.mission for card in cards if card.mission not in known],
    }
