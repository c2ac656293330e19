"""The content of each page: its reports and lists, their parameters, and the columns that it shows."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from services.reporting.query.values import NamedValues


@dataclass(frozen=True, slots=True)
class Section:
    """A table of a page. Titles and texts are keys of the translations (`words`)."""

    name: str
    """The section's name in the address and in the twins."""
    title: str
    columns: tuple[str, ...]
    report: str = ""
    listed: str = ""
    """A list of the API instead of a report; the page shows its first page."""
    arguments: NamedValues = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    """For each parameter of the report, the name of the parameter in the page's address."""
    days_back: int = 0
    """How many days the period begins before the day of the question, unless the address has `since`."""
    nothing: str = "Nothing."
    """The meaning of a table without rows."""
    turned: bool = False
    """Whether the rows are shown in reverse order."""
    most: str = ""
    """A column to sort by, largest values first."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page."""

    name: str
    title: str
    sections: tuple[Section, ...]
    thing: str = ""
    """The list of the API that contains the thing which the page is about."""
    parameters: tuple[str, ...] = ()
    """Parameters of the page's address, besides those of every page."""


_OF_MISSION: Final = {"missions": "mission"}
_OF_LINE: Final = {"line": "line"}
PRESENT: Final = ("contributor", "mission", "category", "rank", "people", "tours")
HEADROOM: Final = (
    *("line", "mission", "categories", "present", "planned", "ceiling", "bar", "headroom_now", "headroom_with_planned"),
    "in_force",
)
TOURS: Final = (
    *("tour", "mission", "category", "rank", "person", "unit", "people", "in_mission_since", "expected_until"),
    "last_event",
)
WAITING: Final = ("what", "id", "mission", "waits_for", "on_whom", "since", "days")
ENDING: Final = (
    *("id", "mission", "category", "person", "unit", "people", "ends_on", "days", "replacement", "replaced_by"),
    "raise",
)
BEHIND: Final = ("effective", "type", "tour", "stream", "actor", "recorded", "event")

_HEADROOM = Section(
    *("headroom", "Room under each ceiling", HEADROOM, "headroom"),
    nothing="No mandate line is in force.",
    most="present",
)
_WAITING = Section("waiting", "What waits, and on whom", WAITING, "waiting", nothing="Nothing waits.")
_ENDING = Section(
    *("ending", "Tours that end within 90 days", ENDING, "ending-tours"), nothing="No tour ends within 90 days."
)
_UNREPLACED = Section(
    *("unreplaced", "R2: tours that end without a replacement", ENDING, "ending-tours"),
    arguments={"within_days": 60, "raised": True},
    nothing="Every tour that ends within 60 days has a replacement.",
)
_TOURS = Section("tours", "Who is there", TOURS, "who-is-where", nothing="Nobody is there on this day.")
_LACKS = Section(
    *("documents", "Documents that operations lack"),
    ("mandate", "mission", "kind", "required_from", "why", "people_there"),
    "missing-documents",
    nothing="No document is missing.",
)
_BEHIND = Section("events", "Events behind the number", BEHIND, "events-behind", nothing="No event is behind it.")

SHEETS: Final[Mapping[str, Sheet]] = {
    sheet.name: sheet
    for sheet in (
        Sheet(
            "overview",
            "Who is where",
            (
                Section("present", "Present", PRESENT, "strength", nothing="Nobody is in a mission on this day."),
                _HEADROOM,
                _WAITING,
            ),
        ),
        Sheet(
            "mission",
            "Mission",
            (
                replace(_TOURS, parameters=_OF_MISSION),
                replace(_HEADROOM, parameters=_OF_MISSION, nothing="No mandate line covers it."),
                replace(_WAITING, parameters=_OF_MISSION),
                replace(_ENDING, parameters=_OF_MISSION),
                replace(_LACKS, parameters=_OF_MISSION),
            ),
            thing="missions",
        ),
        Sheet(
            "line",
            "Mandate line",
            (
                replace(_HEADROOM, arguments={"all": True}, parameters=_OF_LINE),
                Section(
                    *("held", "Whether the ceiling held at every instant"),
                    ("line", "mission", "change_points", "most_people", "most_on", "most_limit", "breaches", "held"),
                    "ceiling-held",
                    parameters=_OF_LINE,
                ),
                replace(_TOURS, parameters=_OF_LINE),
                Section(
                    *("occupancy", "People from one change to the next"),
                    ("mission", "valid_from", "valid_to", "people", "limit", "headroom"),
                    "occupancy",
                    parameters=_OF_LINE,
                    turned=True,
                ),
            ),
            thing="lines",
        ),
        Sheet(
            "tour",
            "Tour",
            (Section("events", "Events of this tour", BEHIND, "events-behind", parameters={"tour": "tour"}),),
            thing="tours",
        ),
        Sheet(
            "pipeline",
            "Pipeline",
            (
                _WAITING,
                Section(
                    *("vacancies", "Open vacancies"),
                    ("id", "mission", "category", "number", "places", "announced_on", "deadline", "nominations"),
                    listed="vacancies",
                    arguments={"status": "open"},
                    nothing="No vacancy is open.",
                ),
                Section(
                    *("nominations", "Nominations that wait for an answer"),
                    ("id", "mission", "category", "person", "unit", "nominated_on", "valid_until", "status"),
                    listed="nominations",
                    arguments={"status": "nominated"},
                    nothing="No nomination waits for an answer.",
                ),
                Section(
                    *("applications", "Applications"),
                    ("id", "note_verbale", "missions", "categories", "number", "submitted_on", "status", "answered_by"),
                    listed="applications",
                    nothing="Nothing was applied for.",
                ),
                _LACKS,
                Section(
                    *("lead-times", "Days from the vote to the arrival"),
                    ("mandate", "step", "days_median", "days_min", "days_max", "known", "tours"),
                    "lead-times",
                    arguments={"level": "mandate"},
                    nothing="Nobody has arrived yet.",
                ),
            ),
        ),
        Sheet("ending", "Tours that end soon", (_ENDING,)),
        Sheet(
            "raised",
            "What is raised",
            (
                Section(
                    *("returns", "R1: register and UN return differ"),
                    ("date", "mission", "personnel_type", "register", "published", "difference", "note"),
                    "reconciliation",
                    arguments={"raised": True},
                    days_back=366,
                    nothing="In the last year, no difference.",
                ),
                _UNREPLACED,
                Section(
                    *("unused", "R3: mandates unused after a year"),
                    ("mandate", "act_number", "in_force_from", "days_unused", "raise"),
                    "unused-mandates",
                    nothing="Every mandate was used within its first year.",
                ),
                Section(
                    *("statements", "R4: official statements against the register"),
                    ("date", "statement", "measure", "missions", "value", "register", "difference", "raise", "event"),
                    "statements",
                    nothing="No statement is on record.",
                ),
                Section(
                    *("mislabelled", "R5: returns that may be mislabelled"),
                    (
                        *("date", "mission", "personnel_type", "contributor", "people_each", "neighbour"),
                        *("neighbour_before", "neighbour_after", "score", "reason", "raise"),
                    ),
                    "mislabelled-returns",
                    days_back=366,
                    nothing="In the last year, none.",
                ),
                Section(
                    *("unused-missions", "Approved missions that were never used"),
                    ("mandate", "mission", "act_number", "approved_since", "days_unused", "in_force"),
                    "unused-missions",
                    nothing="Every approved mission was used.",
                ),
            ),
        ),
        Sheet(
            "timeline",
            "Timeline",
            (
                Section(
                    *("timeline", "What happened"),
                    ("day", "type", "concerns", "stream", "actor", "recorded", "event"),
                    "timeline",
                    days_back=180,
                    nothing="Nothing happened in this time.",
                    turned=True,
                ),
                Section(
                    *("moved", "Dates that moved"),
                    (
                        "decided_on",
                        "id",
                        "mission",
                        "what",
                        "old_arrives_on",
                        "new_arrives_on",
                        "reason",
                        "decided_by",
                        "event",
                    ),
                    "moved-dates",
                    days_back=180,
                    nothing="No date was moved in this time.",
                    turned=True,
                ),
            ),
            parameters=("since",),
        ),
        Sheet(
            "events",
            "Events behind a number",
            (_BEHIND,),
            parameters=("tour", "line", "mandate", "mission", "category"),
        ),
        Sheet(
            "event",
            "Event",
            (
                Section(
                    *(
                        "chain",
                        "Events of the same chain",
                        ("effective", "type", "stream", "actor", "recorded", "event"),
                    ),
                    listed="events",
                    parameters={"correlation": "correlation_id"},
                    nothing="It stands alone.",
                ),
            ),
            thing="events",
        ),
    )
}
