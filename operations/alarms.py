"""Lists the alarms that stopped the signing of the audit log, and clears them with a name and a reason."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from operations import connections
from operations.errors import OperationError
from services.audit.tlog import alarms
from services.audit.tlog.alarms import Alarm
from services.audit.verify.verifier import escaped

__all__ = ["Alarm", "clear_alarm", "newest_alarms"]


async def newest_alarms(database: str | None, directory: Path) -> Sequence[Alarm]:
    """The alarms, newest first; their texts are safe to print.

    Raises:
        OperationError: the database cannot be read.
    """
    async with connections.reading("audit", database, directory) as connection:
        return [_printable(alarm) for alarm in await alarms.newest(connection)]


async def clear_alarm(nr: int, by: str, because: str, database: str | None, directory: Path) -> None:
    """Clear an alarm, and put on record who did and why signing may resume.

    Raises:
        OperationError: no such alarm stands, or the role may not clear it.
    """
    async with connections.owning(connections.owner_url("audit", database, directory), "audit") as connection:
        try:
            is_cleared = await alarms.clear(connection, nr, by=by, because=because)
        except connections.DATABASE_ERRORS as error:
            cause = f"The alarm cannot be cleared ({type(error).__name__})"
            raise OperationError(
                f"{cause}: give --database the audit service's own role, or look at its log."
            ) from error
    if not is_cleared:
        raise OperationError(f"No alarm {nr} stands: `forcegen audit alarms` lists them.")


def _printable(alarm: Alarm) -> Alarm:
    cleared_by, because = (None if text is None else escaped(text) for text in (alarm.cleared_by, alarm.because))
    return replace(alarm, detail=escaped(alarm.detail), cleared_by=cleared_by, because=because)
