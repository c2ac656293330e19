"""Whose rows a reading role sees: every State's, those of its own States, or those that a process names.

The administrator makes three roles that nobody can log in as; policies of the tables name them, and reading roles are
their members (docs/decisions/0024-scope-is-a-policy-of-each-table.md). A role in none of them sees no row.
"""

from collections.abc import Collection
from typing import Final

import asyncpg

from kernel.sql import queries
from kernel.store.provisioning import changed, check_name

EVERY_STATE: Final = "every_state_reader"
"""Its members see the rows of every State."""
OWN_STATES: Final = "own_states_reader"
"""Its members see the rows of the States that `scopes.scope_of` has for the role that logged in."""
NAMED_STATES: Final = "named_states_reader"
"""Whoever takes this role sees the rows of the States in `SETTING`: a service, on behalf of who asks it."""
SETTING: Final = "forcegen.contributors"
"""The States, separated by commas; none when it is empty or not set."""


async def provision_scopes(admin_url: str) -> None:
    """Create the three roles, and the table of scopes, in one database. May be repeated."""

    async def make(connection: asyncpg.Connection) -> None:
        for role in (EVERY_STATE, OWN_STATES, NAMED_STATES):
            if not await connection.fetchval("SELECT true FROM pg_roles WHERE rolname = $1", role):
                await connection.execute(f"CREATE ROLE {role} NOLOGIN")
        await connection.execute(queries("kernel.sql", "scopes.sql")["make"])

    await changed(admin_url, make)


async def bind(admin_url: str, role: str, contributors: Collection[str] | None, *, watched_by: str) -> None:
    """Bind a reading role to States; None stands for every State. It replaces what the role was bound to before.

    `watched_by` is the service that ends the role's sessions if they exceed the limits.

    Raises:
        ValueError: no State is named: then the role could read nothing.
    """
    check_name(role)
    if contributors is not None and not contributors:
        raise ValueError(f"{role} is bound to no State: name at least one")
    joins, leaves = (EVERY_STATE, OWN_STATES) if contributors is None else (OWN_STATES, EVERY_STATE)
    sql = queries("kernel.sql", "scopes.sql")

    async def make(connection: asyncpg.Connection) -> None:
        await connection.execute(f"REVOKE {leaves} FROM {role}")
        await connection.execute(f"GRANT {joins} TO {role} WITH INHERIT TRUE, SET FALSE")
        await connection.execute(f"GRANT {role} TO {watched_by} WITH INHERIT FALSE, SET TRUE")
        await connection.execute(sql["forget"], role)
        await connection.execute(sql["bind"], role, sorted(contributors or ()))

    await changed(admin_url, make)


async def let_name_states(admin_url: str, role: str) -> None:
    """Let a service's reading role narrow a connection to the States that it names, by taking `NAMED_STATES`."""
    check_name(role)

    async def make(connection: asyncpg.Connection) -> None:
        await connection.execute(f"GRANT {NAMED_STATES} TO {role} WITH INHERIT FALSE, SET TRUE")

    await changed(admin_url, make)
