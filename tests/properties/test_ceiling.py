"""I1 against a naive count: whatever comes, no accepted command ever puts people above a limit on any day."""

from dataclasses import dataclass, field
from typing import Any

from hypothesis import given, settings

from contracts.deployments import (
    CorrectTour,
    LineOpened,
    MissionStatusRecorded,
    OpenLine,
    PlanTour,
    RecordArrival,
    RecordWaiver,
    UnitMouRecorded,
    UnitVisitRecorded,
)
from contracts.words import Command
from kernel.model.decider import Pending, ReceivedCommand, RecordedEvent, Refusal, recorded_events
from services.deployments import decider
from services.deployments.line import Ledger
from tests.properties.ledger_commands import CEILING, FIRST, LINE, MISSIONS, OF, SUB_CEILING, UNITS, stories, terms
from tests.properties.ledger_diary import counted, limit
from tests.spec import A_DAY, on_record


@dataclass
class LedgerService:
    """A ledger beside a mission and units that never refuse, and the events it has recorded."""

    ledger: Ledger
    others: dict[str, Any]
    events: list[RecordedEvent] = field(default_factory=list)

    def handle(self, command: Command, index: int) -> bool:
        """Whether the command was accepted; its events are state."""
        received: ReceivedCommand[Any] = ReceivedCommand(command, f"c-{index}", "property", A_DAY)
        decision = decider.decide(received, {LINE: self.ledger, **self.others})
        if isinstance(decision, Refusal | Pending):
            return False
        for event in recorded_events(received, decision):
            state = decider.evolve(self.ledger, event)
            assert isinstance(state, Ledger)
            self.ledger = state
            self.events.append(event)
        return True

    def aimed(self, command: Any, index: int) -> Command:
        """The command at something that is there: made-up tours and ids would nearly always be refused."""
        if isinstance(command, PlanTour | OpenLine | RecordWaiver) or not self.ledger.tours:
            return plain(command)
        slugs = sorted(self.ledger.tours)
        slug = command.tour if command.tour in slugs else slugs[index % len(slugs)]
        tour = self.ledger.tours[slug]
        match command:
            case RecordArrival():
                fitting: Any = {"headcount": command.headcount if tour.unit else None}
            case CorrectTour():
                behind = tour.postings[-1].events if command.field == "mission" else tour.sources.get(command.field, ())
                fitting = {"corrects": sorted(behind)[index % len(behind)] if behind else command.corrects}
            case _:
                fitting = {}
        return plain(command.model_copy(update={**fitting, "tour": slug}))


def plain(command: Any) -> Command:
    """A copy does not validate; the copy has to be a command that could have come in."""
    checked: Command = type(command).model_validate(dict(command))
    return checked


def opened() -> LedgerService:
    ledger = decider.evolve(
        decider.initial(LINE),
        on_record(LineOpened(**OF, contributor="KAZ", terms=terms(CEILING, SUB_CEILING), since=FIRST)),
    )
    assert isinstance(ledger, Ledger)
    others = {}
    for acronym in MISSIONS:
        active = MissionStatusRecorded(mission=acronym, status="active", since=FIRST, authority="S/RES/1")
        others[active.stream] = decider.evolve(decider.initial(active.stream), on_record(active))
    for unit in UNITS.values():
        state = decider.initial(f"unit/{unit}")
        for acronym in MISSIONS:
            mou = UnitMouRecorded(unit=unit, mission=acronym, document="MOU", signed_on=FIRST, strength=9)
            state = decider.evolve(state, on_record(mou))
        others[f"unit/{unit}"] = decider.evolve(
            state, on_record(UnitVisitRecorded(unit=unit, visited_on=FIRST, passed=True))
        )
    return LedgerService(ledger, others)


@settings(max_examples=300, deadline=None)
@given(stories)
def test_no_accepted_command_puts_people_above_a_limit_on_any_day(commands: list[Command]) -> None:
    service, before = opened(), counted([])
    for index, command in enumerate(commands):
        accepted = service.handle(service.aimed(command, index), index)
        after = counted(service.events)
        assert accepted or after == before
        for (on, key), people in after.items():
            # An amendment may fall below the people who are there; then nobody may be added.
            grown = people > before.get((on, key), 0)
            assert not grown or people <= limit(service.events, on, key), (command, on, key, people)
        before = after


@settings(max_examples=150, deadline=None)
@given(stories)
def test_the_ledger_counts_as_a_clerk_with_a_diary_does(commands: list[Command]) -> None:
    service = opened()
    for index, command in enumerate(commands):
        service.handle(service.aimed(command, index), index)
    stays = [stay for tour in service.ledger.tours.values() for stay in tour.actual()]
    for (on, key), people in counted(service.events).items():
        there = [s for s in stays if s.start <= on and (s.end is None or on < s.end) and key in {None, s.mission}]
        assert sum(stay.headcount for stay in there) == people, (on, key)


@settings(max_examples=150, deadline=None)
@given(stories)
def test_nobody_and_no_post_is_claimed_twice_on_a_line(commands: list[Command]) -> None:
    service = opened()
    for index, command in enumerate(commands):
        service.handle(service.aimed(command, index), index)
    held = [(tour.id, claim) for tour in service.ledger.tours.values() for claim in tour.claims()]
    assert all(claim.end is None or claim.start < claim.end for _, claim in held)
    assert not [1 for a, mine in held for b, other in held if a != b and mine.overlaps(other)]
