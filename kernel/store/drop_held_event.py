"""Drops a held event for operators: it becomes a dead letter with the reason, and its stream goes on."""

from dataclasses import dataclass

from contracts.text import printable
from kernel.identity.person import same_spelling
from kernel.model.records import DeadLetter, HeldEvent, Origin, ReleasedMeanwhile
from kernel.store.dead_letters import append_dead_letters
from kernel.store.held_events import one_held, release
from kernel.store.postgres import take_positions
from kernel.store.sql import Connection, sql

REMEDY = "Nothing came of it in this service. Send what it should have led to as commands."


@dataclass(frozen=True, slots=True)
class Drop:
    """Which operators drop a held event, in order; it is dropped if they were enough."""

    operators: tuple[str, ...]
    is_dropped: bool


async def drop_held_event(connection: Connection, origin: Origin, reason: str, who: str = "An operator") -> bool:
    """Make a held event a dead letter with the `reason`, in one transaction; returns whether it was held."""
    held = await one_held(connection, origin)
    return held is not None and await _dropped(connection, held, f"{who} dropped it while it was held", reason)


async def drop_with_second(connection: Connection, origin: Origin, reason: str, operator: str) -> Drop | None:
    """Propose to drop a held event, or confirm what another operator proposed for the same reason; None if not held.

    Another reason is another proposal: nobody confirms what they have not read.
    """
    row = await connection.fetchrow(sql()["drop_proposed"], origin.topic, origin.partition, origin.offset)
    held = await one_held(connection, origin)
    if row is None or held is None:
        return None
    first: str | None = row["drop_proposed_by"]
    if first is None or row["drop_reason"] != reason or same_spelling(first) == same_spelling(operator):
        values = (origin.topic, origin.partition, origin.offset, operator, reason)
        await connection.execute(sql()["propose_drop"], *values)
        return Drop((operator,), is_dropped=False)
    who = f"The operators {printable(first)} and {printable(operator)} dropped it while it was held"
    return Drop((first, operator), is_dropped=True) if await _dropped(connection, held, who, reason) else None


async def _dropped(connection: Connection, held: HeldEvent, who: str, reason: str) -> bool:
    """Make it a dead letter, in one transaction; False if it is no longer held."""
    letter = DeadLetter(held.origin, held.key, held.value, held.headers, f"{who}: {printable(reason)}", None, REMEDY)
    try:
        async with connection.transaction():
            heads = await take_positions(connection, dead_letters=1)
            await append_dead_letters(connection, [letter], heads["dead_letters"], heads["recorded"])
            await release(connection, [held.origin])
    except ReleasedMeanwhile:
        return False
    return True
