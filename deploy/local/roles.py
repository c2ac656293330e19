"""The database of a local house: one, with a role and a schema a room, and a role that only reads the reports.

Passwords are random, made once, and kept owner-only beside the data, so that a restart finds them again.
"""

import asyncio
import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from deploy.local.errors import broken
from deploy.local.process import write_atomically
from kernel import database

DATABASE = "forcegen"
READER, READ_SCHEMA = "reporting_reader", "reporting"
SCHEMAS = ("approvals", "vacancies", "deployments", READ_SCHEMA, "audit")


def provision(admin_dsn: str, place: Path) -> Mapping[str, str]:
    """Every role with its schema; its own address of the database, by role. May be repeated."""
    passwords = _passwords(place / "passwords.json")
    asyncio.run(_provision(admin_dsn, passwords))
    return {role: _address(admin_dsn, role, password) for role, password in passwords.items()}


async def _provision(admin_dsn: str, passwords: Mapping[str, str]) -> None:
    connection = await asyncpg.connect(admin_dsn)
    try:
        if not await connection.fetchval("SELECT true FROM pg_database WHERE datname = $1", DATABASE):
            await connection.execute(f"CREATE DATABASE {DATABASE}")
    finally:
        await connection.close()
    admin = urlunsplit(urlsplit(admin_dsn)._replace(path=f"/{DATABASE}"))
    await database.provision_reader(admin, READER, passwords[READER], READ_SCHEMA)
    for room in SCHEMAS:
        readers = (READER,) if room == READ_SCHEMA else ()
        await database.provision(admin, room, passwords[room], readers=readers)


def _address(admin_dsn: str, role: str, password: str) -> str:
    at = urlsplit(admin_dsn)
    return urlunsplit(at._replace(netloc=f"{role}:{password}@{at.hostname}:{at.port}", path=f"/{DATABASE}"))


def _passwords(path: Path) -> Mapping[str, str]:
    """Those that are kept, and new ones for roles that are new."""
    try:
        kept: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    except ValueError:
        raise broken(path, "it is cut short or changed") from None
    passwords = {role: kept.get(role) or secrets.token_urlsafe(24) for role in (*SCHEMAS, READER)}
    if passwords != kept:
        write_atomically(path, json.dumps(passwords, indent=2) + "\n")
    return passwords
