"""Signing in to the pages: a form that takes a token, and a link that signs in once, both for a session's cookie.

The cookie is for reading alone (`authentication.SAFE`): no page of another site can send a command with it. Signing in
and out are the only requests that change anything for a browser: both are taken from the service's own pages only.
"""

from datetime import UTC, datetime
from typing import Final
from urllib.parse import parse_qs, urlsplit

from fastapi import APIRouter, FastAPI, Request, Response
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from kernel.http import permits
from kernel.http.authentication import Authenticator, Credentials
from kernel.http.caching import NOT_AT_ALL
from kernel.http.permits import EVERYBODY, Permits
from kernel.http.principals import principal
from kernel.http.problem_details import Problem
from kernel.http.problem_types import FORBIDDEN, TOO_LARGE
from kernel.http.proxied import path_of, root_of
from kernel.identity.sessions import SESSION_LASTS, Sessions
from kernel.identity.tokens import digest_of

PERMITS: Final[Permits] = {"GET /sign-in": EVERYBODY, "POST /sign-in": EVERYBODY, "POST /sign-out": EVERYBODY}
BODY_BYTES_MAX: Final = 20_000
HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none';"
        " frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": NOT_AT_ALL,
}


def add(app: FastAPI) -> None:
    """Add the form and its routes to a service with pages."""
    permits.declare(app, PERMITS)
    app.state.as_form = instead_of
    router = APIRouter(include_in_schema=False)

    @router.get("/sign-in")
    async def form(request: Request) -> Response:
        return _page(request)

    @router.post("/sign-in")
    async def sign_in(request: Request) -> Response:
        _check_own_page(request)
        fields = await _fields(request)
        digest = await _digest(request, fields)
        if digest is None:
            return _page(
                request, "This token or link is unknown, was used, or has expired.", fields.get("next", ""), 401
            )
        sessions: Sessions = request.app.state.sessions
        answer = Response(status_code=303, headers={"Location": _own_path(request, fields.get("next", "")), **HEADERS})
        _set(answer, request, sessions.issue(digest, datetime.now(UTC)), int(SESSION_LASTS.total_seconds()))
        return answer

    @router.post("/sign-out")
    async def sign_out(request: Request) -> Response:
        _check_own_page(request)
        answer = Response(status_code=303, headers={"Location": f"{root_of(request)}/sign-in", **HEADERS})
        _set(answer, request, "", 0)
        return answer

    app.include_router(router)


def instead_of(request: Request, problem: Problem) -> Response | None:
    """The form in place of a refusal, for a person; None for a program."""
    if "text/html" not in request.headers.get("accept", "").lower():
        return None
    query = request.scope["query_string"].decode("latin-1")
    following = path_of(request) + (f"?{query}" if query else "")
    page = _page(request, str(problem), following, problem.status)
    page.headers["WWW-Authenticate"] = 'Bearer realm="Forcegen"'  # Basic would make browsers ask in a window of theirs
    return page


async def _digest(request: Request, fields: dict[str, str]) -> str | None:
    """The hash of the token that the form holds, or that of the link whose code it holds; None if it is not valid."""
    sessions: Sessions = request.app.state.sessions
    authenticator: Authenticator = request.app.state.authenticator
    if code := fields.get("code"):
        return sessions.redeem(code, datetime.now(UTC))
    digest = digest_of(token := fields.get("token", "").strip())
    known = await authenticator.principal(Credentials("basic", token))
    return digest if known else None


def _check_own_page(request: Request) -> None:
    """Raises `Problem` unless a page of this service sent the form (CSRF): browsers say where a form stands.

    A request of no browser has neither header and no cookie that it was tricked into sending; it has a token.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    own = urlsplit(origin).netloc == request.headers.get("host") if origin else False
    if not (site == "same-origin" if site else own):
        remedy = "Open /sign-in of this service and send its form."
        raise Problem(FORBIDDEN, "The form stands on a page of another site.", field="Origin", remedy=remedy)


async def _fields(request: Request) -> dict[str, str]:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > BODY_BYTES_MAX:
            raise Problem(TOO_LARGE, "The form is too large.", field="body", remedy="Send a token.")
    return {name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace"), max_num_fields=10).items()}


def _own_path(request: Request, following: str) -> str:
    """Where to go on: an address of this service, whatever a link says; the first page otherwise."""
    is_own = following.startswith("/") and not following.startswith(("//", "/\\")) and following.isprintable()
    return root_of(request) + (following if is_own and "\\" not in following else "/")


def _set(answer: Response, request: Request, value: str, seconds: int) -> None:
    sessions: Sessions = request.app.state.sessions
    secure, path = request.url.scheme == "https", root_of(request) or "/"
    answer.set_cookie(sessions.cookie, value, seconds, path=path, secure=secure, httponly=True, samesite="strict")


def _page(request: Request, problem: str = "", following: str = "/", status: int = 200) -> Response:
    caller = principal(request)
    name = "" if caller.kind == "unauthenticated" else caller.id
    text = _TEMPLATES.get_template("sign-in.html").render(
        root=root_of(request), problem=problem, next=following, name=name
    )
    return Response(text.encode("utf-8", "backslashreplace"), status, HEADERS, media_type="text/html")


_TEMPLATES: Final = Environment(
    loader=PackageLoader("kernel.http"), autoescape=select_autoescape(), undefined=StrictUndefined, trim_blocks=True
)
