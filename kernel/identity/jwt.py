"""Access tokens of identity providers: JSON Web Tokens as RFC 9068 profiles them, checked as RFC 8725 advises.

An ID token is no access token: `typ` is checked first. The algorithm is one that the configuration names for the
issuer, and the key one that the issuer publishes for it; nothing that the token says chooses either.
"""

import binascii
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from datetime import datetime
from typing import Final

import httpx
import structlog
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwt import JWTClaimsRegistry

from contracts.strict_json import parsed_object
from kernel.identity.jwks import WITHIN_S, KeySource, KeysUnavailable
from kernel.identity.principal import Principal
from kernel.identity.providers import IdentityProvider
from kernel.identity.watched_file import WatchedFile

log = structlog.get_logger()
LEEWAY_S: Final = 30
TOKEN_LENGTH_MAX: Final = 8_192
TYPES: Final = frozenset({"at+jwt", "application/at+jwt"})
"""RFC 9068, section 2.1."""
_PARTS: Final = 3


class NotAccepted(Exception):
    """The token is not accepted; the reason is for the log, never for the caller."""


class AccessTokens:
    """Verifies access tokens of the configured providers."""

    def __init__(self, providers: WatchedFile[Mapping[str, IdentityProvider]], client: httpx.AsyncClient) -> None:
        self._providers = providers
        self._client = client
        self._keys: dict[tuple[str, str], KeySource] = {}

    async def principal(self, token: str, now: datetime) -> Principal | None:
        """Whoever shows the token; None if it is not accepted."""
        try:
            return await self._verified(token, now)
        except NotAccepted as fault:
            log.info("an access token was refused", reason=str(fault))
        except (JoseError, ValueError, TypeError, RecursionError) as fault:
            log.info("an access token was refused", reason=type(fault).__name__)
        except KeysUnavailable:
            log.warning("an access token was refused: the keys of its issuer cannot be fetched")
        return None

    async def _verified(self, token: str, now: datetime) -> Principal:
        header, unverified = parts_of(token)
        if str(header.get("typ")).lower() not in TYPES:
            raise NotAccepted("its type is not that of an access token")
        provider = self._providers.current().get(str(unverified.get("iss")))
        if provider is None:
            raise NotAccepted("its issuer is not trusted")
        claims = await signed_claims(token, header, provider, self.keys_of(provider))
        _check(claims, provider, now)
        return provider.principal(claims)

    def keys_of(self, provider: IdentityProvider) -> KeySource:
        """The keys of a provider: one set, whichever of its tokens are verified."""
        place = (provider.issuer, provider.jwks_url)
        if place not in self._keys:
            self._keys[place] = KeySource(provider.jwks_url, self._client)
        return self._keys[place]


def client() -> httpx.AsyncClient:
    """The client that fetches keys: no redirects, no proxy of the environment."""
    return httpx.AsyncClient(timeout=WITHIN_S, follow_redirects=False, trust_env=False)


def parts_of(token: str) -> tuple[Mapping[str, object], Mapping[str, object]]:
    """The header and the claims of a token, of which nothing is verified.

    Raises:
        NotAccepted: it is too long, no JWT, or has critical headers.
    """
    parts = token.split(".")
    if len(token) > TOKEN_LENGTH_MAX or len(parts) != _PARTS:
        raise NotAccepted("it is too long, or no JWT")
    header, claims = (parsed_object(_decoded(part)) for part in parts[:2])
    if "crit" in header:
        raise NotAccepted("it has critical headers, of which none is understood")
    return header, claims


async def signed_claims(
    token: str, header: Mapping[str, object], provider: IdentityProvider, keys: KeySource
) -> Mapping[str, object]:
    """The claims of a token that a key of its issuer has signed; what they say is not checked.

    Raises:
        NotAccepted: its algorithm is not one of the provider's, or its key is none of them.
        JoseError: the signature does not hold.
        KeysUnavailable: the keys cannot be had.
    """
    algorithm, kid = header.get("alg"), header.get("kid")
    if algorithm not in provider.algorithms or not isinstance(kid, str):
        raise NotAccepted("its algorithm is not one of the issuer's, or it names no key")
    key = await keys.key(kid, str(algorithm))
    if key is None:
        raise NotAccepted("the issuer has no such key for this algorithm")
    return parsed_object(jws.deserialize_compact(token, key, [str(algorithm)]).payload)


def check_times(claims: Mapping[str, object]) -> None:
    """Raises `NotAccepted` unless every time is a whole number: a float or a text is no NumericDate that is issued."""
    if any(type(claims[name]) is not int for name in ("exp", "iat", "nbf") if name in claims):
        raise NotAccepted("a time is no whole number")


def _check(claims: Mapping[str, object], provider: IdentityProvider, now: datetime) -> None:
    """Raises `NotAccepted` or `JoseError` unless the claims are those of a valid access token for this system."""
    instant = int(now.timestamp())
    registry = JWTClaimsRegistry(
        now=instant,
        leeway=LEEWAY_S,
        iss={"essential": True, "value": provider.issuer},
        aud={"essential": True, "value": provider.audience},
        exp={"essential": True},
        iat={"essential": True},
        sub={"essential": True},
        jti={"essential": True},
        client_id={"essential": True},
    )
    registry.validate(dict(claims))
    check_times(claims)
    if not 0 < int(str(claims["exp"])) - int(str(claims["iat"])) <= provider.lifetime_max_s:
        raise NotAccepted("it holds longer than a token may")
    if {claims["jti"], claims["sub"]} & provider.revoked:
        raise NotAccepted("it is revoked")


def _decoded(part: str) -> bytes:
    try:
        return urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except (binascii.Error, ValueError) as fault:
        raise NotAccepted("it is no base64url") from fault
