"""An official who has never seen the system answers each of the thirteen questions from the front page.

A question takes three clicks at most and no address is typed, in three languages, on a wide screen and on a phone. The
answer that the front page gives stands on the page behind it.
"""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from playwright.async_api import Browser, Page, expect

from services.reporting.pages.i18n import words
from services.reporting.pages.tiles import TILES
from tests import peacekeepers
from tests.browser.conftest import PICTURES, BrowsedSystem

pytestmark = pytest.mark.servers
SCREENS = {"wide": (1440, 900), "phone": (390, 844)}
LANGUAGES = {"en": "en-GB", "ru": "ru-RU", "kk": "kk-KZ"}


@pytest.fixture(scope="module")
async def story(system: BrowsedSystem) -> BrowsedSystem:
    """The story, and a return of the UN that counts one observer less than the register."""
    await system.goes_on(peacekeepers.counted(5, "2022-05-31", "2022-06-10"))
    return system


@pytest.fixture(params=[(name, screen) for name in LANGUAGES for screen in SCREENS], ids="-".join)
async def official(request: pytest.FixtureRequest, browser: Browser, story: BrowsedSystem) -> AsyncIterator["Official"]:
    language, screen = request.param
    width, height = SCREENS[screen]
    context = await browser.new_context(locale=LANGUAGES[language], viewport={"width": width, "height": height})
    yield Official(await context.new_page(), language, screen, story.url)
    await context.close()


class Official:
    """Somebody with a browser in one language; counts the clicks since the front page."""

    def __init__(self, page: Page, language: str, screen: str, url: str) -> None:
        self.page, self.language, self.screen, self.url = page, language, screen, url
        self.clicks = 0

    async def begins(self) -> None:
        """From the front page, whose address is the only one that anybody types."""
        await self.page.goto(f"{self.url}/")
        self.clicks = 0

    async def takes(self, question: str) -> str:
        """Reads the answer of a tile, and follows its link."""
        tile = self.page.locator(".tile", has=self.page.get_by_role("link", name=self.say(question), exact=True))
        figure = tile.locator(".big")
        read = await figure.inner_text() if await figure.count() else ""
        await tile.get_by_role("link").click()
        self.clicks += 1
        return read

    async def shows(self, **fields: str) -> None:
        """Fills the page's own form."""
        for name, value in fields.items():
            field = self.page.locator(f"form.asked [name={name}]")
            if await field.evaluate("field => field.tagName") == "SELECT":
                await field.select_option(value)
            else:
                await field.fill(value)
        await self.page.locator("form.asked button").click()
        self.clicks += 1

    def say(self, text: str) -> str:
        return words(self.language).say(text)

    async def texts(self, table: str, column: int, part: str = "tbody") -> list[str]:
        """The cells of a column of a table."""
        cells = self.page.locator(f"#s-{table} + .scroll {part} tr > :nth-child({column})")
        return [text.strip() for text in await cells.all_inner_texts()]


async def _where(official: Official, figure: str) -> None:
    await expect(official.page.locator(".card.total .big")).to_have_text(figure)


def _listed(table: str, column: int) -> Callable[[Official, str], Awaitable[None]]:
    """The figure stands in a column."""

    async def holds(official: Official, figure: str) -> None:
        assert figure in await official.texts(table, column)

    return holds


def _summed(table: str, column: int) -> Callable[[Official, str], Awaitable[None]]:
    """The figure is the total of a column."""

    async def holds(official: Official, figure: str) -> None:
        assert await official.texts(table, column, "tfoot") == [figure]

    return holds


def _counted(table: str, column: int) -> Callable[[Official, str], Awaitable[None]]:
    """The figure is how many different values a column has, or rows where none repeats."""

    async def holds(official: Official, figure: str) -> None:
        known = [text for text in await official.texts(table, column) if text != "–"]
        assert len(set(known)) == int(figure)

    return holds


def _rows(table: str, column: int = 1) -> Callable[[Official, str], Awaitable[None]]:
    """The figure is the number of rows in which a column has a value."""

    async def holds(official: Official, figure: str) -> None:
        assert len([text for text in await official.texts(table, column) if text != "–"]) == int(figure)

    return holds


async def _compared(official: Official, figure: str) -> None:
    raised = [text for text in await official.texts("rows", 8) if text == "R1"]
    assert len(raised) == int(figure) > 0


HOLDS: dict[int, Callable[[Official, str], Awaitable[None]]] = {
    1: _where,
    2: _listed("headroom", 8),
    3: _summed("people", 3),
    4: _counted("missions", 3),
    5: _rows("waiting"),
    6: _rows("ending"),
    7: _rows("documents", 3),
    8: _listed("steps", 2),
    9: _rows("moved"),
    10: _compared,
    11: _summed("tours", 7),
    12: _summed("held", 9),
    13: _rows("events"),
}
"""How the page behind each question shows its figure."""


async def test_thirteen_questions_are_answered_from_the_front_page(official: Official) -> None:
    await official.begins()
    PICTURES.mkdir(exist_ok=True)
    picture = PICTURES / f"questions-{official.language}-{official.screen}.png"
    await official.page.screenshot(path=picture, full_page=True)
    for tile in TILES:
        await official.begins()
        figure = await official.takes(tile.question)
        assert figure, tile.question
        await expect(official.page.locator("html")).to_have_attribute("lang", official.language)
        await HOLDS[tile.number](official, figure)
        assert await official.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), tile.page
        assert official.clicks <= 3


@pytest.mark.parametrize("official", [("en", "wide"), ("kk", "phone")], indirect=True, ids="-".join)
async def test_what_a_question_is_about_is_chosen_in_a_form_that_keeps_it(official: Official) -> None:
    """People since the first day; who comes home from another mission on a later day; the returns of one mission."""
    await official.begins()
    recent = await official.takes("How many people have served since a day?")
    await official.shows(since="2014-01-01")
    assert int((await official.texts("people", 3, "tfoot"))[0]) > int(recent)
    await expect(official.page.locator("form.asked [name=since]")).to_have_value("2014-01-01")
    await official.begins()
    await official.takes("Who must come home if a mission closes?")
    await official.shows(mission="MINURSO", closes_on="2022-07-15")
    assert await official.texts("tours", 7, "tfoot") == ["6"]
    await expect(official.page.locator("form.asked [name=mission]")).to_have_value("MINURSO")
    await official.begins()
    await official.takes("Does the register agree with the UN's return?")
    await official.shows(mission="MINURSO")
    assert set(await official.texts("rows", 3)) == {"MINURSO"}
    assert official.clicks <= 3
