"""The keys of an identity provider: which are used, and what becomes of tokens while they cannot be fetched."""

import asyncio
import json
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey, OctKey

from kernel.identity import jwks, jwt
from kernel.identity.jwt import AccessTokens
from kernel.identity.providers import parse
from kernel.identity.watched_file import WatchedFile
from tests.identity_provider import IdentityProvider, answer, identity_provider
from tests.kernel.access_tokens import WEAK, accepted, provider, tokens

__all__ = ["provider", "tokens"]


@pytest.mark.parametrize("member", ["jku", "x5u"])
async def test_an_address_in_a_token_is_never_fetched(
    provider: IdentityProvider, tokens: AccessTokens, member: str
) -> None:
    with identity_provider() as attacker:
        token = provider.token(key=attacker.keys["k1"], header={member: f"{attacker.url}/keys"})
        assert not await accepted(tokens, token)
        assert attacker.requests == []


async def test_a_key_in_a_token_is_never_used(provider: IdentityProvider, tokens: AccessTokens) -> None:
    own = ECKey.generate_key("P-256")
    assert not await accepted(tokens, provider.token(key=own, header={"jwk": own.as_dict(private=False)}))


async def test_a_secret_key_in_the_set_is_nobodys(provider: IdentityProvider, tokens: AccessTokens) -> None:
    secret = OctKey.generate_key(256, {"kid": "k3"})
    provider.published.append({**secret.as_dict(private=True), "use": "sig"})
    assert not await accepted(tokens, provider.token("k3", key=secret, algorithm="HS256"))


@pytest.mark.parametrize(
    ("kind", "size", "algorithm", "stated"),
    [
        ("RSA", 1024, "RS256", {}),
        ("EC", "P-521", "ES256", {}),
        ("EC", "P-384", "ES256", {}),
        ("EC", "P-256", "ES256", {"use": "enc"}),
        ("EC", "P-256", "ES256", {"key_ops": ["encrypt"]}),
        ("EC", "P-256", "ES256", {"alg": "ES384"}),
        ("EC", "P-256", "ES256", {"d": "AAAA"}),
    ],
)
@WEAK
async def test_a_key_that_is_too_short_or_for_something_else_is_not_used(
    provider: IdentityProvider, tokens: AccessTokens, kind: str, size: Any, algorithm: str, stated: dict[str, Any]
) -> None:
    """Where the curve is another one, a key of the right one signs; the set alone is enough to refuse each of them."""
    provider.make_key("k4", kind, size)
    provider.published[-1] = {**provider.published[-1], **stated}
    published = jwks._parse(json.dumps({"keys": provider.published}).encode())["k4"]
    assert not (published.key and published.takes(algorithm))
    signer = provider.keys["k4"] if size in (1024, "P-256") else ECKey.generate_key("P-256")
    assert not await accepted(tokens, provider.token("k4", key=signer, algorithm=algorithm))
    assert await accepted(tokens, provider.token())


async def test_a_key_of_one_issuer_is_no_key_of_another(provider: IdentityProvider, tmp_path: Path) -> None:
    """Also where both are trusted, and both give their keys the same id."""
    with identity_provider() as other:
        file = tmp_path / "providers.toml"
        file.write_text(provider.configuration() + other.configuration())
        async with jwt.client() as client:
            tokens = AccessTokens(WatchedFile(file, parse), client)
            assert await accepted(tokens, provider.token())
            assert await accepted(tokens, other.token())
            assert not await accepted(tokens, other.token(iss=provider.url))


def slowly(handler: BaseHTTPRequestHandler, keys: bytes) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(40):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.02)
    handler.wfile.write(keys)


WRONG_SETS: dict[str, Callable[[BaseHTTPRequestHandler, bytes], None]] = {
    "500": lambda handler, keys: answer(handler, keys, 500),
    "a megabyte": lambda handler, keys: answer(handler, keys + b" " * 1_000_000),
    "redirect": lambda handler, _: answer(handler, b"", 302, {"Location": "/keys2"}),
    "slow": slowly,
    "compressed": lambda handler, keys: answer(handler, keys, headers={"Content-Encoding": "gzip"}),
    "no JSON": lambda handler, _: answer(handler, b"<html>"),
    "no set": lambda handler, _: answer(handler, b"[]"),
    "keys that are none": lambda handler, _: answer(handler, b'{"keys": [1]}'),
    "a member twice": lambda handler, keys: answer(handler, b'{"keys": [], ' + keys[1:]),
    "the same id twice": lambda handler, keys: answer(handler, keys[:-2] + b', {"kid": "k1"}, ' + keys[10:]),
}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time that key sources see: its only entry."""
    at = [1_000.0]
    real = jwks.KeySource
    monkeypatch.setattr(jwt, "KeySource", lambda url, client: real(url, client, lambda: at[0]))
    return at


@pytest.mark.parametrize("kind", WRONG_SETS)
async def test_a_key_set_that_cannot_be_had(
    provider: IdentityProvider, tokens: AccessTokens, clock: list[float], monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """Nobody is let in without one; the last good one serves for a day."""
    monkeypatch.setattr(jwks, "WITHIN_S", 0.3)

    def wrong(handler: BaseHTTPRequestHandler) -> None:
        """Whoever follows the redirect comes to keys that would let somebody in."""
        (answer if handler.path == "/keys2" else WRONG_SETS[kind])(handler, keys)

    keys = json.dumps({"keys": provider.published}).encode()
    provider.answering = wrong
    assert not await accepted(tokens, provider.token())
    provider.answering = None
    clock[0] += 61
    assert await accepted(tokens, provider.token())
    provider.answering = wrong
    clock[0] += 80_000
    assert await accepted(tokens, provider.token())
    clock[0] += 10_000
    assert not await accepted(tokens, provider.token())


async def test_a_provider_that_is_down(tmp_path: Path) -> None:
    with identity_provider() as gone:
        token, text = gone.token(), gone.configuration()
    file = tmp_path / "providers.toml"
    file.write_text(text)
    async with jwt.client() as client:
        assert not await accepted(AccessTokens(WatchedFile(file, parse), client), token)


async def test_a_storm_of_unknown_key_ids_makes_one_fetch_a_minute(
    provider: IdentityProvider, tokens: AccessTokens, clock: list[float]
) -> None:
    assert await accepted(tokens, provider.token())
    for minute in range(1, 4):
        for nr in range(50):
            assert not await accepted(tokens, provider.token(header={"kid": f"unknown-{nr}"}))
        assert len(provider.requests) == minute
        clock[0] += 61


async def test_a_new_key_is_met_within_a_minute_and_a_withdrawn_one_is_gone_with_the_next_set(
    provider: IdentityProvider, tokens: AccessTokens, clock: list[float]
) -> None:
    assert await accepted(tokens, provider.token())
    provider.make_key("k2")
    del provider.published[0]
    assert not await accepted(tokens, provider.token("k2"))
    clock[0] += 61
    assert await accepted(tokens, provider.token("k2"))
    assert not await accepted(tokens, provider.token("k1"))


async def test_many_first_requests_share_one_fetch(provider: IdentityProvider, tokens: AccessTokens) -> None:
    assert all(await asyncio.gather(*(accepted(tokens, provider.token()) for _ in range(20))))
    assert len(provider.requests) == 1
