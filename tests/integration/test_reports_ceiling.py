"""That the ceiling held at every instant: the sweep against somebody who counts day by day."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from contracts import approvals
from contracts.words import Decision, Event, LineTerms, SubCeiling
from tests import peacekeepers as story
from tests.integration.answering import QueryClient, given

D = date.fromisoformat
START = D("2014-01-01")
MISSIONS = ("MINURSO", "UNOCI")


def amended(ceiling: int, since: str, sub: int | None = 5) -> approvals.MandateAmended:
    subs = () if sub is None else (SubCeiling(mission="MINURSO", ceiling=sub),)
    terms = LineTerms(**{**story.OBSERVERS.model_dump(), "ceiling": ceiling, "sub_ceilings": subs})
    act = Decision(act_number="38-V", decided_on=D(since))
    fields: dict[str, Any] = {"contributor": "KAZ", "decision": act, "in_force_from": D(since), "lines": (terms,)}
    return approvals.MandateAmended(mandate="kz-2013", **fields)


def waived(extra: int, since: str, until: str, mission: str | None = None) -> approvals.WaiverGranted:
    period: dict[str, Any] = {"valid_from": D(since), "valid_until": D(until), "legal_reference": "R/1"}
    own: dict[str, Any] = {"mandate": "kz-2013", "line": "observers", "waiver": f"w-{since}", "mission": mission}
    return approvals.WaiverGranted(**own, extra=extra, **period)


def present(*people: tuple[str, str | None]) -> Iterator[Event]:
    for nr, (arrives, departs) in enumerate(people):
        yield story.planned(f"t-{nr}", person=f"p-{nr}")
        yield story.arrived(f"t-{nr}", arrives)
        if departs:
            yield story.departed(f"t-{nr}", departs)


async def held(ask: QueryClient, **params: Any) -> dict[str | None, dict[str, Any]]:
    rows = await ask.rows("ceiling-held", line="kz-2013/observers", **params)
    return {row["mission"]: row for row in rows}


async def test_the_fullest_day_is_reported_with_the_limit_of_that_day(postgres_dsn: str) -> None:
    past: list[Event] = [story.proposed(), story.approved()]
    past += present(("2014-07-01", "2014-09-01"), ("2014-08-01", None), ("2014-09-01", None))
    async with given(postgres_dsn, past) as ask:
        line = (await held(ask))[None]
        assert (line["most_people"], line["most_on"], line["most_limit"]) == (2, "2014-08-01", 20)
        assert (line["change_points"], line["breaches"], line["held"]) == (4, 0, True)
        assert [row["mission"] for row in await ask.rows("ceiling-held", mandate="kz-2013")] == [None, None, "MINURSO"]
        details = await ask.report("occupancy", line="kz-2013/observers")
        whole = await ask.report("ceiling-held", line="kz-2013/observers")
        assert details["totals"] == whole["totals"]
        assert [(r["valid_from"], r["valid_to"], r["people"]) for r in details["rows"] if not r["mission"]] == [
            *(("2014-01-01", "2014-07-01", 0), ("2014-07-01", "2014-08-01", 1)),
            *(("2014-08-01", "2014-09-01", 2), ("2014-09-01", None, 2)),
        ]


async def test_a_breach_of_one_day_between_two_month_ends_is_seen(postgres_dsn: str) -> None:
    past: list[Event] = [story.proposed(), story.approved(), amended(1, "2014-06-01", None)]
    past += present(("2014-07-01", None), ("2014-07-10", "2014-07-11"))
    async with given(postgres_dsn, past) as ask:
        line = (await held(ask))[None]
        assert (line["held"], line["breach_periods"]) == (False, ["2014-07-10..2014-07-11: 2 > 1"])
        assert [(r["valid_from"], r["headroom"]) for r in await ask.rows("occupancy", over="true")] == [
            ("2014-07-10", -1)
        ]
        assert (await held(ask, as_of="2014-07-09"))[None]["held"]


async def test_a_waiver_lifts_the_limit_only_while_it_lasts(postgres_dsn: str) -> None:
    past: list[Event] = [story.proposed(), story.approved(), amended(1, "2014-06-01", 1)]
    past += [waived(1, "2014-07-01", "2014-08-01"), *present(("2014-07-01", None), ("2014-07-10", None))]
    async with given(postgres_dsn, past) as ask:
        rows = await held(ask)
        assert rows[None]["breach_periods"] == ["2014-08-01..: 2 > 1"]
        assert rows["MINURSO"]["breach_periods"] == ["2014-07-10..: 2 > 1"]  # a waiver of the line is not the mission's


async def test_a_line_without_tours_has_held_and_a_day_before_it_has_no_rows(postgres_dsn: str) -> None:
    async with given(postgres_dsn, [story.proposed(), story.approved()]) as ask:
        assert [(row["most_people"], row["held"]) for row in (await held(ask)).values()] == [(0, True), (0, True)]
        assert await ask.rows("ceiling-held", as_of="2013-12-31") == []


# The property: the sweep tells what a naive count of every single day tells.


@dataclass(frozen=True)
class Life:
    """A tour of a random history, in days from the start; a transfer goes to the other mission."""

    arrives: int
    moves: int | None
    departs: int | None
    fault: int | None = None
    """By how many days the arrival was entered too late, and corrected."""

    def where(self, day: int) -> str | None:
        if day < self.arrives or (self.departs is not None and day >= self.departs):
            return None
        return MISSIONS[0] if self.moves is None or day < self.moves else MISSIONS[1]


DAYS = 40


@st.composite
def lives(draw: st.DrawFn) -> Life:
    arrives = draw(st.integers(1, DAYS - 1))
    edges = sorted(draw(st.sets(st.integers(arrives + 1, DAYS), max_size=2)))
    match edges:
        case []:
            life = Life(arrives, None, None)
        case [one]:
            life = draw(st.sampled_from([Life(arrives, one, None), Life(arrives, None, one)]))
        case [moves, departs]:
            life = Life(arrives, moves, departs)
        case _:
            raise AssertionError
    return replace(life, fault=draw(st.none() | st.integers(1, 3)) if not edges or edges[0] > arrives + 3 else None)


def on(day: int) -> str:
    return (START + timedelta(days=day)).isoformat()


def events_of(nr: int, life: Life) -> Iterator[Event]:
    tour = f"t-{nr}"
    yield story.planned(tour, person=f"p-{nr}")
    yield story.arrived(tour, on(life.arrives + (life.fault or 0)))
    if life.fault:
        yield story.corrected(corrects=UUID(int=nr), tour=tour, arrived_on=D(on(life.arrives)))
    if life.moves is not None:
        yield story.transferred(tour, on(life.moves))
    if life.departs is not None:
        yield story.departed(tour, on(life.departs))


Lower = tuple[int, int]
Waiver = tuple[int, int, int, str | None]


def limit(day: int, mission: str | None, lower: Lower, waivers: list[Waiver]) -> int | None:
    since, ceiling = lower
    base = {None: ceiling if day >= since else 20, "MINURSO": 1 if day >= since else 5}.get(mission)
    extra = sum(w[0] for w in waivers if w[3] == mission and w[1] <= day < w[2])
    return None if base is None else base + extra


def naive(life: list[Life], lower: Lower, waivers: list[Waiver]) -> dict[str | None, tuple[int, int, set[int]]]:
    """Of the line and of MINURSO: the most people, the first such day, and every day above the limit."""
    by_limit: dict[str | None, tuple[int, int, set[int]]] = {}
    for key in (None, "MINURSO"):
        count = {
            day: sum(1 for one in life if (place := one.where(day)) and key in (None, place)) for day in range(DAYS + 1)
        }
        most = max(count.values())
        first = min(day for day, people in count.items() if people == most)
        over = {day for day, people in count.items() if people > (limit(day, key, lower, waivers) or 0)}
        by_limit[key] = (most, first, over)
    return by_limit


@settings(max_examples=25, deadline=None)
@drawn(
    st.lists(lives(), max_size=6),
    st.tuples(st.integers(1, DAYS), st.integers(1, 3)),
    st.lists(
        st.tuples(st.integers(1, 2), st.integers(1, 20), st.integers(21, DAYS), st.sampled_from((None, "MINURSO"))),
        max_size=2,
        unique_by=lambda waiver: waiver[1],
    ),
)
def test_the_sweep_finds_what_a_count_of_every_day_finds(
    postgres_dsn: str, life: list[Life], lower: Lower, waivers: list[Waiver]
) -> None:
    past: list[Event] = [story.proposed(), story.approved(), amended(lower[1], on(lower[0]), 1)]
    past += [waived(extra, on(since), on(until), mission) for extra, since, until, mission in waivers]
    past += [event for nr, one in enumerate(life) for event in events_of(nr, one)]
    swept = asyncio.run(_swept(postgres_dsn, past))
    for key, (most, first, over) in naive(life, lower, waivers).items():
        assert swept[key] == (most, first, over), key


async def _swept(dsn: str, past: list[Event]) -> dict[str | None, tuple[int, int, set[int]]]:
    """What the reports tell, in the words of the naive count."""
    async with given(dsn, past) as ask:
        rows = await held(ask, as_of=on(DAYS))
        periods = await ask.rows("occupancy", line="kz-2013/observers", as_of=on(DAYS), over="true")
    over: dict[str | None, set[int]] = {None: set(), "MINURSO": set()}
    for row in periods:
        until = (D(row["valid_to"]) - START).days if row["valid_to"] else DAYS + 1
        over[row["mission"]] |= set(range((D(row["valid_from"]) - START).days, until))
    assert all((row["breaches"] > 0) == bool(over[key]) for key, row in rows.items())
    return {key: (row["most_people"], (D(row["most_on"]) - START).days, over[key]) for key, row in rows.items()}
