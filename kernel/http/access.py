"""Who may use a service over HTTP, as its settings say: in which ways callers are authenticated."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import structlog

from kernel.http.authentication import Authenticator, Credentials, WayIn
from kernel.identity import jwt, providers
from kernel.identity.code_flow import CodeFlow
from kernel.identity.jwt import AccessTokens
from kernel.identity.principal import Principal
from kernel.identity.providers import IdentityProvider
from kernel.identity.sessions import Sessions
from kernel.identity.tokens import TokensFile
from kernel.identity.watched_file import WatchedFile
from kernel.runtime.settings import Settings

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class StaticTokens:
    """Accepts the tokens of a file."""

    tokens: TokensFile

    async def principal(self, credentials: Credentials, now: datetime) -> Principal | None:
        """Whoever holds the token; a page also takes it as the password of HTTP Basic."""
        return None if credentials.scheme == "session" else self.tokens.bearer(credentials.secret, now)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Accepts sessions of those who signed in with a token of the file, as long as its line is there."""

    tokens: TokensFile
    sessions: Sessions

    async def principal(self, credentials: Credentials, now: datetime) -> Principal | None:
        """Whoever signed in."""
        digest = self.sessions.session(credentials.secret, now) if credentials.scheme == "session" else None
        return self.tokens.holder(digest, now) if digest else None


@dataclass(frozen=True, slots=True)
class SignedInByProvider:
    """Accepts sessions of people who signed in by an identity provider, as long as it is configured for that."""

    providers: WatchedFile[Mapping[str, IdentityProvider]]
    sessions: Sessions

    async def principal(self, credentials: Credentials, now: datetime) -> Principal | None:
        """Whoever signed in, by what the configuration gives now."""
        claims = self.sessions.person(credentials.secret, now) if credentials.scheme == "session" else None
        provider = self.providers.current().get(str(claims.get("iss"))) if claims else None
        return provider.of_session(claims) if provider and claims else None


@dataclass(frozen=True, slots=True)
class BearerTokens:
    """Accepts access tokens of identity providers, as bearer tokens alone: a browser would send them by itself."""

    tokens: AccessTokens

    async def principal(self, credentials: Credentials, now: datetime) -> Principal | None:
        """Whoever the provider says that the bearer is."""
        return await self.tokens.principal(credentials.secret, now) if credentials.scheme == "bearer" else None


def authenticator(settings: Settings) -> Authenticator:
    """The ways that the settings name; none of them leaves the service closed.

    Raises:
        SystemExit: a file that the settings name cannot be used; the message says why.
    """
    ways: list[WayIn] = []
    sessions = Sessions(settings.session_key.get_secret_value() if settings.session_key else None)
    code_flow = tokens = trusted = None
    try:
        if settings.tokens_file is not None:
            tokens = TokensFile(settings.tokens_file)
            ways += [StaticTokens(tokens), SignedIn(tokens, sessions)]
        if settings.identity_providers_file is not None:
            trusted, client = WatchedFile(settings.identity_providers_file, providers.parse), jwt.client()
            access_tokens = AccessTokens(trusted, client)
            ways += [BearerTokens(access_tokens), SignedInByProvider(trusted, sessions)]
            code_flow = CodeFlow(trusted, client, access_tokens.keys_of)
    except (OSError, ValueError) as fault:
        raise SystemExit(f"Who may use the service over HTTP cannot be read: {fault}") from fault
    if not ways:
        log.warning("nobody can use this service: neither tokens nor identity providers are set")
    return Authenticator(ways, sessions, code_flow, tokens, trusted)
