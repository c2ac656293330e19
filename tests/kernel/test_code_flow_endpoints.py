"""Signing in while a provider hangs, answers with something else, or publishes what is another one's."""

import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from kernel.identity import code_flow, provider_metadata
from tests.identity_provider import answer
from tests.kernel.code_flow_browser import CALLBACK, Browser, browser, file, provider, refused, works
from tests.sign_in_provider import Endpoint, SignInProvider, sign_in_provider

__all__ = ["browser", "file", "provider"]


def late(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    time.sleep(0.6)
    answer(handler, body)


def slowly(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(20):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.03)
    handler.wfile.write(body)


ENDPOINTS: dict[str, Endpoint] = {
    "500": lambda handler, body: answer(handler, body, 500),
    "a megabyte": lambda handler, body: answer(handler, body + b" " * 1_000_000),
    "redirect": lambda handler, _: answer(handler, b"", 307, {"Location": "/elsewhere"}),
    "hangs": late,
    "slow": slowly,
    "compressed": lambda handler, body: answer(handler, body, headers={"Content-Encoding": "br"}),
    "no JSON": lambda handler, _: answer(handler, b"<html>"),
    "a list": lambda handler, body: answer(handler, b"[" + body + b"]"),
    "a member twice": lambda handler, body: answer(handler, body[:-1] + b", " + body[1:]),
    "an error": lambda handler, _: answer(handler, b'{"error": "invalid_grant"}', 400),
}
"""What an endpoint does in place of answering; most of it has the right answer in it, so only the check refuses it."""


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Sets how long a provider may take, in seconds."""
    monkeypatch.setattr(provider_metadata, "TRIED_EVERY_S", 0.0)

    def within(seconds: float) -> None:
        for module in (code_flow, provider_metadata):
            monkeypatch.setattr(module, "WITHIN_S", seconds)

    return within


@pytest.mark.parametrize("kind", ENDPOINTS)
async def test_a_token_endpoint_that_does_not_answer_as_it_should(
    provider: SignInProvider, browser: Browser, impatient: Callable[[float], None], kind: str
) -> None:
    impatient(0.3 if kind in ("hangs", "slow") else 5.0)
    provider.token_endpoint = ENDPOINTS[kind]
    address = await browser.at_provider(await browser.begin(provider.url))
    await refused(browser, await browser.http.get(address), 401, 503)
    assert "/elsewhere" not in provider.keys.requests
    provider.token_endpoint = answer
    impatient(5.0)
    await works(browser, provider)


@pytest.mark.parametrize("kind", ENDPOINTS)
async def test_metadata_that_cannot_be_had(
    provider: SignInProvider, browser: Browser, impatient: Callable[[float], None], kind: str
) -> None:
    impatient(0.3 if kind in ("hangs", "slow") else 5.0)
    provider.metadata_endpoint = ENDPOINTS[kind]
    shown = await browser.begin(provider.url)
    await refused(browser, shown, 503)
    assert "set-cookie" not in shown.headers
    assert "/elsewhere" not in provider.keys.requests
    provider.metadata_endpoint = answer
    impatient(5.0)
    await works(browser, provider)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    "changed",
    [
        {"issuer": "https://attacker.example"},
        {"issuer": None},
        {"authorization_endpoint": "http://login.example.org/authorize"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": None},
        {"token_endpoint": "http://login.example.org/token"},
        {"token_endpoint": "https://a:b@login.example.org/token"},
        {"token_endpoint": None},
        {"code_challenge_methods_supported": ["plain"]},
        {"code_challenge_methods_supported": "S256"},
    ],
)
async def test_metadata_of_another_issuer_or_without_what_is_needed(
    provider: SignInProvider, browser: Browser, changed: dict[str, Any]
) -> None:
    provider.metadata = changed
    await refused(browser, await browser.begin(provider.url), 503)


async def test_keys_are_those_of_the_configuration_whatever_the_metadata_says(
    provider: SignInProvider, browser: Browser
) -> None:
    with sign_in_provider(CALLBACK) as attacker:
        provider.metadata = {"jwks_uri": f"{attacker.url}/keys"}
        provider.id_token = attacker.issued
        await refused(browser, await browser.sign_in(provider), 401)
        assert attacker.keys.requests == []


async def test_a_storm_of_sign_ins_fetches_the_metadata_once(provider: SignInProvider, browser: Browser) -> None:
    for _ in range(20):
        await browser.begin(provider.url)
    assert provider.keys.requests == ["/.well-known/openid-configuration"]


async def test_codes_that_are_exchanged_at_once_are_bounded(
    provider: SignInProvider, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(code_flow, "EXCHANGES_MAX", 0)
    await refused(browser, await browser.sign_in(provider), 503)
    assert "/token" not in provider.keys.requests
