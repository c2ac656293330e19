"""An auditor before the archive's pages, in a real browser: sees how the log stands, searches, looks at a proof."""

import re
from collections.abc import AsyncIterator

import pytest
from axe_playwright_python.async_playwright import Axe
from fastapi import FastAPI
from playwright.async_api import Browser, Page, expect

from cli.demo.story import chapters
from contracts.cloudevents import to_kafka
from services.audit.http import access
from services.audit.http.proofs import files
from services.audit.http.refusals import Refusals
from services.audit.pages import log_pages
from services.audit.search import indexer
from tests.audit.conftest import Archive, archive, record
from tests.browser.conftest import PICTURES
from tests.integration.serving import served

pytestmark = pytest.mark.servers
__all__ = ["archive"]
HOSTILE = b"<img src=x onerror=alert(1)>"


@pytest.fixture
async def address(archive: Archive) -> AsyncIterator[str]:
    """The story's commands and something hostile, archived, signed, findable, and served."""
    steps = [step for chapter in chapters() for wave in chapter.waves for step in wave]
    sent = [to_kafka(step.envelope()) for step in steps]
    topic = "approvals.commands"
    kept = [
        record(nr, topic=topic, key=key, value=value, headers=headers) for nr, (key, value, headers) in enumerate(sent)
    ]
    await archive.keep(
        [*kept, record(len(kept), topic=topic, key=HOSTILE, value=HOSTILE, headers=[("ce_id", HOSTILE)])]
    )
    await archive.sign()
    async with archive.pool.acquire() as connection:
        while (await indexer.index(connection)).records:
            pass
    app = FastAPI()
    access.record_readings(app, archive.pool, Refusals())
    app.include_router(log_pages.routes(archive.pool, archive.health))
    app.mount("/static", log_pages.static())
    files(app, archive.pool)
    async with served(app) as url:
        yield url


@pytest.fixture(params=["light", "dark"])
async def page(request: pytest.FixtureRequest, browser: Browser) -> AsyncIterator[Page]:
    context = await browser.new_context(color_scheme=request.param, locale="en-GB")
    opened, complaints = await context.new_page(), list[str]()
    opened.on(
        "console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None
    )
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened
    await context.close()
    assert complaints == []


async def seen(page: Page, name: str) -> None:
    """Without a serious finding; the picture is kept."""
    PICTURES.mkdir(exist_ok=True)
    dark = await page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    await page.screenshot(path=PICTURES / f"archive-{name}-{'dark' if dark else 'light'}.png", full_page=True)
    results = await Axe().run(page)
    serious = [one for one in results.response["violations"] if one["impact"] in ("serious", "critical")]
    assert serious == [], serious


async def test_from_the_log_by_a_search_to_a_message_and_its_proof(page: Page, address: str) -> None:
    await page.goto(address)
    await expect(page.get_by_role("heading", level=1)).to_have_text("The log")
    await expect(page.locator("body")).to_contain_text("begins with what was signed last")
    await expect(page.locator("#readings + .scroll")).to_contain_text("GET /")
    await seen(page, "log")
    await page.get_by_label("Stream").fill("mandate/kz-2018")
    await page.get_by_role("button", name="Search").click()
    assert "stream=mandate%2Fkz-2018" in page.url
    rows = page.get_by_role("region", name="Messages found").locator("tbody tr")
    assert await rows.count() > 1
    for text in await rows.all_inner_texts():
        assert "mandate/kz-2018" in text
    await rows.last.get_by_role("link").last.click()
    await expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("Command: ProposeMandate"))
    await expect(page.locator("#proof + p")).to_contain_text("computed now, from the bytes above")
    await expect(page.locator("pre").first).to_contain_text('"mandate": "kz-2018"')
    await seen(page, "message")


async def test_what_a_record_holds_is_text(page: Page, address: str) -> None:
    await page.goto(address)
    await page.locator("tbody tr").first.get_by_role("link").last.click()
    await expect(page.locator("pre").first).to_have_text(HOSTILE.decode())
    assert await page.locator("main img").count() == 0


async def test_the_keyboard_reaches_the_search_first_by_the_skip_link(page: Page, address: str) -> None:
    await page.goto(address)
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("main")).to_be_focused()
