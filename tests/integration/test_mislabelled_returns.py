"""Raise R5: rows of the UN's returns that stand under a neighbour of the State whose people they count."""

import csv
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from contracts.deployments import StrengthReturnRecorded
from tests.integration.answering import QueryClient, given
from tests.projection_spec import LEARNED

REPORT = "mislabelled-returns"
NAMES = {"ARM": "Armenia", "ARG": "Argentina", "CHL": "Chile", "CZE": "Czech Republic", "DNK": "Denmark"} | {
    **{"KAZ": "Kazakhstan", "KEN": "Kenya", "KGZ": "Kyrgyzstan", "KOR": "Republic of Korea", "LSO": "Lesotho"},
    **{"MKD": "The former Yugoslav Republic of Macedonia", "NOR": "Norway", "THA": "Thailand"},
    **{"XAA": "Kuwait-on-Sea", "XAB": "Kyrenia"},
}
MONTHS = ("2010-05-31", "2010-06-30", "2010-07-31")
JUNE_2010 = {"KGZ": (13, None, 13), "KAZ": (None, 6, None), "KEN": (None, None, None)}
"""Police in UNAMID: what the UN published, and a State between the two in the list."""


def cell(state: str, day: str, total: int | None, **more: Any) -> StrengthReturnRecorded:
    data: dict[str, Any] = {
        **{"contributor": state, "as_of": date.fromisoformat(day), "mission": "UNAMID", "total": total},
        **{"contributor_as_published": NAMES[state], "personnel_type": "individual_police", "source": "UN DPO"},
        **{"published_at": datetime(2011, 6, 1, tzinfo=UTC), **more},
    }
    return StrengthReturnRecorded(**data)


def published(rows: Mapping[str, tuple[int | None, ...]], months: tuple[str, ...] = MONTHS, **more: Any) -> list[Any]:
    """Each State's number in each return; None where the return has no row of it. A State without people in this
    mission sees to it that there is a return of every month."""
    here = [
        cell(state, day, total, **more)
        for state, totals in rows.items()
        for day, total in zip(months, totals, strict=True)
        if total is not None
    ]
    return [*here, *(cell("NOR", day, 4, mission="UNTSO", personnel_type="experts_on_mission") for day in months)]


def months(count: int) -> tuple[str, ...]:
    ends = [date(2010 + (nr + 1) // 12, (nr + 1) % 12 + 1, 1) - timedelta(days=1) for nr in range(count)]
    return tuple(map(str, ends))


async def raised(ask: QueryClient, **params: str) -> list[tuple[Any, ...]]:
    return await ask.picked(REPORT, "date", "contributor", "neighbour", "people_each", **params)


async def test_a_row_that_stands_under_a_neighbour_for_a_month_is_raised_with_both_rows_and_the_reason(
    postgres_dsn: str,
) -> None:
    async with given(postgres_dsn, published(JUNE_2010)) as ask:
        (row,) = await ask.rows(REPORT)
        events = {one["event"]: one async for one in _events(ask)}
    assert [(events[nr]["contributor"], events[nr]["as_of"], events[nr]["total"]) for nr in row["events"]] == [
        ("KGZ", "2010-05-31", 13),
        ("KAZ", "2010-06-30", 6),
        ("KGZ", "2010-07-31", 13),
    ]
    columns = ("date", "date_until", "mission", "personnel_type", "contributor", "people", "people_each", "neighbour")
    assert [row[name] for name in columns] == [
        *("2010-06-30", "2010-06-30", "UNAMID", "individual_police", "KAZ", 6, [6], "KGZ")
    ]
    around = ("date_before", "neighbour_before", "missing", "date_after", "neighbour_after", "places", "score", "raise")
    assert [row[name] for name in around] == ["2010-05-31", 13, 1, "2010-07-31", 13, 4, 55, "R5"]
    assert row["reason"] == (
        "Kyrgyzstan had 13 on 2010-05-31, is missing from the next return, and had 13 on 2010-07-31. Kazakhstan,"
        " 4 places from it in the UN's list, had 6 in it, and nobody here, a year around, but where that State"
        " is missing."
    )
    assert row["incomplete"] is False


async def _events(ask: QueryClient) -> Any:
    for one in (await ask.http.get("/v1/strength-returns", params={"limit": "1000"})).json()["items"]:
        yield one


async def test_what_the_two_states_have_in_other_missions_and_types_is_no_matter(postgres_dsn: str) -> None:
    """Whole States go on as they were: that is why comparing them finds nothing."""
    elsewhere = published({"KGZ": (9, 9, 9), "KAZ": (400, 400, 400)}, personnel_type="troops")
    async with given(postgres_dsn, [*published(JUNE_2010), *elsewhere]) as ask:
        assert await raised(ask) == [("2010-06-30", "KAZ", "KGZ", [6])]


@pytest.mark.parametrize(
    "rows",
    [
        {"KGZ": (13, None, 13), "KAZ": (5, 18, 5)},
        {"KGZ": (13, None, 13), "KAZ": (None, 13, 13)},
        {"KGZ": (13, None, 13), "KAZ": (13, 13, None)},
        {"KGZ": (13, 13, 13), "KAZ": (None, 13, None)},
        {"KGZ": (None, None, 13), "KAZ": (None, 13, None)},
        {"KGZ": (13, None, None), "KAZ": (13, 13, None)},
        {"KGZ": (13, None, 13), "KAZ": (None, 2, None)},
        {"KGZ": (13, None, 13), "KAZ": (None, 90, None)},
        {"KGZ": (13, None, 13), "THA": (None, 13, None)},
        {"KGZ": (13, None, 13), "KAZ": (None, 0, None)},
        {"KGZ": (13, 0, 13), "KAZ": (None, None, None)},
    ],
    ids=[
        *("people of its own before and after", "it stays", "it was there before", "the neighbour is not missing"),
        *("the neighbour was not there before", "the neighbour does not come back", "a much smaller number"),
        *("a much larger number", "no neighbour in the list", "nobody is no row", "nobody appears"),
    ],
)
async def test_what_is_no_case(postgres_dsn: str, rows: Mapping[str, tuple[int | None, ...]]) -> None:
    async with given(postgres_dsn, published(rows)) as ask:
        assert await raised(ask) == []


async def test_a_row_of_nobody_is_missing_as_much_as_no_row(postgres_dsn: str) -> None:
    async with given(postgres_dsn, published({"KGZ": (13, 0, 13), "KAZ": (0, 13, 0)})) as ask:
        assert await raised(ask) == [("2010-06-30", "KAZ", "KGZ", [13])]


@pytest.mark.parametrize("unknown", [("KGZ", 0), ("KGZ", 1), ("KGZ", 2), ("KAZ", 0), ("KAZ", 1)])
async def test_an_unknown_number_is_somebody_and_shows_no_likeness(postgres_dsn: str, unknown: tuple[str, int]) -> None:
    state, turn = unknown
    blank = cell(state, MONTHS[turn], None)
    async with given(postgres_dsn, [*published({"KGZ": (13, None, 13), "KAZ": (None, 13, None)}), blank]) as ask:
        assert await raised(ask) == []


async def test_a_gap_of_some_months_may_be_filled_by_two_neighbours_in_turn(postgres_dsn: str) -> None:
    """As it was in UNAMID from June to December 2010."""
    lesotho = (*(None,) * 5, 7, *(None,) * 3)
    rows = {"KGZ": (13, *(None,) * 7, 7), "KAZ": (None, 6, 8, 7, 7, None, 7, 7, None), "LSO": lesotho}
    async with given(postgres_dsn, published(rows, months(9))) as ask:
        assert await raised(ask) == [
            ("2010-02-28", "KAZ", "KGZ", [6, 8, 7, 7, 7, 7]),
            ("2010-06-30", "LSO", "KGZ", [7]),
        ]
        assert await raised(ask, contributor="LSO") == [("2010-06-30", "LSO", "KGZ", [7])]
        assert len(await raised(ask, contributor="KGZ")) == 2
        assert len(await raised(ask, since="2010-06-30")) == 2
        assert len(await raised(ask, since="2010-09-01")) == 0


async def test_a_state_that_takes_over_for_long_is_no_case(postgres_dsn: str) -> None:
    rows = {"KGZ": (13, *(None,) * 9, 13), "KAZ": (None, *(13,) * 9, None)}
    async with given(postgres_dsn, published(rows, months(11))) as ask:
        assert await raised(ask) == []


async def test_states_that_take_turns_are_reported_in_one_direction(postgres_dsn: str) -> None:
    """Who is there more often is the one that is missing; where both are there as often, nobody can tell."""
    turns = {"KGZ": (5, None, 5, None, 5, 5), "KAZ": (None, 5, None, 5, None, None)}
    evenly = {"KGZ": (5, None, 5, None), "KAZ": (None, 5, None, 5)}
    async with given(postgres_dsn, published(turns, months(6))) as ask:
        assert {row[1:3] for row in await raised(ask)} == {("KAZ", "KGZ")}
    async with given(postgres_dsn, published(evenly, months(4))) as ask:
        assert await raised(ask) == []


async def test_of_two_readings_of_one_row_the_likelier_is_reported(postgres_dsn: str) -> None:
    rows = {"KGZ": (13, None, 13), "KEN": (7, None, 7), "KAZ": (None, 13, None)}
    async with given(postgres_dsn, published(rows)) as ask:
        (row,) = await ask.rows(REPORT)
        assert (row["neighbour"], row["places"]) == ("KGZ", 4)
    rows = {"KGZ": (13, None, 13), "CZE": (None, 13, None), "DNK": (3, None, 3), "ARG": (None, 3, None)}
    async with given(postgres_dsn, published(rows)) as ask:
        assert await raised(ask) == []


async def test_only_months_with_a_return_count(postgres_dsn: str) -> None:
    """No return of July was published: from June to August is one step."""
    days = ("2010-05-31", "2010-06-30", "2010-08-31")
    async with given(postgres_dsn, published({"KGZ": (13, None, 12), "KAZ": (None, 13, None)}, days)) as ask:
        assert await raised(ask) == [("2010-06-30", "KAZ", "KGZ", [13])]


async def test_a_state_is_found_by_the_name_that_the_list_had_then(postgres_dsn: str) -> None:
    """MKD stood beside Thailand until 2019, and stands beside Norway."""
    now = ("2021-05-31", "2021-06-30", "2021-07-31")
    thai = {"THA": (13, None, 13), "MKD": (None, 13, None)}
    polish = {"MKD": (13, None, 13), "NOR": (None, 13, None)}
    async with given(postgres_dsn, published(thai), today=date(2022, 1, 1)) as ask:
        assert [row[1:3] for row in await raised(ask)] == [("MKD", "THA")]
    async with given(postgres_dsn, published(thai, now), today=date(2022, 1, 1)) as ask:
        assert await raised(ask) == []
    async with given(postgres_dsn, published(polish, now), today=date(2022, 1, 1)) as ask:
        assert [row[1:3] for row in await raised(ask)] == [("NOR", "MKD")]


async def test_a_state_that_the_list_does_not_have_is_placed_by_its_name_as_published(postgres_dsn: str) -> None:
    async with given(postgres_dsn, published({"XAB": (13, None, 13), "XAA": (None, 13, None)})) as ask:
        (row,) = await ask.rows(REPORT)
    assert (row["contributor"], row["as_published"], row["places"]) == ("XAA", "Kuwait-on-Sea", 1)


async def test_it_answers_for_a_day_an_earlier_publication_and_what_was_known(postgres_dsn: str) -> None:
    events = published(JUNE_2010)
    corrected: dict[str, Any] = {"published_at": datetime(2012, 1, 1, tzinfo=UTC)}
    correction = [cell("KGZ", "2010-06-30", 6, **corrected), cell("KAZ", "2010-06-30", 0, **corrected)]
    async with given(postgres_dsn, [*events, *correction]) as ask:
        assert await raised(ask) == []
        assert len(await raised(ask, published_before="2012-01-01T00:00:00Z")) == 1
        before = LEARNED + timedelta(seconds=len(events) - 1)
        assert len(await raised(ask, as_known_at=before.isoformat())) == 1
        assert await raised(ask, as_known_at=(before + timedelta(seconds=len(correction))).isoformat()) == []
    async with given(postgres_dsn, events) as ask:
        assert await raised(ask, as_of="2010-07-30") == []
        assert len(await raised(ask, as_of="2010-07-31")) == 1


async def test_absurd_numbers_are_compared_and_are_no_fault(postgres_dsn: str) -> None:
    most = 2**31 - 1
    async with given(postgres_dsn, published({"KGZ": (most, None, most), "KAZ": (None, most, None)})) as ask:
        assert await raised(ask) == [("2010-06-30", "KAZ", "KGZ", [most])]


async def test_it_is_shown_as_a_page_a_file_and_to_analysts(postgres_dsn: str) -> None:
    async with given(postgres_dsn, published(JUNE_2010), today=date(2010, 12, 31)) as ask:
        page = await ask.http.get("/raised", params={"contributor": "KAZ"})
        assert page.status_code == 200, page.text
        assert "is missing from the next return" in page.text
        answer = await ask.http.get(f"/v1/reports/{REPORT}", params={"format": "csv"})
        (row,) = csv.DictReader(answer.text.splitlines())
        assert (row["contributor"], row["score"]) == ("KAZ", "55")
        parquet = await ask.http.get(f"/v1/reports/{REPORT}", params={"format": "parquet"})
        assert (parquet.status_code, parquet.content[:4]) == (200, b"PAR1")
