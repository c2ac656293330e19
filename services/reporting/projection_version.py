"""Only the version of the projections that made the views writes and reads them; a program with another version exits.

A change to the rows that an event leads to raises `services.reporting.projections.VERSION`. The views in service then
stay as they are, under the program that made them, while the new ones are made beside them and then take their place.
"""

from typing import Final

import asyncpg

from kernel.store.postgres import Connection
from services.reporting.projections import VERSION

_BEGIN: Final = "INSERT INTO projection_version (version) VALUES ($1) ON CONFLICT DO NOTHING"
_VERSION: Final = "SELECT version FROM projection_version"


class OtherProjections(SystemExit):
    """The views were made by another version of the projections. It ends the process; the message says what to run."""


async def begin(connection: Connection) -> None:
    """Assign views without a version to this program; the connection belongs to their owner."""
    await connection.execute(_BEGIN, VERSION)


async def check(connection: Connection | asyncpg.Pool) -> None:
    """Refuse views that another version made; views without a version are not refused.

    Raises:
        OtherProjections: another version made them.
    """
    try:
        version = await connection.fetchval(_VERSION)
    except asyncpg.UndefinedTableError:  # a process that only reads may start before the schema exists
        return
    refuse_other(version)


def refuse_other(version: int | None) -> None:
    """Refuse views of another version; None stands for views without a version.

    Raises:
        OtherProjections: it is not the version of this program.
    """
    if version not in (None, VERSION):
        raise OtherProjections(
            f"The views were made by version {version} of the projections; this program has version {VERSION}."
            " Run `forcegen audit replay --to views` with this program: it makes them anew beside those that serve, and"
            " puts them in their place. Until then, the program that made them can go on."
        )
