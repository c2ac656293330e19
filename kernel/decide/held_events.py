"""Events held for an upgrade: retried at the start and periodically, each stream in order.

The commands they lead to are decided in the transaction that releases them. Nothing else waits for them. Their number
is limited: a partition that brings more stands still and is reported, because a register that reacts to nothing is of
no use.
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
"""Its name in health."""


class TooManyHeld(Exception):
    """The limit of held newer events is reached: the partition waits for an upgrade, or until some are dropped."""


class HeldEventRetry:
    """Retries the events that one service holds."""

    def __init__(
        self,
        service: str,
        store: Store,
        record_decoder: RecordDecoder,
        command_handler: CommandHandler,
        *,
        health: Health,
        held_max: int,
    ) -> None:
        self._service = service
        self._store = store
        self._record_decoder = record_decoder
        self._command_handler = command_handler
        self._health = health
        self._most = held_max

    async def check(self, more: Sequence[HeldEvent]) -> None:
        """Raise `TooManyHeld` if holding these would exceed the limit."""
        if more and await self._report() + len(more) > self._most:
            raise TooManyHeld(f"{self._most:,} newer events are held already")

    async def run(self) -> None:
        """Retry forever; a server's fault is waited out."""
        while True:
            try:
                await self.try_all()
                self._health.beat("held events")
            except Exception as fault:  # the server is unreachable; held events are stored
                self._health.failed("held events", fault)
                log.warning("held events could not be tried", fault=kind(fault))
            await asyncio.sleep(TRY_AGAIN_S)

    async def try_all(self) -> None:
        """Process every held event that this program understands."""
        if await self._report():
            tried: set[StreamOf] = set()
            while streams := [stream for stream in await self._store.held_next(STREAMS_AT_ONCE) if stream not in tried]:
                tried.update(streams)
                for stream in streams:
                    await self._retry_stream(stream)
            await self._report()

    async def _report(self) -> int:
        number = await self._store.held_number()
        HELD.labels(self._service).set(number)
        held_of_most = f"{number:,} of at most {self._most:,} are held: upgrade this service, or see `forcegen held`"
        if number:
            self._health.remarks[WHAT] = held_of_most
        else:
            self._health.remarks.pop(WHAT, None)
        if number >= self._most:
            self._health.stands(WHAT, f"{held_of_most}; no more are taken, and the partitions that bring them stand")
        else:
            self._health.moves(WHAT)
        return number

    async def _retry_stream(self, stream: StreamOf) -> None:
        """Retry the events of a stream in order, up to the first that still has to wait."""
        while held := await self._store.held_of(stream, EVENTS_AT_ONCE):
            for event in held:
                if not await self._retry(event):
                    return

    async def _retry(self, held: HeldEvent) -> bool:
        decoded = self._record_decoder.decode_held(held)
        if decoded.is_newer and decoded.event is not None:
            await self._store.held_tried(held, decoded.event.reason)
            return False
        dead_letters = [decoded.dead_letter] if decoded.dead_letter else []
        try:
            await self._command_handler.handle(decoded.commands, dead_letters, released=[held.origin])
        except ReleasedMeanwhile:
            return True
        except Exception as fault:
            if is_passing(fault):
                raise
            return await self._retry_separately(held, fault)
        log.info("a held event is taken up", topic=held.origin.topic, offset=held.origin.offset, type=held.type)
        return True

    async def _retry_separately(self, held: HeldEvent, fault: Exception) -> bool:
        """Handle its commands one by one if together they make the transaction fail; if that fails too, it waits."""
        outcomes = await self._command_handler.handle_separately(self._record_decoder.decode_held(held).commands)
        if any(isinstance(outcome, Exception) for outcome in outcomes):
            await self._store.held_tried(held, f"What it leads to cannot be recorded ({kind(fault)}).")
            return False
        with suppress(ReleasedMeanwhile):
            await self._command_handler.handle([], released=[held.origin])
        return True
