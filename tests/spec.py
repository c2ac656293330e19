"""Given past events, when a command comes, then these events or this refusal: a story for any decider.

spec(decider).given(MandateProposed(...)).when(ApproveMandate(...)).then(MandateApproved(...))
spec(decider).given(...).when(...).then_refused("I1", "430")
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from contracts.words import Command, Event
from kernel.identity.person import Person
from kernel.model.decider import (
    AnyDecider,
    Decision,
    Pending,
    ReceivedCommand,
    RecordedEvent,
    Refusal,
    effective_of,
    event_id,
)

A_DAY = datetime(2022, 7, 1, tzinfo=UTC)


def on_record(event: Event, index: int = 0, by: Person | None = None) -> RecordedEvent:
    """An event as if it had been recorded, with an id that depends on its place in the story."""
    return RecordedEvent(event_id("spec", "given", index), event, effective_of(event, A_DAY), by)


@dataclass(frozen=True)
class Story:
    decider: AnyDecider
    past: tuple[RecordedEvent, ...] = ()
    decision: Decision | None = None

    def given(self, *events: Event, by: Person | None = None) -> "Story":
        """Add events to the past, in the order in which they were recorded, over all streams; all of one person."""
        start = len(self.past)
        return replace(self, past=self.past + tuple(on_record(e, start + i, by) for i, e in enumerate(events)))

    def state(self, stream: str) -> Any:
        """The state of a stream after the past; `Any`, because a story may be of any service."""
        state = self.decider.initial(stream)
        for event in self.past:
            if event.data.stream == stream:
                state = self.decider.evolve(state, event)
        return state

    def when(self, command: Command, *, effective: datetime = A_DAY, by: Person | None = None) -> "Story":
        received = ReceivedCommand(command, "c-1", "spec", effective, "an official", by)
        return replace(self, decision=self.decider.decide(received, _StoryStates(self)))

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
        refusal = self.decision
        text = f"{refusal.reason} {refusal.remedy} {' '.join(refusal.details)} {refusal.field}"
        for word in words:
            assert word in text, (word, text)
        return self.decision

    def then_pending(self, stream: str) -> None:
        assert isinstance(self.decision, Pending), self.decision
        assert self.decision.on == stream


class _StoryStates(Mapping[str, object]):
    """The states of the story's streams, each folded when a decider reads it."""

    def __init__(self, story: Story) -> None:
        self._story = story

    def __getitem__(self, stream: str) -> object:
        return self._story.state(stream)

    def __iter__(self) -> Iterator[str]:
        return iter({event.data.stream for event in self._story.past})

    def __len__(self) -> int:
        return len({event.data.stream for event in self._story.past})


def spec(decider: AnyDecider) -> Story:
    """Begin a story about a decider."""
    return Story(decider)
