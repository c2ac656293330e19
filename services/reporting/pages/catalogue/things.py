"""Pages about one thing: what is on record of it, what belongs to it, and the events of its stream."""

from dataclasses import replace
from typing import Final

from services.reporting.pages.catalogue.sections import CEILING_TABLE
from services.reporting.pages.catalogue.sheet import Section, Sheet

OF_MANDATE: Final = {"mandate": "mandate"}
LINES: Final = ("id", "missions", "categories", "ceiling", "qualifier", "valid_from", "valid_until", "in_force")
TOURS: Final = (
    "id",
    "mission",
    "category",
    "rank",
    "person",
    "unit",
    "headcount",
    "status",
    "arrived_on",
    "departed_on",
)
NOMINATIONS: Final = ("id", "mission", "category", "person", "unit", "nominated_on", "valid_until", "status")
EVENTS: Final = Section(
    *("events", "What happened", ("effective", "type", "stream", "actor", "recorded", "event")),
    listed="events",
    parameters={"stream": "stream"},
    nothing="No event is on record by this day.",
)
_TOURS: Final = Section(*("tours", "Tours", TOURS), listed="tours", nothing="No tour is on record by this day.")
THINGS: Final = (
    Sheet(
        "mandate",
        "Mandate",
        (
            replace(CEILING_TABLE, parameters=OF_MANDATE, nothing="No line of this mandate is in force on this day."),
            Section(
                *("lines", "Mandate lines", LINES),
                listed="lines",
                parameters=OF_MANDATE,
                nothing="No line of this mandate is on record.",
            ),
            Section(
                *("amendments", "Terms of each line, and what changed them"),
                (
                    *("line", "version", "since", "missions", "categories", "ceiling", "qualifier", "valid_from"),
                    *("valid_until", "act_number", "event"),
                ),
                listed="lines",
                parameters=OF_MANDATE,
                inside="terms",
                nothing="No line of this mandate is on record.",
            ),
            Section(
                *("waivers", "Waivers of a ceiling"),
                ("line", "mission", "extra", "valid_from", "valid_until", "legal_reference", "event"),
                listed="lines",
                parameters=OF_MANDATE,
                inside="waivers",
                nothing="No waiver is on record.",
            ),
            Section(
                *("frameworks", "What each operation requires, and what is on record"),
                ("mission", "required", "recorded", "missing", "required_from"),
                listed="frameworks",
                parameters=OF_MANDATE,
                nothing="No requirement and no document is on record.",
            ),
            EVENTS,
        ),
        thing="mandates",
        named_by="mandate",
    ),
    Sheet(
        "vacancy",
        "Vacancy",
        (
            Section(
                *("candidacies", "Nominations", NOMINATIONS),
                listed="nominations",
                parameters={"vacancy": "vacancy"},
                nothing="No nomination is on record by this day.",
            ),
            EVENTS,
        ),
        thing="vacancies",
        named_by="vacancy",
    ),
    Sheet("application", "Application", (EVENTS,), thing="applications", named_by="application"),
    Sheet("nomination", "Nomination", (EVENTS,), thing="nominations", named_by="nomination"),
    Sheet(
        "person",
        "Person",
        (
            replace(_TOURS, parameters={"person": "candidate"}),
            EVENTS,
        ),
        thing="candidates",
        named_by="candidate",
    ),
    Sheet(
        "unit",
        "Unit",
        (
            replace(_TOURS, parameters={"unit": "unit"}),
            EVENTS,
        ),
        thing="units",
        named_by="unit",
    ),
)
