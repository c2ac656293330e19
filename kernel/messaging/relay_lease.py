"""The lease of a service's active relay: a row that names the session of its holder.

The lease is free when that session is gone. A reading role cannot hold it, because it cannot write the row. (It could
take an advisory lock: all roles share one space of those.) Sends outlive a session, so the holder writes beforehand
until when they may be in flight, and its successor waits until then. Every write of the holder goes through the session
that holds the lease: a write that succeeds proves that the session is alive, and so that there is no successor.
"""

import os
import socket
import time
from collections.abc import Mapping

import asyncpg

from kernel.store import database

_KEEPALIVES = {"tcp_keepalives_idle": "10", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "3"}
"""Seconds; they decide how soon the server notices that a holder's machine is gone, and ends its session."""


class Lost(Exception):
    """This session does not hold the lease."""


class Lease:
    """A session that holds or requests the lease, and until when its sends may be in flight."""

    def __init__(self, connection: asyncpg.Connection, sql: Mapping[str, str], lease_ms: int) -> None:
        self.connection = connection
        self._sql = sql
        self._lease_ms = lease_ms
        self.seconds = lease_ms / 1000
        self._ends = 0.0

    @classmethod
    async def connect(cls, url: str, sql: Mapping[str, str], lease_ms: int) -> "Lease":
        """Open a separate session, which holds nothing yet; it cancels a statement that takes longer than the lease."""
        connection = await database.session(url, command_timeout=lease_ms / 1000, server_settings=_KEEPALIVES)
        return cls(connection, sql, lease_ms)

    async def acquire(self) -> bool:
        """Try to take the lease; returns whether it is now ours."""
        if not await self.connection.fetchval(self._sql["is_free"]):
            return False
        async with self.connection.transaction():
            await self.connection.execute(self._sql["stand_in_line"])
            return bool(await self.connection.fetchval(self._sql["take"], f"{socket.gethostname()}/{os.getpid()}"))

    async def wait_for_predecessor(self) -> None:
        """Wait until no send of a predecessor can arrive any more."""
        await self.connection.execute(self._sql["sleep_out_lease"], timeout=None)

    async def holder(self) -> str:
        """Who holds the lease, for an operator."""
        row = await self.connection.fetchrow(self._sql["holder"])
        return f"{row['name']} (process {row['process']} of the database server)" if row else "nobody"

    async def heads(self) -> asyncpg.Record:
        """The last position of each log."""
        row = await self.connection.fetchrow(self._sql["heads"])
        assert row is not None  # noqa: S101  (the migration wrote the row)
        return row

    @property
    def has_run_out(self) -> bool:
        return time.monotonic() > self._ends

    @property
    def left_s(self) -> float:
        """Seconds for which sends may still be in flight."""
        return self._ends - time.monotonic()

    async def renew(self) -> None:
        """Announce until when sends may be in flight; fails if the session is gone."""
        now = time.monotonic()
        if self._ends - now < self.seconds / 2:
            if not await self.connection.fetchval(self._sql["extend_lease"], self._lease_ms):
                raise Lost("another session holds the relay's place")
            self._ends = now + self.seconds

    async def release(self) -> None:
        """Announce that nothing is in flight: a successor need not wait."""
        if self._ends:
            await self.connection.execute(self._sql["end_lease"])
            self._ends = 0.0

    async def close(self) -> None:
        """Close the session, and give up the lease with it."""
        await self.connection.close(timeout=2)
