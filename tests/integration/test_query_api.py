"""The query API over a real Postgres: what officials ask, on a day, and how a wrong question is answered."""

import csv
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import asyncpg
import httpx
import pytest

from services.reporting.http.app import build
from services.reporting.projector.projector import Projector
from tests import peacekeepers as story
from tests.callers import CalledAs
from tests.integration.reading_database import reading_database
from tests.projection_spec import history

TODAY = date(2014, 12, 1)
PAST = [
    *(story.mission("MINURSO"), story.mission("UNOCI", "Côte d'Ivoire"), story.mission("UNIFIL", "Lebanon")),
    *(story.proposed(), story.approved(), story.required(), story.document()),
    *(story.submitted(), story.submitted("nv-2", number=5), story.announced("v-1", application="nv-1")),
    *(story.nominated(), story.accepted(), story.nominated("n-2", person="p-0002")),
    *(story.planned("t-1", vacancy="v-1", nomination="n-1"), story.consented("t-1"), story.scheduled("t-1")),
    *(story.rescheduled("t-1"), story.arrived("t-1"), story.transferred("t-1"), story.departed("t-1", mission="UNOCI")),
    *(story.planned("t-2", person="p-0002"), story.arrived("t-2", "2014-08-01")),
    *(story.planned("t-3", person="p-0001", planned_from=date(2016, 1, 1), planned_until=date(2017, 1, 1)),),
    *(story.company("u-1"), story.company_arrived("u-1")),
    *(story.company("u-2", planned_from=date(2015, 4, 1), planned_until=date(2015, 10, 1)),),
    *(story.registered(), story.pledged(), story.counted(6)),
]


@pytest.fixture(scope="module")
async def pool(postgres_dsn: str) -> AsyncIterator[asyncpg.Pool]:
    async with reading_database(postgres_dsn) as pool:
        async with pool.acquire() as connection, connection.transaction():
            done = await Projector().apply(connection, history(PAST))
            assert (done.applied, done.parked) == (len(PAST), 0)
            await connection.execute("INSERT INTO consumed VALUES ('reporting', 'deployments.events', 0, 17)")
        yield pool


@pytest.fixture
async def api(pool: asyncpg.Pool) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=CalledAs(build(pool, today=lambda: TODAY)))
    async with httpx.AsyncClient(transport=transport, base_url="http://reading") as client:
        yield client


async def get(api: httpx.AsyncClient, path: str, **parameters: Any) -> Any:
    answer = await api.get(f"/v1/{path}", params=parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_every_list_answers_with_its_day_and_whether_it_is_complete(api: httpx.AsyncClient) -> None:
    names = (
        "mandates lines missions vacancies applications nominations candidates units tours frameworks strength events"
    )
    for name in names.split():
        page = await get(api, name)
        assert page["items"], name
        assert (page["as_of"], page["incomplete"], page["next"]) == ("2014-12-01", False, None)
        assert all(item["incomplete"] is False for item in page["items"])


async def test_one_thing_is_found_by_its_id_even_with_slashes(api: httpx.AsyncClient) -> None:
    line = await get(api, "lines/kz-2013/observers", as_of="2014-07-01")
    assert (line["ceiling"], line["in_force"]) == (20, True)
    assert line["sub_ceilings"] == [{"mission": "MINURSO", "ceiling": 5}]
    assert (await get(api, "tours/kz-2013/observers/t-1", as_of="2015-02-01"))["mission"] == "UNOCI"
    assert (await get(api, "frameworks/kz-2013/MINURSO"))["missing"] == ["status_of_forces"]


async def test_a_tour_is_shown_as_it_stood_on_the_day(api: httpx.AsyncClient) -> None:
    stood = {
        day: (await get(api, "tours/kz-2013/observers/t-1", as_of=day))["status"]
        for day in ("2014-06-30", "2014-07-01", "2015-06-30", "2015-07-01")
    }
    assert list(stood.values()) == ["scheduled", "present", "present", "departed"]


async def test_pages_hold_every_item_once(api: httpx.AsyncClient) -> None:
    seen: list[int] = []
    cursor: dict[str, str] = {}
    while True:
        page = await get(api, "events", service="deployments", as_of="2030-01-01", limit=3, **cursor)
        seen += [item["position"] for item in page["items"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert seen == list(range(1, len(seen) + 1))
    assert len(seen) == sum(event.service == "deployments" for event in PAST)


async def test_details_add_up_to_the_totals(api: httpx.AsyncClient) -> None:
    for day, people in (("2014-06-30", 0), ("2014-07-01", 1), ("2014-08-01", 2), ("2014-12-01", 102)):
        whole = await get(api, "reports/strength", as_of=day)
        detail = await get(api, "reports/who-is-where", as_of=day)
        assert {"overdue": 0, **detail["totals"]} == whole["totals"]
        assert sum(row["people"] for row in detail["rows"]) == people
    assert {"name": "people", "type": "int4"} in whole["columns"]


async def test_headroom_is_reported_for_the_line_and_for_each_sub_ceiling(api: httpx.AsyncClient) -> None:
    rows = (await get(api, "reports/headroom"))["rows"]
    by_limit = {(row["line"], row["mission"]): row for row in rows}
    observers = by_limit["kz-2013/observers", None]
    assert (observers["present"], observers["planned"], observers["headroom_now"]) == (2, 1, 18)
    assert by_limit["kz-2013/observers", "MINURSO"]["headroom_now"] == 3
    company = by_limit["kz-2013/company", None]
    assert (company["qualifier"], company["present"], company["headroom_now"]) == ("about", 100, 20)


async def test_a_planned_rotation_does_not_count_twice(api: httpx.AsyncClient) -> None:
    rows = (await get(api, "reports/headroom", line="kz-2013/company"))["rows"]
    assert (rows[0]["planned"], rows[0]["fullest_planned"], rows[0]["headroom_with_planned"]) == (100, 100, 20)


async def test_only_lines_in_force_are_listed_unless_all_are_requested(api: httpx.AsyncClient) -> None:
    assert (await get(api, "reports/headroom", as_of="2013-06-01"))["rows"] == []
    assert len((await get(api, "reports/headroom", as_of="2013-06-01", all=True))["rows"]) == 3


async def test_a_person_counts_once_and_a_unit_counts_its_people(api: httpx.AsyncClient) -> None:
    report = await get(api, "reports/people-since", since="2014-01-01", as_of="2016-06-01")
    by_mission = {row["mission"]: (row["people"], row["people_in_mission"], row["tours"]) for row in report["rows"]}
    assert by_mission == {"MINURSO": (2, 2, 2), "UNIFIL": (100, 100, 1), "UNOCI": (0, 1, 0)}
    assert report["totals"] == {"people": 102, "tours": 3}
    officers = await get(api, "reports/people-since", since="2014-01-01", count="officers", missions=["MINURSO"])
    assert officers["totals"] == {"people": 2, "tours": 2}


async def test_missions_that_were_never_used_are_named(api: httpx.AsyncClient) -> None:
    rows = (await get(api, "reports/unused-missions", as_of="2014-12-01"))["rows"]
    assert [(row["mission"], row["mandate"], row["days_unused"]) for row in rows] == [("UNOCI", "kz-2013", 334)]
    assert (await get(api, "reports/unused-missions", as_of="2015-01-01"))["rows"] == []


async def test_what_waits_is_listed_with_since_when_and_on_whom(api: httpx.AsyncClient) -> None:
    rows = (await get(api, "reports/waiting", as_of="2014-06-15"))["rows"]
    waiting = {(row["what"], row["id"]): (row["since"], row["on_whom"]) for row in rows}
    assert waiting["application", "nv-2"] == ("2014-03-10", "UN Secretariat")
    assert waiting["consent", "kz-2013/observers/t-1/un_structure"] == ("2014-05-01", "the UN")
    assert ("application", "nv-1") not in waiting
    assert ("consent", "kz-2013/observers/t-1/host_state") not in waiting


async def test_a_report_leaves_as_csv(api: httpx.AsyncClient) -> None:
    answer = await api.get("/v1/reports/strength", params={"format": "csv"})
    rows = list(csv.DictReader(answer.text.splitlines()))
    assert sum(int(row["people"]) for row in rows) == 102
    assert answer.headers["forcegen-incomplete"] == "false"


NEEDED = {
    **{"since": "2014-01-01", "closes_on": "2014-12-01", "mission": "MINURSO"},
    **{"tour": "kz-2013/observers/t-1"},
}


async def test_every_report_is_listed_and_answers(api: httpx.AsyncClient) -> None:
    for report in (await get(api, "reports"))["reports"]:
        params = {field: NEEDED[field] for field in [*report["required"], *report["exactly_one_of"][:1]]}
        for limit in ({}, {"limit": 1}):
            assert (await get(api, f"reports/{report['name']}", **params, **limit))["report"] == report["name"]


@pytest.mark.parametrize(
    ("path", "status", "field"),
    [
        ("tours?as_of=yesterday", 400, "as_of"),
        ("tours?limit=0", 400, "limit"),
        ("tours?colour=red", 400, "colour"),
        ("tours?cursor=!", 400, "cursor"),
        ("tours/kz-2013/observers/nobody", 404, "id"),
        ("reports/strength?since=2014-01-01", 400, "since"),
        ("reports/people-since", 400, "since"),
        ("reports/nothing", 404, "name"),
    ],
)
async def test_a_wrong_question_is_answered_with_what_is_wrong_and_what_to_do(
    api: httpx.AsyncClient, path: str, status: int, field: str
) -> None:
    answer = await api.get(f"/v1/{path}")
    problem = answer.json()
    assert (answer.status_code, problem["status"], problem["field"]) == (status, status, field)
    assert problem["remedy"]
    assert answer.headers["content-type"] == "application/problem+json"


async def test_the_position_shows_how_far_the_views_are(api: httpx.AsyncClient) -> None:
    assert await get(api, "position") == {
        "consumed": [{"consumer": "reporting", "topic": "deployments.events", "partition": 0, "next_offset": 17}]
    }


async def test_the_api_is_documented_with_examples(api: httpx.AsyncClient) -> None:
    paths = (await api.get("/openapi.json")).json()["paths"]
    tours = paths["/v1/tours"]["get"]
    assert {"as_of", "mission", "limit"} <= {parameter["name"] for parameter in tours["parameters"]}
    assert tours["responses"]["200"]["content"]["application/json"]["example"]["items"]


async def test_parked_events_are_listed_page_by_page(postgres_dsn: str) -> None:
    second = history([story.proposed(), story.approved()])[1]
    async with reading_database(postgres_dsn) as pool:
        async with pool.acquire() as connection, connection.transaction():
            await Projector().apply(connection, [second])
        transport = httpx.ASGITransport(app=CalledAs(build(pool, today=lambda: TODAY)))
        async with httpx.AsyncClient(transport=transport, base_url="http://reading") as api:
            first = await get(api, "parked", limit=1)
            rest = await get(api, "parked", limit=1, cursor=first["next"])
    assert [(one["stream"], one["version"], one["error"]) for one in first["items"]] == [("mandate/kz-2013", 2, None)]
    assert rest == {"items": [], "next": None}
