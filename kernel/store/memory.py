"""The store in memory: the same guarantees as in Postgres, for tests and experiments.

It stores what the Postgres store stores and refuses what that refuses; one test suite runs over both.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from contracts.outcome import CommandDecided
from contracts.registry import type_name
from kernel.identity.recorded import acted_by
from kernel.model.admitted import admitted_of, place_of, places_of
from kernel.model.decider import Claim
from kernel.model.records import (
    Appended,
    Batch,
    ClaimsByHolder,
    CommandKey,
    ConcurrencyConflict,
    DeadLetter,
    DecodedCommand,
    EventIdsTaken,
    Fenced,
    HeldEvent,
    Holder,
    NewEvent,
    OffsetAdvance,
    Origin,
    Partition,
    ReleasedMeanwhile,
    StoredEvent,
    StoredOutcome,
    StreamOf,
    WaitingCommand,
)
from kernel.store.postgres import placed, waiting_command


class MemoryStore:
    """A service's store that lives as long as the object."""

    def __init__(self) -> None:
        self.events: list[NewEvent] = []
        self.outcomes: list[CommandDecided] = []
        self.dead_letters: list[DeadLetter] = []
        self.admitted: list[DecodedCommand] = []
        self._event_ids: set[UUID] = set()
        self._streams: dict[str, list[NewEvent]] = {}
        self._answers: dict[CommandKey, StoredOutcome] = {}
        self._acted: dict[CommandKey, str | None] = {}
        self._claims: dict[str, tuple[Claim, ...]] = {}
        self._claims_by_holder: dict[Holder, dict[str, tuple[Claim, ...]]] = {}
        self._pending: dict[CommandKey, tuple[str, int, WaitingCommand, datetime]] = {}
        self._offsets: dict[tuple[str, Partition], int] = {}
        self._held: dict[Origin, HeldEvent] = {}
        self._tried: list[StreamOf] = []

    async def load(self, versions: Mapping[str, int]) -> Sequence[StoredEvent]:
        later = [
            StoredEvent(stream, event.version, event.event)
            for stream, version in versions.items()
            for event in self._streams.get(stream, ())[version:]
        ]
        return sorted(later, key=lambda event: (event.stream, event.version))

    async def outcomes_of(self, keys: Collection[CommandKey]) -> Mapping[CommandKey, StoredOutcome]:
        return {key: self._answers[key] for key in keys if key in self._answers}

    async def claims(self, holders: Collection[Holder]) -> ClaimsByHolder:
        return {holder: dict(self._claims_by_holder.get(holder, {})) for holder in holders}

    async def append(self, batch: Batch) -> Appended:
        self._check(batch)
        first, now = len(self.events), datetime.now(UTC)
        decided = [placed(outcome, first) for outcome in batch.outcomes]
        admitted = admitted_of(batch.outcomes)
        places = places_of(admitted, len(self.admitted))
        self.admitted += admitted
        self.events += [
            replace(event, place=event.place or places.get((event.cause.source, event.cause.id)))
            for event in batch.events
        ]
        self._event_ids.update(event.event.id for event in batch.events)
        for event in batch.events:
            self._streams.setdefault(event.event.data.stream, []).append(event)
        self.outcomes += decided
        self.dead_letters += batch.dead_letters
        for owner, claims in batch.claims.items():
            self._claim(owner, claims)
        self._answer(batch, decided, places, now)
        self._held = {o: held for o, held in self._held.items() if o not in batch.released}
        self._held = {held.origin: held for held in batch.held} | self._held
        if batch.offsets is not None:
            self._offsets |= {(batch.offsets.consumer, p): new for p, (_, new) in batch.offsets.steps.items()}
        return Appended(first, decided, now)

    def _check(self, batch: Batch) -> None:
        if batch.offsets is not None and not self._is_current(batch.offsets):
            raise Fenced(batch.offsets.consumer)
        if any(origin not in self._held for origin in batch.released):
            raise ReleasedMeanwhile
        if any(self._version(stream) > version for stream, version in batch.read_set.items()):
            raise ConcurrencyConflict("a stream moved on")
        fresh = {outcome.command.key for outcome in batch.outcomes if outcome.is_answer}
        if any(key in self._answers and self._answers[key].outcome.status != "pending" for key in fresh):
            raise ConcurrencyConflict("a command was answered meanwhile")
        taken = self._event_ids.intersection(event.event.id for event in batch.events)
        if taken:
            raise EventIdsTaken(taken)
        versions: dict[str, int] = {}
        for event in batch.events:
            stream = event.event.data.stream
            if event.version != versions.get(stream, self._version(stream)) + 1:
                raise ConcurrencyConflict("events_stream_version_key")
            versions[stream] = event.version
        self._check_claims(batch.claims)

    def _check_claims(self, changed: Mapping[str, tuple[Claim, ...]]) -> None:
        """Check that the owners' new claims overlap no other claim on the same holder."""
        for holder in {(claim.kind, claim.holder) for claims in changed.values() for claim in claims}:
            owners = {**self._claims_by_holder.get(holder, {}), **changed}
            held = [claim for claims in owners.values() for claim in claims if (claim.kind, claim.holder) == holder]
            if any(a.overlaps(b) for i, a in enumerate(held) for b in held[i + 1 :]):
                raise ConcurrencyConflict("claims overlap")

    def _claim(self, owner: str, claims: tuple[Claim, ...]) -> None:
        for before in self._claims.get(owner, ()):
            self._claims_by_holder[(before.kind, before.holder)].pop(owner, None)
        self._claims[owner] = claims
        for claim in claims:
            by_owner = self._claims_by_holder.setdefault((claim.kind, claim.holder), {})
            by_owner[owner] = (*by_owner.get(owner, ()), claim)

    def _version(self, stream: str) -> int:
        return len(self._streams.get(stream, ()))

    def _is_current(self, offsets: OffsetAdvance) -> bool:
        return all(self._offsets.get((offsets.consumer, p), -1) == old for p, (old, _) in offsets.steps.items())

    def _answer(
        self, batch: Batch, decided: Sequence[CommandDecided], places: Mapping[CommandKey, str], now: datetime
    ) -> None:
        for outcome, placed_ in zip(batch.outcomes, decided, strict=True):
            key = outcome.command.key
            if not outcome.is_answer:
                continue
            self._answers[key] = StoredOutcome(outcome.command.digest, placed_)
            self._acted[key] = acted_by(outcome.command.principal).id
            self._pending.pop(key, None)
            if placed_.status == "pending":
                waiting = waiting_command(outcome.command, place_of(outcome.command, places))
                self._pending[key] = (placed_.waits_for or "", outcome.waits_after, waiting, now)

    async def ready(self, limit: int) -> Sequence[WaitingCommand]:
        waiting = sorted(self._pending.values(), key=lambda one: one[3])
        return [command for stream, after, command, _ in waiting if self._version(stream) > after][:limit]

    async def find(
        self, command_id: str, source: str | None, acted: Collection[str] | None = None
    ) -> Sequence[CommandDecided]:
        keys = [key for key in sorted(self._answers) if key[1] == command_id and source in (None, key[0])]
        own = [key for key in keys if acted is None or self._acted[key] in acted]
        return [self._answers[key].outcome for key in own][:10]

    async def waiting(self, after: tuple[datetime, str, str], limit: int) -> Sequence[Mapping[str, object]]:
        rows = sorted((since, *key, stream) for key, (stream, _, _, since) in self._pending.items())
        return [
            {"command_source": source, "command_id": id_, "waits_for": stream, "since": since}
            for since, source, id_, stream in rows
            if (since, source, id_) > after
        ][:limit]

    async def words(self) -> Collection[tuple[str, int]]:
        return {(type_name(type(e.event.data)), e.event.data.schema_version) for e in self.events}

    async def held_streams(self, streams: Collection[StreamOf]) -> Collection[StreamOf]:
        return {stream for stream in self._held_streams() if stream in streams}

    def _held_streams(self) -> Sequence[StreamOf]:
        return list(dict.fromkeys((held.origin.topic, held.stream) for held in self._held.values()))

    async def held_number(self) -> int:
        return len(self._held)

    async def held_next(self, limit: int) -> Sequence[StreamOf]:
        untried = [stream for stream in self._held_streams() if stream not in self._tried]
        return [*untried, *(stream for stream in self._tried if stream in self._held_streams())][:limit]

    async def held_of(self, stream: StreamOf, limit: int) -> Sequence[HeldEvent]:
        held_events = [held for held in self._held.values() if (held.origin.topic, held.stream) == stream]
        return sorted(held_events, key=lambda held: (held.version, held.origin.offset))[:limit]

    async def held_tried(self, held: HeldEvent, reason: str) -> None:
        self._held[held.origin] = replace(held, reason=reason)
        stream = (held.origin.topic, held.stream)
        self._tried = [*(one for one in self._tried if one != stream), stream]

    async def begin_consuming(self, consumer: str, partitions: Collection[Partition]) -> Mapping[Partition, int]:
        return {p: self._offsets.setdefault((consumer, p), 0) for p in partitions}

    async def stored_offsets(self, consumer: str, partitions: Collection[Partition]) -> Mapping[Partition, int]:
        return {p: self._offsets.get((consumer, p), 0) for p in partitions}
