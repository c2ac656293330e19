"""The facts about the thing that a page is about, each with its label."""

from collections.abc import Sequence
from typing import Final

from services.reporting.pages.cells import OF_A_MISSION, Cell, OccupancyBar, PageAddress, cell
from services.reporting.pages.i18n import Words, worded
from services.reporting.pages.missions import named_mission
from services.reporting.projections.event import SAID_BY
from services.reporting.query.values import NamedValues

HIDDEN: Final = frozenset({"incomplete", "system_from", "data", "id", "service", *SAID_BY})
"""Facts about a thing that its page shows elsewhere, or not."""


def facts_of(thing: NamedValues | None, words: Words, address: PageAddress) -> list[tuple[str, Cell | OccupancyBar]]:
    """The facts about the page's subject, except for those that hold nested objects."""
    plain = {
        name: value
        for name, value in (thing or {}).items()
        if value is not None and not isinstance(value, dict) and not (isinstance(value, list) and _holds_things(value))
    }
    in_title = OF_A_MISSION if "host_area" in plain and named_mission(plain["mission"], words) else ()
    shown = [name for name in plain if name not in HIDDEN and name not in in_title]
    return [(words.say(worded(name)), cell(name, plain, words, address)) for name in shown]


def _holds_things(values: Sequence[object]) -> bool:
    return any(isinstance(one, dict) for one in values)
