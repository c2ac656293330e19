"""What identity providers publish of themselves (OpenID Connect Discovery 1.0): where people sign in, and where a code
is exchanged. It is believed only where it names the issuer that the configuration names.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import httpx
import structlog

from contracts.strict_json import parsed_object
from kernel.identity import bounded_answer
from kernel.identity.jwks import WITHIN_S
from kernel.identity.providers import secured, secured_with_query

log = structlog.get_logger()
KEPT_S: Final = 600.0
TRIED_EVERY_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is used of a provider's metadata (OpenID Connect Discovery 1.0, section 3)."""

    authorization_endpoint: str
    token_endpoint: str
    names_itself: bool
    """Whether its answers always name their issuer (RFC 9207, section 3)."""


class MetadataSource:
    """The metadata of providers: kept for ten minutes, and fetched by one task each, whoever waits for it."""

    def __init__(self, client: httpx.AsyncClient, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._clock = clock
        self._known: dict[tuple[str, str], tuple[float, Metadata | None]] = {}
        self._fetching: dict[tuple[str, str], asyncio.Task[Metadata | None]] = {}

    async def of(self, issuer: str, url: str | None = None) -> Metadata | None:
        """The metadata of the provider with this issuer, by default at its usual address; None if it cannot be had."""
        place = (issuer, url or discovery_url(issuer))
        fetched, metadata = self._known.get(place, (float("-inf"), None))
        if self._clock() - fetched <= (TRIED_EVERY_S if metadata is None else KEPT_S):
            return metadata
        if place not in self._fetching:
            self._fetching[place] = asyncio.create_task(self._fetch(place))
        return await asyncio.shield(self._fetching[place])

    async def _fetch(self, place: tuple[str, str]) -> Metadata | None:
        (issuer, url), metadata = place, None
        try:
            async with asyncio.timeout(WITHIN_S):
                request = self._client.build_request("GET", url, headers={"Accept": "application/json"})
                metadata = metadata_of(await bounded_answer.read(self._client, request), issuer)
        except (httpx.HTTPError, OSError, TimeoutError, ValueError, TypeError, RecursionError) as fault:
            log.warning("the metadata of an identity provider cannot be had", fault=type(fault).__name__)
        finally:
            self._known[place] = (self._clock(), metadata)
            del self._fetching[place]
        return metadata


def metadata_of(document: bytes, issuer: str) -> Metadata:
    """The metadata of the provider with this issuer.

    Raises:
        ValueError: it is that of another one, or of one without an authorization code flow with PKCE.
    """
    published = parsed_object(document)
    if published.get("issuer") != issuer:
        raise ValueError("it is the metadata of another issuer")
    methods = published.get("code_challenge_methods_supported", ["S256"])
    if not isinstance(methods, list) or "S256" not in methods:
        raise ValueError("the provider has no PKCE with S256")
    return Metadata(
        secured_with_query(str(published.get("authorization_endpoint"))),
        secured(str(published.get("token_endpoint"))),
        published.get("authorization_response_iss_parameter_supported") is True,
    )


def discovery_url(issuer: str) -> str:
    """Where a provider publishes its metadata (OpenID Connect Discovery 1.0, section 4)."""
    return issuer.rstrip("/") + "/.well-known/openid-configuration"
