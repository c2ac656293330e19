"""Pages about who is where: of all missions, of one, of a mandate line, of a tour."""

from dataclasses import replace
from typing import Final

from services.reporting.pages.catalogue.sections import (
    BEHIND,
    CEILING_TABLE,
    ENDS,
    HEADROOM,
    LACKS,
    OF_LINE,
    OF_MISSION,
    PRESENT,
    THERE,
    WAITS,
)
from services.reporting.pages.catalogue.sheet import Section, Sheet

PLACES: Final = (
    Sheet(
        "overview",
        "Who is where",
        (
            Section("present", "Present", PRESENT, "strength", nothing="Nobody is in a mission on this day."),
            CEILING_TABLE,
            WAITS,
        ),
    ),
    Sheet(
        "mission",
        "Mission",
        (
            replace(THERE, parameters=OF_MISSION),
            replace(CEILING_TABLE, parameters=OF_MISSION, nothing="No mandate line covers it."),
            replace(WAITS, parameters=OF_MISSION),
            replace(ENDS, parameters=OF_MISSION),
            replace(LACKS, parameters=OF_MISSION),
        ),
        thing="missions",
        named_by="mission",
    ),
    Sheet(
        "line",
        "Mandate line",
        (
            replace(CEILING_TABLE, columns=(*HEADROOM, "in_force"), arguments={"all": True}, parameters=OF_LINE),
            Section(
                *("held", "Whether the ceiling held at every instant"),
                ("line", "mission", "change_points", "most_people", "most_on", "most_limit", "breaches", "held"),
                "ceiling-held",
                parameters=OF_LINE,
            ),
            replace(THERE, parameters=OF_LINE),
            Section(
                *("occupancy", "People from one change to the next"),
                ("mission", "valid_from", "valid_to", "people", "limit"),
                "occupancy",
                parameters=OF_LINE,
                turned=True,
            ),
        ),
        thing="lines",
        named_by="line",
    ),
    Sheet(
        "tour",
        "Tour",
        (Section("events", "Events of this tour", BEHIND, "events-behind", parameters={"tour": "tour"}),),
        thing="tours",
        named_by="tour",
    ),
)
