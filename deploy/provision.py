"""Provisions any Postgres: a database, a role and a schema for each service, and reading roles.

`python -m deploy.provision` runs before the services: in compose as a separate service, in Kubernetes as a Job. It may
be repeated, and sets the passwords again. Each setting is an environment variable; with the suffix `_FILE`, it is the
path of a file that holds the value.

    FORCEGEN_ADMIN_URL          the server, as a role that may create databases and roles; its password may instead be
                                where Postgres clients look for it (PGPASSWORD, PGPASSFILE)
    FORCEGEN_DATABASE           the database to create; `forcegen` when not set
    FORCEGEN_<ROLE>_PASSWORD    of each role: APPROVALS, VACANCIES, DEPLOYMENTS, REPORTING, REPORTING_READER, ANALYST,
                                AUDIT, AUDITOR, and those of FORCEGEN_STATE_ANALYSTS
    FORCEGEN_STATE_ANALYSTS     further roles for SQL, each with the States whose rows it sees and no other's:
                                `analyst_kz=KAZ analyst_ca=KAZ,KGZ`; none when not set
"""

import asyncio
import os
import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Final

import stamina

from contracts.registry import SERVICES
from kernel.store import database, scopes
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
UNSCOPED: Final = ("reporting_reader", "analyst")
"""The readers of the views that see the rows of every State."""
VIEWS_OWNER: Final = "reporting"
_BINDING: Final = re.compile(r"(?P<role>analyst_[a-z0-9_]{1,50})=(?P<states>[A-Z]{3}(?:,[A-Z]{3})*)")
LOCALE: Final = "ENCODING 'UTF8' LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C'"
"""Fixed, whatever the server's default: text sorts the same everywhere, and no system update changes the order."""


class Missing(Exception):
    """A setting without a default is not set, or one is not understood."""


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
    state_analysts: Mapping[str, Collection[str]] | None = None,
) -> None:
    """Create the database with every schema.

    Args:
        passwords: by role, of roles that own schemas, of reading roles, and of `state_analysts`.
        state_analysts: by role, the States whose rows it sees.
    """
    bound = state_analysts or {}
    await _create_database(admin_url, name)
    inside = address(admin_url).to(name)
    await scopes.provision_scopes(inside)
    for reader, schema in {**readers, **dict.fromkeys(bound, "analysts")}.items():
        limit = CONNECTIONS_MAX.get("analyst" if reader in bound else reader, -1)
        await database.provision_reader(inside, reader, passwords[reader], schema, connections_max=limit)
    for owner in passwords.keys() - readers.keys() - bound.keys():
        await database.provision(inside, owner, passwords[owner], schemas=schemas_of.get(owner))
    await provision_scope(inside, [reader for reader in UNSCOPED if reader in readers], bound)


async def provision_scope(inside: str, unscoped: Collection[str], bound: Mapping[str, Collection[str]]) -> None:
    """Bind the readers of the views to the rows that they see; `inside` is the administrator's URL of the database."""
    for reader in unscoped:
        await scopes.bind(inside, reader, None, watched_by=VIEWS_OWNER)
    for reader, states in bound.items():
        await scopes.bind(inside, reader, states, watched_by=VIEWS_OWNER)
    if "reporting_reader" in unscoped:
        await scopes.let_name_states(inside, "reporting_reader")


def state_analysts(text: str) -> Mapping[str, Collection[str]]:
    """The roles and States of FORCEGEN_STATE_ANALYSTS.

    Raises:
        Missing: an entry is not `analyst_<name>=<State>[,<State>…]`, or a role is there twice.
    """
    bound: dict[str, Collection[str]] = {}
    for entry in text.split():
        matched = _BINDING.fullmatch(entry)
        if not matched or matched["role"] in bound:
            raise Missing(
                f"FORCEGEN_STATE_ANALYSTS: {entry!r} is not understood, or its role is there twice."
                " Write analyst_kz=KAZ for each role, with spaces between, States as ISO 3166-1 alpha-3 codes."
            )
        bound[matched["role"]] = matched["states"].split(",")
    return bound


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
        bound = state_analysts(environment.get("FORCEGEN_STATE_ANALYSTS", ""))
        roles = (*OWNERS, *READERS, *bound)
        passwords = {role: setting(environment, f"FORCEGEN_{role.upper()}_PASSWORD") for role in roles}
        admin_url = setting(environment, "FORCEGEN_ADMIN_URL")
        name = setting(environment, "FORCEGEN_DATABASE", "forcegen")
    except (Missing, OSError) as fault:
        raise SystemExit(str(fault)) from fault
    asyncio.run(provision(admin_url, name, passwords, state_analysts=bound))


if __name__ == "__main__":
    main(os.environ)
