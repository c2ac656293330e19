"""Suggestions for names that are not on record: the nearest one of those that the reader may see."""

from collections.abc import Sequence
from typing import Final

from kernel.nearest import did_you_mean, nearest
from services.reporting.queries import query
from services.reporting.query.session import ReadSession

KINDS: Final = (
    *("mission", "contributor", "mandate", "line", "tour", "vacancy", "application", "nomination", "candidate", "unit"),
)
"""The kinds of things whose names are suggested."""


async def suggested(session: ReadSession, kind: str, name: str, remedy: str) -> str:
    """The remedy, with the nearest name of the kind before it if there is one."""
    return did_you_mean(name, await _nearby(session, [kind], name), remedy)


async def nearest_of_any(session: ReadSession, name: str) -> str | None:
    """The nearest name of any kind; None if nothing is like it."""
    return nearest(name, await _nearby(session, KINDS, name))


async def _nearby(session: ReadSession, kinds: Sequence[str], name: str) -> list[str]:
    """Names of the kinds, as the session's scope and knowledge have them."""
    statement, values = query("nearby"), {"kinds": list(kinds), "name": name}
    return [row["name"] for row in await session.connection.fetch(statement.sql, *statement.values(values))]
