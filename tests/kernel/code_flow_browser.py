"""What tests of signing in by a provider share: a service whose pages trust one, and a browser that goes between."""

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from kernel.http import application, permits, sign_in
from kernel.http.access import authenticator
from kernel.http.guard import guard
from kernel.http.permits import allow
from kernel.http.principals import Caller
from kernel.identity.sessions import Sessions
from kernel.identity.tokens import digest_of
from kernel.runtime.settings import Settings
from tests.sign_in_provider import SignInProvider, path_of, sign_in_provider

__all__ = ["KEY", "OWN", "SESSION", "Browser", "at", "browser", "file", "provider", "refused", "works"]
KEY = "k" * 40
SESSION = Sessions(KEY).cookie
OWN = {"Sec-Fetch-Site": "same-origin"}
HOST = "http://127.0.0.1"
CALLBACK = f"{HOST}/sign-in/callback"
_ONWARD = re.compile(r'<meta http-equiv="refresh" content="0;url=([^"]*)">')


@dataclass
class Browser:
    """Keeps cookies, as a browser does, and goes where a page leads on by itself."""

    http: httpx.AsyncClient
    file: Path
    """The providers' file of the service."""

    async def begin(self, issuer: str, following: str = "/page") -> httpx.Response:
        return await self.http.post("/sign-in/provider", data={"issuer": issuer, "next": following}, headers=OWN)

    async def at_provider(self, begun: httpx.Response) -> str:
        """The address at the service that the provider leads back to."""
        async with httpx.AsyncClient(trust_env=False) as elsewhere:
            answer = await elsewhere.get(onward(begun))
        return path_of(answer.headers["location"])

    async def sign_in(self, provider: SignInProvider, following: str = "/page") -> httpx.Response:
        """What the service answers when the provider has led back."""
        return await self.http.get(await self.at_provider(await self.begin(provider.url, following)))

    async def is_signed_in(self) -> bool:
        return (await self.http.get("/page")).status_code == 200


def onward(page: httpx.Response) -> str:
    """The address to which a page leads on by itself."""
    (url,) = _ONWARD.findall(page.text)
    return unescape(url)


def served_pages(settings: Settings) -> FastAPI:
    """A service with a page for readers, and with a route for commands."""
    made = application.app("a service")
    permits.declare(made, {"GET /page": allow("reader", page=True, scoped=True), "POST /say": allow("reader")})

    async def who(caller: Caller) -> dict[str, object]:
        return {"id": caller.id, "kind": caller.kind, "states": caller.contributors and sorted(caller.contributors)}

    made.get("/page")(who)
    made.post("/say")(who)
    sign_in.add(made)
    guard(made, authenticator(settings))
    return made


@pytest.fixture
def provider() -> Iterator[SignInProvider]:
    with sign_in_provider(CALLBACK) as one:
        yield one


@pytest.fixture
def file(tmp_path: Path, provider: SignInProvider) -> Path:
    path = tmp_path / "providers.toml"
    path.write_text(provider.configuration())
    return path


@pytest.fixture
async def browser(file: Path, tmp_path: Path) -> AsyncIterator[Browser]:
    tokens = tmp_path / "tokens"
    tokens.write_text(f"official {digest_of('fg_open')} roles=reader contributors=*\n")
    async with at(Settings(identity_providers_file=file, tokens_file=tokens, session_key=KEY)) as http:
        yield Browser(http, file)


def at(settings: Settings, url: str = HOST) -> httpx.AsyncClient:
    """A browser before a service with these settings."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(served_pages(settings)), base_url=url)


async def refused(browser: Browser, shown: httpx.Response, *statuses: int) -> None:
    """Nobody is signed in, and the page has a remedy."""
    assert shown.status_code in (statuses or (400, 401, 503)), shown.text
    assert SESSION not in browser.http.cookies
    assert not await browser.is_signed_in()
    assert 'role="alert"' in shown.text
    assert "egin" in shown.text or "Try again" in shown.text


async def works(browser: Browser, provider: SignInProvider) -> None:
    await browser.sign_in(provider)
    assert await browser.is_signed_in()
