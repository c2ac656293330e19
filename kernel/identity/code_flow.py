"""Signing in by an identity provider: the authorization code flow of OpenID Connect Core 1.0, section 3.1, with PKCE.

As RFC 9700 advises: PKCE with S256 (RFC 7636), a `state` and a `nonce` that are bound to the browser, redirect URLs to
the letter, and the issuer of the answer checked (RFC 9207). Keys and issuers are those of the configuration, whatever a
provider publishes of itself.
"""

import asyncio
import hmac
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final
from urllib.parse import quote_plus, urlencode, urlsplit

import httpx
from joserfc.errors import JoseError

from contracts.strict_json import parsed_object
from kernel.identity import bounded_answer, id_token
from kernel.identity.jwks import WITHIN_S, KeySource, KeysUnavailable
from kernel.identity.jwt import NotAccepted
from kernel.identity.principal import Principal
from kernel.identity.provider_metadata import Metadata, MetadataSource
from kernel.identity.providers import IdentityProvider, PageSignIn
from kernel.identity.watched_file import WatchedFile

EXCHANGES_MAX: Final = 20
"""Codes that are exchanged at once: anybody can send some, and each costs the provider a request."""
CODE_LENGTH_MAX: Final = 4_096
SECRET_LENGTH_MAX: Final = 1_024


class SignInFailed(Exception):
    """Nobody is signed in. The message is for the log; it quotes nothing that a browser or a provider has sent."""


class NotBegunHere(SignInFailed):
    """The answer belongs to no sign-in that this browser has begun."""


class NotSignedIn(SignInFailed):
    """The provider has not signed the person in."""


class ProviderUnreachable(SignInFailed):
    """The provider does not answer, or not as a provider does."""


class NotProven(SignInFailed):
    """The provider's answer does not prove who the person is."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in that has begun; the browser keeps it, signed, while its person is at the provider."""

    issuer: str
    state: str
    nonce: str
    verifier: str
    """PKCE's code verifier (RFC 7636, section 4.1)."""
    redirect_url: str


@dataclass(frozen=True, slots=True)
class SignedInPerson:
    """Who has signed in, by which provider."""

    provider: IdentityProvider
    sign_in: PageSignIn
    claims: Mapping[str, object]
    """The verified claims of the ID token."""
    principal: Principal
    """What the claims give here."""


class CodeFlow:
    """Signs people in by the providers of a file. `keys_of` has the keys of a provider."""

    def __init__(
        self,
        providers: WatchedFile[Mapping[str, IdentityProvider]],
        client: httpx.AsyncClient,
        keys_of: Callable[[IdentityProvider], KeySource],
    ) -> None:
        self._providers = providers
        self._client = client
        self._keys_of = keys_of
        self._metadata = MetadataSource(client)
        self._exchanging = 0

    def offered(self) -> Sequence[IdentityProvider]:
        """The providers by which people sign in."""
        return [one for one in self._providers.current().values() if one.sign_in]

    def provider(self, issuer: object) -> tuple[IdentityProvider, PageSignIn] | None:
        """The provider of this issuer, if people sign in by it."""
        provider = self._providers.current().get(str(issuer))
        return (provider, provider.sign_in) if provider and provider.sign_in else None

    async def begin(self, provider: IdentityProvider, sign_in: PageSignIn, redirect_url: str) -> tuple[str, Begun]:
        """The address at the provider, and what the browser keeps.

        Raises:
            ProviderUnreachable: its metadata cannot be had.
        """
        metadata = await self._metadata_from(provider, sign_in)
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        request = {
            **{"response_type": "code", "client_id": sign_in.client_id, "redirect_uri": redirect_url},
            **{"scope": " ".join(sign_in.scopes), "state": state, "nonce": nonce},
            **{"code_challenge": challenge(verifier), "code_challenge_method": "S256"},
        }
        joined = "&" if urlsplit(metadata.authorization_endpoint).query else "?"
        url = f"{metadata.authorization_endpoint}{joined}{urlencode(request)}"
        return url, Begun(provider.issuer, state, nonce, verifier, redirect_url)

    async def end(self, begun: Begun, answer: Mapping[str, str], now: datetime) -> SignedInPerson:
        """Who has signed in, by the answer with which the provider led the browser back.

        Raises:
            SignInFailed: nobody has.
        """
        if not hmac.compare_digest(answer.get("state", "").encode(), begun.state.encode()):
            raise NotBegunHere("the state is not that of this browser")
        if (known := self.provider(begun.issuer)) is None:
            raise NotBegunHere("the provider is not configured any longer")
        provider, sign_in = known
        metadata = await self._metadata_from(provider, sign_in)
        if answer.get("iss", None if metadata.names_itself else provider.issuer) != provider.issuer:
            raise NotProven("the answer is that of another issuer")
        if "error" in answer:
            raise NotSignedIn("the provider answered with an error")
        if not 0 < len(answer.get("code", "")) <= CODE_LENGTH_MAX:
            raise NotProven("the answer has no code")
        token = await self._exchange(metadata.token_endpoint, sign_in, begun, answer["code"])
        try:
            claims = await id_token.verified(
                token, provider, sign_in, self._keys_of(provider), nonce=begun.nonce, now=now
            )
            return SignedInPerson(provider, sign_in, claims, provider.principal(claims))
        except KeysUnavailable as fault:
            raise ProviderUnreachable("the keys of the provider cannot be fetched") from fault
        except NotAccepted as fault:
            raise NotProven(f"the ID token is not accepted: {fault}") from fault
        except (JoseError, ValueError, TypeError, RecursionError) as fault:
            raise NotProven(f"the ID token is not accepted: {type(fault).__name__}") from fault

    async def _metadata_from(self, provider: IdentityProvider, sign_in: PageSignIn) -> Metadata:
        metadata = await self._metadata.of(provider.issuer, sign_in.discovery_url)
        if metadata is None:
            raise ProviderUnreachable("the metadata of the provider cannot be had")
        return metadata

    async def _exchange(self, endpoint: str, sign_in: PageSignIn, begun: Begun, code: str) -> str:
        """The ID token for a code (RFC 6749, section 4.1.3)."""
        form = {
            **{"grant_type": "authorization_code", "code": code, "redirect_uri": begun.redirect_url},
            **{"client_id": sign_in.client_id, "code_verifier": begun.verifier},
        }
        auth = None
        if secret := secret_of(sign_in):
            if sign_in.client_authentication == "client_secret_post":
                form["client_secret"] = secret
            else:  # RFC 6749, section 2.3.1, encodes both before Basic does
                auth = httpx.BasicAuth(quote_plus(sign_in.client_id), quote_plus(secret))
        if self._exchanging >= EXCHANGES_MAX:
            raise ProviderUnreachable("too many codes are exchanged at the moment")
        self._exchanging += 1
        try:
            async with asyncio.timeout(WITHIN_S):
                request = self._client.build_request(
                    "POST", endpoint, data=form, headers={"Accept": "application/json"}
                )
                if auth is not None:
                    request = next(auth.auth_flow(request))
                answer = parsed_object(await bounded_answer.read(self._client, request))
        except (httpx.HTTPError, httpx.InvalidURL, OSError, TimeoutError) as fault:
            raise ProviderUnreachable(f"the token endpoint does not answer: {type(fault).__name__}") from fault
        except (ValueError, TypeError, RecursionError) as fault:
            raise NotProven("the token endpoint does not take the code, or answers with something else") from fault
        finally:
            self._exchanging -= 1
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise NotProven("the token endpoint answers without an ID token")
        return token


def challenge(verifier: str) -> str:
    """PKCE's code challenge by S256 (RFC 7636, section 4.2)."""
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def secret_of(sign_in: PageSignIn) -> str | None:
    """The client's secret; None for a public client.

    Raises:
        ProviderUnreachable: its file cannot be read.
    """
    if sign_in.client_secret_file is None:
        return None
    try:
        secret = sign_in.client_secret_file.read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as fault:
        raise ProviderUnreachable(f"the client's secret cannot be read: {type(fault).__name__}") from fault
    if not 0 < len(secret) <= SECRET_LENGTH_MAX:
        raise ProviderUnreachable("the file of the client's secret is empty, or holds no secret")
    return secret
