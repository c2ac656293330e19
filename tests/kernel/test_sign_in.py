"""Signing in to pages: a token, a link for one use, and a cookie that reads and can do nothing else."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
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

KEY = "k" * 40
NOW = datetime(2026, 11, 26, tzinfo=UTC)
OWN = {"Sec-Fetch-Site": "same-origin"}
PERSON = {"Accept": "text/html"}


def app() -> FastAPI:
    made = application.app("a service")
    permits.declare(made, {"GET /page": allow("reader", page=True), "POST /say": allow("reader")})

    async def who(caller: Caller) -> dict[str, str]:
        return {"id": caller.id}

    made.get("/page")(who)
    made.post("/say")(who)
    sign_in.add(made)
    return made


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "tokens"
    path.write_text(f"official {digest_of('fg_open')} roles=reader contributors=*\n")
    return path


@pytest.fixture
async def http(file: Path) -> AsyncIterator[httpx.AsyncClient]:
    made = app()
    guard(made, authenticator(Settings(tokens_file=file, session_key=KEY)))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(made), base_url="http://127.0.0.1") as client:
        yield client


async def signed_in(http: httpx.AsyncClient, **fields: str) -> httpx.Response:
    return await http.post("/sign-in", data={"token": "fg_open", **fields}, headers=OWN)


async def test_a_person_without_a_token_is_given_the_form_and_a_program_the_problem(http: httpx.AsyncClient) -> None:
    form = await http.get("/page?as_of=2014-07-01", headers=PERSON)
    assert (form.status_code, form.headers["content-type"]) == (401, "text/html; charset=utf-8")
    assert 'value="/page?as_of=2014-07-01"' in form.text
    assert "Basic" not in form.headers["www-authenticate"]
    assert (await http.get("/page")).headers["content-type"] == "application/problem+json"


async def test_who_signs_in_reads_pages_until_signing_out(http: httpx.AsyncClient) -> None:
    answer = await signed_in(http, next="/page?x=1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/page?x=1")
    assert (await http.get("/page")).json() == {"id": "official"}
    assert "official" in (await http.get("/sign-in")).text
    assert (await http.post("/sign-out", headers=OWN)).status_code == 303
    assert (await http.get("/page")).status_code == 401


async def test_who_signs_out_is_signed_out_for_every_copy_of_the_cookie(http: httpx.AsyncClient) -> None:
    await signed_in(http)
    name, copy = next(iter(http.cookies.items()))
    assert (await http.post("/sign-out", headers=OWN)).status_code == 303
    http.cookies.set(name, copy)
    assert (await http.get("/page")).status_code == 401


async def test_the_cookie_is_for_this_site_and_no_script(http: httpx.AsyncClient) -> None:
    cookie = (await signed_in(http)).headers["set-cookie"]
    assert {"HttpOnly", "SameSite=strict", "Path=/", "Max-Age=43200"} <= {one.strip() for one in cookie.split(";")}
    assert "fg_open" not in cookie


async def test_a_session_reads_and_sends_no_command(http: httpx.AsyncClient) -> None:
    await signed_in(http)
    assert (await http.post("/say")).status_code == 401
    assert (await http.post("/say", headers={"Authorization": "Bearer fg_open"})).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://127.0.0.1"},
        {"Origin": "http://attacker.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:8085"},
    ],
)
async def test_a_form_of_another_site_neither_signs_in_nor_out(
    http: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    """Who could sign a person in under another name would read what that person then looks for."""
    assert (await http.post("/sign-in", data={"token": "fg_open"}, headers=headers)).status_code == 403
    await signed_in(http)
    assert (await http.post("/sign-out", headers=headers)).status_code == 403
    assert (await http.get("/page")).status_code == 200


async def test_an_older_browser_says_where_the_form_stands_by_its_origin(http: httpx.AsyncClient) -> None:
    headers = {"Origin": "http://127.0.0.1"}
    assert (await http.post("/sign-in", data={"token": "fg_open"}, headers=headers)).status_code == 303


@pytest.mark.parametrize(
    "following",
    [
        *("//attacker.example", "https://attacker.example", "/\\attacker.example", "javascript:alert(1)"),
        *("", "/a\nb", f"/{'a' * 1_000}"),
    ],
)
async def test_nobody_is_led_to_another_site(http: httpx.AsyncClient, following: str) -> None:
    assert (await signed_in(http, next=following)).headers["location"] == "/"


@pytest.mark.parametrize("token", ["", "wrong", "fg_open x", digest_of("fg_open"), "a.b.c", "a.b.c.d"])
async def test_what_is_no_token_signs_nobody_in(http: httpx.AsyncClient, token: str) -> None:
    answer = await http.post("/sign-in", data={"token": token, "code": token}, headers=OWN)
    assert (answer.status_code, "set-cookie" in answer.headers) == (401, False)
    assert (await http.post("/sign-in", content=b"token=" + b"x" * 30_000, headers=OWN)).status_code == 413


async def test_a_link_signs_in_once(http: httpx.AsyncClient) -> None:
    code = Sessions(KEY).link(digest_of("fg_open"), datetime.now(UTC))
    first = await http.post("/sign-in", data={"code": code}, headers=OWN)
    assert (first.status_code, (await http.get("/page")).status_code) == (303, 200)
    http.cookies.clear()
    assert (await http.post("/sign-in", data={"code": code}, headers=OWN)).status_code == 401


async def test_a_session_ends_when_its_token_is_removed(http: httpx.AsyncClient, file: Path) -> None:
    await signed_in(http)
    file.write_text("# nobody\n")  # noqa: ASYNC240
    assert (await http.get("/page")).status_code == 401


async def test_what_another_key_signed_is_no_session(http: httpx.AsyncClient) -> None:
    other = Sessions("o" * 40)
    digest = digest_of("fg_open")
    http.cookies.set(Sessions(KEY).cookie, other.issue(digest, datetime.now(UTC)))
    assert (await http.get("/page")).status_code == 401
    assert other.cookie != Sessions(KEY).cookie


async def test_the_form_lives_under_a_strict_policy(http: httpx.AsyncClient) -> None:
    form = await http.get("/sign-in")
    assert "unsafe" not in form.headers["content-security-policy"]
    assert "default-src 'none'" in form.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in form.headers["content-security-policy"]
    assert (form.headers["x-content-type-options"], form.headers["cache-control"]) == ("nosniff", "no-store")
    assert " on" not in form.text.partition("<body>")[0]
    assert "<style" not in form.text


def test_sessions_and_links_hold_for_their_time_and_for_nothing_else() -> None:
    one = Sessions(KEY)
    session, link = one.issue("d", NOW), one.link("d", NOW)
    assert one.session(session, NOW + timedelta(hours=11, minutes=59)) == "d"
    assert one.session(session, NOW + timedelta(hours=12)) is None
    assert one.redeem(link, NOW + timedelta(hours=1)) is None
    assert (one.session(link, NOW), one.redeem(session, NOW)) == (None, None)
    for nr in range(len(session)):
        assert one.session(session[:nr] + ("0" if session[nr] != "0" else "1") + session[nr + 1 :], NOW) is None
    for other in ("", "....", "d.1.1.1", session.upper(), f"{session}.x", session[:-1], "\udc80" * 4):
        assert one.session(other, NOW) is None


def test_used_links_are_forgotten_when_they_would_have_ended() -> None:
    one = Sessions(KEY)
    for nr in range(50):
        assert one.redeem(one.link("d", NOW + timedelta(minutes=nr * 5)), NOW + timedelta(minutes=nr * 5)) == "d"
    assert len(one._used) <= 13
