"""The shell around a decider: load what a batch needs, settle it in memory, append it, and start over on a conflict.

A process handles one batch at a time. Commands from Kafka, from HTTP, from policies and from waiting all come here, so
a process never conflicts with itself; between processes the append's check keeps order. Stream states stay in a
bounded cache, which only stored events advance.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

import structlog

from contracts.newer import NewerThanProgram
from contracts.outcome import CommandDecided
from kernel.decide.batch import LoadedState, SettledBatch, settle
from kernel.model.decider import AnyDecider, Claim, ReceivedCommand
from kernel.model.records import (
    Batch,
    ConcurrencyConflict,
    DeadLetter,
    DecodedCommand,
    EventIdsTaken,
    HeldEvent,
    Holder,
    Invalid,
    OffsetAdvance,
    Origin,
    StreamState,
)
from kernel.runtime.bisect_batch import bisect_batch
from kernel.runtime.faults import is_passing, kind, where
from kernel.runtime.metrics import BATCH_SECONDS, COMMANDS, STALE_BATCHES
from kernel.store.protocol import Store

log = structlog.get_logger()
ATTEMPTS_MAX = 100
"""Attempts to decide one batch. Each conflict means that another process made progress; this many mean a defect."""
COMPANIONS_MAX = 100
"""Streams that the last batch read besides its own (missions, rule sets); they are loaded up front for the next one."""
ROUNDS_MAX = 20
"""Rounds of loading for one batch. Each round settles further into the batch; a decider that needs more is a defect."""


class CommandHandler:
    """The only way by which commands reach a service's decider."""

    def __init__(
        self,
        decider: AnyDecider,
        store: Store,
        *,
        service: str,
        streams_cached_max: int,
        appended: Callable[[], None] = lambda: None,
        newer: Callable[[NewerThanProgram], None] = lambda _: None,
    ) -> None:
        self._decider = decider
        self._store = store
        self._service = service
        self._cache: OrderedDict[str, StreamState] = OrderedDict()
        self._cached_max = streams_cached_max
        self._appended = appended
        self._newer = newer
        self._companions: set[str] = set()
        self._door = asyncio.Lock()

    async def handle(
        self,
        commands: Sequence[DecodedCommand],
        dead_letters: Sequence[DeadLetter] = (),
        offsets: OffsetAdvance | None = None,
        *,
        held: Sequence[HeldEvent] = (),
        released: Sequence[Origin] = (),
    ) -> Sequence[CommandDecided]:
        """Decide and append; returns the answers in the order of the commands.

        Raises:
            Fenced: another process reads these partitions now.
            ReleasedMeanwhile: one of `released` is no longer held.
            NewerThanProgram: the log holds events that this program cannot read.
        """
        other = Batch(dead_letters=dead_letters, held=held, released=released, offsets=offsets)
        taken: frozenset[UUID] = frozenset()
        async with self._door:
            for _ in range(ATTEMPTS_MAX):
                try:
                    with BATCH_SECONDS.labels(self._service).time():
                        return await self._attempt(commands, other, taken)
                except NewerThanProgram as fault:
                    self._newer(fault)
                    raise
                except EventIdsTaken as fault:
                    log.warning("a command leads to an event id that is on record", ids=sorted(map(str, fault.ids)))
                    taken |= fault.ids
                except ConcurrencyConflict as stale:
                    STALE_BATCHES.labels(self._service).inc()
                    log.info("batch is stale, deciding anew", reason=str(stale))
        raise RuntimeError(f"a batch of {self._service} was stale {ATTEMPTS_MAX} times")

    async def handle_separately(self, commands: Sequence[DecodedCommand]) -> Sequence[CommandDecided | Exception]:
        """Decide and append; if the data of one command makes all of them fail, split the batch in halves.

        The command at fault is answered `invalid`. If not even that answer can be stored, the result holds the fault.

        Raises:
            Exception: a server's fault, which is transient; what was decided before it stands.
        """
        parts = await bisect_batch(commands, self.handle, self._reject_alone)
        return [outcome for part in parts for outcome in part]

    async def _reject_alone(self, command: DecodedCommand, fault: Exception) -> Sequence[CommandDecided | Exception]:
        log.error("a command cannot be recorded", fault=kind(fault), where=where(fault))
        reason = f"The command could not be recorded ({kind(fault)}); nothing came of it."
        remedy = "Look for a value that no register would hold, or ask the operators: their log names the fault."
        try:
            return await self.handle([replace(command, command=Invalid(reason, remedy=remedy))])
        except Exception as again:
            if is_passing(again):
                raise
            return [fault]

    async def _attempt(
        self, commands: Sequence[DecodedCommand], other: Batch, taken: frozenset[UUID]
    ) -> Sequence[CommandDecided]:
        """Append the decisions together with the rest of the batch: dead letters, held events, offsets."""
        settled = await self._settled(commands, taken)
        for fault in settled.faults:
            log.error("the decider failed", fault=type(fault).__name__, where=where(fault))
        batch = replace(
            settled.batch,
            dead_letters=other.dead_letters,
            held=other.held,
            released=other.released,
            offsets=other.offsets,
        )
        appended = await self._store.append(batch)
        self._remember(settled.streams)
        self._appended()
        for outcome in appended.outcomes:
            COMMANDS.labels(self._service, outcome.status, outcome.rule or "").inc()
        return appended.outcomes

    async def _settled(self, commands: Sequence[DecodedCommand], taken: frozenset[UUID]) -> SettledBatch:
        outcomes = await self._store.outcomes_of({decoded.key for decoded in commands}) if commands else {}
        streams: dict[str, StreamState] = {}
        claims: dict[Holder, Mapping[str, tuple[Claim, ...]]] = {}
        own = {each.command.data.stream for each in commands if isinstance(each.command, ReceivedCommand)}
        wanted: Collection[str] = own | self._companions
        for _ in range(ROUNDS_MAX):
            streams |= await self._load(wanted)
            settled = settle(commands, LoadedState(outcomes, streams, claims, taken), self._decider)
            if not settled.missing_streams:
                self._companions = set(sorted(settled.batch.read_set.keys() - own)[:COMPANIONS_MAX])
            if settled.is_complete:
                return settled
            wanted = settled.missing_streams
            if settled.missing_holders:
                held_claims = await self._store.claims(settled.missing_holders)
                if settled.stands(held_claims):
                    return settled
                claims |= held_claims
        raise RuntimeError(f"the decider of {self._service} looked at new streams in {ROUNDS_MAX} rounds")

    async def _load(self, wanted: Collection[str]) -> Mapping[str, StreamState]:
        """The streams as stored now: the cached states, brought up to date with one query for all of them."""
        if not wanted:
            return {}
        states = {s: self._cache.get(s) or StreamState(0, self._decider.initial(s)) for s in wanted}
        for stored in await self._store.load({stream: state.version for stream, state in states.items()}):
            before = states[stored.stream]
            states[stored.stream] = StreamState(stored.version, self._decider.evolve(before.state, stored.event))
        self._remember(states)
        return states

    def _remember(self, streams: Mapping[str, StreamState]) -> None:
        for stream, state in streams.items():
            self._cache[stream] = state
            self._cache.move_to_end(stream)
        while len(self._cache) > self._cached_max:
            self._cache.popitem(last=False)
