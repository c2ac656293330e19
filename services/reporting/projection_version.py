"""Views are written and read by the projections that made them: a program with others ends at its start.

Whoever changes what rows an event leads to raises `services.reporting.projections.VERSION`. The views that serve then
stay as they are, under the program that made them, while the new ones are made beside them and take their place.
"""

from typing import Final

import asyncpg

from kernel.store.postgres import Connection
from services.reporting.projections import VERSION

_BEGIN: Final = "INSERT INTO projection_version (version) VALUES ($1) ON CONFLICT DO NOTHING"
_VERSION: Final = "SELECT version FROM projection_version"


class OtherProjections(SystemExit):
    """The views were made by another version of the projections. It ends the process; the message says what to type."""


async def begin(connection: Connection) -> None:
    """Views that nobody has begun are those of this program, whose owner the connection belongs to."""
    await connection.execute(_BEGIN, VERSION)


async def check(connection: Connection | asyncpg.Pool) -> None:
    """Refuse views that another version made; views that nobody has begun are refused by nobody.

    Raises:
        OtherProjections: it made them.
    """
    try:
        version = await connection.fetchval(_VERSION)
    except asyncpg.UndefinedTableError:  # who only reads may start before the schema is there
        return
    refuse_other(version)


def refuse_other(version: int | None) -> None:
    """Refuse to go on with views of a version; None stands for views that nobody has begun.

    Raises:
        OtherProjections: it is not the version of this program.
    """
    if version not in (None, VERSION):
        raise OtherProjections(
            f"The views were made by version {version} of the projections; this program has version {VERSION}."
            " Run `forcegen audit replay --to views` with this program: it makes them anew beside those that serve, and"
            " puts them in their place. Until then, the program that made them can go on."
        )
