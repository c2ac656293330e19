"""Phase 5, derive: how many people are on each line, as steps from change point to change point.

The steps follow from other views and not from events of their own, so they are not a projection. The rows that a batch
changed in those views determine the day from which the steps of a line are set again; usually that is the last step.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Final, TypeAlias

from kernel.store.postgres import Connection
from services.reporting.projections.change_set import ChangeSet
from services.reporting.projections.mandate_rows import SUB_CEILINGS, TERMS, WAIVERS
from services.reporting.projections.tour_rows import STAYS, StayRow
from services.reporting.queries import query

TABLE: Final = "line_occupancy"
LIMITS: Final = (TERMS, SUB_CEILINGS, WAIVERS)
"""The views whose rows determine how many people a line allows."""
FirstDays: TypeAlias = Mapping[str, date]
"""For each line, the day from which its steps are set again; `date.min` (-infinity to the driver) for all of them."""


async def derive(connection: Connection, changes: ChangeSet) -> None:
    """Set the steps of every line whose stays or limits a batch has changed, after the changes are in the views."""
    stays = ((changes.before[STAYS.table][key], stay) for key, stay in changes.changed[STAYS.table].items())
    limited = {row.line for view in LIMITS for row in changes.changed[view.table].values()}
    days = first_days(stays, limited)
    if days:
        await connection.execute(query("renew_occupancy").sql, list(days), list(days.values()))


def first_days(stays: Iterable[tuple[StayRow | None, StayRow]], limited: Iterable[str]) -> FirstDays:
    """The days from the stays before and after; a line whose limits changed is set again from its first day."""
    days: dict[str, date] = {}
    for before, after in stays:
        for day in _moved(before, after):
            days[after.line] = min(day, days.get(after.line, day))
    return days | dict.fromkeys(limited, date.min)


def _moved(before: StayRow | None, after: StayRow) -> Iterator[date]:
    """The first day on which the stay counts differently than before; none if it counts the same."""
    if before is None:
        yield after.valid_from
    elif (before.valid_from, before.mission, before.headcount) != (after.valid_from, after.mission, after.headcount):
        yield min(before.valid_from, after.valid_from)
    elif before.valid_to != after.valid_to:
        yield min(day for day in (before.valid_to, after.valid_to) if day is not None)
