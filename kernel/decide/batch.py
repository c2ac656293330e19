"""A batch of commands, settled in memory: pure, in order, each command seeing what those before it did.

A decider looks up streams and claims as it goes. If one is not loaded yet, it is noted as missing; the shell loads it
and settles the whole batch again. So each round of I/O serves a whole batch, not one command, and the append can check
that nothing in the read set has moved since.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from contracts.outcome import CommandDecided, EventRef, WaitToken
from contracts.registry import type_name
from contracts.words import Command
from kernel.decide import within_scope
from kernel.identity import permits
from kernel.identity.principal import Principal
from kernel.model import outcome_body
from kernel.model.decider import (
    AnyDecider,
    Claim,
    Pending,
    ReceivedCommand,
    RecordedEvent,
    Refusal,
    recorded_events,
)
from kernel.model.records import (
    Batch,
    ClaimsByHolder,
    CommandKey,
    DecodedCommand,
    Holder,
    Invalid,
    NewEvent,
    Outcome,
    StoredOutcome,
    StreamState,
)


@dataclass(frozen=True, slots=True)
class LoadedState:
    """The streams, outcomes and claims that were loaded for a batch."""

    outcomes_by_key: Mapping[CommandKey, StoredOutcome]
    streams: Mapping[str, StreamState]
    claims: ClaimsByHolder
    event_ids_taken: frozenset[UUID] = frozenset()
    """Ids that commands of this batch lead to and that events on record have already."""


@dataclass(frozen=True, slots=True)
class SettledBatch:
    """The batch to append, the states after it, and what must be loaded before it may be appended."""

    batch: Batch
    streams: Mapping[str, StreamState]
    missing_streams: frozenset[str]
    missing_holders: frozenset[Holder]
    claimants: Mapping[Holder, frozenset[str]]
    """The owners in this batch that claim each holder."""
    faults: tuple[Exception, ...]
    """Exceptions that deciders raised: our defects, answered as refusals and reported to operators."""

    @property
    def is_complete(self) -> bool:
        return not (self.missing_streams or self.missing_holders)

    def stands(self, claims: ClaimsByHolder) -> bool:
        """Whether the batch remains valid with the `claims` on the missing holders: no holder has two owners."""
        return not self.missing_streams and all(
            len(claims[holder].keys() | self.claimants[holder]) < 2 for holder in self.missing_holders
        )


class _NotLoaded(LookupError):
    """A decider read a stream that is not loaded yet."""


class _ReadStates(Mapping[str, object]):
    """The states that a decider sees; every read is noted."""

    def __init__(self, work: "_OpenBatch", own: str) -> None:
        self._work = work
        self._own = own

    def __getitem__(self, stream: str) -> object:
        return self._work.read(stream).state

    def __iter__(self) -> Iterator[str]:
        return iter((self._own,))

    def __len__(self) -> int:
        return 1


@dataclass
class _OpenBatch:
    """The batch while it is being settled."""

    decider: AnyDecider
    loaded: LoadedState
    streams: dict[str, StreamState] = field(default_factory=dict)
    outcomes_by_key: dict[CommandKey, StoredOutcome] = field(default_factory=dict)
    held: dict[Holder, dict[str, tuple[Claim, ...]]] = field(default_factory=dict)
    events: list[NewEvent] = field(default_factory=list)
    event_ids: set[UUID] = field(default_factory=set)
    outcomes: list[Outcome] = field(default_factory=list)
    claims: dict[str, tuple[Claim, ...]] = field(default_factory=dict)
    read_set: dict[str, int] = field(default_factory=dict)
    missing_streams: set[str] = field(default_factory=set)
    missing_holders: set[Holder] = field(default_factory=set)
    claimants: dict[Holder, set[str]] = field(default_factory=dict)
    faults: list[Exception] = field(default_factory=list)

    def read(self, stream: str) -> StreamState:
        state = self.streams.get(stream) or self.loaded.streams.get(stream)
        if state is None:
            self.missing_streams.add(stream)
            raise _NotLoaded(stream)
        self.read_set.setdefault(stream, state.version)
        return state

    def handle(self, decoded: DecodedCommand) -> None:
        earlier = self.outcomes_by_key.get(decoded.key)
        stored = earlier or self.loaded.outcomes_by_key.get(decoded.key)
        if stored is not None and stored.digest != decoded.digest and not decoded.was_pending:
            return self.answer(decoded, outcome_body.conflict(decoded), is_answer=False)
        if stored is not None and not (decoded.was_pending and stored.outcome.status == "pending"):
            return self.answer(decoded, stored.outcome, is_answer=False, is_placed=earlier is None)
        if isinstance(decoded.command, Invalid):
            return self.answer(decoded, outcome_body.invalid(decoded, decoded.command))
        if isinstance(decoded.command, Refusal):
            return self.answer(decoded, outcome_body.refused(decoded, decoded.command))
        return self.decide(decoded, decoded.command)

    def decide(self, decoded: DecodedCommand, command: ReceivedCommand[Command]) -> None:
        stream = command.data.stream
        try:
            own, states_read = self.read(stream), _ReadStates(self, stream)
            decision = within_scope.decide(self.decider, decoded.principal, command, states_read)
            if isinstance(decision, Refusal):
                return self.answer(decoded, outcome_body.refused(decoded, decision))
            if isinstance(decision, Pending):
                waits_after = self.read(decision.on).version
                return self.answer(decoded, outcome_body.pending(decoded, decision), waits_after=waits_after)
            events = recorded_events(command, decision)
            states = self.fold(own, stream, events)
            new = [
                NewEvent(f, s.version, decoded.envelope, f.data.model_dump_json(), decoded.principal, decoded.place)
                for f, s in zip(events, states, strict=True)
            ]
        except _NotLoaded:
            return None
        except Exception as fault:  # a defect of the decider must not stop every command behind this one
            refusal = outcome_body.beyond_limits(fault)
            if refusal is None:
                self.faults.append(fault)
            return self.answer(decoded, outcome_body.refused(decoded, refusal or outcome_body.FAULT))
        if any(event.id in self.event_ids or event.id in self.loaded.event_ids_taken for event in events):
            return self.answer(decoded, outcome_body.event_id_taken(decoded))
        if (large := outcome_body.too_large(new)) is not None:
            return self.answer(decoded, outcome_body.refused(decoded, large))
        claims = self.claims_of(events, states)
        if (refusal := self.claimed(decoded.principal, command, claims)) is not None:
            return self.answer(decoded, outcome_body.refused(decoded, refusal))
        return self.accept(decoded, stream, new, states, claims)

    def fold(self, own: StreamState, stream: str, events: Sequence[RecordedEvent]) -> list[StreamState]:
        """The stream after each event."""
        states: list[StreamState] = []
        for event in events:
            if event.data.stream != stream:
                raise ValueError(f"{stream} may not record {type_name(type(event.data))} on {event.data.stream}")
            own = StreamState(own.version + 1, self.decider.evolve(own.state, event))
            states.append(own)
        return states

    def claims_of(self, events: Sequence[RecordedEvent], states: Sequence[StreamState]) -> dict[str, tuple[Claim, ...]]:
        claims: dict[str, tuple[Claim, ...]] = {}
        for event, after in zip(events, states, strict=True):
            claims |= self.decider.claims(event, after.state)
        return claims

    def claimed(
        self, principal: Principal, command: ReceivedCommand[Command], claims: Mapping[str, tuple[Claim, ...]]
    ) -> Refusal | None:
        """The refusal for the first claim that overlaps another owner's; a sender of some States learns no owner."""
        for owner, wanted in claims.items():
            for claim in wanted:
                self.claimants.setdefault((claim.kind, claim.holder), set()).add(owner)
                for other, theirs in self.holders(claim).items():
                    if other != owner and any(claim.overlaps(held) for held in theirs):
                        named = None if permits.is_limited(principal) else other
                        return self.decider.claimed(command, claim, named)
        return None

    def holders(self, claim: Claim) -> Mapping[str, tuple[Claim, ...]]:
        """The claims on the holder that `claim` names: as stored, except for owners whose claims this batch has set."""
        holder = (claim.kind, claim.holder)
        if holder not in self.loaded.claims:
            self.missing_holders.add(holder)
        stored = self.loaded.claims.get(holder, {})
        return {o: c for o, c in stored.items() if o not in self.claims} | self.held.get(holder, {})

    def accept(
        self,
        command: DecodedCommand,
        stream: str,
        new: Sequence[NewEvent],
        states: Sequence[StreamState],
        claims: Mapping[str, tuple[Claim, ...]],
    ) -> None:
        first = len(self.events) + 1
        refs = tuple(
            EventRef(
                id=new_event.event.id,
                type=type_name(type(new_event.event.data)),
                stream=stream,
                version=new_event.version,
                position=first + nr,
            )
            for nr, new_event in enumerate(new)
        )
        self.events += new
        self.event_ids.update(new_event.event.id for new_event in new)
        if states:
            self.streams[stream] = states[-1]
        for owner, held in claims.items():
            self.hold(owner, held)
        token = WaitToken.after(refs)
        self.answer(command, outcome_body.outcome_of(command, "accepted", events=refs, token=token and str(token)))

    def hold(self, owner: str, claims: tuple[Claim, ...]) -> None:
        """From now on `owner` holds these claims and no others."""
        for claim in self.claims.get(owner, ()):
            self.held[(claim.kind, claim.holder)].pop(owner, None)
        for claim in claims:
            held = self.held.setdefault((claim.kind, claim.holder), {})
            held[owner] = (*held.get(owner, ()), claim)
        self.claims[owner] = claims

    def answer(
        self,
        command: DecodedCommand,
        body: CommandDecided,
        *,
        is_answer: bool = True,
        is_placed: bool = False,
        waits_after: int = 0,
    ) -> None:
        self.outcomes.append(Outcome(command, body, is_answer, is_placed, waits_after))
        if is_answer:
            self.outcomes_by_key[command.key] = StoredOutcome(command.digest, body)


def settle(commands: Sequence[DecodedCommand], loaded: LoadedState, decider: AnyDecider) -> SettledBatch:
    """Answer every command of a batch, in order."""
    batch = _OpenBatch(decider, loaded)
    for command in commands:
        batch.handle(command)
    return SettledBatch(
        Batch(batch.events, batch.outcomes, batch.claims, batch.read_set),
        batch.streams,
        frozenset(batch.missing_streams),
        frozenset(batch.missing_holders),
        {holder: frozenset(owners) for holder, owners in batch.claimants.items()},
        tuple(batch.faults),
    )
