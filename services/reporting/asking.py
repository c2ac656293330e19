"""How the reading room reads: one snapshot for an answer and for what is said about it."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date

import asyncpg
from fastapi import Request

from kernel.postgres import Connection
from services.reporting.queries import query


@dataclass(frozen=True, slots=True)
class Reading:
    """What an answer needs: a pool to read from, and what day it is."""

    pool: asyncpg.Pool
    today: Callable[[], date]

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Connection]:
        """A connection on which everything is read as of one moment, and nothing can be written."""
        async with (
            self.pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            yield connection


def reading(request: Request) -> Reading:
    """The app's reading, as a dependency of its routes."""
    found: Reading = request.app.state.reading
    return found


Feeds = Sequence[tuple[str, str]]
"""The rooms and the kinds of stream (by prefix) that an answer is built on."""


async def incomplete(connection: Connection, feeds: Feeds) -> bool:
    """Whether an event that the answer should rest on is parked."""
    rooms, prefixes = [room for room, _ in feeds], [prefix for _, prefix in feeds]
    return bool(await connection.fetchval(query("waits").sql, rooms, prefixes))
