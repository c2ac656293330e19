"""What an answer rests on, in the reader's language: what was compared, what would have to be on record, or since when.

An empty table says that nothing was found only where something was looked at (`reports/evidence.py`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from services.reporting.pages.catalogue import Section
from services.reporting.pages.i18n import Words
from services.reporting.reports.evidence import ReportEvidence


@dataclass(frozen=True, slots=True)
class EvidenceWords:
    """The texts of one report: of a number of records that were looked at, and what to record where there are none."""

    one: str
    many: str
    missing: str
    is_dated: bool = True
    """Whether it helps to know of when the newest record is that was looked for and did not apply."""


BEFORE_FIRST: Final = "This day lies before the first record of this kind, which is of {first_day}."
NEWEST: Final = "The newest record of this kind is of {last_day}."
_TOURS: Final = EvidenceWords(
    "{n} tour on record had begun by this day.",
    "{n} tours on record had begun by this day.",
    "No arrival is on record: this number needs the arrivals of tours to be recorded.",
)
_LINES: Final = EvidenceWords(
    "{n} mandate line on record had begun by this day.",
    "{n} mandate lines on record had begun by this day.",
    "No mandate line is on record: a mandate with its lines has to be recorded first.",
)
_EVENTS: Final = EvidenceWords(
    "Events are on record from {first_day} to {last_day}.",
    "Events are on record from {first_day} to {last_day}.",
    "No event is on record.",
)
_MANDATES: Final = EvidenceWords(
    "{n} mandate was on record by this day.",
    "{n} mandates were on record by this day.",
    "No mandate is on record: a proposal of a mandate has to be recorded first.",
)
WORDS: Final[Mapping[str, EvidenceWords]] = {
    **dict.fromkeys(("strength", "who-is-where", "people-since"), _TOURS),
    **dict.fromkeys(("must-come-home", "lead-times", "events-behind", "tours"), _TOURS),
    **dict.fromkeys(("headroom", "ceiling-held", "occupancy", "lines"), _LINES),
    **dict.fromkeys(("timeline", "events"), _EVENTS),
    **dict.fromkeys(("awaiting-approval", "break-glass", "mandates"), _MANDATES),
    "missions": EvidenceWords(
        "{n} mission on record was established by this day.",
        "{n} missions on record were established by this day.",
        "No mission is on record: what the UN establishes has to be recorded first.",
    ),
    "unused-missions": EvidenceWords(
        "{n} approved mission was looked at.",
        "{n} approved missions were looked at.",
        "No mandate line is in force on this day: there is no approved mission to look at.",
    ),
    "unused-mandates": EvidenceWords(
        "{n} mandate had been in force for a year or longer.",
        "{n} mandates had been in force for a year or longer.",
        "No mandate had been in force for a year by this day: there is nothing to check yet.",
    ),
    "waiting": EvidenceWords(
        "{n} application or required consent was looked at.",
        "{n} applications and required consents were looked at.",
        "No application and no consent that a tour to come requires is on record: these have to be recorded first.",
    ),
    "ending-tours": EvidenceWords(
        "{n} tour was under way on this day.",
        "{n} tours were under way on this day.",
        "No tour is under way on this day, so none can end: arrivals have to be recorded first.",
    ),
    "ending-tours/unreplaced": EvidenceWords(
        "{n} tour ends within 60 days.",
        "{n} tours end within 60 days.",
        "No tour ends within 60 days of this day: there is no replacement to look for.",
        is_dated=False,
    ),
    "missing-documents": EvidenceWords(
        "{n} operation has a list of required documents.",
        "{n} operations have a list of required documents.",
        "No list of required documents is on record: what each operation requires has to be recorded first.",
    ),
    "moved-dates": EvidenceWords(
        "{n} tour was under way or to come in this time.",
        "{n} tours were under way or to come in this time.",
        "No tour is on record in this time: no date could move.",
    ),
    "reconciliation": EvidenceWords(
        "{n} number of the UN's returns was compared.",
        "{n} numbers of the UN's returns were compared.",
        "No strength return of these dates is on record to compare: the UN's monthly returns have to be imported.",
    ),
    "mislabelled-returns": EvidenceWords(
        "{n} row of the UN's returns was compared.",
        "{n} rows of the UN's returns were compared.",
        "Returns of at least two States of these dates have to be on record: they are compared with each other.",
    ),
    "statements": EvidenceWords(
        "{n} official statement was compared.",
        "{n} official statements were compared.",
        "No official statement is on record to compare: each has to be recorded with its number and its day.",
    ),
    "vacancies": EvidenceWords(
        "{n} vacancy had been announced by this day.",
        "{n} vacancies had been announced by this day.",
        "No vacancy is on record: what the UN announces has to be recorded first.",
    ),
    "nominations": EvidenceWords(
        "{n} nomination had been made by this day.",
        "{n} nominations had been made by this day.",
        "No nomination is on record: candidates and units that are put forward have to be recorded first.",
    ),
    "frameworks": EvidenceWords(
        "{n} operation has a requirement or a document on record.",
        "{n} operations have a requirement or a document on record.",
        "No requirement and no document of an operation is on record: these have to be recorded first.",
    ),
    "applications": EvidenceWords(
        "{n} application had been submitted by this day.",
        "{n} applications had been submitted by this day.",
        "No application is on record: what the State offers to the UN has to be recorded first.",
    ),
}
"""By report or list; by `<report>/<section>` where a section asks it for something of its own."""


def words_of(section: Section) -> EvidenceWords:
    """The texts for a section; raises `KeyError` if it has none."""
    source = section.report or section.listed
    return WORDS.get(f"{source}/{section.name}") or WORDS[source]


def sentences(evidence: ReportEvidence, section: Section, words: Words) -> Sequence[str]:
    """What stands in place of the rows, or below them."""
    own = words_of(section)
    days = {
        name: words.day(day) if day else ""
        for name, day in (("first_day", evidence.first_day), ("last_day", evidence.last_day))
    }
    text = words.plural(own.one, own.many, evidence.compared or 0)
    looked_at = [_with_days(text, {**days, "n": words.number(evidence.compared)})] if evidence.compared else []
    match evidence.state:
        case "found":
            return looked_at
        case "compared":
            return [words.say(section.nothing), *looked_at]
        case "before_first":
            return [_with_days(words.say(BEFORE_FIRST), days)]
        case "nothing":
            newest = [_with_days(words.say(NEWEST), days)] if evidence.last_day and own.is_dated else []
            return [words.say(own.missing), *newest]


def _with_days(text: str, values: Mapping[str, str]) -> str:
    """The text with its values; a day that ends with a point ends a sentence too."""
    return text.format(**values).replace("..", ".")
