"""Drops a held event for an operator: it becomes a dead letter with the reason, and its stream goes on."""

from contracts.text import printable
from kernel.model.records import DeadLetter, Origin
from kernel.store.dead_letters import append_dead_letters
from kernel.store.held_events import one_held, release
from kernel.store.postgres import take_positions
from kernel.store.sql import Connection

REMEDY = "Nothing came of it in this service. Send what it should have led to as commands."


async def drop_held_event(connection: Connection, origin: Origin, reason: str) -> bool:
    """Make a held event a dead letter with the `reason`, in one transaction; returns whether it was held."""
    async with connection.transaction():
        held = await one_held(connection, origin)
        if held is None:
            return False
        why = f"An operator dropped it while it was held: {printable(reason)}"
        dead_letter = DeadLetter(origin, held.key, held.value, held.headers, why, None, REMEDY)
        heads = await take_positions(connection, dead_letters=1)
        await append_dead_letters(connection, [dead_letter], heads["dead_letters"], heads["recorded"])
        await release(connection, [origin])
    return True
