"""The register against what others say: the UN's strength returns, row by row, and officials' statements."""

from datetime import UTC, date, datetime
from typing import Any

from contracts.deployments import OfficialStatementRecorded, StrengthReturnRecorded
from contracts.words import Event
from tests import peacekeepers as story
from tests.integration.answering import given

D = date.fromisoformat
SENT: list[Event] = [story.mission("MINURSO"), story.mission("UNIFIL"), story.proposed(), story.approved()]
PRESENT: list[Event] = [
    *(story.planned("t-1"), story.arrived("t-1", "2014-07-01")),
    *(story.planned("t-2", person="p-0002", category="staff_officer"),),
    *(story.arrived("t-2", "2014-07-01", category="staff_officer"),),
    *(story.company(), story.company_arrived("u-1", "2014-07-31")),
]


def counted(
    total: int | None,
    personnel_type: str = "experts_on_mission",
    mission: str = "MINURSO",
    day: str = "2014-07-31",
    **more: Any,
) -> StrengthReturnRecorded:
    published = datetime.fromisoformat(more.pop("published", "2014-08-10")).replace(tzinfo=UTC)
    own: dict[str, Any] = {"contributor": "KAZ", "contributor_as_published": "Kazakhstan", **more}
    cell: dict[str, Any] = {"as_of": D(day), "mission": mission, "personnel_type": personnel_type, "total": total}
    return StrengthReturnRecorded(**own, **cell, published_at=published, source="UN DPO")


def said(statement: str, value: int, **more: Any) -> OfficialStatementRecorded:
    fields: dict[str, Any] = {"as_of": D("2014-08-01"), "measure": "present", "source": "inform.kz", **more}
    return OfficialStatementRecorded(contributor="KAZ", statement=statement, value=value, **fields)


async def test_each_row_is_compared_by_mission_and_type(postgres_dsn: str) -> None:
    counts = [counted(1), counted(1, "staff_officers"), counted(90, "troops", "UNIFIL")]
    async with given(postgres_dsn, [*SENT, *PRESENT, *counts]) as ask:
        columns = ("mission", "personnel_type", "register", "published", "difference", "raise", "found_in")
        assert await ask.picked("reconciliation", *columns) == [
            ("MINURSO", "experts_on_mission", 1, 1, 0, None, "both"),
            ("MINURSO", "staff_officers", 1, 1, 0, None, "both"),
            ("UNIFIL", "troops", 100, 90, 10, "R1", "both"),
        ]
        assert await ask.picked("reconciliation", "mission", raised="true") == [("UNIFIL",)]
        assert await ask.rows("reconciliation", types="staff_officers", missions="UNIFIL") == []


async def test_what_only_one_side_has_differs_and_what_is_unknown_does_not(postgres_dsn: str) -> None:
    counts = [counted(None), counted(3, "troops", "MINURSO"), counted(2, "individual_police", "UNIFIL")]
    async with given(postgres_dsn, [*SENT, *PRESENT, *counts]) as ask:
        compared = {(r["mission"], r["personnel_type"]): r for r in await ask.rows("reconciliation")}
        quiet = await ask.picked("reconciliation", "mission", "personnel_type", raised="false")
        assert quiet == [("MINURSO", "experts_on_mission"), ("UNIFIL", "individual_police")]
    blank = compared["MINURSO", "experts_on_mission"]
    assert (blank["register"], blank["published"], blank["difference"], blank["raise"]) == (1, None, None, None)
    unseen = compared["UNIFIL", "troops"]
    assert (unseen["found_in"], unseen["published"], unseen["difference"], unseen["raise"]) == (
        *("register", None, 100, "R1"),
    )
    police = compared["UNIFIL", "individual_police"]
    assert (police["register"], police["difference"]) == (None, None)
    assert police["note"] == "police are not kept in this register"
    staff = compared["MINURSO", "staff_officers"]
    assert (staff["found_in"], staff["raise"]) == ("register", "R1")
    assert "may be counted within troops" in staff["note"]
    assert "may be counted within troops" in compared["MINURSO", "troops"]["note"]
    assert compared["UNIFIL", "troops"]["note"] is None


async def test_the_day_of_arrival_counts_and_the_day_before_does_not(postgres_dsn: str) -> None:
    days = {"2014-07-30": -100, "2014-07-31": 0}
    counts = [counted(100, "troops", "UNIFIL", day) for day in days]
    async with given(postgres_dsn, [*SENT, *PRESENT, *counts]) as ask:
        differences = dict(await ask.picked("reconciliation", "date", "difference", missions="UNIFIL"))
        assert differences == days
        assert [row["date"] for row in await ask.rows("reconciliation", missions="UNIFIL", since="2014-07-31")] == [
            "2014-07-31"
        ]
        assert len(await ask.rows("reconciliation", missions="UNIFIL", as_of="2014-07-30")) == 1


async def test_the_latest_publication_is_compared_unless_an_earlier_one_is_requested(postgres_dsn: str) -> None:
    counts = [counted(2), counted(1, published="2014-09-10"), counted(7, published="2014-10-10", male=3, female=3)]
    async with given(postgres_dsn, [*SENT, *PRESENT, *counts]) as ask:
        columns = ("published", "publication", "adds_up")
        params = {"types": "experts_on_mission"}
        assert await ask.picked("reconciliation", *columns, **params) == [(7, 3, False)]
        earlier = {**params, "published_before": "2014-09-11T00:00:00Z"}
        assert await ask.picked("reconciliation", *columns, **earlier) == [(1, 2, None)]
        assert await ask.rows("reconciliation", published_before="2014-08-09T00:00:00Z") == []
        status, field = await ask.refused("reconciliation", published_before="lately")
        assert (status, field) == (400, "published_before")


async def test_a_later_publication_is_taken_whole(postgres_dsn: str) -> None:
    counts = [counted(1), counted(90, "troops", "UNIFIL"), counted(1, published="2014-09-10")]
    async with given(postgres_dsn, [*SENT, *PRESENT, *counts]) as ask:
        found_in = dict(
            await ask.picked("reconciliation", "mission", "found_in", types=["experts_on_mission", "troops"])
        )
        assert found_in == {"MINURSO": "both", "UNIFIL": "register"}


async def test_absurd_numbers_are_compared_and_not_a_fault(postgres_dsn: str) -> None:
    most = 2**31 - 1
    counts = [counted(most, male=most, female=most), counted(most, mission="UNOCI"), counted(1, day="2014-08-31")]
    async with given(postgres_dsn, [*SENT, *counts]) as ask:
        rows = await ask.rows("reconciliation", as_of="2014-07-31")
        assert [(row["published"], row["adds_up"]) for row in rows] == [(most, False), (most, None)]
        assert await ask.rows("mislabelled-returns") == []


async def test_a_publication_that_contradicts_itself_is_raised_and_not_settled(postgres_dsn: str) -> None:
    async with given(postgres_dsn, [*SENT, *PRESENT, counted(1), counted(2)]) as ask:
        (row,) = await ask.rows("reconciliation", types="experts_on_mission")
    assert (row["published"], row["difference"], row["raise"], row["returns"]) == (None, None, "R1", 2)


async def test_states_whose_books_are_kept_elsewhere_are_left_out_unless_requested(postgres_dsn: str) -> None:
    other = counted(4, contributor="MNG", contributor_as_published="Mongolia")
    async with given(postgres_dsn, [*SENT, other]) as ask:
        assert await ask.rows("reconciliation") == []
        assert len(await ask.rows("reconciliation", all="true")) == 1


async def test_statements_are_held_against_the_register_of_their_day(postgres_dsn: str) -> None:
    statements = [
        said("all", 102),
        said("observers", 2, missions=("MINURSO",), categories=("military_observer",)),
        said("company-eve", 100, as_of=D("2014-07-30"), missions=("UNIFIL",)),
        said("about", 95, missions=("UNIFIL",), qualifier="about"),
        said("since", 2, measure="people_since", since=D("2014-01-01"), categories=("military_observer",)),
        said("tours", 3, measure="tours_since", since=D("2014-01-01")),
    ]
    async with given(postgres_dsn, [*SENT, *PRESENT, *statements]) as ask:
        rows = ask.picked("statements", "statement", "value", "register", "difference", "raise")
        assert sorted(await rows) == [
            ("about", 95, 100, 5, None),
            ("all", 102, 102, 0, None),
            ("company-eve", 100, 0, -100, "R4"),
            ("observers", 2, 1, -1, "R4"),
            ("since", 2, 1, -1, "R4"),
            ("tours", 3, 3, 0, None),
        ]
        assert len(await ask.rows("statements", raised="true")) == 3
        assert len(await ask.rows("statements", as_of="2014-07-31")) == 1
