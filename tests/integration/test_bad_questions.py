"""Questions that cannot be answered: each is refused with the parameter at fault and what is allowed."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import date
from pathlib import Path

import httpx
import pytest

from kernel.http.page_cursor import encode
from kernel.runtime.health import Health
from services.reporting.http.app import build
from services.reporting.lists.catalogue import LISTS
from services.reporting.projector.projector import Projector
from services.reporting.query.change_feed import ChangeFeed
from services.reporting.query.scope import ReadPools
from services.reporting.reports.catalogue import REPORTS
from tests import http_fuzzer
from tests import peacekeepers as story
from tests.callers import CalledAs
from tests.integration.reading_database import reading_database
from tests.integration.serving import served
from tests.projection_spec import history

PAST = [
    story.mission("MINURSO"),
    story.proposed(),
    story.approved(),
    story.planned(),
    story.arrived(),
    story.counted(6),
]
NEEDED = {"since": "2014-01-01", "closes_on": "2014-12-01", "mission": "MINURSO", "tour": "kz-2013/observers/t-1"}
HOSTILE = (
    "' OR 1=1; DROP TABLE tours; --",
    "<script>alert(1)</script>",
    "a\0b",
    "\N{RIGHT-TO-LEFT OVERRIDE}",
    "9" * 40,
    "x" * 3000,
    "",
)


@pytest.fixture(scope="module")
async def api(postgres_dsn: str) -> AsyncIterator[httpx.AsyncClient]:
    async with reading_database(postgres_dsn) as pool:
        async with pool.acquire() as connection, connection.transaction():
            await Projector().apply(connection, history(PAST))
        app = build(pool, today=lambda: date(2014, 12, 1))
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app=CalledAs(app)), base_url="http://reading"
        ) as http:
            yield http


def addresses() -> Iterator[tuple[str, dict[str, str]]]:
    """Every list and every report, with what it cannot do without."""
    for name in LISTS:
        yield f"/v1/{name}", {}
    for name, report in REPORTS.items():
        yield f"/v1/reports/{name}", {field: NEEDED[field] for field in (*report.required, *report.exactly_one_of[:1])}


async def parameters(api: httpx.AsyncClient, path: str) -> list[str]:
    declared = (await api.get("/openapi.json")).json()["paths"][path]["get"]["parameters"]
    return [one["name"] for one in declared if one["in"] == "query"]


@pytest.mark.parametrize(
    ("path", "needed"), list(addresses()), ids=lambda value: value if isinstance(value, str) else ""
)
async def test_hostile_text_in_any_parameter_is_refused_by_name(
    api: httpx.AsyncClient, path: str, needed: dict[str, str]
) -> None:
    for parameter in [*await parameters(api, path), "unheard-of"]:
        for text in HOSTILE:
            others = (
                {} if parameter in REPORTS.get(path.rpartition("/")[2], REPORTS["strength"]).exactly_one_of else needed
            )
            answer = await api.get(path, params=others | {parameter: text})
            body = answer.json()
            assert 400 <= answer.status_code < 500, (parameter, text, body)
            assert (body["field"].partition(".")[0], answer.headers["content-type"]) == (
                *(parameter, "application/problem+json"),
            )
            assert body["remedy"]


@pytest.mark.parametrize(
    ("question", "status", "field", "allowed"),
    [
        ("reports/strength?missions=MINURSO&missions=NOWHERE", 404, "missions", "On record: MINURSO, UN"),
        ("reports/strength?contributor=XYZ", 404, "contributor", "On record: KAZ."),
        ("reports/headroom?mandate=kz-1899", 404, "mandate", "On record: kz-2013."),
        ("reports/headroom?line=kz-2013/pilots", 404, "line", "kz-2013/observers"),
        ("reports/events-behind?tour=kz-2013/observers/t-9", 404, "tour", "GET /v1/tours"),
        ("reports/must-come-home?mission=NOWHERE&closes_on=2014-12-01", 404, "mission", "MINURSO"),
        ("nominations?vacancy=v-404", 404, "vacancy", "GET /v1/vacancies"),
        ("events?stream=line/kz-2013/pilots", 404, "stream", "GET /v1/events"),
        ("tours?mission=NOWHERE&as_known_at=2000-01-01T00:00:00Z", 404, "mission", "as known at 2000"),
        ("reports/people-since?since=2015-01-01&as_of=2014-01-01", 400, "since", "not after as_of"),
        ("strength-returns?month_from=2014-07&month_until=2014-06", 400, "month_from", "not after month_until"),
        ("reports/strength?limit=1000000", 400, "limit", "limit"),
        ("reports/strength?as_of=2014-02-30", 400, "as_of", "as_of"),
        ("reports/strength?source=returns&categories=infantry", 400, "categories", "types"),
        ("reports/strength?types=troops", 400, "types", "categories"),
        ("reports/events-behind?mandate=kz-2013&line=kz-2013/observers", 400, "mandate", "one of"),
        (f"tours?cursor={encode('tours', chr(0))}", 400, "cursor", "next"),
        ("tours?cursor=bm9ib2R5AA==", 400, "cursor", "next"),
        (f"tours?cursor={encode('units', 'kz-2013/observers/t-1')}", 400, "cursor", "next"),
        (
            f"strength-returns?cursor={encode('strength-returns', '78ed24a0-0000-4000-8000-000000000000')}",
            400,
            "cursor",
            "next",
        ),
        ("tours/%00", 400, "item", "letters"),
        ("nothing-of-the-kind", 404, None, "/docs"),
    ],
)
async def test_a_question_about_what_there_is_not_says_what_there_is(
    api: httpx.AsyncClient, question: str, status: int, field: str | None, allowed: str
) -> None:
    answer = await api.get(f"/v1/{question}")
    body = answer.json()
    assert (answer.status_code, body["status"], body["field"]) == (status, status, field), body
    assert allowed in body["remedy"] or allowed in body["detail"]


async def test_every_request_of_the_openapi_document_is_answered_as_documented(
    postgres_dsn: str, tmp_path: Path
) -> None:
    """A fuzz run: no 5xx; no status, media type or body that the document does not tell of."""
    async with reading_database(postgres_dsn) as pool:
        async with pool.acquire() as connection, connection.transaction():
            await Projector().apply(connection, history(PAST))
        hasty = ChangeFeed(
            ReadPools(pool), Health(0), wait_longest_s=0.01
        )  # a token of events that never come is no fault
        async with served(build(pool, lambda: date(2014, 12, 1), hasty)) as url:
            done = await asyncio.create_subprocess_exec(
                *http_fuzzer.command(url, examples=15, excluded_paths=["/v1/changes"]),  # that one never ends
                cwd=tmp_path,
                env=http_fuzzer.ENVIRONMENT,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
            )
            output, _ = await done.communicate()
    assert done.returncode == 0, output.decode()[-8000:]
