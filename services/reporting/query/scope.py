"""Whose rows a request sees: those of every State, or those of the States that its caller is bound to.

Who is bound to none reads as a role that sees every row. Everybody else reads over connections of another role, which
sees nothing until the States are named, each time that a connection is taken: one on which nobody named any finds no
rows, and never those of another State.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final, TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from kernel.store.database import PoolHooks
from kernel.store.postgres import Connection
from kernel.store.scopes import NAMED_STATES, SETTING

Scope: TypeAlias = frozenset[str] | None
"""The States whose rows a request sees, by their ISO 3166-1 alpha-3 codes; None for every State."""
_NAMED: Final[ContextVar[frozenset[str]]] = ContextVar("named", default=frozenset())
"""The States that whoever takes a connection names: none, except within `ReadPools.connection`."""


class NotScoped(RuntimeError):
    """A scoped request came to a process that was built without connections for it."""


async def _name_states(connection: PoolConnectionProxy) -> None:
    """Begin anew, and name the States: one round trip, and all of it or nothing.

    Raises:
        ValueError: what is named is no code of a State.
    """
    states = sorted(_NAMED.get())
    if not all(state.isascii() and state.isalnum() for state in states):
        raise ValueError("a scope names States by letters and digits alone")
    await connection.execute(f"{connection.get_reset_query()}SET {SETTING} = '{','.join(states)}'")


async def _left_as_it_is(connection: asyncpg.Connection) -> None:
    """Reset nothing when a connection is given back: whoever takes it next begins anew."""


NARROWED: Final[Mapping[str, str]] = {"role": NAMED_STATES}
"""Settings of connections for scoped requests. The role is that of a whole connection, because plans depend on it:
a connection that changes its role plans each statement again."""
NAMED_AT_ONCE: Final = PoolHooks(setup=_name_states, reset=_left_as_it_is)
"""How a pool of such connections is made: it resets a connection when somebody takes it, and names the States in the
same round trip; other pools reset it when it is given back. So a scoped request makes as many round trips as others."""


@dataclass(frozen=True, slots=True)
class ReadPools:
    """The connections of one process to the views."""

    unscoped: asyncpg.Pool
    scoped: asyncpg.Pool | None = None
    """Connections with the settings `NARROWED`, in a pool that is made with `NAMED_AT_ONCE`."""

    @asynccontextmanager
    async def connection(self, scope: Scope, *, is_snapshot: bool = False) -> AsyncIterator[Connection]:
        """A connection that sees the rows of a scope; with `is_snapshot`, every statement sees the same ones.

        Raises:
            NotScoped: there are no connections for scoped requests.
        """
        pool = self.unscoped if scope is None else self.scoped
        if pool is None:
            raise NotScoped(NotScoped.__doc__)
        async with _taken(pool, scope) as connection:
            if not is_snapshot:
                yield connection
                return
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                yield connection


@asynccontextmanager
async def _taken(pool: asyncpg.Pool, scope: Scope) -> AsyncIterator[PoolConnectionProxy]:
    """A connection of a pool, on which the States of a scope are named."""
    before = _NAMED.set(scope or frozenset())
    try:
        connection = await pool.acquire()
    finally:
        _NAMED.reset(before)
    try:
        yield connection
    finally:
        await pool.release(connection)
