"""Whatever stands in an address, a reader is given a page: it names the parameter and the remedy, in their language."""

import re
from base64 import b64encode
from collections.abc import AsyncIterator
from hashlib import sha256
from html import unescape

import pytest

from contracts.limits import FIRST_DAY, LAST_DAY
from services.reporting.pages.catalogue import SHEETS
from services.reporting.pages.focus import OF_A_TABLE
from services.reporting.pages.i18n import words
from services.reporting.pages.routes import EVERYWHERE, ROUTES
from tests.integration.answering import QueryClient, given
from tests.stories import AS_OF, run_story

NUMBER = "1" + "0" * 30
ODD = {
    "nothing": "",
    "a blank": "%20",
    "a NUL": "%00",
    "a NUL in text": "kz%00-2018",
    "no UTF-8": "%ff%fe",
    "half a character": "%ed%a0%80",
    "a line break": "a%0Ab",
    "a number without end": NUMBER,
    "less than nothing": "-1",
    "the unset day": "0001-01-01",
    "a day before the first": "1899-12-31",
    "the first day": FIRST_DAY.isoformat(),
    "the last day": LAST_DAY.isoformat(),
    "a day behind the last": "2200-01-01",
    "the last of all days": "9999-12-31",
    "a day that is none": "2022-02-30",
    "a day without hyphens": "20220630",
    "a week": "2022-W26-4",
    "an instant": "2022-07-01T12:05:00Z",
    "an instant without offset": "2022-07-01T12:05",
    "an instant too early": "0001-01-01T00:00:00%2B05:00",
    "an instant to come": "2199-12-31T00:00:00Z",
    "an offset that is a blank": "2022-07-01T12:05:00+05:00",
    "an identifier": "kz-1899",
    "a path": "kz-1899/none/t-1",
    "a mission": "NOWHERE",
    "another script": "%D0%9A%D0%90%D0%97",
    "marks": "%3Cscript%3E%27%22%26",
    "braces": "%7B0%7D%7Bname%7D",
    "very much": "A" * 5_000,
}
NO_DAYS = {
    *("a blank", "a number without end", "the unset day", "a day before the first", "a day behind the last"),
    *("the last of all days", "a day that is none", "a day without hyphens", "a week", "an instant", "a path"),
}
NO_INSTANTS = {
    *("a blank", "a number without end", "a day without hyphens", "a week", "the first day", "an instant to come"),
    *("an instant too early", "an offset that is a blank", "a day that is none"),
}
THINGS = {
    **{"mission": "UNIFIL", "mandate": "kz-2018", "line": "officers", "tour": "minurso-observer-6-2021"},
    **{"vacancy": "minurso-observer-1", "nomination": "minurso-observer-1-2014", "application": "observers-2014"},
    **{"candidate": "p-kz-0001", "unit": "kaz-company-1"},
}
WITH_EVERY_PARAMETER = ("/", "/overview", "/missions/{mission}", "/timeline", "/events", "/closing")
"""Pages at which the parameters of every page are given odd values; the same code reads them at the others."""
PLACES = re.compile(r"\{(\w+)\}")


@pytest.fixture(scope="module")
async def ask(postgres_dsn: str) -> AsyncIterator[QueryClient]:
    async with given(postgres_dsn, (fact.data for fact in run_story().system.facts()), today=AS_OF) as ask:
        yield ask


@pytest.fixture(scope="module")
async def event(ask: QueryClient) -> str:
    return str((await ask.rows("who-is-where"))[0]["last_event"])


def tried(path: str) -> tuple[str, ...]:
    """The parameters of a page that are given odd values."""
    every = (*EVERYWHERE, *OF_A_TABLE) if path in WITH_EVERY_PARAMETER else ()
    return (*every, *SHEETS[ROUTES[path]].own, "unheard-of")


async def page(ask: QueryClient, address: str, language: str = "en") -> tuple[int, str]:
    """What a reader is shown: never a document for programs, and never a fault of the service."""
    answer = await ask.http.get(address, headers={"Accept": "text/html", "Accept-Language": language})
    assert answer.status_code < 500, (address, answer.text)
    assert answer.headers["content-type"] == "text/html; charset=utf-8", (address, answer.text)
    assert "<script>'" not in answer.text
    return answer.status_code, answer.text


def parts(text: str) -> tuple[str, str, str]:
    """Of a page that tells a problem: what is wrong, which parameter, and the remedy."""
    alert = re.search(r'<p class="notice" role="alert">(.*?)</p>', text, re.DOTALL)
    facts = re.findall(r"<dd>(.*?)</dd>", text, re.DOTALL)
    assert alert, text
    field, remedy = facts if len(facts) > 1 else ("", facts[0])
    return unescape(alert[1]), unescape(field), unescape(remedy)


@pytest.mark.parametrize("path", ROUTES)
async def test_every_parameter_of_every_page_is_given_odd_values(ask: QueryClient, event: str, path: str) -> None:
    sheet = SHEETS[ROUTES[path]]
    address = path.format(**THINGS, event=event)
    for name in tried(path):
        other = "mission=UNIFIL&" if path == "/events" and name not in ("mission", "tour", "line", "mandate") else ""
        for what, value in ODD.items():
            status, text = await page(ask, f"{address}?{other}{name}={value}")
            if status != 200:
                reason, field, remedy = parts(text)
                assert reason, (address, name, what)
                assert remedy, (address, name, what)
                about = {name, *sheet.own} if what == "nothing" else {name}
                about |= {sheet.named_by} if status == 404 else set()  # not there at that instant
                assert field in about, (address, name, what, text)
            if name == "unheard-of":
                assert status == 400
            if what in {"as_of": NO_DAYS, "as_known_at": NO_INSTANTS}.get(name, ()):
                assert status == 400, (address, name, what)
            if name in ("as_of", "as_known_at", "contributor", "lang") and what == "nothing":
                assert status == 200, (address, name)


@pytest.mark.parametrize("path", [path for path in ROUTES if "{" in path])
async def test_every_place_of_every_path_is_given_odd_values(ask: QueryClient, event: str, path: str) -> None:
    things = {**THINGS, "event": event}
    for name in PLACES.findall(path):
        for what, value in ODD.items():
            address = path.format(**{**things, name: value})
            status, text = await page(ask, address)
            assert status in (400, 404), (address, what)
            reason, _, remedy = parts(text)
            assert reason and remedy, (address, what)


@pytest.mark.parametrize("path", ROUTES)
async def test_a_parameter_that_is_there_twice_is_refused(ask: QueryClient, event: str, path: str) -> None:
    sheet, address = SHEETS[ROUTES[path]], path.format(**THINGS, event=event)
    for name, value in {"as_of": "2022-06-30", "lang": "ru", **dict.fromkeys(sheet.own, "x")}.items():
        status, text = await page(ask, f"{address}?{name}={value}&{name}={value}", "en")
        assert (status, parts(text)[1]) == (400, name)


@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize("day", [FIRST_DAY, LAST_DAY])
async def test_every_page_is_there_at_the_edges_of_the_calendar(
    ask: QueryClient, event: str, path: str, day: object
) -> None:
    own = "mission=UNIFIL&" if path == "/events" else ""
    status, text = await page(ask, f"{path.format(**THINGS, event=event)}?{own}as_of={day}")
    if status != 200:  # nothing of that name was on record then
        assert (status, "/v1/" in parts(text)[2]) == (404, True)


async def test_the_picture_of_a_line_is_refused_by_name_too(ask: QueryClient) -> None:
    for mandate, query in (
        ("KZ", ""),
        ("kz%00", ""),
        ("kz-2018", "?as_of=0001-01-01"),
        ("kz-2018", "?drawn=1&drawn=2"),
    ):
        answer = await ask.http.get(f"/lines/{mandate}/officers/occupancy.svg{query}")
        assert answer.status_code in (400, 404), (mandate, query)
        assert answer.json()["field"], answer.text


async def test_no_page_and_no_picture_allows_code_or_style_of_anybody_else(ask: QueryClient, event: str) -> None:
    for path in ROUTES:
        answer = await ask.http.get(path.format(**THINGS, event=event), headers={"Accept": "text/html"})
        policy = answer.headers["content-security-policy"]
        assert "unsafe" not in policy, path
        assert "<style" not in answer.text, path
    picture = await ask.http.get("/lines/kz-2018/officers/occupancy.svg")
    style = picture.text.partition("<style>")[2].partition("</style>")[0]
    digest = b64encode(sha256(style.encode()).digest()).decode()
    assert picture.headers["content-security-policy"] == f"default-src 'none'; style-src 'sha256-{digest}'"


@pytest.mark.parametrize("language", ["ru", "kk"])
async def test_a_problem_is_shown_in_the_language_of_the_reader(ask: QueryClient, event: str, language: str) -> None:
    say = words(language).say
    for path in ROUTES:
        address = path.format(**THINGS, event=event)
        other = "mission=UNIFIL&" if path == "/events" else ""
        for field in tried(path):
            for what, value in ODD.items():
                for target in (
                    f"{address}?{other}{field}={value}",
                    f"{address}?{other}{field}={value}&{field}={value}",
                ):
                    status, text = await page(ask, target, language)
                    if status != 200:
                        assert '<span lang="en">' not in text, (target, what, parts(text))
                        assert f'<html lang="{language}">' in text
                        assert f"<h1>{say('This cannot be shown')}</h1>" in text
    for address in ("/nothing-of-the-kind", "/missions/NOWHERE", "/lines/a/b", "/tours/a/b/c", "/events", "/events/x"):
        status, text = await page(ask, address, language)
        assert status in (400, 404)
        assert '<span lang="en">' not in text, (address, parts(text))


async def test_a_method_that_a_page_lacks_is_refused_with_a_page(ask: QueryClient) -> None:
    answer = await ask.http.post("/missions/UNIFIL", headers={"Accept": "text/html", "Accept-Language": "ru"})
    assert (answer.status_code, answer.headers["content-type"]) == (405, "text/html; charset=utf-8")
    assert "GET" in answer.headers["allow"]
    assert '<span lang="en">' not in answer.text


async def test_an_instant_of_the_form_is_utc_and_no_other_spelling_is_taken(ask: QueryClient) -> None:
    for form in ("2022-07-01T12:05", "2022-07-01T12:05:00", "2022-07-01T12:05:00Z", "2022-07-01T17:05:00%2B05:00"):
        twin = (await ask.http.get(f"/overview.json?as_known_at={form}")).json()
        assert twin["as_known_at"] == "2022-07-01T12:05:00+00:00"
    for other in ("20220701T120500Z", "2022-07-01", "2022-07-01 12:05", "2022-07-01T12", "2022-07-01T12:05:00,5Z"):
        assert (await ask.http.get("/overview.json", params={"as_known_at": other})).status_code == 400
