"""The registers of producers that were in force, as their operators signed them, kept for ever.

A key that was revoked later, or a producer that is registered no longer, still signed what it signed: a signature is
verified again by the register that the deciding service named for it (`authregister`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from kernel.identity.register import Register
from kernel.identity.register_text import parse
from kernel.identity.signed_note import text_of
from kernel.runtime.health import Health
from kernel.sql import queries
from kernel.store import register_watch
from kernel.store.postgres import Connection


@dataclass(frozen=True, slots=True)
class KeptRegister:
    """A register, with the signed note that it was read from."""

    register: Register
    note: str


def sql() -> Mapping[str, str]:
    """The queries of this file."""
    return queries("services.audit.search", "registers.sql")


async def run(file: Path, operators: str | None, pool: asyncpg.Pool, health: Health) -> None:
    """Keep each register that comes into force. One that cannot be used shows in health, and stops nothing."""
    register = await register_watch.usable(file, operators, health)
    await register_watch.watch(register, lambda now: keep(pool, now.current, now.note), health)


async def keep(pool: asyncpg.Pool, register: Register, note: str) -> None:
    """Keep a register with the note that it was read from, which two of the operators have signed."""
    await pool.execute(sql()["keep_register"], register.version, register.sha256, note)


async def named(connection: Connection, reference: str | None) -> KeptRegister | None:
    """The register that an event names, as `7:<SHA-256>`; without a name the newest one. None if it is not kept."""
    if reference is None:
        return _read(await connection.fetchval(sql()["newest_register"]))
    version, _, digest = reference.partition(":")
    if not version.isdecimal() or len(version) > 18:
        return None
    return _read(await connection.fetchval(sql()["register"], int(version), digest))


def _read(note: str | None) -> KeptRegister | None:
    """The register of a note, whose signatures were verified when it was kept."""
    return None if note is None else KeptRegister(parse(text_of(note)), note)
