"""Pages that each answer one question of officials whole, with a form for what the question is about."""

from dataclasses import replace
from typing import Final

from services.reporting.pages.catalogue.sections import CEILING_TABLE, ENDS, LACKS, MANDATE, MISSION, OF_MISSION, SINCE
from services.reporting.pages.catalogue.sheet import Field, Section, Sheet

OF_PERIOD: Final = {"since": "since", **OF_MISSION}
LEAD_TIMES: Final = ("step", "days_median", "days_min", "days_max", "known", "tours")

QUESTIONS: Final = (
    Sheet("questions", "Questions", ()),
    Sheet("search", "Search", (), parameters=("q",)),
    Sheet("strength", "People over time", (), form=(replace(SINCE, default="ten years before"), MISSION, MANDATE)),
    Sheet(
        "ceilings",
        "Ceilings",
        (
            CEILING_TABLE,
            Section(
                *("held", "Whether each ceiling held at every instant"),
                (
                    *("line", "mission", "change_points", "first_change", "last_change", "most_people", "most_on"),
                    *("most_limit", "breaches", "breach_periods", "held"),
                ),
                "ceiling-held",
                parameters={"mandate": "mandate"},
                nothing="No mandate line is on record: there is no ceiling to compare with.",
            ),
        ),
        form=(MANDATE,),
    ),
    Sheet(
        "since",
        "People since a day",
        (
            Section(
                *("people", "People and tours by mission"),
                ("contributor", "mission", "people", "people_in_mission", "tours", "tours_in_mission"),
                "people-since",
                parameters=OF_PERIOD,
                nothing="No stay in a mission is on record for this time.",
            ),
        ),
        form=(SINCE, MISSION),
    ),
    Sheet(
        "unused",
        "Approved and not used",
        (
            Section(
                *("missions", "Approved missions that were never used"),
                ("contributor", "mandate", "mission", "act_number", "approved_since", "days_unused", "lines"),
                "unused-missions",
                nothing="No mission that is approved on this day is unused.",
            ),
            Section(
                *("mandates", "Mandates unused after a year"),
                ("contributor", "mandate", "act_number", "decided_on", "in_force_from", "days_unused", "raise"),
                "unused-mandates",
                nothing="No mandate that is in force for a year is unused.",
            ),
        ),
    ),
    Sheet(
        "ending",
        "Tours that end soon",
        (
            replace(
                ENDS,
                title="Tours that end, and who replaces them",
                parameters={"within_days": "within_days", **OF_MISSION},
                nothing="No tour of somebody who is present ends within this time.",
            ),
        ),
        form=(Field("within_days", "Ends within", "days", "90", (30, 60, 90)), MISSION),
    ),
    Sheet(
        "documents",
        "Documents of operations",
        (
            replace(
                LACKS,
                columns=("mandate", "mission", "kind", "required_from", "days", "why", "people_there"),
                parameters={"mandate": "mandate", **OF_MISSION},
                nothing="Of what is on record as required, no document is missing.",
            ),
            Section(
                *("frameworks", "What each operation requires, and what is on record"),
                ("mandate", "mission", "required", "recorded", "missing", "required_from"),
                listed="frameworks",
                parameters={"mission": "mission", "mandate": "mandate"},
                nothing="No requirement and no document is on record.",
            ),
        ),
        form=(MISSION, MANDATE),
    ),
    Sheet(
        "lead-times",
        "From the vote to the arrival",
        (
            Section(
                *("steps", "Days of each step, over all mandates"),
                LEAD_TIMES,
                "lead-times",
                arguments={"level": "overall"},
                parameters=OF_PERIOD,
                nothing="No arrival is on record for this time.",
            ),
            Section(
                *("mandates", "Days of each step, by mandate"),
                ("mandate", *LEAD_TIMES),
                "lead-times",
                arguments={"level": "mandate"},
                parameters=OF_PERIOD,
                nothing="No arrival is on record for this time.",
            ),
        ),
        form=(replace(SINCE, default="five years before"), MISSION),
    ),
    Sheet(
        "moved",
        "Dates that moved",
        (
            Section(
                *("moved", "Each move: how far, how often, and why"),
                (
                    *("decided_on", "id", "mission", "what", "old_arrives_on", "new_arrives_on", "arrival_days"),
                    *("old_departs_on", "new_departs_on", "departure_days", "moves_of_tour", "reason"),
                    *("decided_by", "recorded_by", "event"),
                ),
                "moved-dates",
                parameters=OF_PERIOD,
                nothing="No move of a date is on record for this time.",
                turned=True,
            ),
        ),
        form=(SINCE, MISSION),
    ),
    Sheet(
        "returns",
        "The register against the UN's returns",
        (
            Section(
                *("rows", "Row by row"),
                (
                    *("date", "contributor", "mission", "personnel_type", "register", "published", "difference"),
                    *("raise", "found_in", "note"),
                ),
                "reconciliation",
                parameters=OF_PERIOD,
                nothing="No return of the UN is on record for this time: nothing was compared.",
            ),
        ),
        form=(replace(SINCE, default="the newest return"), MISSION),
    ),
    Sheet(
        "closing",
        "Who must come home if a mission closes",
        (
            Section(
                *("tours", "Who must come home"),
                (
                    *("tour", "state", "category", "rank", "person", "unit", "people", "arrived_on", "expected_until"),
                    *("days_early", "return_by", "return_authority", "last_event"),
                ),
                "must-come-home",
                parameters={"mission": "mission", "closes_on": "closes_on"},
                nothing="No tour is on record that is, or is planned to be, in this mission on that day.",
            ),
        ),
        form=(
            replace(MISSION, default="the fullest mission"),
            Field("closes_on", "Closes on", "day", "the day"),
        ),
    ),
)
