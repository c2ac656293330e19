"""Whether a system on this machine has the clock of a demo (`kernel.model.demo_clock`): its directory says so.

A system that begins with the story has it, and keeps it at every later start; one that runs without it stays so.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from deploy.local import services
from deploy.local.process import write_atomically

FILE: Final = "demo-clock"
_SAYS: Final = (
    "Commands may name the instant at which they are put on record. Without this file, the true clock counts.\n"
)


def is_on(directory: Path) -> bool:
    """Whether the services of a directory are started with the clock of a demo."""
    return (directory / FILE).exists()


def settings_here(directory: Path) -> Mapping[str, str]:
    """The setting of the services of a directory; none where no demo began."""
    return {"FORCEGEN_DEMO_CLOCK": "true"} if is_on(directory) else {}


def with_demo_clock(system: services.System, directory: Path) -> services.System:
    """The system as it is to be started for the story: with the clock of a demo, unless it runs without it."""
    if any(service.running for service in services.status(directory, system)):
        return system

    def settings(home: Path) -> Mapping[str, str]:
        own = system.settings(home)
        write_atomically(home / FILE, _SAYS)
        return {**own, **settings_here(home)}

    return replace(system, settings=settings)
