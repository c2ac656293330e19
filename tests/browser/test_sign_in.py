"""A person before the pages, in a real browser: signs in with the link of `forcegen up`, or with a token, and out."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi import FastAPI
from playwright.async_api import Browser, Page, expect

from kernel.http import application, permits, sign_in
from kernel.http.access import authenticator
from kernel.http.guard import guard
from kernel.http.permits import allow
from kernel.http.principals import Caller
from kernel.identity.sessions import Sessions
from kernel.identity.tokens import digest_of
from kernel.runtime.settings import Settings
from services.audit.pages import log_pages
from tests.integration.serving import served
from tests.sign_in_provider import SignInProvider, sign_in_provider

KEY = "k" * 40


def app(file: Path, providers: Path) -> FastAPI:
    made = application.app("a service")
    permits.declare(made, {"GET /page": allow("reader", page=True)})

    async def page(caller: Caller) -> str:
        return f"shown to {caller.id}"

    made.get("/page")(page)
    made.mount("/static", log_pages.static())
    sign_in.add(made)
    guard(made, authenticator(Settings(tokens_file=file, identity_providers_file=providers, session_key=KEY)))
    return made


@pytest.fixture
def provider() -> Iterator[SignInProvider]:
    """At another site than the pages: `localhost` and 127.0.0.1 are two."""
    with sign_in_provider() as one:
        one.keys.url = one.keys.url.replace("127.0.0.1", "localhost")
        yield one


@pytest.fixture
async def url(tmp_path: Path, provider: SignInProvider) -> AsyncIterator[str]:
    file, providers = tmp_path / "tokens", tmp_path / "providers.toml"
    file.write_text(f"official {digest_of('fg_open')} roles=reader contributors=*\n")
    providers.write_text(provider.keys.configuration())
    async with served(app(file, providers), caller=None) as address:
        provider.redirect_urls.append(f"{address}/sign-in/callback")
        providers.write_text(provider.configuration())
        yield address


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    context = await browser.new_context()
    opened, complaints = await context.new_page(), list[str]()
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", lambda said: complaints.append(said.text) if "Policy" in said.text else None)
    yield opened
    await context.close()
    assert complaints == []


async def test_the_link_signs_in_once_and_leaves_no_code_in_the_address(url: str, page: Page) -> None:
    link = f"{url}/sign-in#{Sessions(KEY).link(digest_of('fg_open'), datetime.now(UTC))}"
    await page.goto(link)
    await page.wait_for_url(f"{url}/")
    await page.goto(f"{url}/page")
    await expect(page.locator("body")).to_contain_text("shown to official")
    await page.goto(f"{url}/sign-in")
    await expect(page.locator("main")).to_contain_text("You are signed in as official")
    await page.get_by_role("button", name="Sign out").click()
    await page.goto(f"{url}/page")
    await page.goto(link)
    await expect(page.get_by_role("alert")).to_contain_text("was used")


async def test_who_signs_in_by_the_form_goes_on_to_the_page_that_was_wanted(url: str, page: Page) -> None:
    await page.goto(f"{url}/page?as_of=2014-07-01")
    await page.get_by_label("Your token").fill("fg_wrong")
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await expect(page.get_by_role("alert")).to_contain_text("unknown")
    await page.get_by_label("Your token").fill("fg_open")
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await page.wait_for_url(f"{url}/page?as_of=2014-07-01")


async def test_who_signs_in_by_a_provider_comes_back_to_the_page_that_was_wanted(url: str, page: Page) -> None:
    """The session's cookie is sent, strict as it is: the last step is one from this site to itself."""
    await page.goto(f"{url}/page?as_of=2014-07-01&lang=kk")
    await page.get_by_role("button", name="Кіру: the ministry").click()
    await page.wait_for_url(f"{url}/page?as_of=2014-07-01&lang=kk")
    await expect(page.locator("body")).to_contain_text("#b.user")
    await page.goto(f"{url}/sign-in")
    await page.get_by_role("button", name="Sign out").click()
    await page.goto(f"{url}/page")
    await expect(page.get_by_role("alert")).to_contain_text("Sign in")


async def test_who_is_led_back_with_another_answer_reads_what_to_do(
    url: str, page: Page, provider: SignInProvider
) -> None:
    provider.led_back = {"state": "x"}
    await page.goto(f"{url}/page")
    await page.get_by_role("button", name="Sign in by the ministry").click()
    await expect(page.get_by_role("alert")).to_contain_text("not begun in this browser")
    await page.goto(f"{url}/page")
    await expect(page.get_by_role("alert")).to_contain_text("Sign in")
