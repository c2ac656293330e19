"""An official's browser in front of an nginx that has the pages under a prefix."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from contracts.deployments import TourArrived, TourPlanned
from kernel.http.proxied import addressed
from kernel.runtime.health import Health
from kernel.runtime.process import running_together
from kernel.runtime.settings import Settings
from services.reporting.http.app import build
from services.reporting.query.change_feed import ChangeFeed
from services.reporting.query.scope import ReadPools
from tests.browser.conftest import PICTURES, BrowsedSystem
from tests.integration.serving import served
from tests.nginx import nginx
from tests.stories import AS_OF

pytestmark = pytest.mark.servers
PREFIX = "/books/forcegen"
TOUR: dict[str, Any] = {"mandate": "kz-2018", "line": "officers", "tour": "proxied", "mission": "UNTSO"}
TOUR |= {"category": "staff_officer", "headcount": 1}
PLAN: dict[str, Any] = {"planned_from": date(2022, 6, 1), "planned_until": date(2023, 6, 1), "consents_required": ()}


@pytest.fixture
async def page(browser: Browser, system: BrowsedSystem, tmp_path: Path) -> AsyncIterator[Page]:
    """A page that says nothing against what it is served."""
    following = ChangeFeed(ReadPools(system.pool), Health(60))
    app = addressed(build(system.pool, today=lambda: AS_OF, change_feed=following), Settings(http_root_path=PREFIX))
    async with running_together([following.run()]), served(app) as direct, nginx(tmp_path, {PREFIX: direct}) as url:
        context = await browser.new_context(locale="en-GB", base_url=url)
        opened, complaints = await context.new_page(), list[str]()
        opened.on(
            "console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None
        )
        opened.on("pageerror", lambda error: complaints.append(str(error)))
        opened.on("requestfailed", lambda one: complaints.append(one.url) if "/changes" not in one.url else None)
        yield opened
        await context.close()
        assert complaints == []


async def test_pages_look_and_work_as_they_do_without_one_and_renew_themselves(
    page: Page, system: BrowsedSystem
) -> None:
    await page.goto(f"{PREFIX}/")
    ground = await page.locator("header.top").evaluate("header => getComputedStyle(header).backgroundColor")
    assert ground != "rgba(0, 0, 0, 0)"
    await page.get_by_role("link", name="Who is where", exact=True).first.click()
    await page.get_by_role("link", name="UNIFIL", exact=True).first.click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Mission UNIFIL")
    await page.get_by_label("On the day").fill("2021-12-01")
    await page.get_by_role("button", name="Show").click()
    await expect(page.locator(".past")).to_contain_text("1 December 2021")
    assert f"{PREFIX}/missions/UNIFIL?as_of=2021-12-01" in page.url
    await page.get_by_role("link", name="Русский").click()
    await expect(page.locator("html[lang=ru]")).to_have_count(1)
    await page.goto(f"{PREFIX}/lines/kz-2018/officers")
    assert await page.locator("figure img").evaluate("picture => picture.complete && picture.naturalWidth > 0")
    await page.goto(f"{PREFIX}/missions/UNTSO")
    await expect(page.locator("html[data-live=on]")).to_have_count(1)
    planned = TourPlanned(**TOUR, **PLAN, contributor="KAZ", person="p-proxied", rank="major")
    await system.goes_on(planned, TourArrived(**TOUR, arrived_on=date(2022, 6, 1)))
    await expect(page.get_by_text("proxied", exact=True)).to_be_visible(timeout=20_000)
    await expect(page.locator("#interrupted")).to_be_hidden()
    PICTURES.mkdir(exist_ok=True)
    await page.screenshot(path=PICTURES / "behind-nginx.png", full_page=True)
