"""An official in front of the pages, in a real browser: looks, clicks a number, changes the day, sees news arrive."""

import re
from datetime import date
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import expect

from contracts.deployments import TourArrived, TourPlanned
from tests.browser.conftest import Reader

pytestmark = pytest.mark.servers
PAGES = {
    "questions": "/",
    "overview": "/overview",
    "closing": "/closing",
    "returns": "/returns",
    "mission": "/missions/UNIFIL",
    "missions": "/missions",
    "strength": "/strength?mission=UNIFIL",
    "line": "/lines/kz-2018/officers",
    "tour": "/tours/kz-2018/officers/minurso-observer-6-2021",
    "pipeline": "/pipeline",
    "ending": "/ending",
    "raised": "/raised",
    "timeline": "/timeline",
    "events": "/events?mission=UNIFIL",
    "problem": "/missions/NOWHERE",
    "overview-kk": "/overview?lang=kk",
    "mission-ru": "/missions/UNIFIL?lang=ru",
}
HEIGHT_MAX = 10_000
"""Pixels of a page on a narrow screen, where each row of a table is a block."""
ARRIVAL: dict[str, Any] = {"mandate": "kz-2018", "line": "officers", "mission": "UNTSO", "category": "staff_officer"}
PLAN: dict[str, Any] = {"planned_from": date(2022, 6, 1), "planned_until": date(2023, 6, 1), "consents_required": ()}


async def test_from_the_overview_by_mission_and_line_to_the_event_behind_a_number(reader: Reader) -> None:
    page = reader.page
    await reader.open("/overview")
    await expect(page.locator(".card.total .big")).to_have_text("15")
    await page.get_by_role("link", name="UNIFIL").first.click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Mission UNIFIL")
    await page.get_by_role("link", name="kz-2018/officers").first.click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Mandate line kz-2018/officers")
    drawn = await page.locator("figure img").evaluate("picture => picture.complete && picture.naturalWidth > 0")
    assert drawn
    await page.locator("#s-headroom + .scroll td.number a").first.click()
    title = page.get_by_role("heading", level=1)
    await expect(title).to_have_text(re.compile(r"^\d+ (person|people) on line kz-2018/officers"))
    number = (await title.inner_text()).split()[0]
    await expect(page.locator("strong.sum")).to_contain_text(number)
    await page.get_by_role("link", name="show").last.click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Event")
    await expect(page.locator("pre")).to_contain_text('"line": "officers"')


@pytest.mark.parametrize("width", [390, 1440])
async def test_pictures_are_drawn_as_wide_as_the_page_and_the_map_leads_on(reader: Reader, width: int) -> None:
    """The picture of people over time keeps its letters at their size, and one map of two is there for the screen."""
    await reader.page.set_viewport_size({"width": width, "height": 900})
    await reader.open("/overview")
    picture = reader.page.locator("figure.chart img")
    assert await picture.evaluate("one => one.complete && one.naturalWidth > 0")
    drawn = await picture.bounding_box()
    assert drawn is not None
    assert drawn["width"] > 0.75 * width
    assert drawn["height"] >= 240
    shown = [one for one in await reader.page.locator(".map svg[role=group]").all() if await one.is_visible()]
    assert len(shown) == 1
    await reader.picture(
        f"map-{width}-{await reader.page.evaluate('matchMedia(`(prefers-color-scheme: dark)`).matches')}"
    )
    await shown[0].get_by_role("link", name="UNIFIL 9").click()
    await expect(reader.page.get_by_role("heading", level=1)).to_have_text("Mission UNIFIL")


@pytest.mark.parametrize("path", ["/overview", "/missions/UNIFIL", "/strength"])
async def test_a_printed_page_is_no_wider_than_its_paper(reader: Reader, path: str) -> None:
    """A4 at 96 dots an inch, in the language with the longest words."""
    await reader.page.set_viewport_size({"width": 794, "height": 1123})
    await reader.page.emulate_media(media="print")
    await reader.open(f"{path}?lang=ru")
    assert await reader.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_both_times_are_chosen_in_the_form_and_stand_in_the_address(reader: Reader) -> None:
    page = reader.page
    await reader.open("/overview")
    await page.get_by_label("On the day").fill("2014-12-01")
    await page.get_by_role("button", name="Show").click()
    await expect(page.locator(".past")).to_contain_text("1 December 2014")
    assert "as_of=2014-12-01" in page.url
    then = await page.locator(".card.total .big").inner_text()
    assert 0 < int(then) < 15
    await page.get_by_label("As known at (UTC)").fill(f"{reader.system.half_way:%Y-%m-%dT%H:%M}")
    await page.get_by_role("button", name="Show").click()
    await expect(page.locator(".past")).to_contain_text("as known at")
    await expect(page.locator(".card.total .big")).to_have_text(
        "–"
    )  # of nobody an arrival was on record: that is no zero
    await expect(page.locator("#s-present + .nothing")).to_contain_text("No arrival is on record")
    await page.get_by_role("link", name="Pipeline").click()
    assert re.search(r"as_of=2014-12-01&as_known_at=", page.url)
    await page.get_by_role("link", name="Today, as known now").click()
    await expect(page.locator(".past")).to_have_count(0)


async def test_an_arrival_appears_without_a_reload(reader: Reader) -> None:
    page = reader.page
    await reader.open("/missions/UNTSO")
    await expect(page.locator("html[data-live=on]")).to_have_count(1)
    await page.evaluate("window.stayed = true")
    before = await page.locator("#s-tours + .scroll tbody tr").count()
    scheme = await page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'")
    own = {**ARRIVAL, "tour": f"late-{scheme}", "headcount": 1}
    planned = TourPlanned(**own, **PLAN, contributor="KAZ", person=f"p-{scheme}", rank="major")
    await reader.system.goes_on(planned, TourArrived(**own, arrived_on=date(2022, 6, 1)))
    await expect(page.locator("#s-tours + .scroll tbody tr")).to_have_count(before + 1)
    await expect(page.get_by_text(f"late-{scheme}")).to_be_visible()
    assert await page.evaluate("window.stayed")
    await expect(page.locator("#live")).to_have_text("The page was updated.")


async def test_everything_can_be_reached_with_the_keyboard(reader: Reader) -> None:
    page = reader.page
    await reader.open("/overview")
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")  # the page as it is now, for good
    await page.keyboard.press("Tab")  # the number of all people, whose link leads to the events behind it
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Mission UNIFIL")


@pytest.mark.parametrize("name", PAGES)
async def test_no_page_has_a_serious_barrier(reader: Reader, name: str) -> None:
    await reader.open(PAGES[name])
    await reader.picture(f"{name}-{await reader.page.evaluate('matchMedia(`(prefers-color-scheme: dark)`).matches')}")
    results = await Axe().run(reader.page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})
    serious = [one for one in results.response["violations"] if one["impact"] in ("serious", "critical")]
    assert serious == [], [(one["id"], [node["html"] for node in one["nodes"]][:3]) for one in serious]
    reader.complaints = [one for one in reader.complaints if name != "problem" or "404" not in one]


async def test_a_narrow_screen_shows_the_page_without_scrolling_sideways(reader: Reader) -> None:
    await reader.page.set_viewport_size({"width": 360, "height": 740})
    for path in PAGES.values():
        if path != PAGES["problem"]:
            await reader.open(path)
            assert await reader.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
            height = await reader.page.evaluate("document.documentElement.scrollHeight")
            assert height < HEIGHT_MAX, (path, height)
    await reader.picture("narrow")
