"""The database of a local system: one database, with a role and a schema for each service, and reading roles.

Passwords are random, made once, and kept in an owner-only file beside the data, so that a restart reuses them.
"""

import asyncio
import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from deploy.local.errors import broken
from deploy.local.process import write_atomically
from deploy.provision import OWNERS, READERS, provision

DATABASE = "forcegen"
FILE = "passwords.json"
READER = "reporting_reader"
ROLES = (*OWNERS, *READERS)


def provision_here(admin_dsn: str, place: Path) -> Mapping[str, str]:
    """Create every role with its schema, as on any other Postgres; returns each role's address. May be repeated."""
    passwords = _passwords(place / FILE)
    asyncio.run(provision(admin_dsn, DATABASE, passwords))
    return {role: _address(admin_dsn, role, password) for role, password in passwords.items()}


def password_of(role: str, directory: Path) -> str | None:
    """The stored password of a role in the directory of a system; None if there is none."""
    return _kept(directory / "services" / FILE).get(role)


def _address(admin_dsn: str, role: str, password: str) -> str:
    at = urlsplit(admin_dsn)
    return urlunsplit(at._replace(netloc=f"{role}:{password}@{at.hostname}:{at.port}", path=f"/{DATABASE}"))


def _passwords(path: Path) -> Mapping[str, str]:
    """The stored passwords, and new ones for new roles."""
    kept = _kept(path)
    passwords = {role: kept.get(role) or secrets.token_urlsafe(24) for role in ROLES}
    if passwords != kept:
        write_atomically(path, json.dumps(passwords, indent=2) + "\n")
    return passwords


def _kept(path: Path) -> Mapping[str, str]:
    try:
        kept: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    except ValueError:
        raise broken(path, "it is cut short or changed") from None
    return kept
