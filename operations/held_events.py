"""Drops a held event for an operator, in the service's own database."""

from pathlib import Path

import asyncpg

from kernel.model.records import Origin
from kernel.store import drop_held_event
from operations import connections
from operations.errors import OperationError


async def give_up_event(service: str, origin: Origin, reason: str, database: str | None, directory: Path) -> bool:
    """Make a held event a dead letter, with the reason; False if the service does not hold it.

    Raises:
        OperationError: the database does not answer, or refuses the change.
    """
    async with connections.owning(connections.owner_url(service, database, directory), service) as connection:
        try:
            return await drop_held_event.drop_held_event(connection, origin, reason, "The owner of the database")
        except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            cause = f"The database of {service} did not take it ({type(error).__name__})"
            raise OperationError(
                f"{cause}: it is held as before; try again, as the role that owns the tables."
            ) from error
