"""The reports on the story of 2013-2024: sane on their own, and equal to one another."""

from collections.abc import AsyncIterator
from datetime import date

import pytest

from tests.integration.answering import Asking, given
from tests.stories import AS_OF, stays, tell

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
async def ask(postgres_dsn: str) -> AsyncIterator[Asking]:
    async with given(postgres_dsn, [fact.data for fact in tell().house.facts()], today=AS_OF) as ask:
        yield ask


async def test_every_ceiling_held_at_every_instant(ask: Asking) -> None:
    rows = await ask.rows("ceiling-held", as_of="2024-12-31")
    assert {row["line"] for row in rows} == {
        *("kz-2013/observers", "kz-2018/officers", "kz-2018/company", "kz-2022/contingent", "kz-2024/contingent"),
    }
    assert [row for row in rows if not row["held"]] == []
    company = next(row for row in rows if row["line"] == "kz-2018/company")
    assert (company["most_people"], company["most_limit"]) == (120, 120)


async def test_who_must_come_home_is_who_is_there(ask: Asking) -> None:
    strength = {row["mission"]: 0 for row in await ask.rows("strength")}
    for row in await ask.rows("strength"):
        strength[row["mission"]] += row["people"]
    for mission, people in strength.items():
        told = await ask.report("must-come-home", mission=mission, closes_on=AS_OF.isoformat())
        assert told["totals"]["people"] == people
    assert strength == {"MINURSO": 6, "UNIFIL": 9}


async def test_the_events_behind_a_strength_hold_the_arrival_of_each_tour_that_it_counts(ask: Asking) -> None:
    there = await ask.rows("who-is-where", missions="UNIFIL")
    events = await ask.rows("events-behind", mission="UNIFIL")
    arrived = [event["tour"] for event in events if event["type"].endswith("TourArrived")]
    assert sorted(arrived) == sorted(f"{row['line']}/{row['tour']}" for row in there)


async def test_tours_that_end_are_among_those_present(ask: Asking) -> None:
    ending = await ask.report("ending-tours")
    assert 0 < ending["totals"]["people"] <= (await ask.report("strength"))["totals"]["people"]
    assert {row["bucket"] for row in ending["rows"]} <= {"overdue", "30", "60", "90"}


async def test_the_statements_of_officials_agree_with_the_register(ask: Asking) -> None:
    told = {row["statement"]: row for row in await ask.rows("statements", as_of="2024-12-31")}
    assert (told["officers-2022-06-30"]["register"], told["company-2022-06-30"]["register"]) == (45, 520)
    assert [name for name, row in told.items() if row["raise"]] == []


async def test_it_took_years_from_the_vote_to_most_arrivals_and_months_to_the_first(ask: Asking) -> None:
    rows = await ask.rows("lead-times", level="mandate")
    votes = {row["mandate"]: row for row in rows if row["step"] == "vote to arrival"}
    first = min(stay.arrived_on for stay in stays(tell().house))
    assert votes["kz-2013"]["days_min"] == (first - date(2013, 12, 20)).days or votes["kz-2013"]["days_min"] > 0
    tours = sum(row["tours"] for row in votes.values())
    whole = next(r for r in await ask.rows("lead-times", level="overall") if r["step"] == "vote to arrival")
    assert whole["tours"] == whole["known"] == tours


async def test_the_mandate_of_2022_is_unused_a_year_later(ask: Asking) -> None:
    assert [row["mandate"] for row in await ask.rows("unused-mandates")] == []
    told = {row["mandate"] for row in await ask.rows("unused-mandates", as_of="2023-07-01", all="true")}
    print(told)


async def test_each_moved_date_has_its_reason(ask: Asking) -> None:
    told = await ask.rows("moved-dates", as_of="2024-12-31")
    assert told
    assert [row for row in told if not row["reason"]] == []
