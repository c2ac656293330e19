"""Pages that renew themselves: many of them at once, behind a proxy that fails, hidden, and in a browser that lacks
what most have."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import count
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from contracts.deployments import TourArrived, TourPlanned
from services.reporting.pages.i18n import words
from tests.browser import proxy as answers
from tests.browser.conftest import PICTURES, BrowsedSystem
from tests.browser.proxy import Proxy, proxied, until

pytestmark = pytest.mark.servers
TABS = 9
NOTICE = "This page is not renewed at the moment: the connection is interrupted and is being restored."
ROWS = "#s-tours + .scroll tbody tr"
LACKING = {"every browser": "", "no shared workers": "delete window.SharedWorker;"}
HIDING = """
    window.shown = true;
    Object.defineProperty(document, "visibilityState", {get: () => window.shown ? "visible" : "hidden"});
    window.look = (shown) => { window.shown = shown; document.dispatchEvent(new Event("visibilitychange")); };
"""
TOURS = count(1)


@dataclass
class Desk:
    """An official's browser, with as many tabs as they like, behind a proxy."""

    context: BrowserContext
    proxy: Proxy
    system: BrowsedSystem

    async def tab(self, path: str = "/missions/UNTSO") -> Page:
        page = await self.context.new_page()
        await page.goto(f"{self.proxy.url}{path}", timeout=20_000)
        return page

    async def live_tab(self, path: str = "/missions/UNTSO") -> Page:
        page = await self.tab(path)
        await expect(page.locator("html[data-live=on]")).to_have_count(1)
        return page

    async def arrival(self) -> str:
        """Somebody arrives in UNTSO; the name of the tour."""
        name = f"live-{next(TOURS)}"
        own: dict[str, Any] = {"mandate": "kz-2018", "line": "officers", "tour": name, "mission": "UNTSO"}
        own |= {"category": "staff_officer", "headcount": 1}
        plan: dict[str, Any] = {"planned_from": date(2022, 6, 1), "planned_until": date(2023, 6, 1)}
        plan["consents_required"] = ()
        planned = TourPlanned(**own, **plan, contributor="KAZ", person=f"p-{name}", rank="major")
        await self.system.goes_on(planned, TourArrived(**own, arrived_on=date(2022, 6, 1)))
        return name


@pytest.fixture
async def desk(browser: Browser, system: BrowsedSystem) -> AsyncIterator[Desk]:
    context = await browser.new_context(locale="en-GB")
    async with proxied(system.url) as proxy:
        yield Desk(context, proxy, system)
        await context.close()


async def shows(pages: Sequence[Page], tour: str) -> None:
    for page in pages:
        await expect(page.get_by_text(tour, exact=True).first).to_be_visible(timeout=20_000)


async def test_nine_tabs_load_and_all_renew_themselves_over_one_stream(desk: Desk) -> None:
    tabs = [await desk.live_tab() for _ in range(TABS)]
    await shows(tabs, await desk.arrival())
    assert len(desk.proxy.open) == 1
    await tabs[0].close()
    await shows(tabs[1:], await desk.arrival())
    assert len(desk.proxy.open) == 1


async def test_without_shared_workers_only_the_tab_that_is_looked_at_has_a_stream(desk: Desk) -> None:
    await desk.context.add_init_script(LACKING["no shared workers"] + HIDING)
    tabs: list[Page] = []
    for _ in range(TABS):
        for before in tabs[-1:]:
            await before.evaluate("look(false)")
        tabs.append(await desk.live_tab())
    await until(lambda: len(desk.proxy.open) == 1)
    tour = await desk.arrival()
    await shows(tabs[-1:], tour)
    assert await tabs[0].get_by_text(tour, exact=True).count() == 0
    await tabs[-1].evaluate("look(false)")
    await tabs[0].evaluate("look(true)")
    await shows(tabs[:1], tour)
    await until(lambda: len(desk.proxy.open) == 1)


async def test_where_nobody_looks_nobody_follows(desk: Desk) -> None:
    await desk.context.add_init_script(HIDING)
    tabs = [await desk.live_tab() for _ in range(2)]
    for tab in tabs:
        await tab.evaluate("look(false)")
    await until(lambda: not desk.proxy.open)
    tour = await desk.arrival()
    await tabs[1].evaluate("look(true)")
    await shows(tabs[1:], tour)


@pytest.mark.parametrize("lacks", LACKING.values(), ids=LACKING)
@pytest.mark.parametrize("answer", ["BAD_GATEWAY", "NO_CONTENT", "A_LOGIN_PAGE", "NOTHING"])
async def test_a_stream_that_fails_is_begun_again_and_the_page_says_so_meanwhile(
    desk: Desk, answer: str, lacks: str
) -> None:
    await desk.context.add_init_script(lacks)
    page = await desk.live_tab()
    await expect(page.locator("#interrupted")).to_be_hidden()
    desk.proxy.answers["/v1/changes"] = getattr(answers, answer)
    desk.proxy.cut()
    await expect(page.locator("#interrupted")).to_contain_text(NOTICE)
    PICTURES.mkdir(exist_ok=True)
    await page.screenshot(path=PICTURES / "interrupted.png")
    tour = await desk.arrival()
    before = desk.proxy.times("/v1/changes")
    await until(lambda: desk.proxy.times("/v1/changes") > before)
    assert await page.get_by_text(tour, exact=True).count() == 0
    desk.proxy.answers.clear()
    await shows([page], tour)
    await expect(page.locator("#interrupted")).to_be_hidden()
    await shows([page], await desk.arrival())


async def test_a_stream_that_fails_from_the_beginning_is_begun_again(desk: Desk) -> None:
    desk.proxy.answers["/v1/changes"] = answers.BAD_GATEWAY
    page = await desk.tab()
    await expect(page.locator("#interrupted")).to_contain_text(NOTICE)
    tour = await desk.arrival()
    desk.proxy.answers.clear()
    await shows([page], tour)
    await expect(page.locator("#interrupted")).to_be_hidden()


async def test_what_arrives_between_the_page_and_its_stream_is_not_missed(desk: Desk) -> None:
    for script in ("changes", "live"):
        desk.proxy.answers[f"/static/{script}.js"] = answers.BAD_GATEWAY
    page = await desk.tab()
    tour = await desk.arrival()
    desk.proxy.answers.clear()
    for script in ("changes", "live"):
        await page.add_script_tag(url=f"/static/{script}.js")
    await shows([page], tour)


@pytest.mark.parametrize("answer", ["BAD_GATEWAY", "NOTHING", "A_LOGIN_PAGE"])
async def test_a_page_that_cannot_be_fetched_is_tried_again_and_says_so_meanwhile(desk: Desk, answer: str) -> None:
    page = await desk.live_tab()
    desk.proxy.answers["/missions"] = getattr(answers, answer)
    tour = await desk.arrival()
    await expect(page.locator("#interrupted")).to_contain_text(NOTICE)
    before = desk.proxy.times("/missions")
    await until(lambda: desk.proxy.times("/missions") > before)
    desk.proxy.answers.clear()
    await shows([page], tour)
    await expect(page.locator("#interrupted")).to_be_hidden()


@pytest.mark.parametrize("language", ["en", "ru", "kk"])
async def test_the_notice_is_in_the_language_of_the_page(desk: Desk, language: str) -> None:
    desk.proxy.answers["/v1/changes"] = answers.BAD_GATEWAY
    page = await desk.tab(f"/missions/UNTSO?lang={language}")
    said = await page.locator("#interrupted").get_attribute("data-text")
    assert said is not None
    assert (said.startswith(NOTICE)) == (language == "en")
    assert said in words(language).texts.gettext(f"{NOTICE} What is shown may be out of date.")
    await expect(page.locator("#interrupted")).to_have_text(said)


async def test_a_stream_that_falls_silent_is_begun_again(desk: Desk) -> None:
    await desk.context.add_init_script(LACKING["no shared workers"])
    page = await desk.context.new_page()
    await page.clock.install()
    await page.goto(f"{desk.proxy.url}/missions/UNTSO")
    await expect(page.locator("html[data-live=on]")).to_have_count(1)
    before = desk.proxy.times("/v1/changes")
    await page.clock.fast_forward(50_000)
    await expect(page.locator("#interrupted")).to_contain_text(NOTICE)
    await page.clock.fast_forward(2_000)
    await until(lambda: desk.proxy.times("/v1/changes") > before)
    await expect(page.locator("#interrupted")).to_be_hidden()


async def test_the_picture_of_a_line_is_drawn_anew_too(desk: Desk) -> None:
    page = await desk.live_tab("/lines/kz-2018/officers")
    before = await page.locator("figure img").get_attribute("src")
    drawn = desk.proxy.times("/lines/kz-2018/officers/occupancy.svg")
    await desk.arrival()
    await until(lambda: desk.proxy.times("/lines/kz-2018/officers/occupancy.svg") > drawn)
    await expect(page.locator("figure img")).not_to_have_attribute("src", before or "")
