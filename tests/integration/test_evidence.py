"""A table without rows says why: something was compared, nothing is on record to compare, or the day lies before it.

Each section of each page is run over four histories; a section that is in no table fails.
"""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import httpx
import pytest

from contracts.words import Event
from kernel.store.postgres import Connection
from services.reporting.http.app import build
from services.reporting.lists.run import find_some
from services.reporting.pages.catalogue import SHEETS, Section
from services.reporting.pages.evidence_words import sentences, words_of
from services.reporting.pages.i18n import words
from services.reporting.projector.projector import Projector
from services.reporting.query.session import Learned, ReadSession
from services.reporting.reports.catalogue import REPORTS
from services.reporting.reports.evidence import EVIDENCE, ReportEvidence
from services.reporting.reports.parameters import ReportParameters
from services.reporting.reports.run import find
from tests import peacekeepers as story
from tests.callers import CalledAs
from tests.integration.answering import QueryClient
from tests.integration.evidence_cases import ALWAYS_ROWS, BEFORE, CALM, CALM_ON, FOUND, FOUND_ON, NEEDED, D
from tests.integration.reading_database import reading_database
from tests.projection_spec import history

SECTIONS: Final = {f"{sheet.name}/{section.name}": section for sheet in SHEETS.values() for section in sheet.sections}
BEFORE_ALL: Final = D("1950-01-01")


@dataclass(frozen=True)
class Register:
    """The views of a history, and who asks about them."""

    connection: Connection
    ask: QueryClient


@asynccontextmanager
async def on_record(dsn: str, events: Iterable[Event]) -> AsyncIterator[Register]:
    """A database with the views of a history."""
    async with reading_database(dsn) as pool, pool.acquire() as connection:
        async with connection.transaction():
            await Projector().apply(connection, history(events))
        transport = httpx.ASGITransport(app=CalledAs(build(pool)))
        async with httpx.AsyncClient(transport=transport, base_url="http://reading") as http:
            yield Register(connection, QueryClient(http))


@pytest.fixture(scope="module")
async def nothing(postgres_dsn: str) -> AsyncIterator[Register]:
    """A mission is on record, so that it can be named, and nothing else."""
    async with on_record(postgres_dsn, [story.mission("MINURSO")]) as register:
        yield register


@pytest.fixture(scope="module")
async def calm(postgres_dsn: str) -> AsyncIterator[Register]:
    async with on_record(postgres_dsn, CALM) as register:
        yield register


@pytest.fixture(scope="module")
async def finding(postgres_dsn: str) -> AsyncIterator[Register]:
    async with on_record(postgres_dsn, FOUND) as register:
        yield register


async def evidence(register: Register, section: Section, day: date) -> ReportEvidence:
    """What the section rests on, without the names in the address of its page."""
    session = ReadSession(register.connection, day, None, None, Learned())
    if section.listed:
        return (await find_some(session, section.listed, section.arguments, day)).evidence
    report = REPORTS[section.report]
    needed = {name: NEEDED.get(name, day) for name in report.required}
    needed |= {"mission": NEEDED["mission"]} if report.exactly_one_of else {}
    if back := section.days_back or (180 if section.report == "timeline" else 0):
        needed["since"] = day - timedelta(days=back)
    params = ReportParameters.model_validate({**section.arguments, **needed, "limit": 100})
    return (await find(session, report, params)).evidence


def table_key(section: Section) -> str:
    """The key of a section in the tables."""
    name = section.report or section.listed
    if f"{name}/{section.name}" in ALWAYS_ROWS:
        return f"{name}/{section.name}"
    return f"{name} with all" if name == "headroom" and section.arguments.get("all") else name


def day_of(days: dict[str, str], section: Section, otherwise: str) -> date:
    name = section.report or section.listed
    return D(days.get(f"{name}/{section.name}", days.get(name, otherwise)))


def said(section: Section, of: ReportEvidence) -> str:
    """The words of a page; every language has them."""
    for language in ("ru", "kk"):
        translated = " ".join(sentences(of, section, words(language)))
        assert translated, language
        assert translated != " ".join(sentences(of, section, words("en"))), (language, translated)
    return " ".join(sentences(of, section, words("en")))


@pytest.mark.parametrize("name", SECTIONS)
async def test_nothing_on_record_reassures_nobody(nothing: Register, name: str) -> None:
    section = SECTIONS[name]
    of = await evidence(nothing, section, D("2014-12-01"))
    if section.report == "timeline" or section.listed in ("events", "missions"):  # the mission is itself an event
        assert of.state in ("compared", "found")
        return
    assert (of.state, of.compared, of.first_day) == ("nothing", 0, None)
    assert said(section, of) == words_of(section).missing
    assert section.nothing not in said(section, of)


@pytest.mark.parametrize("name", SECTIONS)
async def test_a_day_before_the_first_record_has_a_state_of_its_own(calm: Register, name: str) -> None:
    section = SECTIONS[name]
    of = await evidence(calm, section, BEFORE_ALL)
    if table_key(section) in BEFORE:
        assert of.state == BEFORE[table_key(section)]
        return
    assert of.state == "before_first"
    assert of.first_day is not None and of.first_day > BEFORE_ALL
    assert said(section, of).startswith("This day lies before the first record of this kind, which is of ")
    assert words("en").day(of.first_day) in said(section, of)


@pytest.mark.parametrize("name", SECTIONS)
async def test_what_was_compared_without_a_finding_is_counted(calm: Register, name: str) -> None:
    section = SECTIONS[name]
    if table_key(section) in ALWAYS_ROWS:
        return
    of = await evidence(calm, section, day_of(CALM_ON, section, ""))
    assert of.state == "compared"
    assert of.compared
    assert said(section, of).startswith(section.nothing)
    assert str(of.compared) in said(section, of) or section.report == "timeline"


@pytest.mark.parametrize("name", SECTIONS)
async def test_a_finding_is_a_row(finding: Register, name: str) -> None:
    section = SECTIONS[name]
    of = await evidence(finding, section, day_of(FOUND_ON, section, "2014-12-01"))
    assert of.state == "found"
    assert (of.compared is not None) == (section.report in ("reconciliation", "missing-documents"))


def test_every_report_and_every_list_of_a_page_declares_its_evidence() -> None:
    for report in REPORTS.values():
        for each in (report, *report.other_sources.values()):
            assert each.sql in EVIDENCE, f"{each.sql}: write services/reporting/queries/evidence_{each.sql}.sql"
            own = set(EVIDENCE[each.sql].template.types) - set(each.own)
            shared = {"missions", "mission", "categories", "category", "mandate", "line", "tour", "since", "all"}
            assert own <= shared, (each.sql, own)
    for section in SECTIONS.values():
        assert words_of(section).missing
        assert table_key(section) in {*CALM_ON, *ALWAYS_ROWS}, f"{table_key(section)} stands in no table of this file"


async def test_a_page_shows_each_of_the_three(calm: Register) -> None:
    page = (await calm.ask.http.get("/raised?as_of=2014-12-01")).text
    assert "In the last year, no difference. 1 number of the UN&#39;s returns was compared." in page
    assert '<p class="nothing" data-evidence="nothing">No official statement is on record to compare' in page
    before = (await calm.ask.http.get("/raised?as_of=2010-01-01&lang=ru")).text
    assert before.count('data-evidence="before_first"') == 5
    assert f"Этот день раньше первой записи такого рода: она относится к {words('ru').day(D('2014-07-31'))}<" in before


async def test_what_was_not_known_yet_is_no_evidence(calm: Register) -> None:
    now = await calm.ask.report("strength", as_of="2016-01-01")
    then = await calm.ask.report("strength", as_of="2016-01-01", as_known_at="2020-01-01T00:00:00Z")
    assert now["evidence"] == {
        **{"state": "compared", "compared": 2},
        **{"first_day": "2014-07-01", "last_day": "2015-07-01"},
    }
    assert then["evidence"] == {"state": "nothing", "compared": 0, "first_day": None, "last_day": None}


async def test_a_filter_narrows_the_evidence_too(finding: Register) -> None:
    gone = await finding.ask.report("who-is-where", as_of="2019-01-01", missions="UNOCI")
    never = await finding.ask.report("ending-tours", as_of="2014-08-15", missions="UNIFIL", within_days=30)
    assert (gone["evidence"]["state"], gone["evidence"]["compared"]) == ("compared", 1)
    assert (never["evidence"]["state"], never["evidence"]["first_day"]) == ("before_first", "2014-10-01")


async def test_who_is_overdue_is_counted_and_marked(finding: Register) -> None:
    """The company was to leave on 1 April 2015 and is there; of the observers, the end of one has passed in August."""
    page = await finding.ask.http.get("/overview?as_of=2015-09-01")
    totals = (await finding.ask.report("strength", as_of="2015-09-01"))["totals"]
    assert totals == {"people": 101, "tours": 2, "overdue": 101}
    assert [row["overdue"] for row in await finding.ask.rows("who-is-where", as_of="2015-09-01")] == [True, True]
    assert "101 of them are overdue" in page.text
    assert (await finding.ask.report("strength", as_of="2015-03-31"))["totals"]["overdue"] == 0


async def test_a_page_says_how_new_it_is(calm: Register) -> None:
    twin = (await calm.ask.http.get("/overview.json?as_of=2015-09-01")).json()
    assert twin["newest"]["fact"] == "2015-07-01"
    assert twin["newest"]["record"].startswith("2022-07-01T12:00:")
    text = (await calm.ask.http.get("/overview?as_of=2015-09-01")).text
    assert "Newest fact: 1 July 2015 · newest record: 1 July 2022, 12:00 UTC" in text
    then = (await calm.ask.http.get("/overview.json?as_of=2015-09-01&as_known_at=2020-01-01T00:00:00Z")).json()
    assert then["newest"] == {"fact": None, "record": None}


async def test_a_mission_that_takes_nobody_new_has_no_headroom_and_no_card(postgres_dsn: str) -> None:
    closed = [
        story.mission_change("MINURSO", "drawdown", "2016-01-01"),
        story.mission_change("MINURSO", "closed", "2017-01-01"),
    ]
    async with on_record(postgres_dsn, [*CALM, *closed]) as register:
        free_places = {
            day: await register.ask.picked("headroom", "headroom_now", "closed_to_new", as_of=day)
            for day in ("2014-09-01", "2015-12-31", "2016-06-01")
        }
        open_page = (await register.ask.http.get("/overview?as_of=2015-12-31")).text
        closed_page = (await register.ask.http.get("/overview?as_of=2016-06-01")).text
    assert free_places == {"2014-09-01": [(19, [])], "2015-12-31": [(20, [])], "2016-06-01": [(0, ["MINURSO"])]}
    card = '<li class="card nobody">'
    assert card in open_page
    assert card not in closed_page


async def test_the_tours_of_another_state_are_no_evidence(calm: Register) -> None:
    """Given that one State has tours on record, when another one is asked about, then nothing was compared for it."""
    session = ReadSession(calm.connection, D(CALM_ON["strength"]), None, None, Learned())
    for contributor, expected in (("KAZ", "compared"), ("MNG", "nothing")):
        params = ReportParameters.model_validate({"contributor": contributor, "limit": 100})
        assert (await find(session, REPORTS["strength"], params)).evidence.state == expected


async def test_the_returns_of_one_state_alone_are_no_evidence(postgres_dsn: str) -> None:
    """Given returns of one State, when mislabelled ones are looked for, then none had a neighbour to be taken for."""
    (section,) = (one for one in SECTIONS.values() if one.report == "mislabelled-returns")
    alone = [event for event in CALM if getattr(event, "contributor", None) != "MNG"]
    async with on_record(postgres_dsn, alone) as register:
        assert (await evidence(register, section, D(CALM_ON["mislabelled-returns"]))).state == "nothing"
