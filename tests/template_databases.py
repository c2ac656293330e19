"""Databases that others are copied from: made once, while the code that makes them stays the same.

The migrations of the views alone take a second of CPU, and hundreds of tests begin with them; a copy takes a tenth of
that (`CREATE DATABASE … TEMPLATE`). What the migrations do is shown by tests of their own, and wherever `forcegen up`
begins with an empty directory.
"""

import secrets
from collections.abc import Awaitable, Callable
from typing import TypeAlias

import asyncpg
import psycopg

from kernel.store.postgres_url import address

Fill: TypeAlias = Callable[[str], Awaitable[None]]
"""Fills an empty database, given the administrator's address of it; leaves no session in it."""
_names: dict[tuple[str, str], str] = {}
"""By the server's address and what the database is for."""


async def template(dsn: str, purpose: str, fill: Fill) -> str:
    """The name of a database on this server that `fill` was given; it is made when it is first requested.

    A copy has all of it but the rights on the database itself. Roles belong to the server.
    """
    if (dsn, purpose) not in _names:
        name = f"template_{secrets.token_hex(6)}"
        server = await asyncpg.connect(dsn)
        try:
            await server.execute(f"CREATE DATABASE {name}")
        finally:
            await server.close()
        await fill(address(dsn).to(name))
        _names[dsn, purpose] = name
    return _names[dsn, purpose]


def drop_templates(dsn: str) -> None:
    """Drop those of this server."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        for key in [key for key in _names if key[0] == dsn]:
            connection.execute(f"DROP DATABASE {_names.pop(key)} WITH (FORCE)")
