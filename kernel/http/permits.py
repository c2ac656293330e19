"""Who may use each route: a table, and the check that every route of a service is in it.

A route that is in no table keeps the process from starting, so nobody can add one and forget who may use it. Each
service declares its own routes beside those here; docs/reference/permits.md shows all of them, and a test holds both
together.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.routing import Mount, compile_path

from kernel.identity.principal import ROLES, Principal, Role


@dataclass(frozen=True, slots=True)
class Permit:
    """Who may use a route."""

    roles: frozenset[Role] | None
    """One of these is enough; None: everybody, without any token."""
    page: bool = False
    """A page for people: a browser may show a token as the password of HTTP Basic, and gets a form in place of 401."""
    scoped: bool = False
    """The route limits itself to the States that its caller may see; any other shows every State's rows."""
    stream: bool = False
    """An answer without an end: it ends when the token of its reader does."""

    def has_role(self, principal: Principal) -> bool:
        """Whether the principal has a role that the route needs."""
        return self.roles is None or bool(self.roles & principal.roles)

    def allows(self, principal: Principal) -> bool:
        """Whether the principal may use the route: by its roles, and by the States that it may see."""
        return self.roles is None or (self.has_role(principal) and (self.scoped or principal.contributors is None))


Permits: TypeAlias = Mapping[str, Permit]
"""Permits by method and path, as `GET /v1/commands/{command_id:path}`; HEAD is as GET."""
EVERYBODY: Final = Permit(None)


def allow(*roles: Role, page: bool = False, scoped: bool = False, stream: bool = False) -> Permit:
    """A permit for principals with one of these roles."""
    return Permit(frozenset(roles), page, scoped, stream)


KERNEL: Final[Permits] = {
    "GET /livez": EVERYBODY,
    "GET /readyz": EVERYBODY,  # yes or no; operators read why
    "GET /healthz/progress": EVERYBODY,  # the same
    "GET /docs": allow(*ROLES, page=True, scoped=True),  # they show no row
    "GET /docs/assets": EVERYBODY,  # the files of Swagger UI, and ours beside them
    "GET /openapi.json": allow(*ROLES, scoped=True),
    "GET /static": EVERYBODY,  # style sheets and scripts: also those of the form that a token is given in
    "GET /v1/lag": allow("operator"),
    "GET /metrics": allow("operator"),
    "GET /v1/access": allow("operator"),
    "GET /v1/dead-letters": allow("operator"),
    "GET /v1/pending": allow("operator"),
    "GET /v1/held": allow("operator"),
    "POST /v1/held/drop": allow("operator"),
    "POST /v1/commands": allow("producer", scoped=True),  # the rule `permit` refuses what is about another State
    "GET /v1/commands": allow("producer", "operator", scoped=True),  # of a producer, its own answers
    "GET /v1/commands/{command_id:path}": allow("producer", "operator", scoped=True),
}
"""The routes that several services have."""


class RouteWithoutPermit(Exception):
    """A route is in no table of permits."""


def declare(app: FastAPI, permits: Permits) -> None:
    """Say who may use routes of `app`."""
    app.state.permits = {**declared(app), **permits}


def declared(app: FastAPI) -> Permits:
    """Who may use the routes of `app`, those of the kernel included."""
    permits: Permits = getattr(app.state, "permits", KERNEL)
    return permits


def routes_of(app: FastAPI) -> Iterator[tuple[str, str]]:
    """Method and path of each route, in the order in which the router tries them; a mounted folder counts as GET."""
    for route in iter_route_contexts(app.routes):
        for method in sorted({"GET"} if isinstance(route.original_route, Mount) else route.methods or {"GET"}):
            if method != "HEAD":
                yield method, str(route.path)


@dataclass(frozen=True)
class RouteTable:
    """The permits of an app by address, matched as its router matches."""

    routes: list[tuple[str, re.Pattern[str], Permit]]
    by_path: dict[tuple[str, str], Permit] = field(default_factory=dict)
    """Permits of paths without parameters, which most requests have."""

    @classmethod
    def of(cls, app: FastAPI) -> "RouteTable":
        """The table for an app whose routes are all declared.

        Raises:
            RouteWithoutPermit: one is not.
        """
        permits, mounts = declared(app), {str(one.path) for one in app.routes if isinstance(one, Mount)}
        every = list(routes_of(app))
        if unlisted := [key for method, path in every if (key := f"{method} {path}") not in permits]:
            listed = ", ".join(unlisted)
            raise RouteWithoutPermit(f"{app.title} has routes that no table of permits names: {listed}.")
        table = cls([(method, _pattern(path, path in mounts), permits[f"{method} {path}"]) for method, path in every])
        for method, path in every:
            if "{" not in path and (permit := table._first(method, path)):
                table.by_path[method, path] = permit
        return table

    def permit(self, method: str, path: str) -> Permit | None:
        """The permit of the route that answers this request; None if no route does."""
        method = "GET" if method == "HEAD" else method
        return self.by_path.get((method, path)) or self._first(method, path)

    def _first(self, method: str, path: str) -> Permit | None:
        return next((permit for name, pattern, permit in self.routes if name == method and pattern.match(path)), None)


def _pattern(path: str, is_mount: bool) -> re.Pattern[str]:
    return compile_path(f"{path}/{{path:path}}" if is_mount else path)[0]
