"""`forcegen audit alarms`: what stopped the signing, and that somebody has looked."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from cli.connect import databases
from cli.output.errors import Complaint
from cli.output.terminal import results, row, table
from services.audit.tlog import alarms
from services.audit.tlog.alarms import Alarm
from services.audit.verify.verifier import escaped

TEXT_MAX: Final = 1_000
"""Characters of a name or a reason."""


def show(database: str | None, directory: Path) -> bool:
    """List them, the newest first; whether one stands."""
    found = asyncio.run(_newest(database, directory))
    shown = table("alarm", "raised", "about", "what", "cleared", "by", "because")
    for one in found:
        cleared = one.cleared and f"{one.cleared:%Y-%m-%d %H:%M:%S} UTC"
        told = (escaped(text or "") for text in (one.detail, cleared or "it stands", one.cleared_by, one.because))
        row(shown, (one.nr, f"{one.raised:%Y-%m-%d %H:%M:%S} UTC", one.kind, *told))
    results().print(shown if found else "No alarms.")
    return any(one.cleared is None for one in found)


def clear(nr: int, by: str, because: str, database: str | None, directory: Path) -> None:
    """Put on record that somebody has looked.

    Raises:
        Complaint: no such alarm stands, or the role may not write it.
    """
    if not (by.strip() and because.strip()) or max(len(by), len(because)) > TEXT_MAX:
        raise Complaint(f"--by and --because take 1 to {TEXT_MAX:,} characters each.", 2)
    if not asyncio.run(_cleared(nr, by.strip(), because.strip(), databases.owner("audit", database, directory))):
        raise Complaint(f"No alarm {nr} stands: `forcegen audit alarms` lists them.")


async def _newest(database: str | None, directory: Path) -> Sequence[Alarm]:
    async with databases.reading("audit", database, directory) as connection:
        return await alarms.newest(connection)


async def _cleared(nr: int, by: str, because: str, url: str) -> bool:
    async with databases.owning(url, "audit") as connection:
        try:
            return await alarms.clear(connection, nr, by=by, because=because)
        except databases.FAULTS as fault:
            told = f"The alarm cannot be cleared ({type(fault).__name__})"
            raise Complaint(f"{told}: give --database the audit service's own role, or look at its log.") from fault
