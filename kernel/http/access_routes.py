"""`GET /v1/access` of every service: who may use it, by which token or identity provider, and when each was used last.

Nothing of a token is in it but its name: neither the token nor its hash, nor anything of people who signed in.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import TypeAlias

from fastapi import FastAPI, Request

from kernel.http.authentication import Authenticator

ProducersShown: TypeAlias = Callable[[], Awaitable[Mapping[str, object] | None]]
"""The register of producers, as a service that keeps it shows it; None if there is none."""


def add(app: FastAPI) -> None:
    """Add the route."""

    @app.get("/v1/access", summary="Who may use this service, and when each token was used last; operators read it")
    async def access(request: Request) -> dict[str, object]:
        """Last uses are those at this process, from `counted_since` on. The archive also shows the producers."""
        return await shown(request)


async def shown(request: Request) -> dict[str, object]:
    """Who may use the service that answers this request."""
    authenticator: Authenticator = request.app.state.authenticator
    producers: ProducersShown | None = getattr(request.app.state, "producers_shown", None)
    return {
        "counted_since": authenticator.uses.since,
        "tokens": tokens(authenticator, datetime.now(UTC)),
        "providers": providers(authenticator),
        "producers": await producers() if producers else None,
    }


def tokens(authenticator: Authenticator, now: datetime) -> list[dict[str, object]]:
    """The static tokens by name, in the order of their file; `contributors` is null for every State."""
    lines = authenticator.tokens.lines() if authenticator.tokens else ()
    return [
        {
            "name": line.name,
            "roles": sorted(line.roles),
            "contributors": None if line.contributors is None else sorted(line.contributors),
            "expires": line.expires,
            "has_expired": not line.holds(now),
            "last_used": authenticator.uses.of(line.name),
        }
        for line in lines
    ]


def providers(authenticator: Authenticator) -> list[dict[str, object]]:
    """The identity providers, and what their claims give here."""
    trusted = authenticator.providers.current().values() if authenticator.providers else ()
    return [
        {
            "issuer": one.issuer,
            "name": one.name(),
            "roles_claim": one.roles_claim,
            "roles": dict(sorted(one.roles.items())),
            "contributors_claim": one.contributors_claim,
            "every_contributor": one.every_contributor,
            "lifetime_max_s": one.lifetime_max_s,
            "revoked": len(one.revoked),
            "signs_in": one.sign_in is not None,
            "last_used": authenticator.uses.of(one.issuer),
        }
        for one in trusted
    ]
