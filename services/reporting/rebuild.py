"""Rebuilds the views in a schema beside those in service: with the same projection code, from any records.

The caller decides where the records come from. The new views can be compared with those in service, row by row, and
take their place in one transaction; the previous ones are kept, to go back to. A running process continues on the new
views from their offsets if it has the projections that made them, and exits if it has others (`projection_version.py`).
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

import asyncpg
from pydantic import SecretStr

from contracts.cloudevents import from_kafka
from contracts.unreadable import Unreadable
from kernel.messaging.consumer import Record, Records
from kernel.model.records import Fenced, OffsetAdvance, Partition
from kernel.reader_service import Write, settle
from kernel.runtime.bisect_batch import bisect_batch
from kernel.runtime.faults import is_passing, kind
from kernel.sql import queries
from kernel.store import database
from kernel.store.postgres import Connection, begin_consuming
from kernel.store.postgres_url import address
from services.reporting import projection_version
from services.reporting.analysts import publish
from services.reporting.app import PROJECTOR, SERVICE, put_by
from services.reporting.projections.event import ConsumedEvent
from services.reporting.projections.scope import EVERYONE
from services.reporting.projector.decode import event_of_envelope
from services.reporting.projector.projector import Applied
from services.reporting.queries import query
from services.reporting.reports.receipts import code_version

LIVE: Final = "reporting"
FRESH: Final = "reporting_next"
BEFORE: Final = "reporting_before"
_AWAY: Final = "reporting_away"
SHOWN_MAX: Final = 5
"""Rows of a table that a difference shows."""
_OWN: Final = ("dead_letters", "log_heads", "relayed", "relay_holder", "passed_over")
"""Tables about a process's own work, which are copied to the views that take over."""
Positions = Mapping[Partition, int]


def sql() -> Mapping[str, str]:
    """The statements of this file."""
    return queries("services.reporting", "rebuild.sql")


def within(url: str, schema: str) -> str:
    """The URL of a database, with a schema as the search path."""
    at = address(url)
    return replace(at, more={**at.more, "options": f"-csearch_path={schema},public"}).url


async def make(url: str, schema: str = FRESH) -> None:
    """Create the schema, or keep it as it was left. The role must be allowed to create schemas in the database."""
    connection = await database.session(url)
    try:
        await connection.execute("CREATE EXTENSION IF NOT EXISTS btree_gist WITH SCHEMA public")
        for each in (schema, f"{schema}_known"):
            await connection.execute(f"CREATE SCHEMA IF NOT EXISTS {each}")
    finally:
        await connection.close()
    await database.migrate(SecretStr(within(url, schema)), SERVICE.schema)
    connection = await database.session(within(url, schema))
    try:
        await projection_version.begin(connection)
    finally:
        await connection.close()


async def renew(url: str) -> None:
    """Prepare the schema FRESH to be filled from where it was left; drop it first if other projections began it."""
    connection = await database.session(url)
    try:
        there = await connection.fetchval("SELECT obj_description(to_regnamespace($1))", FRESH)
        if there != _schema_comment():
            await drop(connection)
        await make(url)
        await connection.execute(f"COMMENT ON SCHEMA {FRESH} IS '{_schema_comment()}'")
    finally:
        await connection.close()


def _schema_comment() -> str:
    return f"Views that are being made anew, by the projections {code_version()}."


async def apply(connection: Connection, records: Records) -> Applied:
    """Apply events to views without moving their offsets; events that are there already are skipped.

    Records that are not events of their topic's service are skipped too: they are dead letters of its readers.
    """
    events = []
    for record in records:
        with suppress(Unreadable):
            envelope = from_kafka(record.key, record.value, record.headers)
            events.append(event_of_envelope(record.topic, record.partition, record.offset, envelope))
    return await _applied(connection, events)


async def _applied(connection: Connection, events: Sequence[ConsumedEvent]) -> Applied:
    """Apply all at once, or in halves if the database refuses an event, which is then parked as a reader would do."""

    async def together(part: Sequence[ConsumedEvent]) -> Applied:
        async with connection.transaction():
            return await PROJECTOR.apply(connection, part)

    async def alone(event: ConsumedEvent, fault: Exception) -> Applied:
        await PROJECTOR.park(connection, event, f"the database refused it: {kind(fault)}")
        return Applied(parked=1)

    return sum(await bisect_batch(events, together, alone, splits=_is_refusal), Applied())


def _is_refusal(fault: Exception) -> bool:
    """Whether the database refused a value; a duplicate means that another process has applied the event meanwhile."""
    return not (is_passing(fault) or isinstance(fault, asyncpg.UniqueViolationError))


async def drop(connection: Connection, schema: str = FRESH) -> None:
    """Drop the schema with everything in it, if it exists."""
    await connection.execute(f"DROP SCHEMA IF EXISTS {schema}, {schema}_known CASCADE")


class ViewFill:
    """Fills views that have no other writer with records; it continues where it was left."""

    def __init__(self, connection: Connection) -> None:
        """Use a connection whose search path begins with the schema."""
        self._connection = connection
        self.offsets: dict[Partition, int] = {}

    async def begin(self, places: Collection[Partition]) -> None:
        """Load the offset of each partition; a partition that is new begins at the start."""
        new = [place for place in places if place not in self.offsets]
        self.offsets |= await begin_consuming(self._connection, SERVICE.name, new)

    async def apply(self, records: Records, until: Positions) -> int:
        """Apply the records that are due before `until`, in one transaction; returns their number."""
        due = [
            record
            for record in records
            if self.offsets.get((record.topic, record.partition), record.offset + 1) <= record.offset
            and record.offset < until.get((record.topic, record.partition), 0)
        ]
        if due:
            await bisect_batch(due, self._settle_records, self._set_aside, splits=_is_of_a_record)
        return len(due)

    async def reach(self, until: Positions) -> None:
        """Advance to `until`, before which nothing more comes: the remaining offsets have no record."""
        ends = {place: end for place, end in until.items() if end > self.offsets.get(place, 0)}
        if ends:
            await self._settle(ends, SERVICE.prepare([]))

    async def _settle_records(self, records: Records) -> None:
        await self._settle(_ends_of(records), SERVICE.prepare(records))

    async def _set_aside(self, record: Record, fault: Exception) -> None:
        await self._settle(_ends_of([record]), lambda connection: put_by(connection, record, fault))

    async def _settle(self, ends: Positions, write: Write) -> None:
        advance = OffsetAdvance(SERVICE.name, {place: (self.offsets[place], end) for place, end in ends.items()})
        async with self._connection.transaction():
            await settle(self._connection, advance, write)
        self.offsets |= ends


def _ends_of(records: Records) -> dict[Partition, int]:
    return {(record.topic, record.partition): record.offset + 1 for record in records}


def _is_of_a_record(fault: Exception) -> bool:
    return not (is_passing(fault) or isinstance(fault, Fenced))


async def positions(connection: Connection, *, held: bool = False) -> dict[Partition, int]:
    """How far the views have read; `held` locks these offsets until the end of the transaction."""
    rows = await connection.fetch(sql()["held" if held else "positions"], SERVICE.name)
    return {(row["topic"], row["part"]): row["next_offset"] for row in rows}


@dataclass(frozen=True, slots=True)
class Difference:
    """How one table differs: rows that only one of the two schemas has. A changed row counts once on each side."""

    table: str
    only_live: int
    only_fresh: int
    shown: Sequence[str]
    """Some of these rows as text: `-` for rows only in the views in service, `+` for rows only in the new ones."""


async def differences(connection: Connection, live: str = LIVE, fresh: str = FRESH) -> list[Difference]:
    """Every table that differs between the two schemas, row by row. Each table is read whole."""
    differing = []
    for row in await connection.fetch(sql()["tables"], fresh):
        table = row["tablename"]
        only_live, shown_live = await _only(connection, live, fresh, table)
        only_fresh, shown_fresh = await _only(connection, fresh, live, table)
        if only_live or only_fresh:
            shown = [*(f"- {one}" for one in shown_live), *(f"+ {one}" for one in shown_fresh)]
            differing.append(Difference(table, only_live, only_fresh, shown))
    return differing


async def _only(connection: Connection, one: str, other: str, table: str) -> tuple[int, list[str]]:
    """Compares rows as text, because JSON has no equality: one Postgres wrote both, so equal rows have equal texts."""
    row = await connection.fetchrow(
        f"WITH only_one AS (SELECT t::text AS row FROM {one}.{table} AS t"  # noqa: S608  (names from the catalogue)
        f" EXCEPT ALL SELECT t::text FROM {other}.{table} AS t)"
        f" SELECT count(*) AS many, (array_agg(row ORDER BY row))[1:{SHOWN_MAX}] AS shown FROM only_one"
    )
    assert row is not None  # noqa: S101  (an aggregate has a row)
    return row["many"], row["shown"] or []


async def swap(connection: Connection, fresh: str = FRESH) -> None:
    """Put `fresh` into service at the end of this transaction, and keep the previous views as BEFORE.

    The caller holds `positions`. With BEFORE as `fresh`, the two change places: this is how to go back. Readers see
    the one or the other. Followers of changes receive a change of every view.
    """
    for table in _OWN:
        await connection.execute(
            f"DELETE FROM {fresh}.{table}; INSERT INTO {fresh}.{table} SELECT * FROM {LIVE}.{table}"  # noqa: S608
        )
    await connection.execute(
        f"DELETE FROM {fresh}.changes;"  # noqa: S608
        f" UPDATE {fresh}.change_head SET last = (SELECT last FROM {LIVE}.change_head)"
    )
    for schema in ("", "_known"):
        for row in await connection.fetch(sql()["readers"], LIVE + schema):
            await _let_read(connection, row["reader"], fresh + schema)
        await connection.execute(f"ALTER SCHEMA {LIVE}{schema} RENAME TO {_AWAY}{schema}")
        await connection.execute(f"ALTER SCHEMA {fresh}{schema} RENAME TO {LIVE}{schema}")
        await connection.execute(
            f"DROP SCHEMA IF EXISTS {BEFORE}{schema} CASCADE"
        )  # absent if it is what goes into service now
        await connection.execute(f"ALTER SCHEMA {_AWAY}{schema} RENAME TO {BEFORE}{schema}")
    await connection.execute(f"SET LOCAL search_path = {LIVE}, public")
    await publish.make(connection, anew=True)
    await _notify_followers(connection)


async def _let_read(connection: Connection, reader: str, schema: str) -> None:
    await connection.execute(
        f"GRANT USAGE ON SCHEMA {schema} TO {reader}; GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {reader};"
        f" ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT SELECT ON TABLES TO {reader}"
    )


async def _notify_followers(connection: Connection) -> None:
    tables = [row["tablename"] for row in await connection.fetch(sql()["tables"], LIVE)]
    views: list[object] = [table for table in tables if not table.endswith("_history")]
    changed = (views, [EVERYONE] * len(views), ["[]"] * len(views), [0] * len(views))
    await connection.execute(query("change").sql, *changed, len(views))
