"""Who may use a service over HTTP, as its settings say: in which ways callers are authenticated."""

from dataclasses import dataclass
from datetime import datetime

import structlog

from kernel.http.authentication import Authenticator, Credentials, WayIn
from kernel.identity.principal import Principal
from kernel.identity.tokens import MalformedTokensFile, TokensFile
from kernel.runtime.settings import Settings

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class StaticTokens:
    """Accepts the tokens of a file."""

    tokens: TokensFile

    async def principal(self, credentials: Credentials, now: datetime) -> Principal | None:
        """Whoever holds the token; a page also takes it as the password of HTTP Basic."""
        return None if credentials.scheme == "session" else self.tokens.bearer(credentials.secret, now)


def authenticator(settings: Settings) -> Authenticator:
    """The ways that the settings name; none of them leaves the service closed.

    Raises:
        SystemExit: a file that the settings name cannot be read; the message says why.
    """
    verifiers: list[WayIn] = []
    if settings.tokens_file is not None:
        try:
            verifiers.append(StaticTokens(TokensFile(settings.tokens_file)))
        except (OSError, ValueError, MalformedTokensFile) as fault:
            raise SystemExit(f"FORCEGEN_TOKENS_FILE: {settings.tokens_file} cannot be used: {fault}") from fault
    if not verifiers:
        log.warning("nobody can use this service: FORCEGEN_TOKENS_FILE is not set")
    return Authenticator(verifiers)
