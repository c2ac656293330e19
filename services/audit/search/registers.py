"""The registers of producers that were in force, as their operators signed them, kept for ever.

A key that was revoked later, or a producer that is registered no longer, still signed what it signed: a signature is
verified again by the register that the deciding service named for it (`authregister`).
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import asyncpg
import structlog

from kernel.identity.register import Register, RegisterRefused
from kernel.identity.register_text import open_register, operators_named, parse
from kernel.identity.signed_note import text_of
from kernel.runtime.faults import kind
from kernel.runtime.health import Health
from kernel.sql import queries
from kernel.store.postgres import Connection

log = structlog.get_logger()
LOOK_AT_FILE_S: Final = 5.0
REMARK: Final = "register of producers"


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
    kept: str | None = None
    while True:
        try:
            note = await asyncio.to_thread(file.read_text, encoding="utf-8")
            if note != kept:
                await keep(pool, note, operators)
                kept = note
                health.remarks.pop(REMARK, None)
        except (OSError, UnicodeDecodeError, RegisterRefused) as fault:
            detail = str(fault) if isinstance(fault, RegisterRefused) else type(fault).__name__
            health.remarks[REMARK] = f"it is not kept: {detail}"
        except Exception as fault:  # the database is unreachable: kept once it is there again
            log.warning("the register of producers could not be kept", fault=kind(fault))
        await asyncio.sleep(LOOK_AT_FILE_S)


async def keep(pool: asyncpg.Pool, note: str, operators: str | None) -> Register:
    """Keep a register that two of the operators have signed.

    Raises:
        RegisterRefused: they have not, or a line of it is wrong.
    """
    register = open_register(note, operators_named(operators))
    await pool.execute(sql()["keep_register"], register.version, register.sha256, note)
    return register


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
