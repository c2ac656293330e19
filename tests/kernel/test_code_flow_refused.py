"""Signing in by a provider that lies, hangs or is another one, and by answers that somebody has changed.

Each case is refused with a page that says what to do, leaves no session, and does not keep the next one from working.
"""

import hmac
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc.jwk import ECKey, OctKey

from kernel.identity.sessions import Sessions
from tests.identity_provider import AUDIENCE
from tests.kernel.code_flow_browser import CALLBACK, KEY, SESSION, Browser, browser, file, provider, refused, works
from tests.sign_in_provider import CLIENT, SECRET, SignInProvider, sign_in_provider

__all__ = ["browser", "file", "provider"]
NOW = int(time.time())
BEGUN = f"{SESSION}-begun"
Claims = Mapping[str, Any]


# What the browser is led back with.


LED_BACK: dict[str, dict[str, str | None]] = {
    "wrong state": {"state": "x" * 43},
    "no state": {"state": None},
    "an empty state": {"state": ""},
    "a state that is no ASCII": {"state": "é" * 43},
    "no code": {"code": None},
    "an empty code": {"code": ""},
    "a code that the provider never issued": {"code": "made-up"},
    "a code of a megabyte": {"code": "x" * 5_000},
    "the issuer of another provider": {"iss": "https://attacker.example"},
    "an issuer that only begins alike": {"iss": "http://127.0.0.1"},
    "no issuer, of a provider that always names itself": {"iss": None},
    "access_denied": {"error": "access_denied", "error_description": "<script>alert(1)</script>"},
    "an error beside a code": {"error": "server_error"},
}


@pytest.mark.parametrize("kind", LED_BACK)
async def test_an_answer_that_is_not_that_of_this_sign_in(
    provider: SignInProvider, browser: Browser, kind: str
) -> None:
    provider.led_back = LED_BACK[kind]
    shown = await browser.sign_in(provider)
    await refused(browser, shown, 400, 401)
    assert "alert(1)" not in shown.text
    assert ("/token" in provider.keys.requests) == (kind == "a code that the provider never issued")
    provider.led_back = {}
    await works(browser, provider)


async def test_an_answer_in_a_browser_that_began_nothing(provider: SignInProvider, browser: Browser) -> None:
    """Login CSRF: who follows an attacker's link is not signed in as the attacker."""
    address = await browser.at_provider(await browser.begin(provider.url))
    browser.http.cookies.clear()
    await refused(browser, await browser.http.get(address), 400)
    await browser.begin(provider.url)
    await refused(browser, await browser.http.get(address), 400)
    assert "/token" not in provider.keys.requests


@pytest.mark.parametrize("takes_codes_again", [False, True])
async def test_a_replayed_answer(provider: SignInProvider, browser: Browser, takes_codes_again: bool) -> None:
    """Also by who has the cookie of the sign-in, and at a provider that takes a code twice."""
    provider.takes_codes_again = takes_codes_again
    begun = await browser.begin(provider.url)
    kept, address = browser.http.cookies[BEGUN], await browser.at_provider(begun)
    await browser.http.get(address)
    assert await browser.is_signed_in()
    browser.http.cookies.clear()
    await refused(browser, await browser.http.get(address), 400)
    browser.http.cookies.set(BEGUN, kept)
    await refused(browser, await browser.http.get(address), 400)


async def test_a_stolen_code_is_worth_nothing_in_another_browser(provider: SignInProvider, browser: Browser) -> None:
    """PKCE: the code is bound to the verifier that only the browser which began has, whatever the ID token says."""

    def of_this_browser(claims: Claims) -> str:
        kept = Sessions(KEY).begun_sign_in(browser.http.cookies[BEGUN], datetime.now(UTC))
        assert kept is not None
        return provider.issued({**claims, "nonce": kept["nonce"]})

    provider.id_token = of_this_browser
    stolen = await browser.at_provider(await browser.begin(provider.url))
    code = httpx.URL(stolen).params["code"]
    browser.http.cookies.clear()
    provider.led_back = {"code": code}
    await refused(browser, await browser.sign_in(provider), 401)


async def test_a_sign_in_that_took_longer_than_ten_minutes(provider: SignInProvider, browser: Browser) -> None:
    address = await browser.at_provider(await browser.begin(provider.url))
    kept = Sessions(KEY).begun_sign_in(browser.http.cookies[BEGUN], datetime.now(UTC))
    assert kept is not None
    browser.http.cookies.clear()
    late = Sessions(KEY).begin_sign_in(kept, datetime.now(UTC) - timedelta(minutes=10))
    browser.http.cookies.set(BEGUN, late)
    await refused(browser, await browser.http.get(address), 400)


async def test_a_cookie_that_somebody_else_has_signed(provider: SignInProvider, browser: Browser) -> None:
    address = await browser.at_provider(await browser.begin(provider.url))
    kept = Sessions(KEY).begun_sign_in(browser.http.cookies[BEGUN], datetime.now(UTC))
    assert kept is not None
    for value in (Sessions("o" * 40).begin_sign_in(kept, datetime.now(UTC)), "", "a.1.b.c", "x" * 20_000):
        browser.http.cookies.clear()
        browser.http.cookies.set(BEGUN, value)
        await refused(browser, await browser.http.get(address), 400)


@pytest.mark.parametrize("name", ["state", "code", "iss", "error"])
async def test_a_parameter_that_is_there_twice(provider: SignInProvider, browser: Browser, name: str) -> None:
    address = await browser.at_provider(await browser.begin(provider.url))
    twice = f"{address}&{name}=x" if name != "error" else f"{address}&error=a&error=b"
    await refused(browser, await browser.http.get(twice), 400)


@pytest.mark.parametrize("names_itself", [True, False])
async def test_a_mixed_up_provider(provider: SignInProvider, browser: Browser, names_itself: bool) -> None:
    """RFC 9700, section 4.4: a sign-in that began at one provider ends with the code of another one.

    Where the other does not name itself, its code is shown to nobody but the provider at which the sign-in began.
    """
    with sign_in_provider(CALLBACK) as other:
        browser.file.write_text(provider.configuration() + other.configuration())
        at_other = httpx.URL(await browser.at_provider(await browser.begin(other.url))).params
        browser.http.cookies.clear()
        provider.metadata = {"authorization_response_iss_parameter_supported": names_itself or None}
        provider.led_back = {"code": at_other["code"], "iss": other.url if names_itself else None}
        await refused(browser, await browser.sign_in(provider), 401)
        assert "/token" not in other.keys.requests
        assert ("/token" in provider.keys.requests) is not names_itself


async def test_a_provider_that_is_not_configured(provider: SignInProvider, browser: Browser) -> None:
    with sign_in_provider(CALLBACK) as stranger:
        await refused(browser, await browser.begin(stranger.url), 400)
        assert stranger.keys.requests == []
    address = await browser.at_provider(await browser.begin(provider.url))
    browser.file.write_text(provider.keys.configuration())
    await refused(browser, await browser.http.get(address), 400)


# ID tokens.


def with_the_public_key_as_secret(provider: SignInProvider, claims: Claims) -> str:
    key = provider.keys.keys["k1"]
    assert isinstance(key, ECKey)
    public = key.public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    header = {"alg": "HS256", "kid": "k1", "typ": "JWT"}
    parts = [urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (header, dict(claims))]
    signature = hmac.digest(public, b".".join(parts), "sha256")
    return b".".join([*parts, urlsafe_b64encode(signature).rstrip(b"=")]).decode()


ID_TOKENS: dict[str, Callable[[SignInProvider, Claims], object]] = {
    "none": lambda one, _: one.keys.by_hand({"alg": "none", "kid": "k1"}).rpartition(".")[0] + ".",
    "HS256 with the client's secret": lambda one, claims: one.issued(
        claims, key=OctKey.import_key(SECRET.encode() * 2), algorithm="HS256"
    ),
    "HS256 with the public key": with_the_public_key_as_secret,
    "another's key of the same kid": lambda one, claims: one.issued(claims, key=ECKey.generate_key("P-256")),
    "no kid": lambda one, claims: one.issued(claims, header={"kid": None}),
    "unknown kid": lambda one, claims: one.issued(claims, header={"kid": "k9"}),
    "an access token": lambda one, claims: one.issued(claims, header={"typ": "at+jwt"}),
    "a logout token": lambda one, claims: one.issued(claims, header={"typ": "logout+jwt"}),
    "an access token for this system": lambda one, _: one.keys.token(),
    "another issuer": lambda one, claims: one.issued({**claims, "iss": "https://attacker.example"}),
    "the audience of the services": lambda one, claims: one.issued({**claims, "aud": AUDIENCE}),
    "another client": lambda one, claims: one.issued({**claims, "aud": "another"}),
    "for others too": lambda one, claims: one.issued({**claims, "aud": [CLIENT, "another"], "azp": CLIENT}),
    "several audiences without azp": lambda one, claims: one.issued({**claims, "aud": [CLIENT, AUDIENCE]}),
    "azp of another client": lambda one, claims: one.issued({**claims, "azp": "another"}),
    "wrong nonce": lambda one, claims: one.issued({**claims, "nonce": "x" * 43}),
    "a nonce that is a list": lambda one, claims: one.issued({**claims, "nonce": [claims["nonce"]]}),
    "expired": lambda one, claims: one.issued({**claims, "iat": NOW - 300, "exp": NOW - 60}),
    "issued an hour ago": lambda one, claims: one.issued({**claims, "iat": NOW - 3_600, "exp": NOW + 3_600}),
    "issued tomorrow": lambda one, claims: one.issued({**claims, "iat": NOW + 86_400, "exp": NOW + 90_000}),
    "not yet": lambda one, claims: one.issued({**claims, "nbf": NOW + 3_600}),
    "ten years": lambda one, claims: one.issued({**claims, "exp": NOW + 315_360_000}),
    "float exp": lambda one, claims: one.issued({**claims, "exp": NOW + 300.5}),
    "float nbf": lambda one, claims: one.issued({**claims, "nbf": NOW - 60.5}),
    "text exp": lambda one, claims: one.issued({**claims, "exp": str(NOW + 300)}),
    "a sub with a line feed": lambda one, claims: one.issued({**claims, "sub": "a\nb"}),
    "a sub that is revoked": lambda one, claims: one.issued({**claims, "sub": "fired"}),
    "a jti that is revoked": lambda one, claims: one.issued({**claims, "jti": "fired"}),
    "crit": lambda one, _: one.keys.by_hand({"alg": "ES256", "kid": "k1", "crit": ["exp"], "exp": 1}),
    "changed claims": lambda one, claims: one.issued(claims).replace(".", ".e", 1),
    "a list": lambda _, __: ["a.b.c"],
    "nothing": lambda _, __: None,
    "text": lambda _, __: "no token",
    "nested without end": lambda one, _: one.keys.signed("[" * 3_000 + "]" * 3_000, header={"typ": "JWT"}),
    "larger than a token may be": lambda one, claims: one.issued({**claims, "more": "x" * 9_000}),
    **{
        f"no {name}": lambda one, claims, name=name: one.issued(  # type: ignore[misc]  # bound for each
            {key: value for key, value in claims.items() if key != name}
        )
        for name in ("iss", "aud", "exp", "iat", "sub", "nonce")
    },
}


@pytest.mark.parametrize("kind", ID_TOKENS)
async def test_an_id_token_that_is_not_accepted(provider: SignInProvider, browser: Browser, kind: str) -> None:
    browser.file.write_text(
        provider.configuration().replace("[provider.roles]", 'revoked = ["fired"]\n[provider.roles]')
    )
    provider.id_token = lambda claims: ID_TOKENS[kind](provider, claims)
    await refused(browser, await browser.sign_in(provider), 401)
    provider.id_token = None
    await works(browser, provider)


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": [CLIENT]},
        {"aud": [CLIENT, AUDIENCE], "azp": CLIENT},
        {"azp": CLIENT},
        {"acr": "1", "email": "b@example.org"},
        {"exp": NOW + 36_000},
    ],
)
async def test_an_id_token_as_providers_issue_them(
    provider: SignInProvider, browser: Browser, changed: dict[str, Any]
) -> None:
    provider.claims = changed
    await works(browser, provider)


async def test_an_id_token_is_no_access_token(provider: SignInProvider, browser: Browser) -> None:
    issued: list[str] = []

    def noted(claims: Claims) -> str:
        issued.append(provider.issued(claims))
        return issued[-1]

    provider.id_token = noted
    await works(browser, provider)
    browser.http.cookies.clear()
    assert (await browser.http.get("/page", headers={"Authorization": f"Bearer {issued[0]}"})).status_code == 401


async def test_nothing_of_a_sign_in_reaches_the_log(
    provider: SignInProvider, browser: Browser, capsys: pytest.CaptureFixture[str]
) -> None:
    provider.subject, provider.led_back = "secret-subject", {"code": "secret-code", "error_description": "secret-text"}
    await browser.sign_in(provider)
    provider.led_back = {"state": "secret-state"}
    await browser.sign_in(provider)
    provider.led_back, provider.claims = {}, {"nonce": "secret-nonce"}
    await browser.sign_in(provider)
    written = capsys.readouterr()
    assert (written.out + written.err).count("a sign-in by an identity provider failed") == 3
    assert "secret" not in written.out + written.err


async def test_no_texts_of_an_answer_are_more_than_refused(provider: SignInProvider, browser: Browser) -> None:
    for name in ("state", "code", "iss", "error", "session_state", "lang"):
        for text in ("", "%00", "%ff", "\u200f", json.dumps({"a": 1}), "x" * 5_000):
            await browser.begin(provider.url)
            shown = await browser.http.get(f"/sign-in/callback?{name}={text}")
            assert shown.status_code in (400, 401), (name, text)
