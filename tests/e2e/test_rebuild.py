"""The views are lost and so are the topics: the archive alone gives the reports back, byte for byte."""

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import httpx
import psycopg
import pytest
from typer.testing import CliRunner

from cli.demo import run
from cli.main import app
from deploy.local.endpoints import Endpoints
from kernel.runtime.settings import Settings
from services.audit.settings import AuditSettings
from services.audit.tlog.keys import signer
from services.reporting import rebuild
from services.reporting.reports.catalogue import REPORTS
from tests.e2e.test_main_path import proposal
from tests.faults import check
from tests.foreign import Client
from tests.system import BEARER, RunningSystem, empty_topics, provision

pytestmark = pytest.mark.servers
NEEDS = {"since": "2013-01-01", "mission": "MINURSO", "closes_on": "2022-07-01"}
A_TOUR = "SELECT min(id) FROM tours WHERE id LIKE 'kz-2013/observers/%'"
DAYS = ("2014-08-01", "2022-06-30", "2024-12-31")


@pytest.fixture(scope="module")
def story(system: RunningSystem) -> RunningSystem:
    """The system after the story, quiet."""
    addresses = Endpoints(system.servers.kafka, {"query": system.url("query")})
    run.send_story(addresses, Settings(kafka_bootstrap=addresses.kafka_bootstrap), lambda _: None)
    check.wait_for_quiet(system, 60)
    return system


@pytest.fixture
def before(story: RunningSystem) -> dict[str, bytes]:
    """Every report, as it was before."""
    return reports(story)


def reports(system: RunningSystem) -> dict[str, bytes]:
    """Every report on some days, as it comes over HTTP."""
    contents = {}
    given = NEEDS | {"tour": rows(system, A_TOUR)[0][0]}
    with httpx.Client(base_url=system.url("query"), headers=BEARER, timeout=30) as client:
        for name, report in REPORTS.items():
            required = {each: given[each] for each in (*report.required, *report.exactly_one_of[:1])}
            for day in DAYS:
                answer = client.get(f"/v1/reports/{name}", params=required | {"as_of": day})
                assert answer.status_code == 200, answer.text
                contents[f"{name} {day}"] = answer.content
    return contents


def replay(system: RunningSystem, *options: str) -> tuple[int, str]:
    """Into the views; the archive is read as the role of its service, the views are written as that of theirs."""
    addresses = ["--database", system.dsn("audit"), "--views", system.dsn("reporting")]
    result = CliRunner().invoke(app, ["audit", "replay", "--to", "views", *addresses, *options])
    return result.exit_code, result.output


def rows(system: RunningSystem, sql: str) -> list[Any]:
    with psycopg.connect(system.dsn("reporting")) as connection:
        return connection.execute(sql).fetchall()


def execute(system: RunningSystem, sql: str) -> None:
    with psycopg.connect(system.dsn("reporting"), autocommit=True) as connection:
        connection.execute(sql)


def test_views_that_are_whole_are_made_anew_the_same(system: RunningSystem, before: dict[str, bytes]) -> None:
    """While the service runs and answers: nothing differs, and a dry run leaves nothing behind."""
    code, said = replay(system, "--dry-run")
    assert (code, "the same as those that served" in said) == (0, True), said
    assert rows(system, "SELECT to_regnamespace('reporting_next')") == [(None,)]
    assert reports(system) == before


def test_a_row_that_somebody_changed_is_shown_and_put_right(system: RunningSystem, before: dict[str, bytes]) -> None:
    execute(system, f"UPDATE tours SET rank = 'admiral' WHERE id = ({A_TOUR})")  # noqa: S608
    execute(system, "DELETE FROM mandates WHERE mandate = 'kz-2018'")
    assert reports(system) != before
    code, said = replay(system, "--dry-run")
    assert code == 0, said
    assert "tours - " in said and "admiral" in said and "mandates + " in said, said
    assert reports(system) != before
    code, said = replay(system)
    assert code == 0, said
    assert reports(system) == before
    code, said = replay(system, "--back")
    assert (code, reports(system) != before) == (0, True), said
    assert replay(system, "--back")[0] == 0
    assert reports(system) == before


def test_the_service_goes_on_with_the_views_that_took_the_place(
    system: RunningSystem, before: dict[str, bytes]
) -> None:
    """Given views that were swapped under a running service, when more is recorded, then they hold it."""
    assert replay(system)[0] == 0
    Client(system.servers.kafka).send([proposal("after-the-swap")])
    deadline = time.monotonic() + 30
    while not rows(system, "SELECT FROM mandates WHERE mandate = 'after-the-swap'"):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    code, said = replay(system, "--dry-run")
    assert (code, "the same as those that served" in said) == (0, True), said


def test_events_that_the_views_missed_are_applied_to_those_that_serve(system: RunningSystem) -> None:
    stream = "line/kz-2013/observers"
    lost = f"service = 'deployments' AND stream = '{stream}' AND version > 5"
    whole = rows(system, "SELECT count(*) FROM events")
    execute(system, f"DELETE FROM events WHERE {lost}")  # noqa: S608
    execute(system, f"UPDATE stream_versions SET version = 5 WHERE service = 'deployments' AND stream = '{stream}'")  # noqa: S608
    missing = whole[0][0] - rows(system, "SELECT count(*) FROM events")[0][0]
    for dry, left in ((["--dry-run"], True), ([], False)):
        code, said = replay(system, "--topic", "deployments.events", "--stream", stream, *dry)
        assert (code, f"{missing} events were missing and are applied, 5 were there" in said) == (0, True), said
        assert (rows(system, "SELECT count(*) FROM events") != whole) == left
    code, said = replay(system, "--stream", "line/nowhere")
    assert (code, "0 events were missing" in said) == (0, True), said


@pytest.mark.parametrize(("begun_by", "taken_up"), [("these", True), ("others", False)])
def test_a_run_that_was_cut_short_is_taken_up(
    system: RunningSystem, before: dict[str, bytes], begun_by: str, *, taken_up: bool
) -> None:
    """Given views that were left half made, then they are completed, unless other projections began them."""
    asyncio.run(rebuild.renew(system.dsn("reporting")))
    execute(system, "INSERT INTO reporting_next.consumed SELECT consumer, topic, part, 0 FROM consumed")
    if begun_by == "others":
        execute(system, "COMMENT ON SCHEMA reporting_next IS 'of before'")
    ((begun,),) = rows(system, "SELECT 'reporting_next'::regnamespace::oid")
    assert replay(system)[0] == 0
    ((serving,),) = rows(system, "SELECT 'reporting'::regnamespace::oid")
    assert (serving == begun) == taken_up
    assert reports(system) == before


@pytest.fixture
def bereft(system: RunningSystem, before: dict[str, bytes]) -> Iterator[RunningSystem]:
    """No views, and no record in any topic."""
    system.kill("reporting")
    receipt(system)
    asyncio.run(empty_topics(system.servers.kafka))
    with psycopg.connect(system.servers.database(system.database), autocommit=True) as connection:
        connection.execute("DROP SCHEMA reporting, reporting_known CASCADE")
        connection.execute("DROP SCHEMA IF EXISTS reporting_before, reporting_before_known CASCADE")
    yield system


def receipt(system: RunningSystem) -> None:
    """Taken while everything is there."""
    params = {"as_of": "2022-06-30", "receipt": "true"}
    answer = system.http.get(f"{system.url('query')}/v1/reports/strength", params=params, timeout=30)
    assert answer.status_code == 200, answer.text
    (system.logs / "receipt.json").write_bytes(answer.content)


def test_the_archive_alone_gives_the_reports_back(bereft: RunningSystem, before: dict[str, bytes]) -> None:
    """Given neither views nor topics, when they are rebuilt, then every report is what it was, to the byte."""
    asyncio.run(provision(bereft.servers, bereft.database))
    code, said = replay(bereft)
    assert code == 0, said
    asyncio.run(provision(bereft.servers, bereft.database))
    bereft.kill("query")
    bereft.start("query")
    assert reports(bereft) == before
    key = str(signer(AuditSettings(directory=bereft.logs / "audit")).verifier)
    place = ["--from", bereft.url("audit"), "--scratch", bereft.servers.database(bereft.database)]
    result = CliRunner().invoke(app, ["verify", str(bereft.logs / "receipt.json"), "--key", key, *place])
    assert (result.exit_code, "the same to the byte" in result.output) == (0, True), result.output
