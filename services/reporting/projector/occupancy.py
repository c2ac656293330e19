"""How many people are on each line, in steps from change point to change point: set in the projector's transaction.

The steps follow from other views, so they are no projection of events: what a batch changes in those tells from which
day on the steps of a line are set anew. Mostly that is the last of them.
"""

from collections.abc import Mapping
from datetime import date
from typing import Final

from kernel.store.postgres import Connection
from services.reporting.projections.change_set import Tables
from services.reporting.projections.mandate_rows import SUB_CEILINGS, TERMS, WAIVERS
from services.reporting.queries import query

TABLE: Final = "line_occupancy"
_LIMITS: Final = (TERMS.table, SUB_CEILINGS.table, WAIVERS.table)
Moved = Mapping[str, date]
"""By line, the first day on which the number of its people changes."""


async def moved(connection: Connection) -> Moved:
    """What the stays that lie ready change, before they are set."""
    return {row["line"]: row["day"] for row in await connection.fetch(query("stays_moved").sql)}


async def renew(connection: Connection, changed: Tables, moved: Moved) -> None:
    """Set the steps of every line that a batch has changed; those of a line whose limits changed from the first on."""
    limits = {row.line for table in _LIMITS for row in changed.get(table, {}).values()}
    days = {**moved, **dict.fromkeys(limits, date.min)}  # the driver takes the first of all days for -infinity
    if days:
        await connection.execute(query("renew_occupancy").sql, list(days), list(days.values()))
