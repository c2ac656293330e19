"""`Cache-Control`: caches may keep nothing of an answer unless its route says otherwise.

Answers change with every record, and most of them concern one State: a copy in a third party's proxy could be read
without permission. So `no-store` is the default, and a route that allows caching uses one of the forms below.
"""

import os
from typing import Final

from fastapi import Response
from fastapi.staticfiles import StaticFiles
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

NOT_AT_ALL: Final = "no-store"
"""Never cached; also for each problem, which may be over in a moment."""
REVALIDATED: Final = "no-cache"
"""Any cache may keep it and must revalidate it, with the validator if there is one."""
OWN_REVALIDATED: Final = "private, no-cache"
"""The same for the client alone: no shared cache keeps it."""
FOR_EVER: Final = "public, max-age=31536000, immutable"
"""It never changes under its address, and discloses nothing."""
OWN_FOR_EVER: Final = "private, max-age=31536000, immutable"
"""It never changes under its address; for the client alone."""


class NotKept:
    """Middleware: adds `no-store` to an answer whose route does not say that it may be kept."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_policy(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).setdefault("Cache-Control", NOT_AT_ALL)
            await send(message)

        await self._app(scope, receive, send_with_policy if scope["type"] == "http" else send)


class RevalidatedFiles(StaticFiles):
    """Style sheets, scripts and pictures of pages: cached, and revalidated, since an upgrade changes them."""

    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """The file, or that it has not changed."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["Cache-Control"] = REVALIDATED
        return response
