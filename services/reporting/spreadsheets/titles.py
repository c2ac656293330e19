"""The title of each report in a workbook. They are keys of the translations (`pages/words`)."""

from collections.abc import Mapping
from typing import Final

REPORT_TITLES: Final[Mapping[str, str]] = {
    "strength": "Strength by mission, category and rank",
    "who-is-where": "Who is where, tour by tour",
    "headroom": "Room under each ceiling",
    "people-since": "People who served since a day",
    "unused-missions": "Approved missions that were never used",
    "unused-mandates": "R3: mandates unused after a year",
    "waiting": "What waits, and on whom",
    "ending-tours": "Tours that end soon",
    "missing-documents": "Documents that operations lack",
    "lead-times": "Days from the vote to the arrival",
    "moved-dates": "Dates that moved",
    "reconciliation": "Register and UN return, row by row",
    "mislabelled-returns": "R5: returns that may be mislabelled",
    "must-come-home": "Who must come home if a mission closes",
    "ceiling-held": "Whether the ceiling held at every instant",
    "occupancy": "People from one change to the next",
    "events-behind": "Events behind a number",
    "timeline": "What happened",
    "awaiting-approval": "Proposals that wait for a second person",
    "break-glass": "What was done without a second person",
    "statements": "R4: official statements against the register",
}
