"""The FastAPI app of every service, so that all routes of all services behave alike.

Its parameters are strict (`address`, `parameters`), its errors are problem details (`problem_details`), its lists have
one cursor (`page_cursor`), caches keep what a route lets them keep (`caching`), and every GET route answers HEAD
with the same status and headers and no body (RFC 9110, section 9.3.2). docs/reference/http.md explains it to readers.
"""

import re
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Final, TypeAlias, TypedDict, Unpack

from fastapi import Depends, FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kernel.http import address, api_pages, openapi, problem_details
from kernel.http.caching import NotKept
from kernel.http.problem_details import AsPage, Problem
from kernel.http.problem_types import BAD_HOST

_HOST: Final = re.compile(rb"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~%-]+)(:[0-9]{1,5})?")
"""`uri-host [":" port]` of RFC 9110, section 7.2, limited to what addresses of services use."""


class _Left(OSError):
    """The client has the headers that it requested: nothing reads what is sent from here on."""


class Head:
    """Answers HEAD as GET without the body. A stream ends after its headers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return
        ended = False

        async def head_only(message: Message) -> None:
            nonlocal ended
            if ended:
                raise _Left
            if message["type"] == "http.response.body":
                ended = True
                message = {"type": "http.response.body", "body": b"", "more_body": False}
            await send(message)

        # A copy: the server reads the method from its own scope to know that no body follows.
        headers = [(name, value) for name, value in scope["headers"] if name != b"range"]  # defined for GET alone
        get_scope = {**scope, "method": "GET", "headers": headers, "forcegen.method": "HEAD", "extensions": {}}
        try:
            await self._app(get_scope, receive, head_only)
        except Exception:
            if not ended:
                raise


class Addressed:
    """Refuses a request without a valid Host (RFC 9112, section 3.2): addresses are made of it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        hosts = [value for name, value in scope.get("headers", ()) if name == b"host"]
        if scope["type"] == "http" and any(value and not _HOST.fullmatch(value) for value in hosts):
            detail, remedy = "The Host header is no host and port.", "Send Host as the address is written, host:port."
            await problem_details.response(Problem(BAD_HOST, detail, field="Host", remedy=remedy))(scope, receive, send)
            return
        await self._app(scope, receive, send)


Lifespan: TypeAlias = Callable[[FastAPI], AbstractAsyncContextManager[None]]
"""The context that is active as long as an app is served."""


class Described(TypedDict, total=False):
    """The metadata of an app in its OpenAPI document."""

    summary: str
    description: str
    version: str


def app(
    title: str,
    *,
    lifespan: Lifespan | None = None,
    as_page: AsPage = lambda *_: None,
    **described: Unpack[Described],
) -> FastAPI:
    """Make an app; `described` goes to FastAPI (`summary`, `description`, `version`, …)."""
    application = FastAPI(
        title=title,
        lifespan=lifespan,
        dependencies=[Depends(address.strict)],
        generate_unique_id_function=openapi.operation_id,
        redirect_slashes=False,  # the address would be made of the Host header, which any client can set
        docs_url=None,  # FastAPI's own pages load their files from another host
        redoc_url=None,
        **described,
    )
    problem_details.answer_problems(application, as_page)
    openapi.publish(application)
    api_pages.add(application)
    application.add_middleware(Addressed)
    application.add_middleware(NotKept)
    application.add_middleware(Head)
    return application
