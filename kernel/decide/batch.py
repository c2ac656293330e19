"""A batch of commands, settled in memory: pure, in order, each command seeing what those before it did.

A decider looks up streams and claims as it goes. What a batch looks up and was not loaded is noted as missing, and
the shell loads it and settles the whole batch again; so a round of I/O is paid per batch, never per command, and
the append can check that nothing that was looked at has moved since.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from contracts.outcome import CommandDecided, EventRef, WaitToken
from contracts.registry import type_name
from contracts.words import Command
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
    """What was loaded for a batch."""

    answers: Mapping[CommandKey, StoredOutcome]
    streams: Mapping[str, StreamState]
    claims: ClaimsByHolder


@dataclass(frozen=True, slots=True)
class SettledBatch:
    """The batch to append, the states after it, and what must be loaded before it may be appended."""

    batch: Batch
    streams: Mapping[str, StreamState]
    missing_streams: frozenset[str]
    missing_holders: frozenset[Holder]
    claimants: Mapping[Holder, frozenset[str]]
    """Which owners of this batch asked for a holder."""
    faults: tuple[Exception, ...]
    """What deciders raised: a defect of ours, answered as a refusal and reported to operators."""

    @property
    def is_complete(self) -> bool:
        return not (self.missing_streams or self.missing_holders)

    def stands(self, found: ClaimsByHolder) -> bool:
        """Whether the batch stands once the missing holders are `found`: none of them is between two owners."""
        return not self.missing_streams and all(
            len(found[holder].keys() | self.claimants[holder]) < 2 for holder in self.missing_holders
        )


class _NotLoaded(LookupError):
    """A decider looked at a stream that is not loaded yet."""


class _ReadStates(Mapping[str, object]):
    """The states that a decider sees: every look is noted."""

    def __init__(self, work: "_OpenBatch", own: str) -> None:
        self._work = work
        self._own = own

    def __getitem__(self, stream: str) -> object:
        return self._work.look(stream).state

    def __iter__(self) -> Iterator[str]:
        return iter((self._own,))

    def __len__(self) -> int:
        return 1


@dataclass
class _OpenBatch:
    """The batch while it is being settled."""

    decider: AnyDecider
    known: LoadedState
    streams: dict[str, StreamState] = field(default_factory=dict)
    answers: dict[CommandKey, StoredOutcome] = field(default_factory=dict)
    held: dict[Holder, dict[str, tuple[Claim, ...]]] = field(default_factory=dict)
    events: list[NewEvent] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    claims: dict[str, tuple[Claim, ...]] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=dict)
    missing_streams: set[str] = field(default_factory=set)
    missing_holders: set[Holder] = field(default_factory=set)
    claimants: dict[Holder, set[str]] = field(default_factory=dict)
    faults: list[Exception] = field(default_factory=list)

    def look(self, stream: str) -> StreamState:
        folded = self.streams.get(stream) or self.known.streams.get(stream)
        if folded is None:
            self.missing_streams.add(stream)
            raise _NotLoaded(stream)
        self.seen.setdefault(stream, folded.version)
        return folded

    def take(self, incoming: DecodedCommand) -> None:
        here = self.answers.get(incoming.key)
        prior = here or self.known.answers.get(incoming.key)
        if prior is not None and prior.digest != incoming.digest and not incoming.waited:
            return self.answer(incoming, outcome_body.conflict(incoming), is_answer=False)
        if prior is not None and not (incoming.waited and prior.outcome.status == "pending"):
            return self.answer(incoming, prior.outcome, is_answer=False, is_placed=here is None)
        if isinstance(incoming.asked, Invalid):
            return self.answer(incoming, outcome_body.invalid(incoming, incoming.asked))
        return self.decide(incoming, incoming.asked)

    def decide(self, incoming: DecodedCommand, asked: ReceivedCommand[Command]) -> None:
        stream = asked.data.stream
        try:
            own = self.look(stream)
            decision = self.decider.decide(asked, _ReadStates(self, stream))
            if isinstance(decision, Refusal):
                return self.answer(incoming, outcome_body.refused(incoming, decision))
            if isinstance(decision, Pending):
                waits_after = self.look(decision.on).version
                return self.answer(incoming, outcome_body.pending(incoming, decision), waits_after=waits_after)
            facts = recorded_events(asked, decision)
            states = self.fold(own, stream, facts)
            new = [
                NewEvent(f, s.version, incoming.envelope, f.data.model_dump_json())
                for f, s in zip(facts, states, strict=True)
            ]
        except _NotLoaded:
            return None
        except Exception as fault:  # a defect of the decider must not stop every command behind this one
            refusal = outcome_body.beyond_limits(fault)
            if refusal is None:
                self.faults.append(fault)
            return self.answer(incoming, outcome_body.refused(incoming, refusal or outcome_body.FAULT))
        if (large := outcome_body.too_large(new)) is not None:
            return self.answer(incoming, outcome_body.refused(incoming, large))
        claims = self.claims_of(facts, states)
        if (refusal := self.claimed(asked, claims)) is not None:
            return self.answer(incoming, outcome_body.refused(incoming, refusal))
        return self.accept(incoming, stream, new, states, claims)

    def fold(self, own: StreamState, stream: str, facts: Sequence[RecordedEvent]) -> list[StreamState]:
        """The stream after each fact."""
        states: list[StreamState] = []
        for fact in facts:
            if fact.data.stream != stream:
                raise ValueError(f"{stream} may not record {type_name(type(fact.data))} on {fact.data.stream}")
            own = StreamState(own.version + 1, self.decider.evolve(own.state, fact))
            states.append(own)
        return states

    def claims_of(self, facts: Sequence[RecordedEvent], states: Sequence[StreamState]) -> dict[str, tuple[Claim, ...]]:
        claims: dict[str, tuple[Claim, ...]] = {}
        for fact, folded in zip(facts, states, strict=True):
            claims |= self.decider.claims(fact, folded.state)
        return claims

    def claimed(self, asked: ReceivedCommand[Command], claims: Mapping[str, tuple[Claim, ...]]) -> Refusal | None:
        """The refusal by the first claim that another owner's overlaps."""
        for owner, wanted in claims.items():
            for claim in wanted:
                self.claimants.setdefault((claim.kind, claim.holder), set()).add(owner)
                for other, theirs in self.holders(claim).items():
                    if other != owner and any(claim.overlaps(held) for held in theirs):
                        return self.decider.claimed(asked, claim, other)
        return None

    def holders(self, claim: Claim) -> Mapping[str, tuple[Claim, ...]]:
        """Who holds what the claim is on: as stored, except for owners whose claims this batch has set."""
        holder = (claim.kind, claim.holder)
        if holder not in self.known.claims:
            self.missing_holders.add(holder)
        stored = self.known.claims.get(holder, {})
        return {o: c for o, c in stored.items() if o not in self.claims} | self.held.get(holder, {})

    def accept(
        self,
        incoming: DecodedCommand,
        stream: str,
        new: Sequence[NewEvent],
        states: Sequence[StreamState],
        claims: Mapping[str, tuple[Claim, ...]],
    ) -> None:
        first = len(self.events) + 1
        refs = tuple(
            EventRef(
                id=one.fact.id,
                type=type_name(type(one.fact.data)),
                stream=stream,
                version=one.version,
                position=first + nr,
            )
            for nr, one in enumerate(new)
        )
        self.events += new
        if states:
            self.streams[stream] = states[-1]
        for owner, held in claims.items():
            self.hold(owner, held)
        token = WaitToken.after(refs)
        self.answer(incoming, outcome_body.outcome_of(incoming, "accepted", events=refs, token=token and str(token)))

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
        incoming: DecodedCommand,
        decided: CommandDecided,
        *,
        is_answer: bool = True,
        is_placed: bool = False,
        waits_after: int = 0,
    ) -> None:
        self.outcomes.append(Outcome(incoming, decided, is_answer, is_placed, waits_after))
        if is_answer:
            self.answers[incoming.key] = StoredOutcome(incoming.digest, decided)


def settle(incoming: Sequence[DecodedCommand], known: LoadedState, decider: AnyDecider) -> SettledBatch:
    """Answer every command of a batch, in order."""
    work = _OpenBatch(decider, known)
    for one in incoming:
        work.take(one)
    return SettledBatch(
        Batch(work.events, work.outcomes, work.claims, work.seen),
        work.streams,
        frozenset(work.missing_streams),
        frozenset(work.missing_holders),
        {holder: frozenset(owners) for holder, owners in work.claimants.items()},
        tuple(work.faults),
    )
