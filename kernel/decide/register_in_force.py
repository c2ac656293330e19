"""The register of producers that a deciding service goes by: read at the start, followed while it runs, and on record.

`register_of` reads it before anything is decided; `watch` reads it again when its file changes. Its version and digest
are kept in the service's database, so that no earlier register comes back with an earlier file.
"""

import asyncpg

from kernel.identity.register import RegisterRefused
from kernel.identity.register_file import RegisterFile
from kernel.identity.register_text import operators_named
from kernel.runtime.health import Health
from kernel.runtime.settings import Settings
from kernel.store import register_watch, registers


async def register_of(settings: Settings, pool: asyncpg.Pool) -> RegisterFile | None:
    """The register of producers that the settings name; None if they name none.

    Raises:
        SystemExit: it cannot be used; the message says why.
    """
    if settings.producers is None:
        return None
    try:
        operators = operators_named(settings.producers_operators)
        register = RegisterFile(settings.producers, operators, await registers.latest(pool))
    except RegisterRefused as refused:
        raise SystemExit(f"The register of producers cannot be used (FORCEGEN_PRODUCERS): {refused}") from refused
    await registers.note(pool, register.current)
    return register


async def watch(register: RegisterFile, pool: asyncpg.Pool, health: Health) -> None:
    """Follow the file; each register that comes into force after the first is put on record (`register_of`)."""
    noted = register.first.reference
    await register_watch.watch(register, lambda file: registers.note(pool, file.current), health, noted)
