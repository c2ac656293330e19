"""Events that are held for an upgrade: tried again at the start and now and then, each stream in its order.

What they lead to is decided in the transaction that lets go of them. Nothing else waits for them. There is a bound:
beyond it the partition stands that brings more, and says so, for a register that reacts to nothing is no register.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

import structlog

from kernel.decide.command_handler import CommandHandler
from kernel.decide.record_decoder import RecordDecoder
from kernel.model.records import HeldEvent, ReleasedMeanwhile, StreamOf
from kernel.runtime.faults import is_passing, kind
from kernel.runtime.health import Health
from kernel.runtime.metrics import HELD
from kernel.store.protocol import Store

log = structlog.get_logger()
TRY_AGAIN_S = 30.0
STREAMS_AT_ONCE = 100
EVENTS_AT_ONCE = 20
WHAT = "what newer events lead to"
"""As which it stands in health."""


class TooManyHeld(Exception):
    """As many newer events are held as may be: the partition waits for an upgrade, or until some are dropped."""


class HeldEventRetry:
    """The events that one service holds."""

    def __init__(
        self,
        service: str,
        *,
        store: Store,
        taking_in: RecordDecoder,
        intake: CommandHandler,
        health: Health,
        held_max: int,
    ) -> None:
        self._service = service
        self._store = store
        self._taking_in = taking_in
        self._intake = intake
        self._health = health
        self._most = held_max

    async def check(self, more: Sequence[HeldEvent]) -> None:
        """Raise `TooManyHeld` where these are more than may be held."""
        if more and await self._tell() + len(more) > self._most:
            raise TooManyHeld(f"{self._most:,} newer events are held already")

    async def run(self) -> None:
        """Try again for ever; a fault of a server's is waited out."""
        while True:
            try:
                await self.try_all()
                self._health.beat("held events")
            except Exception as fault:  # the server is away; what is held is stored
                self._health.failed("held events", fault)
                log.warning("held events could not be tried", fault=kind(fault))
            await asyncio.sleep(TRY_AGAIN_S)

    async def try_all(self) -> None:
        """Take up every held event that this program understands."""
        if await self._tell():
            seen: set[StreamOf] = set()
            while streams := [one for one in await self._store.held_next(STREAMS_AT_ONCE) if one not in seen]:
                seen.update(streams)
                for stream in streams:
                    await self._try(stream)
            await self._tell()

    async def _tell(self) -> int:
        number = await self._store.held_number()
        HELD.labels(self._service).set(number)
        told = f"{number:,} of at most {self._most:,} are held: upgrade this service, or see `forcegen held`"
        if number:
            self._health.remarks[WHAT] = told
        else:
            self._health.remarks.pop(WHAT, None)
        if number >= self._most:
            self._health.stands(WHAT, f"{told}; no more are taken, and the partitions that bring them stand")
        else:
            self._health.moves(WHAT)
        return number

    async def _try(self, stream: StreamOf) -> None:
        """The events of a stream in their order, up to the first that still has to wait."""
        while held := await self._store.held_of(stream, EVENTS_AT_ONCE):
            for event in held:
                if not await self._taken_up(event):
                    return

    async def _taken_up(self, held: HeldEvent) -> bool:
        found = self._taking_in.again(held)
        if found.is_newer and found.event is not None:
            await self._store.held_tried(held, found.event.reason)
            return False
        letters = [found.letter] if found.letter else []
        try:
            await self._intake.take(found.commands, letters, released=[held.origin])
        except ReleasedMeanwhile:
            return True
        except Exception as fault:
            if is_passing(fault):
                raise
            return await self._taken_up_apart(held, fault)
        log.info("a held event is taken up", topic=held.origin.topic, offset=held.origin.offset, type=held.type)
        return True

    async def _taken_up_apart(self, held: HeldEvent, fault: Exception) -> bool:
        """Its commands one by one, where together they make the transaction fail; it waits where none of that helps."""
        answers = await self._intake.take_apart(self._taking_in.again(held).commands)
        if any(isinstance(answer, Exception) for answer in answers):
            await self._store.held_tried(held, f"What it leads to cannot be recorded ({kind(fault)}).")
            return False
        with suppress(ReleasedMeanwhile):
            await self._intake.take([], released=[held.origin])
        return True
