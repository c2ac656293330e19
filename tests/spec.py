"""Given facts, when a command comes, then these events or this refusal: a story for any decider.

spec(decider).given(MandateProposed(...)).when(ApproveMandate(...)).then(MandateApproved(...))
spec(decider).given(...).when(...).then_refused("I1", "430")
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from contracts.words import Command, Event
from kernel.model.decider import (
    Decider,
    Decision,
    Pending,
    ReceivedCommand,
    RecordedEvent,
    Refusal,
    State,
    effective_of,
    event_id,
)

A_DAY = datetime(2022, 7, 1, tzinfo=UTC)


def fact(event: Event, index: int = 0) -> RecordedEvent:
    """An event as if it had been recorded, with an id that depends on its place in the story."""
    return RecordedEvent(event_id("spec", "given", index), event, effective_of(event, A_DAY))


@dataclass(frozen=True)
class Story:
    decider: Decider
    facts: tuple[RecordedEvent, ...] = ()
    decision: Decision | None = None

    def given(self, *events: Event) -> "Story":
        """Add events to the past, in the order in which they were recorded, over all streams."""
        start = len(self.facts)
        return replace(self, facts=self.facts + tuple(fact(e, start + i) for i, e in enumerate(events)))

    def state(self, stream: str) -> State:
        state = self.decider.initial(stream)
        for one in self.facts:
            if one.data.stream == stream:
                state = self.decider.evolve(state, one)
        return state

    def when(self, command: Command, *, effective: datetime = A_DAY) -> "Story":
        asked = ReceivedCommand(command, "c-1", "spec", effective, "an official")
        return replace(self, decision=self.decider.decide(asked, _States(self)))

    def then(self, *events: Event) -> None:
        assert not isinstance(self.decision, Refusal | Pending | None), self.decision
        assert list(self.decision) == list(events)

    def then_events(self) -> Sequence[Event]:
        """The events, for a story that looks only at some of their fields."""
        assert not isinstance(self.decision, Refusal | Pending | None), self.decision
        return self.decision

    def then_refused(self, rule: str, *words: str) -> Refusal:
        """Refused by this rule, in an answer that contains these words."""
        assert isinstance(self.decision, Refusal), self.decision
        assert self.decision.rule == rule, self.decision
        told = f"{self.decision.reason} {self.decision.remedy} {' '.join(self.decision.details)} {self.decision.field}"
        for word in words:
            assert word in told, (word, told)
        return self.decision

    def then_pending(self, stream: str) -> None:
        assert isinstance(self.decision, Pending), self.decision
        assert self.decision.on == stream


class _States(Mapping[str, State]):
    """The state of any stream of the story, folded when a decider looks at it."""

    def __init__(self, story: Story) -> None:
        self._story = story

    def __getitem__(self, stream: str) -> State:
        return self._story.state(stream)

    def __iter__(self) -> Iterator[str]:
        return iter({one.data.stream for one in self._story.facts})

    def __len__(self) -> int:
        return len({one.data.stream for one in self._story.facts})


def spec(decider: Decider) -> Story:
    """Begin a story about a decider."""
    return Story(decider)
