"""Who sent a request is the address of the connection; forwarded headers are believed from a named proxy alone."""

import httpx
import pytest
from fastapi import FastAPI, Request
from starlette.types import ASGIApp

from kernel.runtime.process import server_settings
from kernel.runtime.settings import Settings

CLAIMED = {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https"}


def served(proxies: str | None) -> ASGIApp:
    """The app as uvicorn serves it."""
    made = FastAPI(title="a service")

    @made.get("/who")
    async def who(request: Request) -> dict[str, str]:
        return {"client": request.client.host if request.client else "", "scheme": request.url.scheme}

    config = server_settings(made, Settings(http_proxies=proxies))
    config.load()
    loaded: ASGIApp = config.loaded_app
    return loaded


async def seen(app: ASGIApp, peer: str, **headers: str) -> tuple[str, str]:
    """The client and the scheme that the service sees, for a connection from this address."""
    transport = httpx.ASGITransport(app, client=(peer, 40_000))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
        answer = (await http.get("/who", headers={**CLAIMED, **headers})).json()
    return answer["client"], answer["scheme"]


async def test_without_a_named_proxy_nobody_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither this machine, as uvicorn does by itself, nor whom its own variable names."""
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")
    for proxies in (None, ""):
        for peer in ("127.0.0.1", "::1", "10.0.0.1"):
            assert await seen(served(proxies), peer) == (peer, "http")


async def test_a_named_proxy_is_believed_and_nobody_else() -> None:
    app = served("10.0.0.1,10.0.1.0/24")
    for peer in ("10.0.0.1", "10.0.1.200"):
        assert await seen(app, peer) == ("203.0.113.7", "https")
    for peer in ("10.0.0.2", "127.0.0.1", "::1"):
        assert await seen(app, peer) == (peer, "http")


async def test_what_a_client_claims_in_front_of_the_proxy_is_not_believed() -> None:
    """The proxy adds the address that it sees: the last one that is no proxy's counts."""
    app = served("10.0.0.1")
    assert await seen(app, "10.0.0.1", **{"X-Forwarded-For": "127.0.0.1, 198.51.100.9"}) == ("198.51.100.9", "https")
