"""Every page as a picture, and without what no page may have.

    make pictures        every page at three widths, in two themes and three languages (a quarter of an hour)

Otherwise each page is taken once, each in another of these forms than the one before. The pictures are in
`.artefacts/pictures`, with a contact sheet, `index.html`.
"""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from itertools import cycle
from pathlib import Path

import pytest
from playwright.async_api import Browser

from cli.demo.story import chapters
from contracts.cloudevents import to_kafka
from kernel.http import access_routes, application
from kernel.http.access import authenticator
from kernel.http.guard import guard
from kernel.identity.principal import ROLES
from kernel.identity.register_text import parse
from kernel.identity.tokens import digest_of
from kernel.runtime.settings import Settings
from services.audit.app import add_routes
from services.audit.http.refusals import Refusals
from services.audit.search import indexer, registers
from services.reporting.http.permits import QUERY
from tests.audit.conftest import Archive, archive, record
from tests.browser import shown_pages
from tests.browser.conftest import PICTURES, BrowsedSystem
from tests.browser.gallery import EVERY_LOOK, WIDTHS, Gallery, Look, ShownPage
from tests.documents import APPS
from tests.integration.serving import served
from tests.kernel.registered import OPERATORS, signed, text

pytestmark = pytest.mark.servers
__all__ = ["archive"]
TOKEN = "fg_for-pictures"  # noqa: S105
WHOLE = "FORCEGEN_TEST_PICTURES"
"""Set for every page in every form."""
AT_ONCE = 3
"""Pages that load beside each other."""


@pytest.fixture
async def archive_url(archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    """The story's commands, archived, signed and findable, and a register of producers."""
    monkeypatch.setenv("FORCEGEN_AUDIT_DIRECTORY", str(tmp_path / "audit"))
    monkeypatch.setenv("FORCEGEN_PRODUCERS_OPERATORS", ",".join(str(one.verifier) for one in OPERATORS))
    steps = [step for chapter in chapters() for wave in chapter.waves for step in wave]
    sent = [to_kafka(step.envelope()) for step in steps]
    topic = "approvals.commands"
    await archive.keep([record(nr, topic=topic, key=k, value=v, headers=h) for nr, (k, v, h) in enumerate(sent)])
    await archive.sign()
    await registers.keep(archive.pool, parse(text()), signed(text()))
    async with archive.pool.acquire() as connection:
        while (await indexer.index(connection)).records:
            pass
    tokens = tmp_path / "tokens"
    tokens.write_text(f"auditor {digest_of(TOKEN)} roles={','.join(sorted(ROLES))} contributors=*\n")
    app = application.app("Forcegen audit")
    add_routes(app, archive.pool, archive.health, refused=Refusals())
    access_routes.add(app)
    guard(app, authenticator(Settings(tokens_file=tokens)))
    async with served(app, caller=None) as url:
        yield url


@pytest.fixture
async def documented() -> AsyncIterator[dict[str, str]]:
    """The address of every service; its documentation needs nothing but the app."""
    async with AsyncExitStack() as stack:
        yield {name: await stack.enter_async_context(served(app)) for name, app in APPS.items()}


@pytest.fixture
async def pages(system: BrowsedSystem, archive_url: str, documented: dict[str, str]) -> list[ShownPage]:
    """Every page that there is."""
    event = await system.pool.fetchval("SELECT id::text FROM events WHERE type LIKE '%TourArrived' ORDER BY id LIMIT 1")
    return [
        *shown_pages.of_query(system.url, event),
        *shown_pages.of_archive(archive_url, "approvals.commands/0/1", "mandate/kz-2018", TOKEN),
        *(page for name, url in documented.items() for page in shown_pages.of_documentation(url, name)),
    ]


def looks(pages: list[ShownPage]) -> Iterator[tuple[ShownPage, Look]]:
    """Every page in every form, or each in the next of them."""
    if os.environ.get(WHOLE):
        yield from ((page, look) for page in pages for look in EVERY_LOOK)
        return
    forms = cycle([Look(look.theme, look.language, (width,)) for width in WIDTHS for look in EVERY_LOOK])
    yield from zip(pages, forms, strict=False)


@pytest.mark.timeout(3_600)
async def test_every_page_is_pictured_and_has_nothing_that_no_page_may_have(
    browser: Browser, pages: list[ShownPage]
) -> None:
    shutil.rmtree(PICTURES / "pictures", ignore_errors=True)
    gallery, left = Gallery(browser, PICTURES / "pictures"), looks(pages)

    async def take_what_is_left() -> None:
        for page, look in left:
            await gallery.take(page, look)

    await asyncio.gather(*(take_what_is_left() for _ in range(AT_ONCE)))
    gallery.write_sheet()
    assert gallery.findings == []
    assert gallery.taken.keys() == {page.name for page in pages}


def test_a_page_that_nobody_pictures_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    new = {"GET /new/{kind}": QUERY["GET /"]}
    monkeypatch.setattr(shown_pages, "QUERY", {**QUERY, **new})
    with pytest.raises(KeyError, match="kind"):
        list(shown_pages.of_query("http://127.0.0.1", "e"))
