"""`forcegen audit alarms`: lists the alarms that stopped the signing, and clears them."""

import asyncio
from pathlib import Path
from typing import Final

from cli.output.errors import WRONG_USAGE, CommandError
from cli.output.terminal import results, row, table
from operations import alarms

TEXT_MAX: Final = 1_000
"""Characters of a name or a reason."""


def show_alarms(database: str | None, directory: Path) -> bool:
    """List the alarms, the newest first; returns whether one stands."""
    newest = asyncio.run(alarms.newest_alarms(database, directory))
    shown = table("alarm", "raised", "about", "what", "cleared", "by", "because")
    for alarm in newest:
        cleared = f"{alarm.cleared:%Y-%m-%d %H:%M:%S} UTC" if alarm.cleared else "it stands"
        texts = (alarm.detail, cleared, alarm.cleared_by or "", alarm.because or "")
        row(shown, (alarm.nr, f"{alarm.raised:%Y-%m-%d %H:%M:%S} UTC", alarm.kind, *texts))
    results().print(shown if newest else "No alarms.")
    return any(alarm.cleared is None for alarm in newest)


def clear_alarm(nr: int, by: str, because: str, database: str | None, directory: Path) -> None:
    """Clear an alarm, and put on record who did and why.

    Raises:
        CommandError: one of the texts is empty or too long.
    """
    if not (by.strip() and because.strip()) or max(len(by), len(because)) > TEXT_MAX:
        raise CommandError(f"--by and --because take 1 to {TEXT_MAX:,} characters each.", WRONG_USAGE)
    asyncio.run(alarms.clear_alarm(nr, by.strip(), because.strip(), database, directory))
