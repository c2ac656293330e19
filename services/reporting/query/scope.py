"""Whose rows a request sees: those of every State, or those of the States that its caller is bound to.

Who is bound to none reads as a role that sees every row. Everybody else reads over connections of another role, which
sees nothing until the States are named, each time that a connection is taken: one on which nobody named any finds no
rows, and never those of another State.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final, TypeAlias

import asyncpg

from kernel.store.postgres import Connection
from kernel.store.scopes import NAMED_STATES, SETTING

Scope: TypeAlias = frozenset[str] | None
"""The States whose rows a request sees, by their ISO 3166-1 alpha-3 codes; None for every State."""
NARROWED: Final[Mapping[str, str]] = {"role": NAMED_STATES}
"""Settings of connections for scoped requests. The role is that of a whole connection, because plans depend on it:
a connection that changes its role plans each statement again."""
_NAME_STATES: Final = f"SELECT set_config('{SETTING}', $1, false)"
"""Holds until the connection is given back, which resets it: one more round trip, where a transaction costs three."""


class NotScoped(RuntimeError):
    """A scoped request came to a process that was built without connections for it."""


@dataclass(frozen=True, slots=True)
class ReadPools:
    """The connections of one process to the views."""

    unscoped: asyncpg.Pool
    scoped: asyncpg.Pool | None = None
    """Connections with the settings `NARROWED`."""

    @asynccontextmanager
    async def connection(self, scope: Scope, *, is_snapshot: bool = False) -> AsyncIterator[Connection]:
        """A connection that sees the rows of a scope; with `is_snapshot`, every statement sees the same ones.

        Raises:
            NotScoped: there are no connections for scoped requests.
        """
        pool = self.unscoped if scope is None else self.scoped
        if pool is None:
            raise NotScoped(NotScoped.__doc__)
        async with pool.acquire() as connection:
            if scope is not None:
                await connection.execute(_NAME_STATES, ",".join(sorted(scope)))
            if not is_snapshot:
                yield connection
                return
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                yield connection
