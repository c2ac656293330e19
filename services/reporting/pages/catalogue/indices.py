"""Indices: all that is on record of a kind, a part on each page."""

from typing import Final

from services.reporting.pages.catalogue.sections import MANDATE, MISSION
from services.reporting.pages.catalogue.sheet import Section, Sheet
from services.reporting.pages.catalogue.things import LINES, TOURS

OF_BOTH: Final = {"mission": "mission", "mandate": "mandate"}

INDICES: Final = (
    Sheet(
        "missions",
        "Missions",
        (
            Section(
                *("missions", "Missions on record", ("mission", "name", "host_area", "status", "since", "authority")),
                listed="missions",
                is_index=True,
                nothing="No mission is on record.",
            ),
        ),
    ),
    Sheet(
        "mandates",
        "Mandates",
        (
            Section(
                *("mandates", "Mandates on record"),
                (
                    "mandate",
                    "contributor",
                    "status",
                    "act_number",
                    "decided_on",
                    "in_force_from",
                    "ends_on",
                    "in_force",
                ),
                listed="mandates",
                is_index=True,
                nothing="No mandate is on record.",
            ),
        ),
    ),
    Sheet(
        "lines",
        "Mandate lines",
        (
            Section(
                *("lines", "Mandate lines on record", ("contributor", *LINES)),
                listed="lines",
                parameters=OF_BOTH,
                is_index=True,
                nothing="No such mandate line is on record.",
            ),
        ),
        form=(MISSION, MANDATE),
    ),
    Sheet(
        "tours",
        "Tours",
        (
            Section(
                *("tours", "Tours on record", ("contributor", *TOURS)),
                listed="tours",
                parameters=OF_BOTH,
                is_index=True,
                nothing="No such tour is on record.",
            ),
        ),
        form=(MISSION, MANDATE),
    ),
)
