"""`forcegen audit alarms`: lists the alarms that stopped the signing, and clears them."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from cli.output.errors import WRONG_USAGE, CommandError
from cli.output.options import print_json
from cli.output.tables import number, prose, table
from cli.output.terminal import results
from operations import alarms
from operations.alarms import Alarm

TEXT_MAX: Final = 1_000
"""Characters of a name or a reason."""


def show_alarms(database: str | None, directory: Path, columns: str | None, *, as_json: bool) -> bool:
    """List the alarms, the newest first; returns whether one stands."""
    newest = asyncio.run(alarms.newest_alarms(database, directory))
    if as_json:
        for alarm in newest:
            print_json(_fields(alarm))
    elif newest or columns:
        _show(newest, columns)
    else:
        results().print("No alarms.")
    return any(alarm.cleared is None for alarm in newest)


def _show(newest: Sequence[Alarm], columns: str | None) -> None:
    shown = table(number("nr", "alarm"), "raised", "about", prose("what"), "cleared", "by", prose("because"))
    for alarm in newest:
        cleared = f"{alarm.cleared:%Y-%m-%d %H:%M:%S} UTC" if alarm.cleared else "it stands"
        texts = (alarm.detail, cleared, alarm.cleared_by or "", alarm.because or "")
        shown.row(alarm.nr, f"{alarm.raised:%Y-%m-%d %H:%M:%S} UTC", alarm.kind, *texts)
    shown.show(columns)


def _fields(alarm: Alarm) -> dict[str, object]:
    return {
        **{"nr": alarm.nr, "raised": _text(alarm.raised), "kind": alarm.kind, "detail": alarm.detail},
        **{"cleared": _text(alarm.cleared), "cleared_by": alarm.cleared_by, "because": alarm.because},
    }


def _text(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()


def clear_alarm(nr: int, by: str, because: str, database: str | None, directory: Path) -> None:
    """Clear an alarm, and put on record who did and why.

    Raises:
        CommandError: one of the texts is empty or too long.
    """
    if not (by.strip() and because.strip()) or max(len(by), len(because)) > TEXT_MAX:
        raise CommandError(f"--by and --because take 1 to {TEXT_MAX:,} characters each.", WRONG_USAGE)
    asyncio.run(alarms.clear_alarm(nr, by.strip(), because.strip(), database, directory))
