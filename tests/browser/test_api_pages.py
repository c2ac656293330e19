"""A developer before `/docs` of each service, in a real browser on a machine that reaches no other host."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import PICTURES
from tests.documents import APPS, DOCUMENTS
from tests.integration.serving import served

pytestmark = pytest.mark.servers
LISTENS = (
    "addEventListener('securitypolicyviolation', e => console.error(`refused ${e.violatedDirective} ${e.blockedURI}`))"
)


@dataclass
class Developer:
    """A page, and what went past it."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)

    async def picture(self, name: str) -> None:
        """Kept for whoever looks at the run."""
        PICTURES.mkdir(exist_ok=True)
        dark = await self.page.evaluate("document.documentElement.classList.contains('dark-mode')")
        await self.page.screenshot(path=PICTURES / f"api-{name}-{'dark' if dark else 'light'}.png")


@pytest.fixture
async def developer(request: pytest.FixtureRequest, browser: Browser) -> AsyncIterator[Developer]:
    context = await browser.new_context(color_scheme=getattr(request, "param", "light"), locale="en-GB")
    await context.add_init_script(LISTENS)
    one = Developer(await context.new_page())
    one.page.on("console", lambda said: one.complaints.append(said.text) if said.type in ("error", "warning") else None)
    one.page.on("pageerror", lambda error: one.complaints.append(str(error)))
    one.page.on("request", lambda sent: one.hosts.add(urlsplit(sent.url).netloc))
    yield one
    await context.close()
    assert one.complaints == []


def operations(service: str) -> int:
    """How many operations its document has."""
    return sum(len(methods) for methods in DOCUMENTS[service]["paths"].values())


@pytest.mark.parametrize("service", APPS)
async def test_every_operation_is_shown_and_nothing_is_loaded_from_elsewhere(
    developer: Developer, service: str
) -> None:
    page = developer.page
    async with served(APPS[service]) as url:
        await page.goto(f"{url}/docs")
        await expect(page.get_by_role("heading", level=1)).to_contain_text(APPS[service].title)
        await expect(page.locator(".opblock")).to_have_count(operations(service))
        assert developer.hosts == {urlsplit(url).netloc}


@pytest.mark.parametrize("developer", ["light", "dark"], indirect=True)
async def test_what_the_page_tries_out_is_answered_on_it(developer: Developer) -> None:
    """With a form of selections and models unfolded, so that each arrow of the page is drawn."""
    page = developer.page
    async with served(APPS["approvals"]) as url:
        await page.goto(f"{url}/docs")
        sending = page.locator("[id$=post_commands]")
        await sending.locator(".opblock-summary-control").click()
        await sending.get_by_role("button", name="Try it out").click()
        await sending.locator("select").first.wait_for()
        await page.locator(".models button").nth(1).click()
        await developer.picture("form")
        alive = page.locator("[id$=get_livez]")
        await alive.locator(".opblock-summary-control").click()
        await alive.get_by_role("button", name="Try it out").click()
        await alive.get_by_role("button", name="Execute").click()
        await expect(alive.locator(".live-responses-table td.response-col_status").last).to_have_text("200")
        await alive.scroll_into_view_if_needed()
        await developer.picture("answer")
        assert developer.hosts == {urlsplit(url).netloc}
