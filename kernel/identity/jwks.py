"""The public keys of an identity provider, fetched over HTTP (RFC 7517) within bounds, and kept.

One key set belongs to one issuer: sets are never merged, or one provider could sign as another. What a token names
(`jku`, `x5u`, `jwk`) is never fetched or used.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import httpx
import structlog
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey, import_key

from contracts.strict_json import parsed_object
from kernel.identity import bounded_answer

log = structlog.get_logger()
WITHIN_S: Final = 5.0
REFRESHED_AFTER_S: Final = 600.0
UNKNOWN_KID_EVERY_S: Final = 60.0
"""How often at most a key id that is not known makes the set be fetched again: anybody can invent ids."""
KEPT_FOR_S: Final = 86_400.0
"""How long the last good set serves while no new one can be fetched."""
RSA_BITS_MIN: Final = 2_048
_KINDS: Final[Mapping[str, tuple[str, str | None]]] = {
    **dict.fromkeys(("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"), ("RSA", None)),
    **{"ES256": ("EC", "P-256"), "ES384": ("EC", "P-384"), "Ed25519": ("OKP", "Ed25519")},
}
"""By algorithm (RFC 7518, RFC 9864), the type and the curve of its keys."""
VerificationKey = RSAKey | ECKey | OKPKey


@dataclass(frozen=True, slots=True)
class PublishedKey:
    """A key of a set, and what the set says of it."""

    data: Mapping[str, object]
    key: VerificationKey | None

    def takes(self, algorithm: str) -> bool:
        """Whether the key is for signatures of this algorithm."""
        kind, curve = _KINDS[algorithm]
        operations = self.data.get("key_ops", ["verify"])
        stated = (self.data.get("kty"), self.data.get("use", "sig"), self.data.get("alg", algorithm))
        return (
            stated == (kind, "sig", algorithm)
            and (curve is None or self.data.get("crv") == curve)
            and isinstance(operations, list)
            and "verify" in operations
        )


class KeysUnavailable(Exception):
    """There is no key set that may be used; a token can be neither accepted nor refused for good."""


class KeySource:
    """The keys of one provider. Times are monotonic seconds."""

    def __init__(self, url: str, client: httpx.AsyncClient, clock: Callable[[], float] = time.monotonic) -> None:
        self._url = url
        self._client = client
        self._clock = clock
        self._keys: Mapping[str, PublishedKey] = {}
        self._fetched = float("-inf")
        self._tried = float("-inf")
        self._fetching: asyncio.Task[None] | None = None

    async def key(self, kid: str, algorithm: str) -> VerificationKey | None:
        """The key of this id for this algorithm; None if there is none.

        Raises:
            KeysUnavailable: no set was fetched within a day.
        """
        now = self._clock()
        is_known = kid in self._keys and now - self._fetched <= KEPT_FOR_S
        is_due = not is_known or now - self._fetched > REFRESHED_AFTER_S
        if is_due and self._fetching is None and now - self._tried > UNKNOWN_KID_EVERY_S:
            self._tried = now
            self._fetching = asyncio.create_task(self._fetch())
        if not is_known and self._fetching is not None:  # one task, however many wait for it
            await asyncio.shield(self._fetching)
        if self._clock() - self._fetched > KEPT_FOR_S:
            raise KeysUnavailable
        published = self._keys.get(kid)
        return published.key if published and published.takes(algorithm) else None

    async def _fetch(self) -> None:
        try:
            async with asyncio.timeout(WITHIN_S):
                self._keys = _parse(await self._read())
                self._fetched = self._clock()
        except (httpx.HTTPError, OSError, TimeoutError, ValueError, TypeError) as fault:
            log.warning("the keys of an identity provider cannot be fetched", fault=type(fault).__name__)
        finally:
            self._fetching = None

    async def _read(self) -> bytes:
        headers = {"Accept": "application/jwk-set+json, application/json"}
        return await bounded_answer.read(self._client, self._client.build_request("GET", self._url, headers=headers))


def _parse(text: bytes) -> Mapping[str, PublishedKey]:
    """The keys of a set by id; those without an id, which no token can name, are left out. Raises ValueError."""
    keys = parsed_object(text).get("keys")
    if not isinstance(keys, list) or not all(isinstance(key, dict) for key in keys):
        raise ValueError("a key set has a list of keys")
    named = [key for key in keys if isinstance(key.get("kid"), str)]
    by_id = {key["kid"]: PublishedKey(key, _imported(key)) for key in named}
    if len(by_id) != len(named):
        raise ValueError("two keys have the same id")
    return by_id


def _imported(data: Mapping[str, object]) -> VerificationKey | None:
    """The key, if it is public and of a kind that is used here.

    A secret key (`oct`) is refused whatever it says: a provider's public set would make it everybody's.
    """
    if data.get("kty") not in ("RSA", "EC", "OKP") or "d" in data:
        return None
    try:
        key = import_key({name: str(data[name]) for name in ("kty", "crv", "n", "e", "x", "y") if name in data})
    except (JoseError, ValueError, TypeError):
        return None
    if isinstance(key, RSAKey):
        return key if key.raw_value.key_size >= RSA_BITS_MIN else None
    return key if isinstance(key, (ECKey, OKPKey)) else None
