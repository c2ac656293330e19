"""Pages about what happened: the timeline, the events behind a number, and one event."""

from typing import Final

from services.reporting.pages.catalogue.sections import BEHIND_IT
from services.reporting.pages.catalogue.sheet import Section, Sheet

EVENTS: Final = (
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
