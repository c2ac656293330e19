"""Recomputes a report from the archive alone, by projecting the records before a receipt's positions again.

The archive is verified while it is read: the projected records are those that were hashed, so a report that comes out
the same follows from the signed log, and from nothing else.
"""

import asyncio
import json
import secrets
from collections import Counter
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from datetime import date
from typing import Final

import asyncpg
from aiokafka import ConsumerRecord

from contracts.json_object import JsonObject
from kernel.runtime.health import Health
from kernel.store import database, scopes
from operations.audit_log import ReadPath
from services.audit.archive import static_files
from services.audit.verify.verifier import name_of
from services.reporting import rebuild
from services.reporting.query.change_feed import ChangeFeed
from services.reporting.query.scope import NAMED_AT_ONCE, NARROWED, ReadPools
from services.reporting.query.session import ReadModel
from services.reporting.rebuild import ViewFill
from services.reporting.reports import formats, run
from services.reporting.reports.catalogue import REPORTS
from services.reporting.reports.parameters import parameters_of
from services.reporting.reports.receipts import Receipt

NOBODY: Final = "nobody whom a service verified"
BATCH_RECORDS: Final = 1_000
"""Records in one transaction."""


def consumed(record: JsonObject) -> "ConsumerRecord[bytes | None, bytes | None]":
    """An archived record in JSON (`layout.record`) as Kafka delivered it."""
    key, value = (None if record[part] is None else bytes.fromhex(record[part]) for part in ("key", "value"))
    return ConsumerRecord(
        topic=record["topic"],
        partition=record["partition"],
        offset=record["offset"],
        timestamp=record["timestamp"],
        timestamp_type=0,
        key=key,
        value=value,
        checksum=None,
        serialized_key_size=-1 if key is None else len(key),
        serialized_value_size=-1 if value is None else len(value),
        headers=static_files.headers_of(record),
    )


def said_by(record: JsonObject) -> str:
    """Who said an event, as its service verified: the principal, or the one on whose behalf a policy acted."""
    headers = {name: content for name, content in static_files.headers_of(record) if isinstance(content, bytes)}
    names = ("ce_authonbehalfof", "ce_authid")
    return next((headers[name].decode(errors="replace") for name in names if name in headers), NOBODY)


class RecomputedViews:
    """Views in a separate schema, filled while the records are read."""

    def __init__(self, runner: asyncio.Runner, filling: ViewFill, pools: ReadPools, receipt: Receipt) -> None:
        self._runner = runner
        self._filling = filling
        self._pools = pools
        self._receipt = receipt
        self._until = {(place.topic, place.partition): place.next_offset for place in receipt.positions}
        self._next: list[ConsumerRecord[bytes | None, bytes | None]] = []
        self.uncovered: list[str] = []
        """Records that the answer depends on but the receipt's checkpoint does not cover."""
        self.said_by: Counter[str] = Counter()
        """By principal, how many of the events it said."""

    def see(self, record: JsonObject, size: int) -> None:
        """Take one archived record; the receipt's checkpoint covers the first `size` records of the archive."""
        if record["offset"] >= self._until.get((record["topic"], record["partition"]), 0):
            return
        if record["leaf"] >= size:
            self.uncovered.append(name_of(record))
        self._next.append(consumed(record))
        self.said_by[said_by(record)] += 1
        if len(self._next) == BATCH_RECORDS:
            self._fill()

    def answer(self) -> JsonObject:
        """The report, as the query API would answer it from these views."""
        self._fill()
        return self._runner.run(self._answer())

    def _fill(self) -> None:
        self._runner.run(self._filling.apply(self._next, self._until))
        self._next = []

    async def _answer(self) -> JsonObject:
        await self._filling.reach(self._until)
        report, given = REPORTS[self._receipt.report], dict(self._receipt.parameters)
        params = parameters_of(self._receipt.report, tuple(report.parameters), report.required).model_validate(given)
        day = date.fromisoformat(given["as_of"])
        contributors = self._receipt.contributors
        scope = None if contributors is None else frozenset(contributors)
        model = ReadModel(self._pools, lambda: day, ChangeFeed(self._pools, Health(0)), scope=scope)
        async with model.session(params) as session:
            return formats.as_json(self._receipt.report, await run.find(session, report, params))


@contextmanager
def recomputed_views(url: str, receipt: Receipt) -> Iterator[RecomputedViews]:
    """Empty views in the database at `url`, dropped at the end."""
    schema = f"forcegen_{secrets.token_hex(6)}"
    until = {(place.topic, place.partition): place.next_offset for place in receipt.positions}

    async def begin(stack: AsyncExitStack) -> tuple[ViewFill, ReadPools]:
        if receipt.contributors is not None:
            await scopes.provision_scopes(url)  # the answer was given under policies, and so it is made again
        await rebuild.make(url, schema)
        here = rebuild.within(url, schema)
        pool = await stack.enter_async_context(asyncpg.create_pool(here, min_size=1, max_size=2))
        scoped = None
        if receipt.contributors is not None:
            narrowed = asyncpg.create_pool(
                here, min_size=1, max_size=1, server_settings=dict(NARROWED), **NAMED_AT_ONCE
            )
            scoped = await stack.enter_async_context(narrowed)
        connection = await database.session(here)
        stack.push_async_callback(connection.close)
        filling = ViewFill(connection)
        await filling.begin(until)
        return filling, ReadPools(pool, scoped)

    async def end(stack: AsyncExitStack) -> None:
        await stack.aclose()
        connection = await database.session(url)
        await rebuild.drop(connection, schema)
        await connection.close()

    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        try:
            yield RecomputedViews(runner, *runner.run(begin(stack)), receipt)
        finally:
            runner.run(end(stack))


def watched(read: ReadPath, views: RecomputedViews, size: int) -> ReadPath:
    """Wrap a read function so that the views see every record once."""
    seen = 0

    def reading(path: str) -> bytes:
        nonlocal seen
        content = read(path)
        if path.startswith("records/"):
            for record in map(json.loads, content.splitlines()):
                if isinstance(record, dict) and isinstance(leaf := record.get("leaf"), int) and leaf >= seen:
                    views.see(record, size)
                    seen = leaf + 1
        return content

    return reading
