"""What a clerk with a diary knows: it sees only recorded events, keeps every stay itself and counts day by day."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from kernel.model.decider import RecordedEvent
from tests.properties.ledger_commands import CEILING, HORIZON, SUB_CEILING, TOURS, Key, day


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


def diary(events: list[RecordedEvent]) -> Iterator[Seen]:
    """Each tour that arrived, written down from the recorded events alone."""
    for slug in TOURS:
        seen: Seen | None = None
        move_of: dict[UUID, int] = {}
        for one in (e for e in events if getattr(e.data, "tour", None) == slug):
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


def counted(events: list[RecordedEvent]) -> dict[tuple[date, Key], int]:
    """People on each day, on the line and in each mission."""
    people: dict[tuple[date, Key], int] = {}
    for seen in diary(events):
        for offset in range(-1, HORIZON + 2):
            place = seen.where(day(offset))
            if place:
                for key in (None, place):
                    at = (day(offset), key)
                    people[at] = people.get(at, 0) + seen.headcount
    return people


def limit(events: list[RecordedEvent], on: date, key: Key) -> int:
    """The limit on a day, from the recorded events alone."""
    ceiling, sub = CEILING, SUB_CEILING
    amended = [e.data for e in events if type(e.data).__name__ == "LineAmended" and e.data.since <= on]  # type: ignore[attr-defined]
    if amended:
        latest: Any = sorted(amended, key=lambda event: event.since)[-1]  # type: ignore[attr-defined]
        ceiling, sub = int(latest.terms.ceiling), int(latest.terms.sub_ceilings[0].ceiling)
    held: list[Any] = [e.data for e in events if type(e.data).__name__ == "WaiverRecorded"]
    extra: int = sum(w.extra for w in held if w.mission == key and w.valid_from <= on < w.valid_until)
    if key is None:
        return ceiling + extra
    return sub + extra if key == "UNIFIL" else 10**9
