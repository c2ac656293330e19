"""Callers of an app that a test serves itself, without the guard that authenticates them."""

from dataclasses import replace
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from kernel.http.principals import SCOPE_KEY
from kernel.identity.principal import ROLES, Principal

ANYTHING: Final = Principal("api_key", "tests", roles=ROLES, contributors=None)
"""May do everything, for every State."""


def scoped(*contributors: str) -> Principal:
    """The same for these States only."""
    return replace(ANYTHING, contributors=frozenset(contributors))


class CalledAs:
    """The app, as a caller sees it whom the guard has let in."""

    def __init__(self, app: ASGIApp, caller: Principal = ANYTHING) -> None:
        self._app = app
        self._caller = caller

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app({**scope, SCOPE_KEY: self._caller} if scope["type"] == "http" else scope, receive, send)
