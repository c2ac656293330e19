"""The pages over HTTP, without a browser: their numbers are the reports', and they are safe, shared and translated."""

import csv
import re
from collections.abc import AsyncIterator
from html import escape, unescape
from importlib.resources import files

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from contracts.words import Event
from services.reporting.pages.catalogue import SHEETS
from services.reporting.pages.i18n import words
from services.reporting.pages.routes import ROUTES
from services.reporting.pages.search import HITS_MAX
from services.reporting.reports.catalogue import REPORTS
from tests import peacekeepers
from tests.integration.answering import QueryClient, given
from tests.integration.page_texts import texts
from tests.stories import AS_OF, run_story

HTML = {"Accept": "text/html"}
HOSTILE = "<script>alert('x')</script>"
THINGS = {
    "mission": "UNIFIL",
    "mandate": "kz-2018",
    "line": "officers",
    "tour": "minurso-observer-6-2021",
    "vacancy": "minurso-observer-1",
    "nomination": "minurso-observer-1-2014",
    "application": "observers-2014",
    "candidate": "p-kz-0001",
    "unit": "kaz-company-1",
}


@pytest.fixture(scope="module")
async def ask(postgres_dsn: str) -> AsyncIterator[QueryClient]:
    hostile = peacekeepers.rescheduled("t-9").model_copy(update={"reason": HOSTILE, "decided_on": AS_OF})
    made_up: list[Event] = [peacekeepers.planned("t-9"), hostile]
    async with given(postgres_dsn, [*(fact.data for fact in run_story().system.facts()), *made_up], today=AS_OF) as ask:
        yield ask


async def addresses(ask: QueryClient) -> list[str]:
    event = (await ask.rows("who-is-where"))[0]["last_event"]
    own = {"/events": "/events?mission=UNIFIL"}
    return [own.get(path, path.format(**THINGS, event=event)) for path in ROUTES]


OF_THE_RECORD = re.compile(
    r"<(tbody|script|style|code|pre|select|datalist|dd)\b.*?</\1>|<a lang=.*?</a>|<[^>]+>", re.DOTALL
)
"""What somebody entered, what is typed as it stands, the names of languages, and tags."""
ENGLISH = re.compile(r"(?:\b[A-Za-z][a-z']+[ ,;:]+){2,}[A-Za-z][a-z']+")


@pytest.mark.parametrize("language", ["ru", "kk"])
async def test_no_page_speaks_english_to_others(ask: QueryClient, language: str) -> None:
    for address in [*await addresses(ask), "/compare", "/missions/NOWHERE", "/?unheard-of=1", "/search?q=nowhere"]:
        page = await ask.http.get(address, headers={"Accept-Language": language, "Accept": "text/html"})
        assert ENGLISH.findall(unescape(OF_THE_RECORD.sub(" . ", page.text))) == [], address
        chosen = await ask.http.get(f"{address}{'&' if '?' in address else '?'}lang={language}", headers=HTML)
        kept: list[str] = re.findall(r'<a (?!lang=)[^>]*href="(/[^"]*)"', chosen.text)
        of_pages = [link for link in kept if not link.startswith(("/v1/", "/docs"))]
        assert [link for link in of_pages if f"lang={language}" not in link] == [], address


async def test_every_page_is_there_in_every_language_and_has_its_twins(ask: QueryClient) -> None:
    for address in await addresses(ask):
        for language in ("en", "ru", "kk"):
            page = await ask.http.get(address, headers={"Accept-Language": language})
            assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8"), address
            assert f'<html lang="{language}">' in page.text
            assert "script-src 'self'" in page.headers["content-security-policy"]
        path, _, params = address.partition("?")
        twin = (await ask.http.get(f"{'/questions' if path == '/' else path}.json?{params}")).json()
        for name, section in twin["sections"].items():
            rows = await ask.http.get(f"{'/questions' if path == '/' else path}.csv?{params}&section={name}")
            lines = list(csv.DictReader(rows.text.splitlines()))
            assert len(lines) == len(section["rows"]), (address, name)


@pytest.mark.parametrize(
    ("address", "accepted", "language", "title"),
    [
        ("/", "en;q=0.1, ru;q=0.9", "ru", "Questions"),
        ("/", "RU", "ru", "Questions"),
        ("/", "en;q=0, kk-Cyrl-KZ;q=0.2", "kk", "Questions"),
        ("/", "*", "en", "Questions"),
        ("/", "ru\u00ff;q=\u00e9, \u00fc", "en", "Questions"),
        ("/?lang=RU", "en", "ru", "Questions"),
        ("/?lang=kk-KZ", "en", "kk", "Questions"),
        ("/missions/NOWHERE?lang=RU", "en", "ru", "This cannot be shown"),
        ("/?lang=xx", "kk;q=0.3, de", "kk", "This cannot be shown"),
    ],
)
async def test_a_page_says_which_language_it_is_in_and_is_in_it(
    ask: QueryClient, address: str, accepted: str, language: str, title: str
) -> None:
    sent = {b"Accept": b"text/html", b"Accept-Language": accepted.encode("latin-1")}
    page = await ask.http.get(address, headers=list(sent.items()))
    assert f'<html lang="{language}">' in page.text
    assert f"<h1>{words(language).say(title)}</h1>" in page.text
    assert page.headers["content-language"] == language
    assert "Accept-Language" in page.headers["vary"]
    assert set(re.findall(r"[?&;]lang=([^&\"#]+)", page.text)) <= {"en", "ru", "kk"}


async def test_the_numbers_of_a_page_are_those_of_the_reports(ask: QueryClient) -> None:
    overview = (await ask.http.get("/overview.json")).json()["sections"]
    assert (
        overview["present"]["totals"]
        == (await ask.report("strength"))["totals"]
        == {"people": 15, "tours": 10, "overdue": 0}
    )
    assert overview["headroom"]["rows"] == await ask.rows("headroom")
    page = (await ask.http.get("/overview")).text
    cards = re.findall(r'<p class="big">(\d+)</p><p><a href="/missions/[A-Z]+">([A-Z]+)</a>', page)
    assert cards[:2] == [("9", "UNIFIL"), ("6", "MINURSO")]
    assert sum(int(people) for people, _ in cards) == 15


async def test_a_day_and_an_instant_in_the_address_are_kept_by_every_link(ask: QueryClient) -> None:
    params = "as_of=2014-11-01&as_known_at=2022-07-01T12%3A05&lang=ru"
    page = (await ask.http.get(f"/?{params}")).text
    links = re.findall(r'href="(/[^"#]*)"', page)
    inner = [one for one in links if not one.startswith(("/static", "/docs", "/v1"))]
    assert len(inner) > 5
    for link in inner:
        assert "as_of=2014-11-01" in link or "lang=" in link, link
    twin = (await ask.http.get(f"/overview.json?{params}")).json()
    assert (twin["as_of"], twin["as_known_at"]) == ("2014-11-01", "2022-07-01T12:05:00+00:00")
    assert "2014" in page
    assert 'class="past"' in page


async def test_hostile_text_is_shown_and_not_run(ask: QueryClient) -> None:
    page = (await ask.http.get("/timeline", params={"since": "2012-01-01"})).text
    assert HOSTILE not in page
    assert escape(HOSTILE) in page.replace("&#39;", "&#x27;")


@pytest.mark.parametrize(
    ("address", "status", "expected"),
    [
        ("/missions/NOWHERE", 404, "NOWHERE"),
        ("/lines/kz-1899/none", 404, "kz-1899/none"),
        ("/events/not-an-event", 404, "not-an-event"),
        ("/events", 400, "tour, line, mandate, mission"),
        ("/?as_of=yesterday", 400, "as_of"),
        ("/?as_known_at=2199-01-01T00:00", 400, "still to come"),
        ("/?colour=red", 400, "colour"),
        ("/?lang=xx", 400, "en, ru, kk"),
        ("/timeline?since=2030-01-01", 400, "since"),
        ("/nothing-of-the-kind", 404, "Not Found"),
    ],
)
async def test_what_cannot_be_shown_is_a_page_to_a_reader_and_a_problem_to_a_program(
    ask: QueryClient, address: str, status: int, expected: str
) -> None:
    page = await ask.http.get(address, headers={"Accept": "text/html"})
    assert (page.status_code, page.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert expected in page.text
    problem = await ask.http.get(address)
    assert (problem.status_code, problem.headers["content-type"]) == (status, "application/problem+json")


async def test_every_link_within_the_pages_leads_somewhere_and_names_the_same_thing(ask: QueryClient) -> None:
    to_see, seen = ["/?as_of=2019-01-15", "/events?mission=UNIFIL&as_of=2019-01-15"], set[str]()
    while to_see and len(seen) < 200:
        address = to_see.pop(0)
        seen.add(address)
        page = await ask.http.get(address, headers={"Accept": "text/html"})
        assert page.status_code == 200, address
        links = [unescape(link) for link in re.findall(r'<a [^>]*href="(/[^"#]*)"', page.text)]
        to_see += [link for link in dict.fromkeys(links) if link not in {"/docs", *seen, *to_see}]


async def test_every_column_of_a_list_on_a_page_is_one_of_its_items(ask: QueryClient) -> None:
    for sheet in SHEETS.values():
        for section in sheet.sections:
            if section.listed and not section.inside:
                items = (await ask.http.get(f"/v1/{section.listed}", params={"limit": 1})).json()["items"]
                assert set(section.columns) - {"event"} <= items[0].keys(), section.name  # an event names itself


async def test_every_column_of_a_page_is_one_of_its_report(ask: QueryClient) -> None:
    needed = {"since": "2014-01-01", "tour": "kz-2018/officers/minurso-observer-6-2021"}
    needed |= {"mission": "UNIFIL", "closes_on": AS_OF.isoformat()}
    for sheet in SHEETS.values():
        for section in sheet.sections:
            if section.report:
                report = REPORTS[section.report]
                own = {field: needed[field] for field in (*report.required, *report.exactly_one_of[:1])}
                columns = {one["name"] for one in (await ask.report(section.report, **own))["columns"]}
                assert set(section.columns) - {"bar"} <= columns, section.name


@pytest.mark.parametrize(
    ("name", "leads_to"),
    [
        ("MINUSTAH", "/missions/MINUSTAH"),
        ("lebanon", "/missions/UNIFIL"),
        ("kz-2022", None),
        ("KZ-2018/Officers", None),
        ("kz-2018/officers/minurso-observer-6-2021", "/tours/kz-2018/officers/minurso-observer-6-2021"),
        ("minurso-observer-1/minurso-observer-1-2014", "/nominations/minurso-observer-1/minurso-observer-1-2014"),
        ("company-2018", "/applications/company-2018"),
        ("p-kz-0001", "/people/p-kz-0001"),
        ("kaz-company-1", "/units/kaz-company-1"),
        (" p-kz-0001 ", "/people/p-kz-0001"),
    ],
)
async def test_a_name_leads_to_the_thing_or_to_what_begins_with_it(
    ask: QueryClient, name: str, leads_to: str | None
) -> None:
    answer = await ask.http.get("/search", params={"q": name, "lang": "ru", "as_of": "2022-06-30"})
    if leads_to is None:
        hits = (await ask.http.get("/search.json", params={"q": name})).json()["sections"]["hits"]["rows"]
        assert hits[0]["name"] == name.lower(), "what has the very name comes first"
        assert len(hits) > 1
        kinds = {hit["kind"] for hit in hits}
        shown = [hit["name"] for kind in kinds for hit in [one for one in hits if one["kind"] == kind][:HITS_MAX]]
        assert all(one.lower() in answer.text for one in shown)
    else:
        assert (answer.status_code, answer.headers["location"]) == (303, f"{leads_to}?as_of=2022-06-30&lang=ru")
        assert (await ask.http.get(answer.headers["location"])).status_code == 200


async def test_an_event_a_chain_and_a_note_verbale_are_found_by_their_whole_name(ask: QueryClient) -> None:
    event = (await ask.http.get("/v1/events", params={"limit": 1})).json()["items"][0]
    application = (await ask.http.get("/v1/applications", params={"limit": 1})).json()["items"][0]
    for name, leads_to in (
        (event["correlation_id"], "/events/"),
        (application["note_verbale"], f"/applications/{application['id']}"),
    ):
        answer = await ask.http.get("/search", params={"q": name})
        assert answer.headers["location"].startswith(leads_to), name


async def test_what_nobody_recorded_is_said_not_to_be_on_record(ask: QueryClient) -> None:
    page = (await ask.http.get("/search", params={"q": "%_' OR 1=1"})).text
    assert "Nothing of this name is on record" in page
    assert "How to search" in page
    assert (await ask.http.get("/search", params={"q": "x" * 900})).status_code == 400


async def test_an_index_leads_on_to_all_that_is_on_record(ask: QueryClient) -> None:
    for name in ("tours", "lines", "missions", "mandates"):
        address, seen = f"/{name}?as_of=2022-06-30&lang=ru", set[str]()
        while address:
            page = (await ask.http.get(address)).text
            seen |= set(re.findall(rf'href="/{name}/([^"?]+)\?', page))
            following = re.search(r'<p class="more">.*?href="([^"]*cursor=[^"]*)"', page)
            address = unescape(following[1]) if following else ""
        items = (await ask.http.get(f"/v1/{name}", params={"limit": 1000, "as_of": "2022-06-30"})).json()["items"]
        assert seen == {item["id"] for item in items}, name


async def test_a_mandate_shows_its_votes_lines_and_amendments(ask: QueryClient) -> None:
    sections = (await ask.http.get("/mandates/kz-2018.json")).json()
    assert sections["thing"]["act_number"].startswith("Joint sitting of Parliament")
    terms = sections["sections"]["amendments"]["rows"]
    assert {row["line"] for row in terms} == {row["id"] for row in sections["sections"]["lines"]["rows"]}
    page = (await ask.http.get("/mandates/kz-2018")).text
    for row in terms:
        assert f"/events/{row['event']}" in page


@pytest.mark.parametrize("language", ["ru", "kk"])
def test_every_text_is_said_in_every_language(language: str) -> None:
    file = files("services.reporting.pages").joinpath("words", f"{language}.po")
    with file.open("rb") as text:
        said = {
            text: " | ".join(forms) for one in read_po(text, locale=language) if one.id for text, forms in _said(one)
        }
    assert {text for text in texts() if not said.get(text)} == set()
    assert {text for text, translated in said.items() if translated == text} <= {"API"}


def _said(message: Message) -> list[tuple[str, list[str]]]:
    """The texts of an entry, each with its translations: of one with plural forms, all of them, or none."""
    texts = [message.id] if isinstance(message.id, str) else message.id
    forms = [message.string] if isinstance(message.string, str) else list(message.string or ())
    said = [str(form) for form in forms]
    return [(str(text), said if all(said) else []) for text in texts]
