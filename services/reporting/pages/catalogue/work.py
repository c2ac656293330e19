"""Pages about what is to be done: what waits, what ends, what is raised."""

from dataclasses import replace
from typing import Final

from services.reporting.pages.catalogue.sections import LACKS, MANDATE, MISSION, OF_MISSION, UNREPLACED, WAITS
from services.reporting.pages.catalogue.sheet import Section, Sheet

OF_BOTH: Final = {**OF_MISSION, "mandate": "mandate"}
SAME: Final = {"mission": "mission", "mandate": "mandate"}

WORK: Final = (
    Sheet(
        "pipeline",
        "Pipeline",
        (
            replace(WAITS, parameters=OF_BOTH),
            Section(
                *("vacancies", "Open vacancies"),
                ("id", "mission", "category", "number", "places", "announced_on", "deadline", "nominations"),
                listed="vacancies",
                arguments={"status": "open"},
                parameters={"mission": "mission"},
                nothing="No vacancy is open.",
            ),
            Section(
                *("nominations", "Nominations that wait for an answer"),
                ("id", "mission", "category", "person", "unit", "nominated_on", "valid_until", "status"),
                listed="nominations",
                arguments={"status": "nominated"},
                parameters=SAME,
                nothing="No nomination waits for an answer.",
            ),
            Section(
                *("applications", "Applications"),
                ("id", "note_verbale", "missions", "categories", "number", "submitted_on", "status", "answered_by"),
                listed="applications",
                parameters=SAME,
                nothing="Nothing was applied for.",
            ),
            replace(LACKS, parameters=OF_BOTH),
            Section(
                *("lead-times", "Days from the vote to the arrival"),
                ("mandate", "step", "days_median", "days_min", "days_max", "known", "tours"),
                "lead-times",
                arguments={"level": "mandate"},
                parameters=OF_BOTH,
                nothing="Nobody has arrived yet.",
            ),
        ),
        form=(MISSION, MANDATE),
    ),
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
            UNREPLACED,
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
)
