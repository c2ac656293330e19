"""Pages, API and archive behind a real nginx, each under a prefix: every link, form, file, stream and command works."""

import asyncio
import json
import re
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from hashlib import sha256
from html import unescape
from pathlib import Path

import asyncpg
import httpx
import pytest

from kernel.http import application
from kernel.http.access import authenticator
from kernel.http.guard import guard
from kernel.http.proxied import addressed
from kernel.runtime.health import Health
from kernel.runtime.process import running_together
from kernel.runtime.settings import Settings
from services.audit.http import access, anchors, proofs, search_routes
from services.audit.http.refusals import Refusals
from services.audit.pages import log_pages
from services.audit.search import indexer
from services.reporting.http.app import build
from services.reporting.projector.projector import Projector
from services.reporting.query.change_feed import ChangeFeed
from services.reporting.query.scope import ReadPools
from tests.audit.conftest import Archive, archive, record
from tests.integration.reading_database import reading_database
from tests.integration.serving import served
from tests.nginx import nginx
from tests.projection_spec import history
from tests.stories import AS_OF, run_story

pytestmark = pytest.mark.servers
__all__ = ["archive"]
PAGES, ARCHIVE = "/forcegen", "/books/archive"
STYLES = {"the prefix is left in the path": "", "the prefix is taken away": "/"}
TOKEN = "open sesame"  # noqa: S105
LINKS = re.compile(r'(?:href|src|action)="([^"#]*)"')
SETTINGS = {prefix: Settings(http_root_path=prefix) for prefix in (PAGES, ARCHIVE)}


@dataclass(frozen=True)
class Behind:
    """What a reader reaches through the proxy, and what the service receives meanwhile."""

    url: str
    http: httpx.AsyncClient
    pool: asyncpg.Pool


@pytest.fixture(params=list(STYLES.values()), ids=list(STYLES))
def style(request: pytest.FixtureRequest) -> Iterator[str]:
    yield str(request.param)


@pytest.fixture
async def pages(postgres_dsn: str, tmp_path: Path, style: str) -> AsyncIterator[Behind]:
    """The story, except for its last event, as pages."""
    log = history([fact.data for fact in run_story().system.facts()])
    async with reading_database(postgres_dsn) as pool:
        async with pool.acquire() as connection, connection.transaction():
            await Projector().apply(connection, log[:-1])
        following = ChangeFeed(ReadPools(pool), Health(60))
        app = addressed(build(pool, today=lambda: AS_OF, change_feed=following), SETTINGS[PAGES])
        async with (
            running_together([following.run()]),
            served(app) as direct,
            nginx(tmp_path, {PAGES: f"{direct}{style}"}) as url,
            httpx.AsyncClient(base_url=url, timeout=30) as http,
        ):
            yield Behind(url, http, pool)


@pytest.fixture
async def kept(archive: Archive, tmp_path: Path, style: str) -> AsyncIterator[Behind]:
    """An archive of sixty records, signed and findable, with one reader: behind a proxy nobody is this machine."""
    readers = tmp_path / "readers"
    readers.write_text(f"auditor {sha256(TOKEN.encode()).hexdigest()}\n", encoding="utf-8")
    headers = [("ce_specversion", b"1.0"), ("ce_source", b"s"), ("ce_type", b"t")]
    await archive.keep([record(nr, headers=[*headers, ("ce_id", b"%d" % nr)]) for nr in range(60)])
    await archive.sign()
    async with archive.pool.acquire() as connection:
        await indexer.index(connection)
    app = application.app("the archive")
    access.record_readings(app, archive.pool, Refusals())
    for routes in (proofs.routes, anchors.routes, search_routes.routes):
        app.include_router(routes(archive.pool))
    app.include_router(log_pages.routes(archive.pool, archive.health))
    app.mount("/static", log_pages.static())
    proofs.files(app, archive.pool)
    guard(app, authenticator(Settings(tokens_file=readers)))
    async with (
        served(addressed(app, SETTINGS[ARCHIVE]), caller=None) as direct,
        nginx(tmp_path, {ARCHIVE: f"{direct}{style}"}) as url,
        httpx.AsyncClient(base_url=url, timeout=30, headers={"Authorization": f"Bearer {TOKEN}"}) as http,
    ):
        yield Behind(url, http, archive.pool)


async def forcegen(*arguments: str) -> str:
    """What the command prints; it succeeds."""
    command = [sys.executable, "-c", "from cli.main import main; main()", *arguments]
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    printed, _ = await process.communicate()
    assert process.returncode == 0, printed.decode()
    return printed.decode()


async def crawl(http: httpx.AsyncClient, prefix: str, first: list[str], most: int) -> set[str]:
    """Every address that pages name is under the prefix and leads somewhere; those that were looked at."""
    to_see, seen = list(first), set[str]()
    while to_see and len(seen) < most:
        address = to_see.pop(0)
        seen.add(address)
        assert address.startswith(f"{prefix}/"), address
        answer = await http.get(address, headers={"Accept": "text/html"})
        assert answer.status_code == 200, address
        if answer.headers["content-type"].startswith("text/html") and not address.endswith("/docs"):
            links = [unescape(link) for link in LINKS.findall(answer.text)]
            to_see += [link for link in dict.fromkeys(links) if link not in {*seen, *to_see}]
    return seen


async def test_every_link_file_and_form_of_the_pages_is_under_the_prefix(pages: Behind) -> None:
    seen = await crawl(pages.http, PAGES, [f"{PAGES}/overview", f"{PAGES}/", f"{PAGES}/lines/kz-2018/officers"], 240)
    for one in ("/static/live.js", "/static/changes.js", "/static/pages.css", "/overview.json", "/docs", "/timeline"):
        assert f"{PAGES}{one}" in seen
    assert any("/occupancy.svg" in one for one in seen)
    nothing = await pages.http.get(f"{PAGES}/missions/NOWHERE?lang=ru", headers={"Accept": "text/html"})
    assert nothing.status_code == 404
    assert all(link.startswith(f"{PAGES}/") for link in LINKS.findall(nothing.text))


async def test_the_prefix_without_a_slash_leads_to_the_first_page(pages: Behind) -> None:
    answer = await pages.http.get(PAGES, follow_redirects=True)
    assert (answer.status_code, answer.url.path) == (200, f"{PAGES}/")


async def test_the_description_of_the_api_names_the_prefix(pages: Behind) -> None:
    document = (await pages.http.get(f"{PAGES}/openapi.json")).json()
    assert document["servers"][0]["url"] == PAGES
    assert f'"{PAGES}/openapi.json"' in (await pages.http.get(f"{PAGES}/docs")).text


async def test_pages_of_a_list_go_on_under_the_prefix(pages: Behind) -> None:
    first = (await pages.http.get(f"{PAGES}/v1/tours", params={"limit": 2})).json()
    second = (await pages.http.get(f"{PAGES}/v1/tours", params={"limit": 2, "cursor": first["next"]})).json()
    assert len({one["id"] for one in first["items"] + second["items"]}) == 4


async def test_a_change_passes_the_proxy_as_it_happens(pages: Behind) -> None:
    async with pages.http.stream("GET", f"{PAGES}/v1/changes") as answer, asyncio.timeout(120):
        lines = answer.aiter_lines()
        while await anext(lines) != "event: here":
            pass
        async with pages.pool.acquire() as connection, connection.transaction():
            await Projector().apply(connection, history([fact.data for fact in run_story().system.facts()]))
        while await anext(lines) != "event: change":
            pass
        data = await anext(lines)
        assert json.loads(data.removeprefix("data: "))["rows"] >= 1


async def test_commands_of_the_terminal_take_an_address_with_a_prefix(pages: Behind) -> None:
    for slash in ("", "/"):
        output = await forcegen("report", "strength", "--query-url", f"{pages.url}{PAGES}{slash}", "--format", "json")
        assert json.loads(output)["totals"] == {"people": 15, "tours": 10, "overdue": 0}


async def test_every_link_and_form_of_the_archive_is_under_the_prefix(kept: Behind) -> None:
    seen = await crawl(kept.http, ARCHIVE, [f"{ARCHIVE}/", f"{ARCHIVE}/messages/approvals.events/0/3"], 150)
    for one in ("/checkpoint", "/static/pages.css", "/v1/status", "/v1/bundles/approvals.events/0/3", "/docs"):
        assert f"{ARCHIVE}{one}" in seen
    assert any("cursor=" in one for one in seen)
    readings = (await kept.http.get(f"{ARCHIVE}/v1/readings?limit=1000")).json()["items"]
    assert {"GET /", "GET /messages/approvals.events/0/3"} <= {one["request"] for one in readings}


async def test_the_archive_is_verified_and_taken_away_through_the_proxy(
    kept: Behind, archive: Archive, tmp_path: Path
) -> None:
    at = ["--from", f"{kept.url}{ARCHIVE}/", "--token", TOKEN]
    assert "holds" in await forcegen("audit", "verify", "--key", str(archive.signer.verifier), *at)
    await forcegen("audit", "export", str(tmp_path / "log"), *at)
    assert (tmp_path / "log" / "checkpoint").is_file()


async def test_who_comes_through_the_proxy_without_a_token_reads_nothing(kept: Behind) -> None:
    async with httpx.AsyncClient(base_url=kept.url) as stranger:
        assert (await stranger.get(f"{ARCHIVE}/")).status_code == 401
        assert (await stranger.get(f"{ARCHIVE}/checkpoint")).status_code == 200
