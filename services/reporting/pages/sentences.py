"""Events as sentences in the reader's language, from the columns of the report `events-behind`.

An event that has no sentence, or lacks what its sentence needs, is named by its type.
"""

from collections.abc import Mapping
from datetime import date
from string import Formatter
from typing import Final

from services.reporting.pages.i18n import Words
from services.reporting.query.values import NamedValues

SENTENCES: Final[Mapping[str, tuple[str, ...]]] = {
    "TourPlanned": ("{who} is planned for {mission} from {first_day} to {last_day}",),
    "ConsentRecorded": ("consent for {who}: {field}",),
    "TourScheduled": ("{who} is to arrive on {first_day} and to leave on {last_day}",),
    "TourRescheduled": ("new dates for {who}: from {first_day} to {last_day}",),
    "TourArrived": ("{who} arrived in {mission} on {first_day}",),
    "TourExtended": ("{who} stays until {last_day}",),
    "TourTransferred": ("{who} moved to {mission} on {first_day}",),
    "TourDeparted": ("{who} left {mission} on {first_day}",),
    "TourCancelled": ("the tour of {who} was cancelled on {first_day}",),
    "TourCorrected": (
        "corrected for {who}: {field} is {new_value}, not {old_value}",
        "corrected for {who}: {field} is {new_value}",
    ),
    "CorrectionProposed": ("a correction was proposed for {who}: {field} is to be {new_value}",),
    "ReturnOrdered": ("{who} must come home by {last_day}",),
}
"""By type of event, the fullest first; each is a key of the translations."""
NAMES: Final = ("who", "mission", "first_day", "last_day", "field", "old_value", "new_value")
"""The columns that sentences are made of."""


def _places(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


def sentence(row: NamedValues, words: Words) -> str:
    """What an event says. `row` has the columns of `events-behind`; days are dates, or texts as JSON has them."""
    spoken = {name: _spoken(name, row[name], words) for name in NAMES if row.get(name) is not None}
    for template in SENTENCES.get(str(row["type"]).rpartition(".")[2], ()):
        if _places(template) <= spoken.keys():
            return words.say(template).format(**spoken)
    return words.code(row["type"])


def sentence_between(event: NamedValues, words: Words) -> str:
    """What an event of a comparison says. Where it names no mission, as a departure does, it is that of the people."""
    return sentence({**event, "mission": event.get("event_mission") or event.get("mission")}, words)


def _spoken(name: str, value: object, words: Words) -> str:
    if name in ("who", "mission"):
        return str(value)
    if isinstance(value, date):
        return words.day(value)
    try:
        return words.day(date.fromisoformat(str(value)))
    except ValueError:
        return words.code(str(value))
