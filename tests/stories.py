"""The story of 2013-2024, played in memory: the starting point of every level that needs it (specs, end to end)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

from cli.demo import refusals
from cli.demo.steps import Step
from cli.demo.story import chapters
from contracts.deployments import TourArrived, TourCorrected, TourDeparted, TourPlanned
from contracts.outcome import CommandDecided
from contracts.words import UNIT_CATEGORIES
from operations.rehearsal import InMemorySystem

AS_OF = date(2022, 6, 30)


@dataclass(frozen=True)
class StoryRun:
    """The system after the story, and the outcomes of its steps and of all that followed, in order."""

    system: InMemorySystem
    answers: Sequence[CommandDecided]


def run_story(order: Random | None = None) -> StoryRun:
    """Play the whole story; with `order`, each wave's streams overtake one another, as partitions may."""
    system = InMemorySystem()
    answers: list[CommandDecided] = []
    for chapter in chapters(by_two=False):
        for wave in chapter.waves:
            sent = system.ask(step.envelope() for step in (_shuffled(wave, order) if order else wave))
            answers += [system.answer(address) for address in sent]
    return StoryRun(system, answers)


def _shuffled(wave: Sequence[Step], order: Random) -> list[Step]:
    """The same steps in another order; those of one stream keep theirs, as in a partition."""
    streams = [step.command.stream for step in wave]
    order.shuffle(streams)
    left = {stream: iter([step for step in wave if step.command.stream == stream]) for stream in streams}
    return [next(left[stream]) for stream in streams]


def try_refusals(system: InMemorySystem) -> Sequence[tuple[refusals.Example, CommandDecided]]:
    """Each example with its outcome."""
    system.ask(refusals.set_up())
    answered = []
    for example in refusals.examples():
        (address, *_) = system.ask([example.envelope()])
        answered.append((example, system.answer(address)))
    return answered


@dataclass(frozen=True)
class Stay:
    """A stay, as recorded by its events."""

    who: str
    line: str
    mission: str
    category: str
    headcount: int
    arrived_on: date
    departed_on: date | None

    @property
    def is_unit(self) -> bool:
        return self.category in UNIT_CATEGORIES

    def is_there(self, on: date) -> bool:
        return self.arrived_on <= on and (self.departed_on is None or on < self.departed_on)


def stays(system: InMemorySystem) -> Sequence[Stay]:
    """Every stay on record, as corrected; the story transfers nobody."""
    events = [fact.data for fact in system.facts()]
    who = {e.tour: e.person or e.unit or "" for e in events if isinstance(e, TourPlanned)}
    came = {e.tour: e.value for e in events if isinstance(e, TourCorrected)}
    left = {e.tour: e.departed_on for e in events if isinstance(e, TourDeparted)}
    return [
        Stay(
            who[e.tour],
            e.line,
            e.mission,
            e.category,
            e.headcount,
            _day(came.get(e.tour, e.arrived_on)),
            left.get(e.tour),
        )
        for e in events
        if isinstance(e, TourArrived)
    ]


def _day(value: object) -> date:
    assert isinstance(value, date)
    return value
