"""Alarms of the log: what stops the signing until somebody has looked and clears it by name.

An alarm is a row, so that neither a restart nor a retry that happens to go well takes it back, and so that every
process of the service, the pages and the command line tell the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Final

from kernel.sql import queries
from kernel.store.postgres import Connection

SHOWN: Final = 100
"""Alarms that are listed, the newest first."""


class AlarmKind(StrEnum):
    """What an alarm is about."""

    TREE = "tree"
    WITNESS = "witness"


@dataclass(frozen=True, slots=True)
class Alarm:
    """One that stands, or stood."""

    nr: int
    kind: AlarmKind
    detail: str
    raised: datetime
    cleared: datetime | None = None
    cleared_by: str | None = None
    because: str | None = None

    def __str__(self) -> str:
        return f"alarm {self.nr}, since {self.raised:%Y-%m-%d %H:%M:%S} UTC: {self.detail}"


async def raise_(connection: Connection, kind: AlarmKind, detail: str, size: int | None = None) -> None:
    """Put it on record, unless one of its kind stands already. `size`: how many leaves a witness says that it saw."""
    await connection.execute(_sql()["raise"], kind, detail, size)


async def standing(connection: Connection) -> Sequence[Alarm]:
    """Those that nobody cleared, the oldest first."""
    return [Alarm(row["nr"], AlarmKind(row["kind"]), *row[2:]) for row in await connection.fetch(_sql()["standing"])]


async def newest(connection: Connection) -> Sequence[Alarm]:
    """Also those that were cleared."""
    return [Alarm(row["nr"], AlarmKind(row["kind"]), *row[2:]) for row in await connection.fetch(_sql()["all"], SHOWN)]


async def clear(connection: Connection, nr: int, *, by: str, because: str) -> bool:
    """Let the signing go on, if the log allows it; False where no such alarm stands."""
    return await connection.fetchval(_sql()["clear"], nr, by, because) is not None


@cache
def _sql() -> Mapping[str, str]:
    return queries("services.audit.tlog", "alarms.sql")
