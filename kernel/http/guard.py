"""The guard in front of every route: who sends the request, and whether the table of permits lets them use the route.

A service is closed: without a token file and without an identity provider, only what everybody may use is answered.
Neither the address of a client nor any header of a proxy opens anything.
"""

import asyncio
from collections.abc import Callable
from typing import Final, TypeAlias

from fastapi import FastAPI, Request, Response
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kernel.http import problem_details
from kernel.http.authentication import Authenticator, Credentials, shown
from kernel.http.permits import Permit, RouteTable
from kernel.http.principals import SCOPE_KEY
from kernel.http.problem_details import Problem
from kernel.http.problem_types import FORBIDDEN, UNAUTHORIZED
from kernel.http.proxied import path_of
from kernel.identity.principal import UNAUTHENTICATED, Principal

VERIFIED_AGAIN_S: Final = 20.0
"""How often a stream's token is verified again: a token that is revoked ends its streams within this time."""
Refused: TypeAlias = Callable[[Request], None]
"""Called for each request that is refused, before it is answered."""
AsForm: TypeAlias = Callable[[Request, Problem], Response | None]
"""The answer to a person without a token: a form, in place of the problem; None if the client is a program."""


class Guard:
    """Middleware: refuses (401, 403) what the permits of the app do not allow.

    The principal is in the scope of each request that passes (`kernel.http.principals.principal`).
    """

    def __init__(
        self,
        app: ASGIApp,
        table: RouteTable,
        authenticator: Authenticator,
        *,
        refused: Refused = lambda _: None,
        as_form: AsForm = lambda *_: None,
        verified_again_s: float = VERIFIED_AGAIN_S,
    ) -> None:
        self._app = app
        self._table = table
        self._authenticator = authenticator
        self._refused = refused
        self._as_form = as_form
        self._verified_again_s = verified_again_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":  # no service has a WebSocket route
            await send({"type": "websocket.close", "code": 1008})
            return
        permit = self._table.permit(scope["method"], path_of(Request(scope)))
        credentials = shown(scope, self._authenticator.sessions.cookie, is_page=permit is not None and permit.page)
        principal = (await self._authenticator.principal(credentials) if credentials else None) or UNAUTHENTICATED
        scope = {**scope, SCOPE_KEY: principal}
        if permit is not None and not permit.allows(principal):
            await self._refuse(permit, principal, credentials, scope, receive, send)
        elif permit is not None and permit.stream and credentials:
            await self._follow(credentials, scope, receive, _varied(send))
        else:
            await self._app(scope, receive, _varied(send))

    async def _refuse(
        self,
        permit: Permit,
        principal: Principal,
        credentials: Credentials | None,
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> None:
        request = Request(scope)
        self._refused(request)
        is_known = principal.kind != "unauthenticated"
        problem = _forbidden(permit, principal) if is_known else _unauthorized(permit, credentials)
        form = self._as_form(request, problem) if permit.page else None
        await (form or problem_details.response(problem))(scope, receive, _varied(send))

    async def _follow(self, credentials: Credentials, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with a stream as long as the credentials are accepted."""
        begun = False

        async def noted(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        answer = asyncio.ensure_future(self._app(scope, receive, noted))
        try:
            while not answer.done():
                await asyncio.wait([answer], timeout=self._verified_again_s)
                if not answer.done() and await self._authenticator.principal(credentials) is None:
                    break
        finally:
            ended = answer.done()
            answer.cancel()
        if ended:
            await answer
            return
        await asyncio.gather(answer, return_exceptions=True)
        if begun:
            await send({"type": "http.response.body", "body": b"", "more_body": False})


def guard(app: FastAPI, authenticator: Authenticator) -> None:
    """Put the guard in front of `app`, once all of its routes are there.

    Raises:
        RouteWithoutPermit: a route is in no table of permits.
    """
    state = app.state
    state.authenticator, state.sessions = authenticator, authenticator.sessions
    parts = {name: part for name in ("refused", "as_form") if (part := getattr(state, name, None))}
    app.add_middleware(Guard, table=RouteTable.of(app), authenticator=authenticator, **parts)


def _unauthorized(permit: Permit, credentials: Credentials | None) -> Problem:
    detail = "The token is unknown, or has expired." if credentials else "This route is not for everybody."
    remedy = "Send Authorization: Bearer TOKEN; an operator makes one with `forcegen tokens new NAME`."
    error = ', error="invalid_token"' if credentials else ""  # RFC 6750, section 3.1
    challenge = f'Bearer realm="Forcegen"{error}' + (', Basic realm="Forcegen", charset="UTF-8"' if permit.page else "")
    headers = {"WWW-Authenticate": challenge}
    return Problem(UNAUTHORIZED, detail, field="Authorization", remedy=remedy, headers=headers)


def _forbidden(permit: Permit, principal: Principal) -> Problem:
    if permit.has_role(principal):
        detail = "This route shows the rows of every State, and the token is for some of them."
        remedy = "Use a token for every State, or a route that limits itself to yours."
    else:
        detail = "The token has no role that may use this route."
        remedy = f"Use a token with the role {' or '.join(sorted(permit.roles or ()))}; an operator gives roles."
    headers = {"WWW-Authenticate": 'Bearer realm="Forcegen", error="insufficient_scope"'}
    return Problem(FORBIDDEN, detail, field="Authorization", remedy=remedy, headers=headers)


def _varied(send: Send) -> Send:
    """Say to caches that answers differ by who asks."""

    async def varied(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).add_vary_header("Authorization")
            MutableHeaders(scope=message).add_vary_header("Cookie")
        await send(message)

    return varied
