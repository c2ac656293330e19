"""From the credentials of a request to a principal.

A request may show one token: as `Authorization: Bearer TOKEN`, to a page also as the password of HTTP Basic, which
browsers can send, or, for reading, by the cookie of a session. Nothing else counts: no address, and no header of a
proxy.
"""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.cookies import CookieError, SimpleCookie
from typing import Final, Literal, Protocol, TypeAlias

from starlette.types import Scope

from kernel.identity.code_flow import CodeFlow
from kernel.identity.last_uses import LastUses
from kernel.identity.principal import Principal
from kernel.identity.providers import IdentityProvider
from kernel.identity.sessions import Sessions
from kernel.identity.tokens import TokensFile
from kernel.identity.watched_file import WatchedFile

CREDENTIALS_BYTES_MAX: Final = 16_384
"""Longer credentials are refused unread; uvicorn takes headers of 64 KiB."""
SAFE: Final = frozenset({"GET", "HEAD"})
"""Methods that a session may use: a page of another site can make a browser send others."""
Scheme: TypeAlias = Literal["bearer", "basic", "session"]


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a request shows; not verified."""

    scheme: Scheme
    secret: str = field(repr=False)


class WayIn(Protocol):
    """One way to verify credentials."""

    async def principal(self, credentials: Credentials, now: datetime) -> Principal | None:
        """The principal of these credentials; None if this way does not accept them."""


@dataclass(frozen=True, slots=True)
class Authenticator:
    """Verifies credentials in every way that the service's settings name."""

    ways: Sequence[WayIn] = ()
    sessions: Sessions = field(default_factory=Sessions)
    code_flow: CodeFlow | None = None
    """Signs people in to pages by identity providers."""
    tokens: TokensFile | None = None
    """The static tokens, which the form of pages takes as well."""
    providers: WatchedFile[Mapping[str, IdentityProvider]] | None = None
    uses: LastUses = field(default_factory=LastUses)

    async def principal(self, credentials: Credentials) -> Principal | None:
        """The principal of these credentials; None if no way accepts them."""
        now = datetime.now(UTC)
        for way in self.ways:
            if principal := await way.principal(credentials, now):
                self.uses.note(principal, now)
                return principal
        return None


def shown(scope: Scope, cookie: str, *, is_page: bool) -> Credentials | None:
    """The credentials that a request shows; None if it shows none that count here. `cookie` is the name of a session's.

    Two `Authorization` headers show nothing: a proxy and the service might each believe another one.
    """
    headers = [value for name, value in scope["headers"] if name == b"authorization"]
    if headers:
        return _of_header(headers[0].decode("latin-1"), is_page=is_page) if len(headers) == 1 else None
    if scope["method"] not in SAFE:
        return None
    secret = cookie_of(scope, cookie)
    return Credentials("session", secret) if secret else None


def _of_header(header: str, *, is_page: bool) -> Credentials | None:
    scheme, _, value = header.strip().partition(" ")
    value = value.strip()
    if not value or len(value) > CREDENTIALS_BYTES_MAX:
        return None
    if scheme.lower() == "bearer":
        return Credentials("bearer", value)
    password = _password(value) if scheme.lower() == "basic" and is_page else ""
    return Credentials("basic", password) if password else None


def _password(value: str) -> str:
    """The password of HTTP Basic (RFC 7617); empty if it cannot be read."""
    try:
        return base64.b64decode(value, validate=True).decode().partition(":")[2]
    except (binascii.Error, ValueError):
        return ""


def cookie_of(scope: Scope, name: str) -> str:
    """The value of a cookie; empty if there is none."""
    header = "; ".join(value.decode("latin-1") for key, value in scope["headers"] if key == b"cookie")
    if len(header) > CREDENTIALS_BYTES_MAX:
        return ""
    try:
        morsel = SimpleCookie(header).get(name)
    except CookieError:
        return ""
    return morsel.value if morsel else ""
