"""Signing in to the pages by an identity provider: the two routes that begin and end OpenID Connect's code flow.

Between them the browser keeps what it has begun in a signed cookie, for ten minutes: `SameSite=Lax`, since the provider
leads back from another site. A session's cookie is always a new one, so nobody can have put it there before.
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

import structlog
from fastapi import APIRouter, Request, Response

from kernel.http import sign_in_pages
from kernel.http.authentication import Authenticator, cookie_of
from kernel.http.languages import language_of
from kernel.http.own_pages import check_own_page, fields, own_path
from kernel.http.permits import EVERYBODY, Permits
from kernel.http.proxied import root_of
from kernel.identity.code_flow import (
    Begun,
    CodeFlow,
    NotBegunHere,
    NotProven,
    NotSignedIn,
    ProviderUnreachable,
    SignInFailed,
)
from kernel.identity.sessions import SIGN_IN_LASTS, Sessions

log = structlog.get_logger()
PERMITS: Final[Permits] = {"POST /sign-in/provider": EVERYBODY, "GET /sign-in/callback": EVERYBODY}
COOKIE_BYTES_MAX: Final = 3_800
"""Browsers keep cookies of 4,096 bytes, name and attributes included."""
_SHOWN: Final[Mapping[type[SignInFailed], tuple[str, int]]] = {
    NotBegunHere: (sign_in_pages.NOT_BEGUN, 400),
    NotSignedIn: (sign_in_pages.NOT_SIGNED_IN, 401),
    ProviderUnreachable: (sign_in_pages.UNREACHABLE, 503),
    NotProven: (sign_in_pages.NOT_PROVEN, 401),
}


def routes() -> APIRouter:
    """`/sign-in/provider`, to which the form leads, and `/sign-in/callback`, to which a provider does."""
    router = APIRouter(include_in_schema=False)

    @router.post("/sign-in/provider")
    async def begin(request: Request) -> Response:
        check_own_page(request)
        return await _begin(request, await fields(request))

    @router.get("/sign-in/callback")
    async def callback(request: Request) -> Response:
        value, kept = _kept(request, datetime.now(UTC))
        try:
            return await _end(request, value, kept)
        except SignInFailed as failed:
            log.info("a sign-in by an identity provider failed", reason=str(failed))
            text, status = _SHOWN[type(failed)]
            return _refused(request, text, kept, status)

    return router


async def _begin(request: Request, sent: Mapping[str, str]) -> Response:
    following, lang = sent.get("next", ""), sent.get("lang", "")
    flow: CodeFlow | None = request.app.state.authenticator.code_flow
    known = flow.provider(sent.get("issuer")) if flow else None
    if flow is None or known is None:
        return sign_in_pages.form(request, sign_in_pages.NOT_BEGUN, following, 400, lang)
    provider, sign_in = known
    redirect_url = sign_in.redirect_url(request.headers.get("host", ""), root_of(request))
    if redirect_url is None:
        return sign_in_pages.form(request, sign_in_pages.NO_ADDRESS, following, 400, lang)
    try:
        url, begun = await flow.begin(provider, sign_in, redirect_url)
    except ProviderUnreachable as failed:
        log.warning("a sign-in by an identity provider failed", reason=str(failed))
        return sign_in_pages.form(request, sign_in_pages.UNREACHABLE, following, 503, lang)
    language = language_of(request, lang)
    kept = {**asdict(begun), "next": own_path(request, following), "lang": language}
    answer = sign_in_pages.onward(request, sign_in_pages.ONWARD, url, language)
    sessions: Sessions = request.app.state.sessions
    value = sessions.begin_sign_in(kept, datetime.now(UTC))
    _keep(answer, request, value, int(SIGN_IN_LASTS.total_seconds()), is_secure=_is_https(redirect_url))
    return answer


async def _end(request: Request, value: str, kept: Mapping[str, object] | None) -> Response:
    """The session of who has signed in; raises `SignInFailed`."""
    now = datetime.now(UTC)
    authenticator: Authenticator = request.app.state.authenticator
    flow, answer = authenticator.code_flow, request.query_params
    if flow is None or kept is None:
        raise NotBegunHere("this browser has begun none, or too long ago")
    if len(answer.keys()) != len(answer.multi_items()):
        raise NotBegunHere("a parameter is there twice")
    begun = Begun(**{name: str(kept[name]) for name in Begun.__dataclass_fields__})
    person = await flow.end(begun, dict(answer), now)
    if not person.principal.roles:
        log.info("somebody without a role has signed in by an identity provider")
        return _refused(request, sign_in_pages.NO_ROLE, kept, 403)
    sessions, seconds = authenticator.sessions, person.sign_in.session_lasts_s
    session = sessions.issue_person(person.provider.remembered(person.claims), timedelta(seconds=seconds), now)
    if len(session) > COOKIE_BYTES_MAX:
        raise NotProven("the claims that count here are more than a cookie holds")
    sessions.spend_sign_in(value, now)
    shown = sign_in_pages.onward(request, sign_in_pages.SIGNED_IN, str(kept["next"]), str(kept["lang"]))
    _forget(shown, request)
    secure, path = _is_https(begun.redirect_url), root_of(request) or "/"
    shown.set_cookie(sessions.cookie, session, seconds, path=path, secure=secure, httponly=True, samesite="strict")
    return shown


def _refused(request: Request, text: str, kept: Mapping[str, object] | None, status: int) -> Response:
    """The form again, for where its reader wanted to go; what has begun is over."""
    following = str(kept["next"]).removeprefix(root_of(request)) if kept else "/"
    answer = sign_in_pages.form(request, text, following, status, str(kept["lang"]) if kept else "")
    _forget(answer, request)
    return answer


def _is_https(url: str) -> bool:
    return urlsplit(url).scheme == "https"


def _cookie(request: Request, *, is_secure: bool) -> str:
    """The cookie's name. Over TLS no other host of the domain can set one of this name (`__Host-`)."""
    return f"{'__Host-' if is_secure else ''}{request.app.state.sessions.cookie}-begun"


def _kept(request: Request, now: datetime) -> tuple[str, Mapping[str, object] | None]:
    """What this browser has begun: what it sent, and its content."""
    sessions: Sessions = request.app.state.sessions
    for is_secure in (True, False):
        value = cookie_of(request.scope, _cookie(request, is_secure=is_secure))
        kept = sessions.begun_sign_in(value, now)
        if kept is not None and _is_https(str(kept["redirect_url"])) == is_secure:
            return value, kept
    return "", None


def _keep(answer: Response, request: Request, value: str, seconds: int, *, is_secure: bool) -> None:
    name = _cookie(request, is_secure=is_secure)
    answer.set_cookie(name, value, seconds, path="/", secure=is_secure, httponly=True, samesite="lax")


def _forget(answer: Response, request: Request) -> None:
    for is_secure in (False, True):
        _keep(answer, request, "", 0, is_secure=is_secure)
