"""Pages about what happened: the timeline, the events behind a number, and one event."""

from dataclasses import replace
from typing import Final

from services.reporting.pages.catalogue.sections import BEHIND_IT, SINCE
from services.reporting.pages.catalogue.sheet import Section, Sheet

SINCE_THEN: Final = {"since": "since"}

EVENTS: Final = (
    Sheet(
        "timeline",
        "Timeline",
        (
            Section(
                *("timeline", "What happened"),
                ("day", "type", "concerns", "stream", "actor", "recorded", "event"),
                "timeline",
                parameters=SINCE_THEN,
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
                parameters=SINCE_THEN,
                nothing="No date was moved in this time.",
                turned=True,
            ),
        ),
        form=(replace(SINCE, default="half a year before"),),
    ),
    Sheet(
        "events",
        "Events behind a number",
        (BEHIND_IT,),
        parameters=("tour", "line", "mandate", "mission", "category", "rank"),
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
        named_by="event",
    ),
)
