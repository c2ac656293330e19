"""Histories in which things are learned late and put right: tours moved, extended, corrected, some at one instant."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from hypothesis import strategies as st

from contracts.words import Event
from services.reporting.projections.event import ConsumedEvent
from tests import peacekeepers as story
from tests.projection_spec import LEARNED, history
from tests.properties.histories import lives

FIRST, LAST = date(2014, 5, 1), date(2015, 12, 31)
CORRECTED = uuid5(NAMESPACE_URL, "the event that was wrong")


def days(begin: date = FIRST, end: date = LAST) -> st.SearchStrategy[str]:
    """Any day of the story."""
    return st.dates(begin, end).map(date.isoformat)


@st.composite
def tours(draw: st.DrawFn, tour: str) -> list[Event]:
    """One tour's life with its corrections: whenever it was, it is recorded in the order in which it was learned."""
    came = draw(st.dates(FIRST, date(2015, 3, 1)))
    went = came + timedelta(days=draw(st.integers(1, 300)))
    between = came + (went - came) / 2
    events: list[Event] = [story.planned(tour, person=f"p-{tour}"), story.scheduled(tour), story.rescheduled(tour)]
    events.append(story.arrived(tour, came.isoformat()))
    corrections: list[Event] = [
        story.corrected(CORRECTED, tour, arrived_on=came - timedelta(days=draw(st.integers(1, 40)))),
        story.corrected(CORRECTED, tour, mission="UNMIL"),
        story.corrected(CORRECTED, tour, headcount=draw(st.integers(1, 3))),
        story.corrected(CORRECTED, tour, rank="major"),
    ]
    events += draw(st.lists(st.sampled_from(corrections), max_size=3, unique_by=id))
    events += draw(st.sampled_from([[], [story.transferred(tour, between.isoformat())]]))
    events += [story.extended(tour), story.departed(tour, went.isoformat())]
    late = went + timedelta(days=draw(st.integers(-0, 30)))
    return [*events, story.corrected(CORRECTED, tour, departed_on=late)]


@st.composite
def logs(draw: st.DrawFn) -> list[ConsumedEvent]:
    """A history as it was recorded: several events may be of one command, and so of one instant."""
    each = [*lives()[:-3], *(draw(tours(f"t-{nr}")) for nr in range(4))]
    some = [life[: draw(st.integers(0, len(life)))] for life in each]
    order = draw(st.permutations([nr for nr, life in enumerate(some) for _ in life]))
    steps = [iter(life) for life in some]
    log = history(next(steps[nr]) for nr in order)
    instant, recorded = LEARNED, []
    for event in log:
        instant += timedelta(seconds=draw(st.sampled_from([0, 1, 1, 60])))
        recorded.append(replace(event, recorded=instant))
    return recorded


@dataclass(frozen=True)
class Question:
    """A history, and two days: the one in question, and the instant whose knowledge counts."""

    log: Sequence[ConsumedEvent]
    as_of: date
    as_known_at: datetime

    @property
    def known(self) -> list[ConsumedEvent]:
        """The events that were on record by then."""
        return [event for event in self.log if event.recorded <= self.as_known_at]


@st.composite
def questions(draw: st.DrawFn) -> Question:
    """Any day, and an instant just before, at or just after something was learned."""
    log = draw(logs().filter(bool))
    instant = draw(st.sampled_from([event.recorded for event in log]))
    return Question(
        log, draw(st.dates(FIRST, LAST)), instant + timedelta(milliseconds=draw(st.sampled_from([-1, 0, 1])))
    )
