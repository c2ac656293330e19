"""Alarms of the log: each stops signing until somebody has examined it and clears it by name.

An alarm is a row, so that neither a restart nor a retry that happens to succeed clears it, and so that every process of
the service, the pages and the command line report the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache

from kernel.sql import queries
from kernel.store.postgres import Connection


class AlarmKind(StrEnum):
    """The subject of an alarm."""

    TREE = "tree"
    WITNESS = "witness"


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm, open or cleared."""

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
    """Record an alarm, unless one of its kind is open. `size`: how many leaves a witness reports to have seen."""
    await connection.execute(_sql()["raise"], kind, detail, size)


async def standing(connection: Connection) -> Sequence[Alarm]:
    """The open alarms, the oldest first."""
    return [Alarm(row["nr"], AlarmKind(row["kind"]), *row[2:]) for row in await connection.fetch(_sql()["standing"])]


async def newest(connection: Connection) -> Sequence[Alarm]:
    """Every alarm, including cleared ones, the newest first."""
    return [Alarm(row["nr"], AlarmKind(row["kind"]), *row[2:]) for row in await connection.fetch(_sql()["all"])]


async def clear(connection: Connection, nr: int, *, by: str, because: str) -> bool:
    """Let signing continue, if the log allows it; False if there is no such open alarm."""
    return await connection.fetchval(_sql()["clear"], nr, by, because) is not None


@cache
def _sql() -> Mapping[str, str]:
    return queries("services.audit.tlog", "alarms.sql")
