"""The addresses under which a service answers: its host names, and the prefix that a proxy puts it under.

The Host is checked because an attacker's name can be made to resolve to this machine (DNS rebinding): the attacker's
page then reads the service's answers with this machine's rights. No such attack works with a number in place of a
name, so numbers are always answered.
"""

import re
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.types import ASGIApp, Receive, Scope, Send

from kernel.http.prefix import path_of, root_of
from kernel.http.problem_details import problem
from kernel.http.problem_types import MISDIRECTED
from kernel.runtime.settings import Settings

__all__ = ["addressed", "names_this_machine", "path_of", "root_of"]
_HOST: Final = re.compile(r"(?:\[(?P<v6>[0-9A-Fa-f:.]+)\]|(?P<name>[^:\[\]/@\s]+))(?::[0-9]{0,5})?", re.ASCII)


def names_this_machine(host: str) -> bool:
    """Whether a Host header can mean this machine alone: `localhost`, a name under it, or a loopback number."""
    name = _name(host)
    number = _number(name)
    return name == "localhost" or name.endswith(".localhost") or (number is not None and number.is_loopback)


def _name(host: str) -> str:
    """The name of `name:port`, in lower case and without a trailing dot; empty if it is not valid."""
    parts = _HOST.fullmatch(host.strip())
    return (parts["v6"] or parts["name"].removesuffix(".")).lower() if parts else ""


def _number(name: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(name)
    except ValueError:
        return None


def addressed(app: FastAPI, settings: Settings) -> ASGIApp:
    """The app as it is served: under its own host names only, and under its prefix.

    Raises:
        ValueError: the prefix is the beginning of an address of the service itself.
    """
    names = [name.strip().lower() for name in (settings.http_hosts or "").split(",") if name.strip()]
    if not names and not names_this_machine(_bracketed(settings.http_host)):
        names = ["*"]
    return CalledBy(under(app, settings.http_root_path or ""), names)


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def under(app: FastAPI, root: str) -> ASGIApp:
    """The app under a prefix; raises ValueError as `addressed` does."""
    if not root:
        return app
    first = root.split("/")[1]
    if first in {str(route.path).split("/")[1] for route in iter_route_contexts(app.routes) if route.path}:
        raise ValueError(f"FORCEGEN_HTTP_ROOT_PATH cannot begin with /{first}: {app.title} has addresses there.")
    return Under(app, root)


class Under:
    """Answers under a prefix, whether the proxy leaves it in the path or strips it.

    So clients that bypass the proxy need no prefix either.
    """

    def __init__(self, app: ASGIApp, root: str) -> None:
        self._app = app
        self._root = root

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            raw = scope.get("raw_path")
            paths = {"path": self._full(scope["path"]), "raw_path": raw and self._full(raw.decode("latin-1")).encode()}
            scope = {**scope, **paths, "root_path": self._root}
        await self._app(scope, receive, send)

    def _full(self, path: str) -> str:
        if path == self._root:
            return f"{self._root}/"
        return path if path.startswith(f"{self._root}/") else f"{self._root}{path}"


class CalledBy:
    """Refuses (421) requests whose Host is not one of the service's names.

    Always answered: numbers, names of this machine, and requests without a Host (HTTP/1.0). `names` holds further ones;
    `*.example.org` stands for every name under it, and `*` for any.
    """

    def __init__(self, app: ASGIApp, names: Sequence[str]) -> None:
        self._app = app
        self._names = names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        hosts = [value.decode("latin-1") for name, value in scope.get("headers", ()) if name == b"host"]
        if scope["type"] == "http" and not all(map(self._is_own, hosts)):
            await _REFUSED(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _is_own(self, host: str) -> bool:
        name = _name(host)
        if not name:
            return not host.strip()
        return _number(name) is not None or names_this_machine(host) or any(_fits(name, own) for own in self._names)


def _fits(name: str, own: str) -> bool:
    if own.startswith("*."):
        return name.endswith(own[1:])
    return own in ("*", name)


_REFUSED: Final = problem(
    MISDIRECTED,
    "This service is not called by that name.",
    field="Host",
    remedy="Ask for it by its address, or let its operator add the name to FORCEGEN_HTTP_HOSTS.",
)
