"""Signing in to pages by an identity provider that runs: as it should be, and what sessions and cookies then are."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from kernel.http import provider_sign_in
from kernel.identity.code_flow import challenge
from kernel.identity.providers import MalformedProvidersFile, parse
from kernel.identity.sessions import Sessions
from kernel.runtime.settings import Settings
from tests.kernel.code_flow_browser import CALLBACK, KEY, OWN, Browser, at, browser, file, onward, provider, refused
from tests.sign_in_provider import SECRET, SignInProvider, sign_in_provider

__all__ = ["browser", "file", "provider"]
SESSION = Sessions(KEY).cookie


async def test_a_person_signs_in_by_the_provider_and_goes_on_to_what_was_wanted(
    provider: SignInProvider, browser: Browser
) -> None:
    form = await browser.http.get("/page?as_of=2014-07-01", headers={"Accept": "text/html"})
    assert "Sign in by the ministry" in form.text
    back = await browser.sign_in(provider, "/page?as_of=2014-07-01")
    assert (back.status_code, onward(back)) == (200, "/page?as_of=2014-07-01")
    assert (await browser.http.get("/page")).json() == {
        "id": f"{provider.url}#b.user",
        "kind": "user",
        "states": ["KAZ"],
    }
    assert "b.user" in (await browser.http.get("/sign-in")).text


async def test_the_request_to_the_provider_is_that_of_the_code_flow_with_pkce(
    provider: SignInProvider, browser: Browser
) -> None:
    """OpenID Connect Core 1.0, section 3.1.2.1; RFC 7636, section 4.3."""
    first, second = [
        parse_qs(urlsplit(onward(await browser.begin(provider.url))).query, strict_parsing=True) for _ in range(2)
    ]
    plain = {"response_type": ["code"], "client_id": ["forcegen-pages"], "scope": ["openid"]}
    plain |= {"redirect_uri": [CALLBACK], "code_challenge_method": ["S256"]}
    for sent in (first, second):
        assert {name: sent[name] for name in plain} == plain
        assert sent.keys() - plain.keys() == {"state", "nonce", "code_challenge"}
    for name in ("state", "nonce", "code_challenge"):
        assert first[name] != second[name]
        assert len(first[name][0]) == 43


def test_the_challenge_is_that_of_the_specification() -> None:
    """RFC 7636, appendix B."""
    assert challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


@pytest.mark.parametrize("authentication", ["client_secret_basic", "client_secret_post"])
async def test_a_client_with_a_secret_shows_it(tmp_path: Path, authentication: str) -> None:
    secret = tmp_path / "secret"
    secret.write_text(f"{SECRET}\n")
    with sign_in_provider(CALLBACK, secret=SECRET) as provider:
        file = tmp_path / "providers.toml"
        file.write_text(provider.configuration(client_secret_file=str(secret), client_authentication=authentication))
        async with at(Settings(identity_providers_file=file)) as http:
            browser = Browser(http, file)
            await browser.sign_in(provider)
            assert await browser.is_signed_in()
            secret.write_text("another")
            http.cookies.clear()
            assert (await browser.sign_in(provider)).status_code == 401
            for nothing in ("", "x" * 2_000):
                secret.write_text(nothing)
                assert (await browser.sign_in(provider)).status_code == 503
            secret.unlink()
            assert (await browser.sign_in(provider)).status_code == 503
            assert not await browser.is_signed_in()


async def test_the_cookies_are_bound_to_this_site_and_to_no_script(provider: SignInProvider, browser: Browser) -> None:
    begun = await browser.begin(provider.url)
    kept = attributes(begun, f"{SESSION}-begun")
    assert kept >= {"HttpOnly", "SameSite=lax", "Path=/", "Max-Age=600"}
    back = await browser.http.get(await browser.at_provider(begun))
    assert attributes(back, SESSION) >= {"HttpOnly", "SameSite=strict", "Path=/", "Max-Age=28800"}
    assert "Max-Age=0" in attributes(back, f"{SESSION}-begun")


async def test_over_tls_cookies_are_secure_and_no_other_host_can_have_set_them(tmp_path: Path) -> None:
    """A proxy ends TLS, and need not be named for it: the redirect URL says that browsers come by https."""
    with sign_in_provider("https://pages.example/sign-in/callback") as provider:
        file = tmp_path / "providers.toml"
        file.write_text(provider.configuration())
        async with at(Settings(identity_providers_file=file, session_key=KEY), "https://pages.example") as http:
            browser = Browser(http, file)
            begun = await browser.begin(provider.url)
            assert attributes(begun, f"__Host-{SESSION}-begun") >= {"Secure", "Path=/"}
            address, value = await browser.at_provider(begun), http.cookies[f"__Host-{SESSION}-begun"]
            http.cookies.clear()
            http.cookies.set(f"{SESSION}-begun", value)
            assert (await http.get(address)).status_code == 400
            http.cookies.clear()
            http.cookies.set(f"__Host-{SESSION}-begun", value, domain="pages.example")
            assert attributes(await http.get(address), SESSION) >= {"Secure", "HttpOnly"}


def attributes(answer: httpx.Response, name: str) -> set[str]:
    (cookie,) = [one for one in answer.headers.get_list("set-cookie") if one.startswith(f"{name}=")]
    return {one.strip() for one in cookie.split(";")[1:]}


async def test_a_session_that_somebody_put_there_before_is_not_taken_over(
    provider: SignInProvider, browser: Browser
) -> None:
    """Session fixation: each sign-in has a session of its own, and the one before it is replaced."""
    claims = {"iss": provider.url, "sub": "attacker", "roles": ["forcegen-readers"], "states": ["*"]}
    fixed = Sessions(KEY).issue_person(claims, timedelta(hours=1), datetime.now(UTC))
    browser.http.cookies.set(SESSION, fixed, domain="127.0.0.1", path="/")
    sessions = {fixed}
    for _ in range(2):
        await browser.sign_in(provider)
        sessions.add(browser.http.cookies[SESSION])
        assert (await browser.http.get("/page")).json()["id"] == f"{provider.url}#b.user"
    assert len(sessions) == 3


async def test_who_signs_out_is_signed_out_for_every_copy_of_the_cookie(
    provider: SignInProvider, browser: Browser
) -> None:
    await browser.sign_in(provider)
    copy = browser.http.cookies[SESSION]
    assert await browser.is_signed_in()
    assert (await browser.http.post("/sign-out", headers=OWN)).status_code == 303
    assert not await browser.is_signed_in()
    browser.http.cookies.set(SESSION, copy)
    assert not await browser.is_signed_in()


async def test_a_session_sends_no_command(provider: SignInProvider, browser: Browser) -> None:
    await browser.sign_in(provider)
    assert (await browser.http.post("/say")).status_code == 401


async def test_a_session_gives_what_the_configuration_gives_now(provider: SignInProvider, browser: Browser) -> None:
    text = browser.file.read_text()
    await browser.sign_in(provider)
    for wrong in (
        text.replace('forcegen-readers = "reader"', 'forcegen-readers = "auditor"'),
        text.partition("[provider.sign_in]")[0],
        text.replace("[provider.roles]", 'revoked = ["b.user"]\n[provider.roles]'),
    ):
        browser.file.write_text(wrong)
        assert not await browser.is_signed_in()
        browser.file.write_text(text)
        assert await browser.is_signed_in()


async def test_a_session_ends_when_the_configuration_says_so(provider: SignInProvider, browser: Browser) -> None:
    one, now = Sessions(KEY), datetime.now(UTC)
    claims = {"iss": provider.url, "sub": "b.user", "roles": ["forcegen-readers"], "states": ["*"]}
    for age, is_over in ((timedelta(hours=7), False), (timedelta(hours=8), True)):
        session = one.issue_person(claims, timedelta(hours=8), now - age)
        assert (one.person(session, now) is None) == is_over
        assert one.session(session, now) is None
    assert one.person(one.issue("d", now), now) is None
    assert one.begun_sign_in(one.issue_person(claims, timedelta(hours=8), now), now) is None


async def test_who_has_no_role_here_is_not_signed_in_and_learns_whom_to_ask(
    provider: SignInProvider, browser: Browser
) -> None:
    provider.claims = {"roles": ["somebody-elses"]}
    answer = await browser.sign_in(provider)
    assert answer.status_code == 403
    assert "Ask an operator" in answer.text
    assert SESSION not in browser.http.cookies


@pytest.mark.parametrize(
    "following", ["//attacker.example", "https://attacker.example", "/\\attacker.example", "/a\nb"]
)
async def test_nobody_is_led_to_another_site(provider: SignInProvider, browser: Browser, following: str) -> None:
    assert onward(await browser.sign_in(provider, following)) == "/"


async def test_a_form_of_another_site_begins_nothing(provider: SignInProvider, browser: Browser) -> None:
    for headers in ({}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "http://attacker.example"}):
        answer = await browser.http.post("/sign-in/provider", data={"issuer": provider.url}, headers=headers)
        assert (answer.status_code, answer.headers.get("set-cookie")) == (403, None)


@pytest.mark.parametrize(
    ("registered", "host", "chosen"),
    [
        (["https://a.example/sign-in/callback"], "127.0.0.1:8080", 0),
        (["https://a.example/sign-in/callback", "https://b.example/sign-in/callback"], "b.example", 1),
        (["https://a.example/sign-in/callback", "https://b.example/sign-in/callback"], "c.example", None),
        (["https://a.example/archive/sign-in/callback", "https://a.example/sign-in/callback"], "127.0.0.1", 1),
        (["https://a.example/archive/sign-in/callback"], "a.example", None),
    ],
)
async def test_the_provider_leads_back_to_an_address_of_the_configuration_alone(
    tmp_path: Path, registered: list[str], host: str, chosen: int | None
) -> None:
    """A proxy may hide the Host that the browser sent, and any client can send one: no address is made of it."""
    with sign_in_provider(*registered) as provider:
        file = tmp_path / "providers.toml"
        file.write_text(provider.configuration())
        async with at(Settings(identity_providers_file=file), f"http://{host}") as http:
            answer = await Browser(http, file).begin(provider.url)
        if chosen is None:
            assert (answer.status_code, "redirect_urls" in answer.text) == (400, True)
            assert provider.keys.requests == []
        else:
            assert parse_qs(urlsplit(onward(answer)).query)["redirect_uri"] == [registered[chosen]]


@pytest.mark.parametrize("language", ["en", "ru", "kk"])
async def test_the_whole_way_is_in_the_language_of_the_reader(
    provider: SignInProvider, browser: Browser, language: str
) -> None:
    form = await browser.http.get(f"/sign-in?lang={language}&next=/page")
    sent = {"issuer": provider.url, "next": "/page", "lang": language}
    begun = await browser.http.post("/sign-in/provider", data=sent, headers=OWN)
    back = await browser.http.get(await browser.at_provider(begun))
    for page in (form, begun, back):
        assert f'<html lang="{language}">' in page.text
        assert page.headers["content-language"] == language
        assert "'unsafe" not in page.headers["content-security-policy"]
        assert page.headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"redirect_urls": ["http://pages.example/sign-in/callback"]}, "https"),
        ({"redirect_urls": ["https://pages.example/elsewhere"]}, "sign-in/callback"),
        ({"redirect_urls": []}, "redirect_urls"),
        ({"discovery_url": "http://login.example.org/meta"}, "https"),
        ({"scopes": ["profile"]}, "openid"),
        ({"scopes": ["openid profile"]}, "scopes"),
        ({"client_id": ""}, "client_id"),
        ({"session_lasts_s": 1_000_000}, "session_lasts_s"),
        ({"client_secret": "in the file itself"}, "client_secret"),
    ],
)
def test_a_wrong_configuration_is_refused_whole(provider: SignInProvider, changed: dict[str, object], why: str) -> None:
    with pytest.raises(MalformedProvidersFile, match=why):
        parse(provider.configuration(**changed))


async def test_claims_that_no_cookie_holds_sign_nobody_in(provider: SignInProvider, browser: Browser) -> None:
    """A browser would drop the cookie, and its reader be led to sign in again and again."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    provider.claims = {"contributors": [f"{a}{b}A" for a in letters for b in letters]}
    await refused(browser, await browser.sign_in(provider), 401)


def test_claims_that_no_cookie_holds_are_far_from_those_of_every_state() -> None:
    states = [f"{a}{b}A" for a in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" for b in "ABCDEFGH"]
    claims = {"iss": "https://login.example.org", "sub": "x" * 255, "roles": ["forcegen-readers"], "states": states}
    session = Sessions(KEY).issue_person(claims, timedelta(hours=8), datetime.now(UTC))
    assert len(states) == 208
    assert len(session) < provider_sign_in.COOKIE_BYTES_MAX
