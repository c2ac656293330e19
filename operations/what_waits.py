"""What waits in the services of a system on this machine, and how new its newest fact is: read from their databases."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from contracts.registry import SERVICES
from deploy.service_names import AUDIT
from kernel.sql import queries
from operations import connections
from operations.errors import OperationError

REPORTING: Final = "reporting"
_STATEMENTS: Final = {**dict.fromkeys(SERVICES, "deciding"), REPORTING: "reading", AUDIT: "archiving"}


@dataclass(frozen=True, slots=True)
class Backlog:
    """How much waits in a service; None where the service has nothing of the kind."""

    dead_letters: int
    held: int | None
    """Events that are newer than the service; in the views, those that came before an earlier one of their stream."""
    pending: int | None
    """Commands that wait for another service."""


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest fact that has happened, and the newest record; None while there is none."""

    fact: datetime | None
    record: datetime | None


def what_waits(directory: Path) -> tuple[Mapping[str, Backlog], Newest | None]:
    """By service, what waits, and the newest of the views; a service whose tables cannot be read is left out."""
    return asyncio.run(_what_waits(directory))


async def _what_waits(directory: Path) -> tuple[Mapping[str, Backlog], Newest | None]:
    read = await asyncio.gather(*(_of(service, directory) for service in _STATEMENTS), return_exceptions=True)
    waiting: dict[str, Backlog] = {}
    newest = None
    for service, answer in zip(_STATEMENTS, read, strict=True):
        if isinstance(answer, OperationError):
            continue
        if isinstance(answer, BaseException):
            raise answer
        waiting[service], newest_there = answer
        newest = newest_there or newest
    return waiting, newest


async def _of(service: str, directory: Path) -> tuple[Backlog, Newest | None]:
    sql, url = queries("operations", "what_waits.sql"), connections.local_url(service, directory)
    async with connections.reading(service, url, directory) as connection:
        (counts,) = await connection.fetch(sql[_STATEMENTS[service]])
        if service != REPORTING:
            return Backlog(**counts), None
        (newest,) = await connection.fetch(sql["newest"], list(SERVICES))
        return Backlog(**counts), Newest(**newest)
