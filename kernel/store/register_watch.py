"""Follows the file of the register of producers while a service runs, and keeps each one that comes into force."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from kernel.identity.register import RegisterRefused
from kernel.identity.register_file import RegisterFile
from kernel.identity.register_text import operators_named
from kernel.runtime.faults import waited_out
from kernel.runtime.health import Health

LOOK_AT_FILE_S: Final = 5.0
"""How often the file is looked at."""
REMARK: Final = "register of producers"
"""Its name in health."""
Keep = Callable[[RegisterFile], Awaitable[object]]
"""Keeps the register that is in force; called again for as long as the database is not there."""


async def watch(register: RegisterFile, keep: Keep, health: Health, kept: str | None = None) -> None:
    """Read the file again when it changes; one that is refused leaves in force what was, and shows in health.

    `kept` is the reference of the register that is on record already.
    """
    while True:
        register.refresh()
        if register.problem is None:
            health.remarks.pop(REMARK, None)
        else:
            health.remarks[REMARK] = f"version {register.current.version} stays: {register.problem}"
        if register.current.reference != kept:
            with waited_out("the note of the register in force"):
                await keep(register)
                kept = register.current.reference
        await asyncio.sleep(LOOK_AT_FILE_S)


async def usable(file: Path, operators: str | None, health: Health) -> RegisterFile:
    """The register in a file, as soon as two of the operators have signed it; until then, health shows why not."""
    while True:
        try:
            return RegisterFile(file, operators_named(operators))
        except RegisterRefused as refused:
            health.remarks[REMARK] = f"none is in force: {refused}"
        await asyncio.sleep(LOOK_AT_FILE_S)
