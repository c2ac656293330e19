"""Which addresses are pictured: every page of the tables of permits, and some pages in more than one state.

A page that is in a table of permits and has no address here stops the collection of the tests that use it.
"""

from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import quote

from kernel.http.permits import KERNEL
from kernel.http.sign_in import PERMITS
from services.audit.http.permits import AUDIT
from services.reporting.http.permits import QUERY
from tests.browser.gallery import ShownPage
from tests.every_page import address_of, paths_of

THINGS: Final[Mapping[str, str]] = {
    **{"mission": "UNIFIL", "mandate": "kz-2018", "line": "officers", "tour": "minurso-observer-6-2021"},
    **{"vacancy": "minurso-observer-1", "nomination": "minurso-observer-1-2014", "application": "observers-2014"},
    **{"candidate": "p-kz-0001", "unit": "kaz-company-1"},
}
"""Of the story."""
THE_PAST: Final = "as_of=2014-12-01&as_known_at=2022-07-01T12:01:00Z"
GIVEN: Final[Mapping[str, Mapping[str, str]]] = {
    "/": {"": "", "-past": THE_PAST},
    "/overview": {"": "", "-past": THE_PAST, "-before-the-first-record": "as_of=1999-01-01"},
    "/search": {"": "", "-hits": "q=minurso", "-nothing": "q=nothing-of-this-name", "-by-post": "q=kz-2"},
    "/events": {
        "": "mission=UNIFIL",
        "-of-a-line": "line=kz-2018/officers",
        "-of-a-rank": "mission=UNIFIL&rank=major",
    },
    "/compare": {
        "": "before_as_of=2021-06-30",
        "-of-ceilings": "report=headroom&before_as_of=2021-06-30",
        "-without-a-difference": "report=waiting&before_as_of=2022-06-30",
    },
    "/tours": {"": "", "-table": "section=tours"},
    "/timeline": {"": "", "-year": "since=2021-07-01"},
    "/returns": {"": "", "-of-minurso": "mission=MINURSO"},
    "/closing": {"": "", "-minurso": "mission=MINURSO&closes_on=2022-07-15"},
}
"""By path, the parameters of each state in which the page is pictured; other pages are pictured once, without any."""
PROBLEMS: Final[Mapping[str, tuple[str, int]]] = {
    "problem-unknown-mission": ("/missions/NOWHERE", 404),
    "problem-unknown-parameter": ("/overview?unheard-of=1", 400),
    "problem-unknown-state": ("/?contributor=XXX", 404),
    "problem-bad-day": ("/overview?as_of=2022-02-30", 400),
}
NOT_PICTURED: Final = {
    "/docs/oauth2-redirect": "a script's way back, which nobody sees",
    "/docs": "made by a library; tests/browser/test_api_pages.py looks at its requests",
}
"""Pages that nobody looks at as ours, and why."""


def of_query(url: str, event: str) -> Iterator[ShownPage]:
    """The pages of the query API at `url`; `event` is the id of one that is on record."""
    things = {**THINGS, "event": event}
    for path in paths_of(QUERY):
        for state, given in GIVEN.get(path, {"": ""}).items():
            query = f"?{given}" if given else ""
            yield ShownPage(f"{_name(path)}{state}", f"{url}{address_of(path, things)}{query}")
    for name, (address, status) in PROBLEMS.items():
        yield ShownPage(name, f"{url}{address}", status)


def of_archive(url: str, place: str, stream: str, token: str) -> Iterator[ShownPage]:
    """The archive's pages, and those of signing in; `place` is that of a record of `stream`."""
    for path in paths_of(AUDIT):
        address = address_of(path, {"place": place})
        yield ShownPage(f"archive{'-log' if path == '/' else _name(path, '-')}", f"{url}{address}", token=token)
    yield ShownPage("archive-search", f"{url}/?stream={quote(stream, safe='')}", token=token)
    yield ShownPage("archive-problem", f"{url}/messages/approvals.commands/0/999999", 404, token)
    assert [path for path in PERMITS if path.startswith("GET")] == ["GET /sign-in", "GET /sign-in/callback"]
    yield ShownPage("sign-in", f"{url}/sign-in")
    yield ShownPage("sign-in-in-place-of-a-page", f"{url}/access", 401)
    yield ShownPage("sign-in-came-back-with-nothing", f"{url}/sign-in/callback?state=x", 400)
    yield ShownPage("sign-in-signed-in", f"{url}/sign-in", token=token)


def of_documentation(url: str, service: str) -> Iterator[ShownPage]:
    """The pages of a service's API."""
    for path in paths_of(KERNEL):
        if path not in NOT_PICTURED:
            yield ShownPage(f"{_name(path)}-{service}", f"{url}{path}", is_ours=False)


def _name(path: str, begin: str = "") -> str:
    """`/lines/{mandate}/{line}` is `lines-mandate-line`, and `/` is the front page."""
    parts = [part.strip("{}").partition(":")[0] for part in path.split("/") if part]
    return begin + ("-".join(parts) or "front")
