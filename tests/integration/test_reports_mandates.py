"""What is lacking, how long it takes, what was never used, and the events behind a number."""

from datetime import date
from typing import Any
from uuid import UUID

from contracts import approvals, vacancies
from contracts.words import Event
from tests import peacekeepers as story
from tests.integration.answering import given

D = date.fromisoformat
VOTED: list[Event] = [story.mission("MINURSO"), story.mission("UNOCI"), story.proposed(), story.approved()]
PIPELINE: list[Event] = [story.submitted(), story.announced(application="nv-1"), story.nominated(), story.accepted()]


def document(kind: str, dated: str, mission: str = "MINURSO") -> approvals.LegalDocumentRecorded:
    fields: dict[str, Any] = {"mission": mission, "kind": kind, "document": f"D/{kind}", "dated": D(dated)}
    return approvals.LegalDocumentRecorded(mandate="kz-2013", lines=("observers",), **fields)


def revoked(day: str) -> approvals.MandateRevoked:
    own: dict[str, Any] = {"mandate": "kz-2013", "contributor": "KAZ", "lines": ("observers", "company")}
    fields: dict[str, Any] = {"ends_on": D(day), "reason": "a new act"}
    return approvals.MandateRevoked.model_validate({**own, **fields, "decision": story.ACT})


async def test_each_document_that_an_operation_lacks_is_a_row(postgres_dsn: str) -> None:
    past: list[Event] = [*VOTED, story.required(), story.document(), document("status_of_forces", "2014-05-01")]
    past += [story.planned(), story.arrived()]
    async with given(postgres_dsn, past) as ask:
        lacks = ("mission", "kind", "documents", "people_there")
        assert await ask.picked("missing-documents", *lacks, missions="MINURSO", as_of="2014-04-30") == [
            ("MINURSO", "status_of_forces", 1, 0)
        ]
        assert await ask.rows("missing-documents", missions="MINURSO", as_of="2014-05-01") == []


async def test_an_operation_whose_requirements_nobody_recorded_is_shown_as_unknown(postgres_dsn: str) -> None:
    async with given(postgres_dsn, [*VOTED, story.required()]) as ask:
        report = await ask.report("missing-documents", as_of="2014-01-01")
        assert [(row["mission"], row["kind"]) for row in report["rows"]] == [
            *(("MINURSO", "status_of_forces"), ("MINURSO", "un_mandate"), ("UNIFIL", None), ("UNOCI", None)),
        ]
        assert report["totals"] == {"documents": 2}
        assert await ask.rows("missing-documents", as_of="2013-12-31") == []


async def test_the_way_from_the_vote_to_the_arrival_is_reported_step_by_step(postgres_dsn: str) -> None:
    past: list[Event] = [*VOTED, *PIPELINE, story.planned("t-1", vacancy="v-1", nomination="n-1"), story.arrived("t-1")]
    async with given(postgres_dsn, past) as ask:
        steps = await ask.picked("lead-times", "step", "days_median", level="tour")
        assert steps == [
            *(("vote to application", 81), ("application to vacancy", 22), ("vacancy to nomination", 9)),
            *(("nomination to acceptance", 21), ("acceptance to arrival", 61), ("vote to arrival", 194)),
        ]
        assert sum(days for _, days in steps[:-1]) == steps[-1][1]
        assert await ask.rows("lead-times", as_of="2014-06-30") == []


async def test_an_unknown_step_is_empty_and_stays_out_of_the_median(postgres_dsn: str) -> None:
    past: list[Event] = [*VOTED, *PIPELINE, story.planned("t-1", vacancy="v-1", nomination="n-1"), story.arrived("t-1")]
    past += [story.planned("t-2", person="p-0002"), story.arrived("t-2", "2014-07-11")]
    async with given(postgres_dsn, past) as ask:
        for level in ("overall", "mandate"):
            steps = {r["step"]: r for r in await ask.rows("lead-times", level=level)}
            whole, step = steps["vote to arrival"], steps["acceptance to arrival"]
            assert (whole["days_median"], whole["days_min"], whole["days_max"]) == (199, 194, 204)
            assert (whole["known"], step["known"], step["tours"], step["days_median"]) == (2, 1, 2, 61)
        unknown = {r["step"]: r for r in await ask.rows("lead-times", level="tour") if r["tour"].endswith("t-2")}
        assert (unknown["vote to application"]["days_median"], unknown["vote to arrival"]["days_median"]) == (None, 204)


async def test_the_way_of_a_rotation_begins_when_its_vacancy_is_reopened(postgres_dsn: str) -> None:
    first = [*PIPELINE, story.planned("t-1", vacancy="v-1", nomination="n-1"), story.arrived("t-1")]
    reopened = vacancies.VacancyReopened(vacancy="v-1", number=1, reopened_on=D("2015-02-01"), reason="rotation")
    relief = {"person": "p-0002", "nominated_on": D("2015-02-11")}
    second: list[Event] = [reopened, story.nominated("n-2", **relief)]
    second += [
        story.planned("t-2", person="p-0002", vacancy="v-1", nomination="n-2"),
        story.arrived("t-2", "2015-07-01"),
    ]
    async with given(postgres_dsn, [*VOTED, *first, *second]) as ask:
        rows = await ask.picked("lead-times", "tour", "step", "days_median", level="tour", as_of="2016-01-01")
    days = {(tour[-1], step): median for tour, step, median in rows}
    assert (days["1", "vacancy to nomination"], days["2", "vacancy to nomination"]) == (9, 10)
    assert (days["1", "vote to arrival"], days["2", "vote to arrival"]) == (194, None)


async def test_a_mandate_is_unused_once_it_was_a_year_in_force(postgres_dsn: str) -> None:
    async with given(postgres_dsn, VOTED) as ask:
        assert await ask.rows("unused-mandates", as_of="2014-12-31") == []
        rows = await ask.picked("unused-mandates", "mandate", "days_unused", "raise", as_of="2015-01-01")
        assert rows == [("kz-2013", 365, "R3")]
    used = [*VOTED, story.planned(), story.arrived("t-1", "2015-01-02")]
    async with given(postgres_dsn, used) as ask:
        assert len(await ask.rows("unused-mandates", as_of="2015-01-01")) == 1
        assert await ask.rows("unused-mandates", as_of="2015-01-02") == []


async def test_a_mandate_that_ended_unused_is_shown_only_on_request(postgres_dsn: str) -> None:
    async with given(postgres_dsn, [*VOTED, revoked("2015-03-01")]) as ask:
        assert len(await ask.rows("unused-mandates", as_of="2015-02-28")) == 1
        assert await ask.rows("unused-mandates", as_of="2015-03-01") == []
        assert await ask.picked("unused-mandates", "days_unused", as_of="2016-01-01", all="true") == [(424,)]


LIFE: list[Event] = [
    *(story.planned("t-1"), story.arrived("t-1", "2014-07-02"), story.transferred("t-1", "2014-10-01")),
    *(story.planned("t-2", person="p-0002"), story.arrived("t-2", "2014-07-01")),
    *(story.company(), story.company_arrived()),
]


def names(rows: list[dict[str, Any]]) -> list[tuple[str, str | None]]:
    return [(row["type"].rpartition(".")[2], row["tour"] and row["tour"].rpartition("/")[2]) for row in rows]


async def test_the_events_behind_a_tour_a_line_and_a_mandate(postgres_dsn: str) -> None:
    async with given(postgres_dsn, [*VOTED, *LIFE]) as ask:
        tour = await ask.rows("events-behind", tour="kz-2013/observers/t-1")
        assert names(tour) == [("TourPlanned", "t-1"), ("TourArrived", "t-1"), ("TourTransferred", "t-1")]
        assert {"position", "effective", "recorded", "actor", "correlation_id"} <= set(tour[0])
        line = await ask.rows("events-behind", line="kz-2013/observers")
        assert [name for name, _ in names(line)[:2]] == ["MandateProposed", "MandateApproved"]
        assert {who for _, who in names(line)} == {None, "t-1", "t-2"}
        mandate = await ask.report("events-behind", mandate="kz-2013")
        assert mandate["totals"] == {"events": 2 + len(LIFE), "change": 102}
        assert await ask.refused("events-behind", tour="kz-2013/observers/t-9") == (404, "tour")


async def test_the_events_behind_a_strength_are_those_of_who_was_there_that_day(postgres_dsn: str) -> None:
    late = vacancies.CandidateRegistered(person="p-9", contributor="KAZ", rank="major", registered_on=D("2014-07-01"))
    async with given(postgres_dsn, [*VOTED, *LIFE, late]) as ask:
        cell = {"mission": "MINURSO", "category": "military_observer"}
        assert {who for _, who in names(await ask.rows("events-behind", **cell, as_of="2014-07-01"))} == {"t-2"}
        both = names(await ask.rows("events-behind", **cell, as_of="2014-09-30"))
        assert both == [(what, who) for who in ("t-1", "t-2") for what in ("TourPlanned", "TourArrived")]
        assert {who for _, who in names(await ask.rows("events-behind", **cell, as_of="2014-10-01"))} == {"t-2"}
        assert await ask.rows("events-behind", mission="MINURSO", category="infantry") == []


async def test_a_correction_belongs_to_the_number_that_it_changed(postgres_dsn: str) -> None:
    async with given(postgres_dsn, [*VOTED, *LIFE[:2]]) as ask:
        arrival = (await ask.rows("events-behind", tour="kz-2013/observers/t-1"))[1]["event"]
    past: list[Event] = [*VOTED, *LIFE[:2], story.corrected(UUID(arrival), arrived_on=D("2014-07-01"))]
    async with given(postgres_dsn, past) as ask:
        events = names(await ask.rows("events-behind", mission="MINURSO", as_of="2014-07-01"))
        assert events == [("TourPlanned", "t-1"), ("TourCorrected", "t-1")]


async def test_events_are_listed_behind_exactly_one_thing(postgres_dsn: str) -> None:
    async with given(postgres_dsn, VOTED) as ask:
        assert await ask.refused("events-behind") == (400, "tour")
        assert await ask.refused("events-behind", line="kz-2013/observers", mandate="kz-2013") == (400, "mandate")
        assert await ask.refused("events-behind", tour="kz-2013/observers/t-1", mission="MINURSO") == (400, "mission")
        assert await ask.refused("events-behind", tour="nonsense") == (400, "tour")
