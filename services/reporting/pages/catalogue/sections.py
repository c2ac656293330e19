"""Fields of forms, columns and tables that several pages share."""

from typing import Final

from services.reporting.pages.catalogue.sheet import Field, Section

MISSION: Final = Field("mission", "Mission", "mission")
MANDATE: Final = Field("mandate", "Mandate", "mandate")
SINCE: Final = Field("since", "Since", "day", "a year before")
OF_MISSION: Final = {"missions": "mission"}
OF_LINE: Final = {"line": "line"}
PRESENT: Final = ("contributor", "mission", "category", "rank", "people", "overdue", "tours")
HEADROOM: Final = (
    *("line", "mission", "categories", "present", "planned", "ceiling", "bar", "headroom_now", "headroom_with_planned"),
    "closed_to_new",
)
TOURS: Final = (
    *("tour", "mission", "category", "rank", "person", "unit", "people", "in_mission_since", "expected_until"),
    *("overdue", "last_event"),
)
WAITING: Final = ("what", "id", "mission", "waits_for", "on_whom", "since", "days")
ENDING: Final = (
    *("id", "mission", "category", "person", "unit", "people", "ends_on", "days", "replacement", "replaced_by"),
    "raise",
)
BEHIND: Final = ("effective", "type", "tour", "mission", "recorded", "change", "running_sum", "event", "record")

CEILING_TABLE = Section(
    *("headroom", "Room under each ceiling", HEADROOM, "headroom"),
    nothing="No mandate line is in force.",
    most="present",
)
WAITS = Section("waiting", "What waits, and on whom", WAITING, "waiting", nothing="Nothing waits.")
ENDS = Section(
    *("ending", "Tours that end within 90 days", ENDING, "ending-tours"), nothing="No tour ends within 90 days."
)
UNREPLACED = Section(
    *("unreplaced", "R2: tours that end without a replacement", ENDING, "ending-tours"),
    arguments={"within_days": 60, "raised": True},
    nothing="Every tour that ends within 60 days has a replacement.",
)
THERE = Section("tours", "Who is there", TOURS, "who-is-where", nothing="Nobody is there on this day.")
LACKS = Section(
    *("documents", "Documents that operations lack"),
    ("mandate", "mission", "kind", "required_from", "why", "people_there"),
    "missing-documents",
    nothing="No document is missing.",
)
BEHIND_IT = Section(
    *("events", "Events behind the number", BEHIND, "events-behind"), nothing="No event is behind it.", ends=True
)
