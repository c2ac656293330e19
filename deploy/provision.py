"""Provisions any Postgres: a database, a role and a schema for each service, and reading roles.

`python -m deploy.provision` runs before the services: in compose as a separate service, in Kubernetes as a Job. It may
be repeated, and sets the passwords again. Each setting is an environment variable; with the suffix `_FILE`, it is the
path of a file that holds the value.

    FORCEGEN_ADMIN_URL          the server, as a role that may create databases and roles; its password may instead be
                                where Postgres clients look for it (PGPASSWORD, PGPASSFILE)
    FORCEGEN_DATABASE           the database to create; `forcegen` when not set
    FORCEGEN_<ROLE>_PASSWORD    of each role: APPROVALS, VACANCIES, DEPLOYMENTS, REPORTING, REPORTING_READER, ANALYST,
                                AUDIT, AUDITOR
"""

import asyncio
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import stamina

from contracts.registry import SERVICES
from kernel.store import database
from kernel.store.postgres_url import address

OWNERS: Final = (*SERVICES, "reporting", "audit")
"""The roles that own schemas: those in `SCHEMAS_OF`, by default one with the role's name."""
READERS: Final[Mapping[str, str]] = {
    "reporting_reader": "reporting",
    "analyst": "analysts",
    "auditor": "audit",
}
"""The reading roles, each with the first schema of its search path."""
SCHEMAS_OF: Final[Mapping[str, Mapping[str, Sequence[str]]]] = {
    "reporting": {"reporting": ["reporting_reader"], "reporting_known": ["reporting_reader"], "analysts": ["analyst"]},
    "audit": {"audit": ["auditor"]},
}
"""By owner, its schemas and their readers: the views, the views as known at another instant, and the functions and
views for analysts. The archive has a separate reader."""
CONNECTIONS_MAX: Final[Mapping[str, int]] = {"analyst": 20, "auditor": 20}
"""Connection limits of roles that people use; services limit themselves."""
LOCALE: Final = "ENCODING 'UTF8' LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C'"
"""Fixed, whatever the server's default: text sorts the same everywhere, and no system update changes the order."""


class Missing(Exception):
    """A setting without a default is not set."""


def setting(environment: Mapping[str, str], name: str, default: str | None = None) -> str:
    """The variable, or the content of the file that `<name>_FILE` names."""
    file = environment.get(f"{name}_FILE")
    value = Path(file).read_text().strip() if file else environment.get(name, default)
    if not value:
        raise Missing(f"{name} is not set: set it, or set {name}_FILE to the path of a file that holds it.")
    return value


async def provision(
    admin_url: str,
    name: str,
    passwords: Mapping[str, str],
    readers: Mapping[str, str] = READERS,
    schemas_of: Mapping[str, Mapping[str, Sequence[str]]] = SCHEMAS_OF,
) -> None:
    """Create the database with every schema. `passwords` by role: roles that own schemas, and reading roles."""
    await _create_database(admin_url, name)
    inside = address(admin_url).to(name)
    for reader, schema in readers.items():
        limit = CONNECTIONS_MAX.get(reader, -1)
        await database.provision_reader(inside, reader, passwords[reader], schema, connections_max=limit)
    for owner in passwords.keys() - readers.keys():
        await database.provision(inside, owner, passwords[owner], schemas=schemas_of.get(owner))


@stamina.retry(on=database.PASSING_FAULTS, attempts=30, timeout=120, wait_max=2)
async def _create_database(admin_url: str, name: str) -> None:
    """Create the database; waits for a server that is still starting."""
    if not name.isidentifier():
        raise ValueError(f"{name!r} cannot be the name of the database: use letters, digits and underscores")
    connection = await database.session(admin_url)
    try:
        if not await connection.fetchval("SELECT true FROM pg_database WHERE datname = $1", name):
            await connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 {LOCALE}")
    finally:
        await connection.close()


def main(environment: Mapping[str, str]) -> None:
    """Provision all services, with the settings of the environment."""
    try:
        roles = (*OWNERS, *READERS)
        passwords = {role: setting(environment, f"FORCEGEN_{role.upper()}_PASSWORD") for role in roles}
        admin_url = setting(environment, "FORCEGEN_ADMIN_URL")
        name = setting(environment, "FORCEGEN_DATABASE", "forcegen")
    except (Missing, OSError) as fault:
        raise SystemExit(str(fault)) from fault
    asyncio.run(provision(admin_url, name, passwords))


if __name__ == "__main__":
    main(os.environ)
