"""Read your writes: whether the views hold the events of a command. The answer is checked, never guessed.

A waiter queries the database once when the wait begins and once when it ends. In between, `change_feed` checks for all
waiters of a scope together each time a batch is committed, so a thousand waiters cost as much as one. A scope sees its
own streams alone: the stream of another State is answered, and waited for, as one that nobody knows.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import asyncpg

from contracts.outcome import WaitToken
from services.reporting.queries import query
from services.reporting.query.scope import ReadPools, Scope

FreshnessState = Literal["fresh", "stale", "parked"]


@dataclass(frozen=True, slots=True)
class Freshness:
    """How the views relate to a token.

    `fresh`: they hold its events. `stale`: they did not hold them when the time was up. `parked`: one of the events
    could not be applied, and waits for a repair.
    """

    state: FreshnessState
    behind_events: int
    """How many events of the stream are not in the views yet; 0 when fresh."""


@dataclass
class Waits:
    """The waiters of this process, by scope and token."""

    pools: ReadPools
    longest_s: float
    """The longest wait, whatever a request names."""
    _waiting: dict[Scope, dict[WaitToken, list["asyncio.Future[None]"]]] = field(default_factory=dict)

    async def wait(self, token: WaitToken, timeout_s: float, scope: Scope = None) -> Freshness:
        """How the views relate to the token, as soon as they hold its events or when the time is up."""
        woken = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(scope, {}).setdefault(token, []).append(woken)
        try:
            [freshness] = await self._ask(scope, [token])  # after registering, so that every later commit wakes it
            if freshness.state == "stale" and timeout_s > 0:
                await asyncio.wait([woken], timeout=min(timeout_s, self.longest_s))
                [freshness] = await self._ask(scope, [token])
        finally:
            self._forget(scope, token, woken)
        return freshness

    async def settle(self) -> None:
        """Wake the waiters whose wait is over, after a commit."""
        for scope, waiting in list(self._waiting.items()):
            tokens = list(waiting)
            for token, freshness in zip(tokens, await self._ask(scope, tokens), strict=True):
                for woken in waiting.get(token, []) if freshness.state != "stale" else []:
                    if not woken.done():
                        woken.set_result(None)

    def _forget(self, scope: Scope, token: WaitToken, woken: "asyncio.Future[None]") -> None:
        waiting = self._waiting[scope]
        others = [one for one in waiting.pop(token, []) if one is not woken]
        if others:
            waiting[token] = others
        elif not waiting:
            del self._waiting[scope]

    async def _ask(self, scope: Scope, tokens: Sequence[WaitToken]) -> list[Freshness]:
        columns = [list(column) for column in zip(*tokens, strict=True)]
        async with self.pools.connection(scope) as connection:
            return [_freshness(row) for row in await connection.fetch(query("freshness").sql, *columns)]


def _freshness(row: asyncpg.Record) -> Freshness:
    if row["fresh"]:
        return Freshness("fresh", 0)
    return Freshness("parked" if row["parked"] else "stale", row["behind_events"])
