"""I1 against a naive count: whatever is asked, no accepted command ever puts people above a limit on any day.

The naive side knows nothing of sweeps or views: it keeps every recorded stay itself and counts day by day.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, TypeAlias
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.deployments import (
    CancelTour,
    CorrectTour,
    ExtendTour,
    LineOpened,
    MissionStatusRecorded,
    OpenLine,
    PlanTour,
    RecordArrival,
    RecordDeparture,
    RecordWaiver,
    ScheduleTour,
    TransferTour,
    UnitMouRecorded,
    UnitVisitRecorded,
)
from contracts.words import Command, LineTerms, SubCeiling
from kernel.decider import Asked, Fact, Pending, Refusal, facts_of
from services.deployments import decider
from services.deployments.line import Ledger
from tests.spec import A_DAY, fact

FIRST = date(2014, 1, 1)
HORIZON = 30
CEILING, SUB_CEILING = 5, 3
LINE = "line/m/l"
OF: dict[str, Any] = {"mandate": "m", "line": "l"}
MISSIONS = ("MINURSO", "UNIFIL")
TOURS = ("a", "b", "c", "d", "e", "u", "v")
UNITS = {"u": "inf-1", "v": "inf-2"}
Key: TypeAlias = str | None


def day(offset: int) -> date:
    return FIRST + timedelta(days=offset)


def terms(ceiling: int, sub: int) -> LineTerms:
    return LineTerms(
        line="l",
        missions=MISSIONS,
        categories=("military_observer", "infantry"),
        ceiling=ceiling,
        sub_ceilings=(SubCeiling(mission="UNIFIL", ceiling=min(sub, ceiling)),),
        valid_from=FIRST,
    )


days = st.integers(0, HORIZON - 1).map(day)
tours = st.sampled_from(TOURS)
missions = st.sampled_from(MISSIONS)
heads = st.integers(1, 4)


@st.composite
def plans(draw: st.DrawFn, among: st.SearchStrategy[str] = tours) -> Command:
    tour, start = draw(among), draw(days)
    person = draw(st.sampled_from((f"p-{tour}", f"p-{tour}", "p-everybody")))
    who: Any = {"person": person, "category": "military_observer", "post": draw(st.sampled_from((None, None, "mo-1")))}
    if tour in UNITS:
        who = {"unit": UNITS[tour], "category": "infantry", "headcount": draw(heads)}
    end = start + timedelta(days=draw(st.integers(1, 15)))
    where = draw(missions)
    return PlanTour(**OF, tour=tour, contributor="KAZ", mission=where, planned_from=start, planned_until=end, **who)


@st.composite
def arrivals(draw: st.DrawFn) -> Command:
    tour = draw(tours)
    more: Any = {"unit": UNITS[tour], "headcount": draw(st.none() | heads)} if tour in UNITS else {}
    return RecordArrival(**OF, tour=tour, mission=draw(missions), arrived_on=draw(days), **more)


@st.composite
def waivers(draw: st.DrawFn) -> Command:
    start = draw(days)
    end = start + timedelta(days=draw(st.integers(1, 10)))
    where = draw(st.sampled_from((None, "UNIFIL")))
    slug = draw(st.sampled_from(("w-1", "w-2")))
    more: Any = {"extra": draw(heads), "legal_reference": "D/1", "valid_from": start, "valid_until": end}
    return RecordWaiver(**OF, waiver=slug, mission=where, **more)


CORRECTIONS = {"arrived_on": days, "departed_on": days, "headcount": heads, "mission": missions}


@st.composite
def corrections(draw: st.DrawFn) -> Command:
    name: Any = draw(st.sampled_from(sorted(CORRECTIONS)))
    more: Any = {"field": name, "value": draw(CORRECTIONS[name]), "corrects": UUID(int=0)}
    return CorrectTour(**OF, **more, tour=draw(tours), corrected_on=FIRST, reason="log book")


def departures() -> st.SearchStrategy[Command]:
    return st.builds(
        RecordDeparture,
        **{k: st.just(v) for k, v in OF.items()},
        tour=tours,
        departed_on=days,
        reason=st.just("rotation"),
        payer=st.just("un"),
    )


def words(model: type[Command], **fields: Any) -> st.SearchStrategy[Command]:
    fixed: Any = {**OF, "reason": "need", "decided_on": FIRST, "decided_by": "UN"}
    known = {name: st.just(value) for name, value in fixed.items() if name in model.model_fields}
    return st.builds(model, **{**known, "tour": tours, **fields})


amendments = st.builds(
    lambda since, ceiling, sub: OpenLine(**OF, contributor="KAZ", since=since, terms=terms(ceiling, sub)),
    days, st.integers(1, 6), st.integers(1, 6),
)  # fmt: skip
asked = st.one_of(
    plans(),
    arrivals(),
    arrivals(),
    arrivals(),
    departures(),
    waivers(),
    departures(),
    amendments,
    words(CancelTour, cancelled_on=days),
    words(ScheduleTour, arrives_on=days, departs_on=days),
    words(ExtendTour, until=days),
    words(TransferTour, to_mission=missions, transferred_on=days),
    corrections(),
    corrections(),
)


first_plans = st.tuples(*(plans(st.just(tour)) for tour in TOURS))
stories = st.builds(lambda begun, then: [*begun, *then], first_plans, st.lists(asked, min_size=10, max_size=40))
"""Every tour is asked for first, so that most of what follows is about something."""


@dataclass
class Room:
    """A ledger beside a mission and units that never refuse, and the facts it has recorded."""

    ledger: Ledger
    others: dict[str, Any]
    facts: list[Fact] = field(default_factory=list)

    def ask(self, command: Command, index: int) -> bool:
        """Whether the command was accepted; its facts are folded."""
        question = Asked(command, f"c-{index}", "property", A_DAY)
        decision = decider.decide(question, {LINE: self.ledger, **self.others})
        if isinstance(decision, Refusal | Pending):
            return False
        for one in facts_of(question, decision):
            folded = decider.evolve(self.ledger, one)
            assert isinstance(folded, Ledger)
            self.ledger = folded
            self.facts.append(one)
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
                headcount = command.headcount if tour.unit else None
                fitting: Any = {"mission": tour.mission, "unit": tour.unit, "headcount": headcount}
            case CorrectTour():
                behind = tour.postings[-1].facts if command.field == "mission" else tour.sources.get(command.field, ())
                fitting = {"corrects": sorted(behind)[index % len(behind)] if behind else command.corrects}
            case _:
                fitting = {}
        return plain(command.model_copy(update={**fitting, "tour": slug}))


def plain(command: Any) -> Command:
    """A copy does not validate; what is asked has to be a command that could have come in."""
    checked: Command = type(command).model_validate(dict(command))
    return checked


def opened() -> Room:
    ledger = decider.evolve(
        decider.initial(LINE), fact(LineOpened(**OF, contributor="KAZ", terms=terms(CEILING, SUB_CEILING), since=FIRST))
    )
    assert isinstance(ledger, Ledger)
    others = {}
    for acronym in MISSIONS:
        active = MissionStatusRecorded(mission=acronym, status="active", since=FIRST, authority="S/RES/1")
        others[active.stream] = decider.evolve(decider.initial(active.stream), fact(active))
    for unit in UNITS.values():
        state = decider.initial(f"unit/{unit}")
        for acronym in MISSIONS:
            mou = UnitMouRecorded(unit=unit, mission=acronym, document="MOU", signed_on=FIRST, strength=9)
            state = decider.evolve(state, fact(mou))
        others[f"unit/{unit}"] = decider.evolve(
            state, fact(UnitVisitRecorded(unit=unit, visited_on=FIRST, passed=True))
        )
    return Room(ledger, others)


@dataclass(frozen=True)
class Seen:
    """What a clerk with a diary knows of a tour: arrival, moves and departure."""

    headcount: int
    arrived_on: date
    moves: tuple[tuple[date, str], ...]
    departed_on: date | None = None

    def where(self, on: date) -> str | None:
        if on < self.arrived_on or (self.departed_on is not None and on >= self.departed_on):
            return None
        return [place for since, place in self.moves if since <= on or since == date.min][-1]


def diary(facts: list[Fact]) -> Iterator[Seen]:
    """Each tour that arrived, written down from the recorded facts alone."""
    for slug in TOURS:
        seen: Seen | None = None
        move_of: dict[UUID, int] = {}
        for one in (f for f in facts if getattr(f.data, "tour", None) == slug):
            event: Any = one.data
            match type(event).__name__:
                case "TourPlanned":
                    move_of[one.id] = 0
                case "TourArrived":
                    move_of[one.id] = 0
                    seen = Seen(event.headcount, event.arrived_on, ((date.min, event.mission),))
                case "TourTransferred" if seen:
                    move_of[one.id] = len(seen.moves)
                    seen = replace(seen, moves=(*seen.moves, (event.transferred_on, event.to_mission)))
                case "TourDeparted" if seen:
                    seen = replace(seen, departed_on=event.departed_on)
                case "TourCorrected" if event.field == "mission":
                    at = move_of[one.id] = move_of[event.corrects]
                    if seen:
                        moves = [*seen.moves]
                        moves[at] = (moves[at][0], event.value)
                        seen = replace(seen, moves=tuple(moves))
                case "TourCorrected" if seen:
                    seen = replace(seen, **{event.field: event.value})
        if seen:
            yield seen


def counted(facts: list[Fact]) -> dict[tuple[date, Key], int]:
    """People on each day, on the line and in each mission."""
    found: dict[tuple[date, Key], int] = {}
    for seen in diary(facts):
        for offset in range(-1, HORIZON + 2):
            place = seen.where(day(offset))
            if place:
                for key in (None, place):
                    at = (day(offset), key)
                    found[at] = found.get(at, 0) + seen.headcount
    return found


def limit(room: Room, on: date, key: Key) -> int:
    """The limit on a day, from the recorded facts alone."""
    ceiling, sub = CEILING, SUB_CEILING
    told = [f.data for f in room.facts if type(f.data).__name__ == "LineAmended" and f.data.since <= on]  # type: ignore[attr-defined]
    if told:
        latest: Any = sorted(told, key=lambda event: event.since)[-1]  # type: ignore[attr-defined]
        ceiling, sub = int(latest.terms.ceiling), int(latest.terms.sub_ceilings[0].ceiling)
    held: list[Any] = [f.data for f in room.facts if type(f.data).__name__ == "WaiverRecorded"]
    extra: int = sum(w.extra for w in held if w.mission == key and w.valid_from <= on < w.valid_until)
    if key is None:
        return ceiling + extra
    return sub + extra if key == "UNIFIL" else 10**9


@settings(max_examples=300, deadline=None)
@given(stories)
def test_no_accepted_command_puts_people_above_a_limit_on_any_day(commands: list[Command]) -> None:
    room, before = opened(), counted([])
    for index, command in enumerate(commands):
        accepted = room.ask(room.aimed(command, index), index)
        after = counted(room.facts)
        assert accepted or after == before
        for (on, key), people in after.items():
            # An amendment may fall below the people who are there; then nobody may be added.
            grown = people > before.get((on, key), 0)
            assert not grown or people <= limit(room, on, key), (command, on, key, people)
        before = after


@settings(max_examples=150, deadline=None)
@given(stories)
def test_the_ledger_counts_as_a_clerk_with_a_diary_does(commands: list[Command]) -> None:
    room = opened()
    for index, command in enumerate(commands):
        room.ask(room.aimed(command, index), index)
    stays = [stay for tour in room.ledger.tours.values() for stay in tour.actual()]
    for (on, key), people in counted(room.facts).items():
        there = [s for s in stays if s.start <= on and (s.end is None or on < s.end) and key in {None, s.mission}]
        assert sum(stay.headcount for stay in there) == people, (on, key)


@settings(max_examples=150, deadline=None)
@given(stories)
def test_nobody_and_no_post_is_claimed_twice_on_a_line(commands: list[Command]) -> None:
    room = opened()
    for index, command in enumerate(commands):
        room.ask(room.aimed(command, index), index)
    held = [(tour.id, claim) for tour in room.ledger.tours.values() for claim in tour.claims()]
    assert all(claim.end is None or claim.start < claim.end for _, claim in held)
    assert not [1 for a, mine in held for b, other in held if a != b and mine.overlaps(other)]
