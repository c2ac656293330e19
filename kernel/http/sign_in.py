"""Signing in to the pages: a form that takes a token, and a link that signs in once, both for a session's cookie.

The cookie is for reading alone (`authentication.SAFE`): no page of another site can send a command with it. Signing in
and out are the only requests that change anything for a browser: both are taken from the service's own pages only.
Signing in by an identity provider is in `provider_sign_in`.
"""

from datetime import UTC, datetime
from typing import Final

from fastapi import APIRouter, FastAPI, Request, Response

from kernel.http import permits, provider_sign_in, sign_in_pages
from kernel.http.authentication import Authenticator, Credentials, cookie_of
from kernel.http.own_pages import check_own_page, fields, is_over_tls, own_path
from kernel.http.permits import EVERYBODY, Permits
from kernel.http.problem_details import Problem
from kernel.http.problem_types import UNAUTHORIZED
from kernel.http.proxied import path_of, root_of
from kernel.http.sign_in_pages import HEADERS, NOT_FOR_EVERYBODY, NOT_PERMITTED, NOT_THE_STATES, UNKNOWN_TOKEN
from kernel.identity.sessions import SESSION_LASTS, Sessions
from kernel.identity.tokens import digest_of

PERMITS: Final[Permits] = {
    "GET /sign-in": EVERYBODY,
    "POST /sign-in": EVERYBODY,
    **provider_sign_in.PERMITS,
    "POST /sign-out": EVERYBODY,
}


def add(app: FastAPI) -> None:
    """Add the form and its routes to a service with pages."""
    permits.declare(app, PERMITS)
    app.state.as_form = instead_of
    router = APIRouter(include_in_schema=False)

    @router.get("/sign-in")
    async def form(request: Request) -> Response:
        return sign_in_pages.form(request, following=request.query_params.get("next", "/"))

    @router.post("/sign-in")
    async def sign_in(request: Request) -> Response:
        check_own_page(request)
        sent = await fields(request)
        following, lang = sent.get("next", ""), sent.get("lang", "")
        digest = await _digest(request, sent)
        if digest is None:
            return sign_in_pages.form(request, UNKNOWN_TOKEN, following, 401, lang)
        sessions: Sessions = request.app.state.sessions
        answer = Response(status_code=303, headers={"Location": own_path(request, following), **HEADERS})
        _set(answer, request, sessions.issue(digest, datetime.now(UTC)), int(SESSION_LASTS.total_seconds()))
        return answer

    @router.post("/sign-out")
    async def sign_out(request: Request) -> Response:
        check_own_page(request)
        sessions: Sessions = request.app.state.sessions
        sessions.sign_out(cookie_of(request.scope, sessions.cookie), datetime.now(UTC))
        lang = (await fields(request)).get("lang", "")
        location = f"{root_of(request)}/sign-in" + (f"?lang={lang}" if lang.isalpha() and lang.isascii() else "")
        answer = Response(status_code=303, headers={"Location": location, **HEADERS})
        _set(answer, request, "", 0)
        return answer

    app.include_router(router)
    app.include_router(provider_sign_in.routes())


def instead_of(request: Request, problem: Problem) -> Response | None:
    """The form in place of a refusal, for a person; None for a program."""
    if "text/html" not in request.headers.get("accept", "").lower():
        return None
    query = request.scope["query_string"].decode("latin-1")
    following = path_of(request) + (f"?{query}" if query else "")
    page = sign_in_pages.form(request, _in_words(problem), following, problem.status)
    page.headers["WWW-Authenticate"] = 'Bearer realm="Forcegen"'  # Basic would make browsers ask in a window of theirs
    return page


def _in_words(problem: Problem) -> str:
    if problem.type is UNAUTHORIZED:
        return NOT_FOR_EVERYBODY
    return NOT_THE_STATES if "every State" in str(problem) else NOT_PERMITTED


async def _digest(request: Request, sent: dict[str, str]) -> str | None:
    """The hash of the token that the form holds, or that of the link whose code it holds; None if it is not valid."""
    sessions: Sessions = request.app.state.sessions
    authenticator: Authenticator = request.app.state.authenticator
    if code := sent.get("code"):
        return sessions.redeem(code, datetime.now(UTC))
    digest = digest_of(token := sent.get("token", "").strip())
    known = await authenticator.principal(Credentials("basic", token))
    return digest if known else None


def _set(answer: Response, request: Request, value: str, seconds: int) -> None:
    sessions: Sessions = request.app.state.sessions
    secure, path = is_over_tls(request), root_of(request) or "/"
    answer.set_cookie(sessions.cookie, value, seconds, path=path, secure=secure, httponly=True, samesite="strict")
