"""Which State sees a row, or hears of an event, for those who follow what changes.

The same lines are drawn in SQL for those who read (services/reporting/migrations/scope/policies.sql).
"""

from typing import Final

from contracts.vacancies import MissionRecorded, MissionStatusChanged, RuleSetAdopted
from services.reporting.projections.event import ConsumedEvent
from services.reporting.projections.view import Row

EVERYONE: Final = "*"
"""In the place of a State: every State sees it."""
OPEN_VIEWS: Final = frozenset({"missions", "mission_statuses"})
"""Views of what the UN does."""
OPEN_EVENTS: Final = (MissionRecorded, MissionStatusChanged, RuleSetAdopted)
"""Events of what the UN does; they name no State and nothing of one. (A mission's status as deployments records it
names the tours that are there, so it is not among them.)"""


def scope_of_row(table: str, row: Row, contributor: str | None) -> str | None:
    """The State that sees a row: its own, or else the State of the event that set it; None if neither is known."""
    return EVERYONE if table in OPEN_VIEWS else getattr(row, "contributor", None) or contributor


def scope_of_event(event: ConsumedEvent, contributor: str | None) -> str | None:
    """The State that hears of an event; None if it names none and is not one of the UN's."""
    return EVERYONE if contributor is None and isinstance(event.data, OPEN_EVENTS) else contributor
