"""One listener per process: each commit of the projector wakes it once, and it wakes all waiters and followers.

A follower has a bounded buffer of unread changes. One that does not read is disconnected: it reconnects with the number
of the last change that it saw, and does not slow down the others.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Collection
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from contracts.json_object import JsonObject
from kernel.runtime.health import Health
from kernel.store import database
from services.reporting.projections.scope import EVERYONE
from services.reporting.queries import query
from services.reporting.query.consistency import Waits
from services.reporting.query.parameters import TIMEOUT_MAX_S
from services.reporting.query.scope import ReadPools, Scope

CHANNEL: Final = "forcegen_changes"
FOLLOWERS_MAX: Final = 2_000
UNREAD_MAX: Final = 1_000
"""Unread changes in the buffer of one follower."""
READ_MAX: Final = 1_000
"""Changes that one query reads."""
HEARTBEAT_S: Final = 15.0
ALIVE: Final = b"event: alive\ndata: {}\n\n"
"""An event instead of a comment: browsers do not report comments to the page, and a dead connection is silent too."""
HEARD_S: Final = 2.0
"""How long to wait without a notification before looking for changes anyway."""
AGAIN_S: Final = 1.0


class TooManyFollowers(Exception):
    """This process cannot serve more followers."""


@dataclass(frozen=True, slots=True)
class ViewChange:
    """Rows of one view and one State that a batch has set."""

    number: int
    view: str
    contributor: str | None
    """The State that sees it; `EVERYONE` for every State, None for none: then only who sees every State does."""
    frame: bytes
    """The change as a server-sent event."""


@dataclass(eq=False)
class Follower:
    """A follower and the changes that it has not read yet."""

    views: Collection[str]
    scope: Scope = None
    unread: "asyncio.Queue[ViewChange]" = field(default_factory=lambda: asyncio.Queue(UNREAD_MAX))
    lost: bool = False
    """Whether a change came while the buffer was full."""

    def wants(self, change: ViewChange) -> bool:
        is_seen = self.scope is None or change.contributor == EVERYONE or change.contributor in self.scope
        return is_seen and (not self.views or change.view in self.views)

    def offer(self, change: ViewChange) -> None:
        if self.lost or not self.wants(change):
            return
        try:
            self.unread.put_nowait(change)
        except asyncio.QueueFull:
            self.lost = True


class ChangeFeed:
    """The changes of the views, as this process learns of them."""

    def __init__(self, pools: ReadPools, health: Health, wait_longest_s: float = TIMEOUT_MAX_S) -> None:
        self._pool = pools.unscoped
        self._health = health
        self._woken = asyncio.Event()
        self._last: int | None = None
        self._followers: set[Follower] = set()
        self.waits = Waits(pools, wait_longest_s)

    @property
    def last(self) -> int | None:
        """The number of the newest change that this process knows of; everything read from now on includes it."""
        return self._last

    async def run(self) -> None:
        """Listen; if the connection is lost, listen again and read what was missed."""
        while True:
            try:
                async with self._pool.acquire() as connection:
                    await self._listen(connection)
            except (*database.PASSING_FAULTS, asyncpg.InterfaceError, asyncpg.PostgresError) as fault:
                self._health.failed("changes", fault)
            await asyncio.sleep(AGAIN_S)

    async def _listen(self, connection: PoolConnectionProxy) -> None:
        connection.add_termination_listener(self._wake)
        await connection.add_listener(CHANNEL, self._wake)
        try:
            while not connection.is_closed():
                await self._read()
                await self.waits.settle()
                self._health.beat("changes")
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._woken.wait(), HEARD_S)
                self._woken.clear()
        finally:
            connection.remove_termination_listener(self._wake)
            if not connection.is_closed():
                await connection.remove_listener(CHANNEL, self._wake)

    def _wake(self, *_: object) -> None:
        self._woken.set()

    async def _read(self) -> None:
        """Offer new changes to the followers."""
        if self._last is None:
            self._last = await self._pool.fetchval(query("change_head").sql)
        while changes := await self._after(self._last):
            self._last = changes[-1].number
            for follower in self._followers:
                for change in changes:
                    follower.offer(change)

    async def _after(self, number: int) -> list[ViewChange]:
        return [_change(row) for row in await self._pool.fetch(query("changes").sql, number, READ_MAX)]

    async def follow(self, seen: int | None, views: Collection[str], scope: Scope = None) -> AsyncIterator[bytes]:
        """Server-sent events that a scope may see: from `seen` on if it is given, otherwise from now on.

        Numbers are of all changes, so a gap tells how many there were of other States, and nothing else of them.

        The first event is `here`, whose id is where to resume. If the changes after `seen` are no longer kept, it is
        `reset`: the follower reads everything again. The stream ends when the follower is too slow.

        Raises:
            TooManyFollowers: the process already has as many followers as it can serve.
        """
        if len(self._followers) >= FOLLOWERS_MAX:
            raise TooManyFollowers
        follower = Follower(frozenset(views), scope)
        self._followers.add(follower)
        try:
            [head] = await self._pool.fetch(query("change_head").sql)
            kept = seen is not None and head["first"] - 1 <= seen <= head["last"]
            sent: int = seen if kept and seen is not None else head["last"]
            yield _frame("here" if kept or seen is None else "reset", sent, {"number": sent})
            while sent < head["last"] and (missed := await self._after(sent)):
                sent = missed[-1].number
                for change in filter(follower.wants, missed):
                    yield change.frame
            async for frame in _unread(follower, sent):
                yield frame
        finally:
            self._followers.discard(follower)


async def _unread(follower: Follower, sent: int) -> AsyncIterator[bytes]:
    """The changes after number `sent`, with a heartbeat while nothing comes."""
    while not follower.lost or not follower.unread.empty():
        try:
            change = await asyncio.wait_for(follower.unread.get(), HEARTBEAT_S)
        except TimeoutError:
            yield ALIVE
            continue
        if change.number > sent:
            yield change.frame


def _change(row: asyncpg.Record) -> ViewChange:
    data = {"view": row["view"], "ids": json.loads(row["ids"]), "rows": row["rows"]}
    data["recorded"] = row["recorded"].isoformat()
    return ViewChange(row["number"], row["view"], row["contributor"], _frame("change", row["number"], data))


def _frame(event: str, number: int, data: JsonObject) -> bytes:
    """A server-sent event (https://html.spec.whatwg.org/multipage/server-sent-events.html); JSON has no line break."""
    return f"event: {event}\ndata: {json.dumps(data)}\nid: {number}\n\n".encode()
