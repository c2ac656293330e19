"""The reports on the story of 2013-2024: sane on their own, and equal to one another."""

from collections.abc import AsyncIterator
from datetime import date

import pytest

from tests.integration.answering import QueryClient, given
from tests.stories import AS_OF, run_story, stays


@pytest.fixture(scope="module")
async def ask(postgres_dsn: str) -> AsyncIterator[QueryClient]:
    async with given(postgres_dsn, [fact.data for fact in run_story().system.facts()], today=AS_OF) as ask:
        yield ask


async def test_every_ceiling_held_at_every_instant(ask: QueryClient) -> None:
    rows = await ask.rows("ceiling-held", as_of="2024-12-31")
    assert {row["line"] for row in rows} == {
        *("kz-2013/observers", "kz-2018/officers", "kz-2018/company", "kz-2022/contingent", "kz-2024/contingent"),
    }
    assert [row for row in rows if not row["held"]] == []
    company = next(row for row in rows if row["line"] == "kz-2018/company")
    assert (company["most_people"], company["most_limit"]) == (120, 120)


async def test_who_must_come_home_is_who_is_there(ask: QueryClient) -> None:
    strength = {row["mission"]: 0 for row in await ask.rows("strength")}
    for row in await ask.rows("strength"):
        strength[row["mission"]] += row["people"]
    for mission, people in strength.items():
        report = await ask.report("must-come-home", mission=mission, closes_on=AS_OF.isoformat())
        assert report["totals"]["people"] == people
    assert strength == {"MINURSO": 6, "UNIFIL": 9}


async def test_the_events_behind_a_strength_hold_the_arrival_of_each_tour_that_it_counts(ask: QueryClient) -> None:
    there = await ask.rows("who-is-where", missions="UNIFIL")
    events = await ask.rows("events-behind", mission="UNIFIL")
    arrived = [event["tour"] for event in events if event["type"].endswith("TourArrived")]
    assert sorted(arrived) == sorted(f"{row['line']}/{row['tour']}" for row in there)


async def test_tours_that_end_are_among_those_present(ask: QueryClient) -> None:
    ending = await ask.report("ending-tours")
    assert 0 < ending["totals"]["people"] <= (await ask.report("strength"))["totals"]["people"]
    assert {row["bucket"] for row in ending["rows"]} <= {"overdue", "30", "60", "90"}


async def test_only_the_statement_that_contradicts_another_one_differs_from_the_register(ask: QueryClient) -> None:
    statements = {row["statement"]: row for row in await ask.rows("statements", as_of="2024-12-31")}
    assert (statements["officers-2022-06-30"]["register"], statements["company-2022-06-30"]["register"]) == (45, 520)
    raised = {name: (row["value"], row["register"]) for name, row in statements.items() if row["raise"]}
    assert raised == {"officers-2018-06-21": (15, 11)}  # 11 had been said a week before


async def test_the_first_observer_arrived_eight_months_after_the_vote(ask: QueryClient) -> None:
    rows = {row["step"]: row for row in await ask.rows("lead-times", level="mandate", mandate="kz-2013")}
    first = min(stay.arrived_on for stay in stays(run_story().system))
    assert rows["vote to arrival"]["days_min"] == (first - date(2013, 12, 20)).days == 241
    details = await ask.rows("lead-times", level="tour", mandate="kz-2013")
    for step, row in rows.items():
        assert row["known"] == sum(one["known"] for one in details if one["step"] == step)
        assert row["tours"] == sum(one["tours"] for one in details if one["step"] == step) == 11


async def test_no_step_takes_less_than_no_time(ask: QueryClient) -> None:
    rows = await ask.rows("lead-times", level="overall")
    assert [row["step"] for row in rows if row["days_min"] < 0] == []


async def test_the_mandate_of_2024_was_unused_a_year_later(ask: QueryClient) -> None:
    assert await ask.rows("unused-mandates", as_of="2025-01-18", all="true") == []
    assert await ask.picked("unused-mandates", "mandate", "raise", as_of="2025-01-19", all="true") == [
        ("kz-2024", "R3")
    ]


async def test_each_moved_date_has_its_reason(ask: QueryClient) -> None:
    rows = await ask.rows("moved-dates", as_of="2024-12-31")
    assert rows
    assert [row for row in rows if not row["reason"]] == []


MISSION = {"missions": "UNIFIL"}
DRILL_DOWNS: tuple[tuple[str, str, dict[str, str], str, str, dict[str, str]], ...] = (
    ("strength", "people", {}, "who-is-where", "people", {}),
    ("strength", "tours", {"missions": "UNIFIL"}, "who-is-where", "tours", {"missions": "UNIFIL"}),
    ("ceiling-held", "change_points", {}, "occupancy", "change_points", {}),
    ("ceiling-held", "breaches", {}, "occupancy", "breaches", {}),
    ("must-come-home", "people", {"mission": "UNIFIL", "closes_on": "2022-06-30"}, "who-is-where", "people", MISSION),
    ("ending-tours", "tours", {"within_days": "366"}, "who-is-where", "tours", {}),
    ("moved-dates", "moves", {}, "timeline", "TourRescheduled TourExtended", {"since": "2012-01-01"}),
    ("statements", "", {}, "events", "", {"type": "forcegen.deployments.OfficialStatementRecorded"}),
)


@pytest.mark.parametrize(("report", "column", "params", "behind", "adds", "narrowed"), DRILL_DOWNS)
async def test_a_total_is_the_sum_of_what_is_behind_it(
    ask: QueryClient, report: str, column: str, params: dict[str, str], behind: str, adds: str, narrowed: dict[str, str]
) -> None:
    answer = await ask.report(report, **params)
    total = answer["totals"][column] if column else len(answer["rows"])
    if behind == "timeline":
        happened = [row["type"].rpartition(".")[2] for row in await ask.rows(behind, **narrowed)]
        assert total == sum(happened.count(kind) for kind in adds.split())
    elif behind == "events":
        page = await ask.http.get("/v1/events", params={**narrowed, "limit": 1000, "as_of": "2022-06-30"})
        assert total == len(page.json()["items"])
    else:
        assert total == sum(row[adds] for row in await ask.rows(behind, **narrowed))


async def test_each_number_of_people_leads_to_the_arrivals_of_its_tours(ask: QueryClient) -> None:
    for row in await ask.rows("strength"):
        cell = {"mission": row["mission"], "category": row["category"]}
        tours = {
            f"{one['line']}/{one['tour']}"
            for one in await ask.rows("who-is-where", missions=row["mission"], categories=row["category"])
        }
        arrivals = {e["tour"] for e in await ask.rows("events-behind", **cell) if e["type"].endswith(".TourArrived")}
        assert arrivals == tours


async def test_what_is_present_on_each_line_is_who_is_there(ask: QueryClient) -> None:
    for row in await ask.rows("headroom"):
        if row["mission"] is None:
            assert row["present"] == (await ask.report("who-is-where", line=row["line"]))["totals"]["people"]
